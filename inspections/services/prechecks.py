"""预查比对: the team compares what the office knows before it goes, and fixes how each matter is checked (A63, A69)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import RuleError
from bureau.models import User
from bureau.services import transitions, wordings
from inspections.models import PreCheck, PreCheckLine, Visit, VisitMatter
from inspections.rules import precheck as rules
from inspections.rules.forms_before import PRECHECK_FORM
from inspections.rules.processes import VISIT
from inspections.selectors import precheck as reading
from inspections.services import disclosure, revisions
from registry.models import Matter


def save(
    *,
    visit: Visit,
    actor: User,
    results: Mapping[str, tuple[str, str]],
    methods: Mapping[UUID, Sequence[str]],
    bring: str,
    seen: int,
    finish: bool,
    today: date,
) -> PreCheck:
    """Keeps what was compared, line by line with who did it; with `finish` the sheet is whole and frozen as printed.

    By an officer of the team, once it knows where it goes and until the visit begins. `seen` is the version that the page
    showed. Raises Forbidden for others, Conflict once the visit has begun, RuleError for a line without its reason, for a
    sheet that is not whole, or when a colleague saved meanwhile. Basis: A63 (002 (二十六)1).
    """
    now = timezone.now()
    with transaction.atomic():
        row: Visit
        rows = Visit.objects.select_related("entity", "unit", "authority").prefetch_related(
            "matters__task"
        )
        row, _ = transitions.begin(VISIT, rows, visit.pk, "precheck", actor)
        revisions.officer(row, actor)
        disclosure.require_known(row, actor, now)
        sheet = reading.of(row, today)
        if sheet.row is not None and sheet.version != seen:
            raise RuleError(
                f"{sheet.row.saved_by}刚才（{timezone.localtime(sheet.row.saved_at):%H:%M}）保存过这张表。您填的还在页面上，请对照后再保存。"
            )
        _set_methods(sheet, methods)
        kept = sheet.row or PreCheck(visit=row, authority=row.authority)
        kept.bring, kept.saved_by, kept.saved_at = bring.strip(), actor, now
        kept.version += 1
        kept.save()
        changed = _set_lines(kept, sheet, results, actor, now)
        sheet = reading.of(row, today)
        if finish:
            _finish(kept, sheet, actor, now)
        audit.record(
            "precheck.finished" if finish else "precheck.saved",
            "完成预查比对" if finish else f"预查比对，本次核对 {len(changed)} 项",
            target=row,
            actor=actor,
            about=[kept],
            detail={
                "lines": changed,
                "methods": {t.row.matter.code: t.methods for t in sheet.tasks},
                "bring": kept.bring,
            },
        )
    return kept


def _set_methods(sheet: reading.Sheet, methods: Mapping[UUID, Sequence[str]]) -> None:
    for task in sheet.tasks:
        chosen = [code for code in methods.get(task.row.pk, ()) if code in Matter.Method.values]
        if chosen and chosen != task.methods:
            VisitMatter.objects.filter(pk=task.row.pk).update(methods=chosen)


def _set_lines(
    kept: PreCheck,
    sheet: reading.Sheet,
    results: Mapping[str, tuple[str, str]],
    actor: User,
    now: datetime,
) -> dict[str, Any]:
    """Writes the lines that changed; what somebody else compared keeps their name."""
    changed: dict[str, Any] = {}
    for fact, line in sheet.rows:
        result, note = results.get(fact.key, ("", ""))
        note = note.strip()
        problem = rules.line_problem(fact.label, result, note)
        if problem:
            raise RuleError(problem)
        if not result:
            continue
        if line and (line.result, line.note, line.fact) == (result, note, fact.text):
            continue
        PreCheckLine.objects.update_or_create(
            precheck=kept,
            key=fact.key,
            defaults={
                "label": fact.label,
                "fact": fact.text,
                "result": result,
                "note": note,
                "by": actor,
                "at": now,
            },
        )
        changed[fact.label] = {"result": rules.RESULTS[result], "note": note}
    return changed


def _finish(kept: PreCheck, sheet: reading.Sheet, actor: User, now: datetime) -> None:
    lacking = rules.missing(
        sheet.facts,
        {key: line.result for key, line in sheet.lines.items()},
        [(task.row.matter.name, task.methods) for task in sheet.tasks],
    )
    if lacking:
        raise RuleError(f"预查比对还差 {len(lacking)} 处：{''.join(lacking[:8])}")
    kept.done_by, kept.done_at = actor, now
    kept.content = reading.printed(sheet) | {
        "form": wordings.of(PRECHECK_FORM.key, sheet.visit.authority),
        "done_by": actor.full_name,
        "done_at": now.isoformat(),
    }
    kept.save(update_fields=["done_by", "done_at", "content"])
