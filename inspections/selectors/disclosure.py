"""When inspectors learn whom they visit: at once, the evening before, or that morning (setting visit_disclosure).

A visit's day is the one that the coordinator planned, else the first of its window. Coordinators and organisers know before.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from bureau.models import Agency, Role, User
from bureau.selectors import rule_settings
from inspections.models import Visit, VisitMatter
from inspections.selectors import desk

# Before these states are left, who goes where is not public knowledge in the office.
NOT_BEGUN = (Visit.State.DISPATCHED, Visit.State.TEAMED, Visit.State.ORDERED)


class Standing(StrEnum):
    """What somebody may see of who goes."""

    OPEN = "open"
    LOOK = "look"  # may look, and the look is in the trail
    CLOSED = "closed"  # an inspector, until the time has come


def horizon(authority: Agency, now: datetime) -> date | None:
    """The last planned day whose teams know by now; None where everything is told at once."""
    found = rule_settings.all_for(authority, timezone.localdate(now).year)
    mode = found["visit_disclosure"].value
    if mode == "immediately":
        return None
    local = timezone.localtime(now)
    has_struck = local.hour >= min(int(found["visit_disclosure_hour"].value), 23)
    first = local.date() if mode == "evening_before" else local.date() - timedelta(days=1)
    return first + timedelta(days=1) if has_struck else first


def day_of(visit: Visit) -> date:
    return visit.planned_on or visit.window_from


def is_known(visit: Visit, now: datetime) -> bool:
    """Whether the team of this visit knows by now. Needs `authority` loaded; one query."""
    return visit.state not in NOT_BEGUN or is_known_by(visit, horizon(visit.authority, now))


def is_known_by(visit: Visit, last: date | None) -> bool:
    """The same where the authority's horizon is read already."""
    return visit.state not in NOT_BEGUN or last is None or day_of(visit) <= last


def known_at(visit: Visit) -> str:
    """When the team learns of it, in words; empty where there is nothing to wait for."""
    found = rule_settings.all_for(visit.authority, day_of(visit).year)
    mode, hour = found["visit_disclosure"].value, min(int(found["visit_disclosure_hour"].value), 23)
    if mode == "immediately":
        return ""
    day = day_of(visit) - timedelta(days=mode == "evening_before")
    return f"{day.month}月{day.day}日{hour}时"


def known_to_team(user: User, now: datetime) -> Q:
    """Visits whose teams know by now; for lists of one's own visits. One query for each authority one works for."""
    found = Q(pk__in=[])
    for authority in _authorities(user):
        last = horizon(authority, now)
        own = Q(authority=authority)
        found |= own if last is None else own & (~Q(state__in=NOT_BEGUN) | _until(last))
    return found


def open_to(user: User, now: datetime) -> Q:
    """Visits of which this person may see who goes: known to the team, or on one's own desk."""
    own = desk.of(user)
    organised = VisitMatter.objects.filter(
        own.organiser.of("task__unit", "task__authority")
        | Q(task__created_by=user, task__authority__in=own.organised),
        visit=OuterRef("pk"),
    )
    found = known_to_team(user, now) | own.coordinator.of("unit")
    return found | Q(Exists(organised)) if own.organised else found


def sealed_from(user: User, now: datetime) -> "QuerySet[Visit] | None":
    """Visits of which this inspector may not know yet who goes; None where nothing is sealed from this person."""
    if not user.has_role(Role.INSPECTOR):
        return None
    if all(horizon(authority, now) is None for authority in _authorities(user)):
        return None
    return Visit.objects.filter(authority__in=user.own_authority_ids, state__in=NOT_BEGUN).exclude(
        open_to(user, now)
    )


def readable(user: User, visits: Sequence[Visit], now: datetime) -> set[Any]:
    """Of these visits, those of which this person may see at once who goes. Needs `authority`, `matters__task`."""
    by_id = {visit.authority_id: visit.authority for visit in visits}
    last = {pk: horizon(authority, now) for pk, authority in by_id.items()}
    own = desk.of(user)
    return {
        visit.pk
        for visit in visits
        if is_known_by(visit, last[visit.authority_id]) or own.has(visit)
    }


def _authorities(user: User) -> list[Agency]:
    """Where the person works, from the seats of the request."""
    found = {seat.agency.authority_id: seat.agency.authority for seat in user.seats}
    return [authority for authority in found.values() if authority is not None]


def standing(user: User, visit: Visit, now: datetime) -> Standing:
    """What this reader may see of who goes to this visit. Inspectors wait; others' looks are recorded (DRAW §4)."""
    if is_known(visit, now) or desk.of(user).has(visit):
        return Standing.OPEN
    return Standing.CLOSED if user.has_role(Role.INSPECTOR) else Standing.LOOK


def _until(last: date) -> Q:
    return Q(planned_on__lte=last) | Q(planned_on__isnull=True, window_from__lte=last)
