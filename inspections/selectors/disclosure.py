"""When inspectors learn whom they visit: at once, the evening before, or that morning (setting visit_disclosure).

A visit's day is the one that the coordinator planned, else the first of its window. Coordinators and organisers know before.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from bureau.models import Agency, Role, User
from bureau.selectors import rule_settings
from inspections.models import Visit
from inspections.selectors import desk

# Before these states are left, who goes where is not public knowledge in the office.
NOT_BEGUN = (Visit.State.DISPATCHED, Visit.State.TEAMED, Visit.State.ORDERED)
DAY = Coalesce(F("planned_on"), F("window_from"))


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
    """Visits whose teams know by now; for lists of one's own visits."""
    found = Q(pk__in=[])
    for authority in Agency.objects.filter(pk__in=user.authority_ids):
        last = horizon(authority, now)
        own = Q(authority=authority)
        found |= own if last is None else own & (~Q(state__in=NOT_BEGUN) | _until(last))
    return found


def standing(user: User, visit: Visit, now: datetime) -> Standing:
    """What this reader may see of who goes to this visit. Inspectors wait; others' looks are recorded (DRAW §4)."""
    if is_known(visit, now) or desk.of(user).has(visit):
        return Standing.OPEN
    return Standing.CLOSED if user.has_role(Role.INSPECTOR) else Standing.LOOK


def _until(last: date) -> Q:
    return Q(planned_on__lte=last) | Q(planned_on__isnull=True, window_from__lte=last)
