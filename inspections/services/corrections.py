"""What an approved correction changes in a result that the public has seen (A81); publication asks for it and shows it.

Nothing of the old result is lost: it stays in the trail, in the earlier revision's signatures and in the earlier public record.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import User
from inspections.models import Disposal, Finding, VisitMatter
from inspections.rules import results
from inspections.rules.corrected import WITHDRAWN, Result
from inspections.rules.outcomes import OUTCOMES
from inspections.selectors.records import result_of
from inspections.services import disposals
from inspections.services.revisions import lock_visit_of


def made_of(
    *,
    codes: Sequence[str],
    methods: Sequence[str],
    note: str,
    findings: Sequence[tuple[str, str, str]],
) -> Result:
    """The corrected result, checked like a recorded one. Raises RuleError.

    The checklist stays what was ticked on the day: it does not bind the corrected result, the reason of the correction
    explains the difference.
    """
    wanted = [
        (fact.strip(), basis.strip(), measure.strip())
        for fact, basis, measure in findings
        if fact.strip() or basis.strip()
    ]
    for number, (fact, basis, _) in enumerate(wanted, 1):
        if not fact or not basis:
            raise RuleError(f"第 {number} 个问题须写明事实和依据，两项都不能空。")
    problem = results.result_problem(
        codes, facts=[fact for fact, _, _ in wanted], methods=methods, failed_items=()
    )
    if problem:
        raise RuleError(problem)
    return Result(
        tuple(sorted(set(codes))), tuple(sorted(set(methods))), note.strip(), tuple(wanted)
    )


def apply(
    *, visit_matter_pk: Any, result: Result, of_revision: int, actor: User, today: date
) -> VisitMatter:
    """Makes `result` the next revision: findings taken back stay with their number, their open disposals are closed,
    what must follow the new result is opened. The caller's transaction records why and publishes the new version.

    Raises Conflict when the result is not published, or is no longer the revision that was to be corrected.
    """
    with transaction.atomic():
        lock_visit_of(visit_matter_pk)
        matter: VisitMatter = (
            VisitMatter.objects.select_for_update(of=("self",))
            .select_related("visit__entity", "matter", "authority", "responsible")
            .get(pk=visit_matter_pk)
        )
        if matter.state != VisitMatter.State.PUBLISHED:
            raise Conflict(
                f"这项结果现在是“{matter.get_state_display()}”，只有已公示的结果才办更正。"
            )
        if matter.outcome_revision != of_revision:
            raise Conflict("申请更正以后，这项结果已另行更正。请按现在的结果重新申请。")
        before = result_of(matter)
        matter.outcome_revision += 1
        matter.outcome_codes, matter.methods = list(result.codes), list(result.methods)
        matter.outcome_note = result.note
        matter.save(update_fields=["outcome_revision", "outcome_codes", "methods", "outcome_note"])
        _write_findings(matter, result, actor)
        _close_without_ground(matter, actor, today)
        audit.record(
            "outcome.corrected",
            f"更正结果（第 {matter.outcome_revision} 版）",
            target=matter,
            actor=actor,
            about=[matter.visit],
            detail={"changes": audit.differences(before.as_json(), result.as_json())},
            is_bad=True,
        )
        disposals.open_missing(matter=matter, actor=actor, today=today)
        return matter


def _write_findings(matter: VisitMatter, result: Result, actor: User) -> None:
    wanted = list(result.findings)
    withdrawn: list[Finding] = []
    last = 0
    for finding in matter.findings.order_by("number"):
        last = finding.number
        if finding.withdrawn_in is not None:
            continue
        stays = (finding.fact, finding.basis, finding.measure_words)
        if stays in wanted:
            wanted.remove(stays)
            continue
        finding.withdrawn_in = matter.outcome_revision
        finding.save(update_fields=["withdrawn_in"])
        withdrawn.append(finding)
    for number, (fact, basis, measure) in enumerate(wanted, last + 1):
        Finding.objects.create(
            visit_matter=matter,
            number=number,
            fact=fact,
            basis=basis,
            recorded_by=actor,
            **_measures(measure, withdrawn),
        )


def _measures(words: str, withdrawn: list[Finding]) -> dict[str, Any]:
    """A finding put in other words keeps what was ordered on the spot, with its date and item (A65, A85)."""
    for old in withdrawn:
        if words and old.measure_words == words:
            withdrawn.remove(old)
            return {
                "on_site_codes": old.on_site_codes,
                "on_site_measure": old.on_site_measure,
                "rectify_by": old.rectify_by,
                "item_id": old.item_id,
            }
    return {"on_site_measure": words}


def _close_without_ground(matter: VisitMatter, actor: User, today: date) -> None:
    rows = matter.disposals.select_for_update(of=("self",)).filter(state=Disposal.State.OPEN)
    follows = results.has_problem(matter.outcome_codes) or any(
        OUTCOMES[code].needs_disposal for code in matter.outcome_codes
    )
    for row in rows.select_related("finding").order_by("id"):
        is_withdrawn = row.finding is not None and row.finding.withdrawn_in is not None
        if follows and not is_withdrawn:
            continue
        disposals.settle(row, actor=actor, result=WITHDRAWN, closed_on=today, is_announced=False)
