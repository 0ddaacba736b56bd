"""Whom a unit may send to a visit by decision: 直接委派, 专家指定, 派员协助 (A54, A55, A105)."""

from dataclasses import dataclass
from datetime import date

from inspections.models import Visit
from inspections.rules.teams import unfit
from inspections.selectors.team_lists import recusal_reasons
from inspections.selectors.teams import officer_of, window_of
from registry.models import Inspector
from registry.rules.recusal import Interest
from registry.selectors import inspectors


@dataclass(frozen=True)
class Choice:
    """An officer on the assignment page; `why_not` is why they cannot be chosen for this visit."""

    inspector: Inspector
    why_not: str


def choices_for(visit: Visit, today: date) -> list[Choice]:
    """Every officer of the authority for a direct assignment, those of the unit first (A55)."""
    people = list(inspectors.registered(visit.authority).order_by("pid"))
    reasons = recusal_reasons([visit], people, [])
    found = []
    for person in people:
        code = unfit(officer_of(person), window_of(visit), today)
        why = code.label if code else ""
        if (visit.number, person.pid) in reasons:
            why = Interest(reasons[visit.number, person.pid]).label
        found.append(Choice(person, why))
    return sorted(found, key=lambda c: (c.inspector.unit_id != visit.unit_id, c.inspector.pid))
