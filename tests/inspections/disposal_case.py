"""A disposal on its way, for the tests of its path."""

from datetime import date, timedelta

from bureau.models import User
from inspections.models import Disposal, Letter, RecheckVisit
from inspections.services import disposal_steps, disposals, letters, rechecks
from registry.models import Inspector
from tests.inspections.field_case import Case, finished, problem, recorded


def opened(case: Case, measure: str, today: date, **given) -> Disposal:
    """A visit that found one problem, with this measure."""
    if not case.matter.findings.exists():
        recorded(finished(case, first="no"), ["N01"], [problem()])
    values = {
        "actor": case.organiser,
        "responsible": case.visit.authority,
        "due_on": today + timedelta(days=30),
        "today": today,
        "finding": case.matter.findings.first(),
    }
    return disposals.open(visit_matter_pk=case.matter.pk, measure=measure, **(values | given))


def issued(row: Disposal, actor: User, today: date, **given) -> Letter:
    values = {
        "recipient": row.visit_matter.visit.entity.name,
        "due_on": today + timedelta(days=20),
        "note": "",
        "attachments": ["现场检查笔录"],
    }
    return letters.issue(disposal_pk=row.pk, actor=actor, today=today, **(values | given))


def received(row: Disposal, actor: User, today: date, note: str = "当面签收") -> Letter:
    return letters.receive(
        disposal_pk=row.pk, receipt_on=today, note=note, document=None, actor=actor, today=today
    )


def stepped(row: Disposal, action: str, actor: User, today: date, text: str = "已核实") -> Disposal:
    return disposal_steps.take(
        disposal_pk=row.pk,
        action=action,
        text=text,
        happened_on=today,
        actor=actor,
        today=today,
    )


def recheck_asked(row: Disposal, actor: User, today: date) -> RecheckVisit:
    """By the two officers of the visit."""
    officers = Inspector.objects.filter(authority=row.authority).order_by("pid")[:2]
    return rechecks.request(
        disposal_pk=row.pk,
        officers=list(officers),
        planned_on=today,
        reason="",
        actor=actor,
        today=today,
    )


def brought_to_end(row: Disposal, actor: User, today: date, result: str = "已恢复") -> Disposal:
    """Along its own path to closing."""
    if row.measure not in {"rectify", "daily", "case", "notify"}:
        return disposals.close(
            disposal_pk=row.pk, actor=actor, result=result, closed_on=today, today=today
        )
    issued(row, actor, today)
    if row.measure == "rectify":
        return stepped(row, "pass", actor, today, result)
    received(row, actor, today)
    if row.measure == "case":
        stepped(row, "file", actor, today)
    return disposals.close(
        disposal_pk=row.pk, actor=actor, result=result, closed_on=today, today=today
    )
