"""复查 as its pages and services need it: who may go, what waits, its name in the ledger (A86, A96, A97)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from bureau.models import Agency, User
from inspections.models import Disposal, RecheckVisit
from inspections.selectors.team_lists import recusal_reasons
from registry.models import Inspector
from registry.rules.recusal import Interest
from registry.selectors import inspectors


@dataclass(frozen=True)
class Choice:
    """An officer on the page; `why_not` is why they cannot go."""

    inspector: Inspector
    why_not: str


def rows() -> "QuerySet[RecheckVisit]":
    return RecheckVisit.objects.select_related(
        "authority",
        "unit",
        "disposal__visit_matter__visit__entity",
        "disposal__visit_matter__matter",
        "disposal__responsible",
        "requested_by",
        "decided_by",
        "recorded_by",
    ).prefetch_related("officers", "documents")


def unit_of(row: Disposal) -> Agency:
    """Who goes: the responsible unit of the own authority, else the unit that was there."""
    own = row.responsible.authority_id == row.authority_id
    return row.responsible if own else row.visit_matter.visit.unit


def choices(row: Disposal, on: date) -> list[Choice]:
    """Every officer of the authority, the unit's own first; certificate, leave and recusal of that day (A57, A100)."""
    people = list(inspectors.registered(row.authority).order_by("pid"))
    able = set(inspectors.available(row.authority, on).values_list("pk", flat=True))
    visit, unit = row.visit_matter.visit, unit_of(row)
    reasons = recusal_reasons([visit], people, [])
    found = []
    for person in people:
        why = "" if person.pk in able else "执法证失效或离岗"
        if (visit.number, person.pid) in reasons:
            why = f"须回避（{Interest(reasons[visit.number, person.pid]).label}）"
        found.append(Choice(person, why))
    return sorted(found, key=lambda c: (c.inspector.unit_id != unit.pk, c.inspector.pid))


def source_of(row: RecheckVisit) -> str:
    """The name of a recheck in the ledger."""
    return f"inspections.recheck:{row.pk}"


def of_officer(user: User) -> "QuerySet[RecheckVisit]":
    """Approved ones that this person goes to."""
    return rows().filter(state=RecheckVisit.State.APPROVED, officers__user=user)
