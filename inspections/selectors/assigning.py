"""Whom a unit may send to a visit by decision: 直接委派, 专家指定, 派员协助 (A54, A55, A105)."""

from dataclasses import dataclass
from datetime import date

from inspections.models import Visit
from inspections.rules.teams import unfit
from inspections.selectors import joint
from inspections.selectors.team_lists import recusal_reasons
from inspections.selectors.teams import officer_of, window_of
from registry.models import Expert, Inspector
from registry.rules.recusal import Interest
from registry.selectors import inspectors


@dataclass(frozen=True)
class Choice:
    """An officer on the assignment page; `why_not` is why they cannot be chosen for this visit."""

    inspector: Inspector
    why_not: str


def choices_for(visit: Visit, today: date) -> list[Choice]:
    """Every officer of the authority for a direct assignment, those of the unit first (A55); in joint work those of the
    departments that take part too."""
    rows = inspectors.registered(visit.authority)
    for party in joint.parties_of_visit(visit):
        rows = rows | inspectors.registered(party)
    people = list(rows.order_by("pid"))
    reasons = recusal_reasons([visit], people, [])
    found = []
    for person in people:
        code = unfit(officer_of(person), window_of(visit), today)
        why = code.label if code else ""
        if (visit.number, person.pid) in reasons:
            why = Interest(reasons[visit.number, person.pid]).label
        found.append(Choice(person, why))
    return sorted(found, key=lambda c: (c.inspector.unit_id != visit.unit_id, c.inspector.pid))


def experts_for(visit: Visit, today: date) -> list[Expert]:
    """Experts who may be appointed: in the register, not in the team, nobody who must recuse (A54, A57)."""
    team = set(visit.team.filter(is_current=True).values_list("expert_id", flat=True))
    people = [p for p in inspectors.experts(visit.authority).order_by("pid") if p.pk not in team]
    reasons = recusal_reasons([visit], [], people)
    return [person for person in people if (visit.number, person.pid) not in reasons]


def helpers_for(visit: Visit, wanted: list[str], today: date) -> list[Inspector | Expert]:
    """Who may be sent to assist: officers and experts of the authority who are free to go, holders of what is preferred
    first, the unit's own before others (A105)."""
    team = set(visit.team.filter(is_current=True).values_list("inspector_id", flat=True))
    officers = [
        choice.inspector
        for choice in choices_for(visit, today)
        if not choice.why_not
        and choice.inspector.pk not in team
        and choice.inspector.authority_id == visit.authority_id
    ]
    people: list[Inspector | Expert] = [*officers, *experts_for(visit, today)]

    def rank(person: Inspector | Expert) -> tuple[bool, bool, str]:
        labels = person.quals if isinstance(person, Inspector) else person.fields
        own = isinstance(person, Inspector) and person.unit_id == visit.unit_id
        return not set(labels) & set(wanted), not own, person.pid

    return sorted(people, key=rank)
