"""Telling people what is due before a visit: emergency orders to be made up (A97), firms to be told in advance."""

from collections import defaultdict
from datetime import date
from functools import cache

from django.db.models import Exists, OuterRef
from django.urls import reverse

from bureau.models import Agency, Role
from bureau.selectors import calendar, rule_settings
from bureau.services import notifications
from inspections.models import AdvanceNotice, InspectionOrder, Visit
from inspections.rules.clock import LATE, reminder
from inspections.selectors import advance
from inspections.services.reminders import HORIZON


def orders(*, today: date) -> int:
    """Emergency orders whose days run out, to the heads; overdue also to who asked. Each notice once."""
    marks = cache(lambda a: rule_settings.value_of("emergency_order_warning_days", a, today.year))
    rows = InspectionOrder.objects.filter(
        state=InspectionOrder.State.REQUESTED, due_on__lte=today + HORIZON
    ).select_related("authority", "requested_by")
    new = 0
    for row in rows.order_by("due_on", "id").iterator(chunk_size=500):
        due = calendar.due(row.due_on, today)
        assert due is not None
        mark = reminder(due.days_left, due.is_late, marks(row.authority))
        if mark is None:
            continue
        heads = notifications.holders(authority=row.authority, roles=[Role.HEAD])
        people = [*heads, row.requested_by] if mark == LATE else heads
        new += notifications.notify(
            users=list({user.pk: user for user in people}.values()),
            key=f"order-due:{row.pk}:{mark}",
            text=f"紧急检查的审批 {row.number} 须于 {row.due_on:%Y-%m-%d} 前补办，{due.text}。",
            url=reverse("inspections:order-detail", args=[row.pk]),
            authority=row.authority,
            is_urgent=True,
        )
    return new


def advance_notices(*, today: date) -> int:
    """Firms that must be told by today or should have been, to the unit's coordinators; one notice a unit and day."""
    untold = ~Exists(AdvanceNotice.objects.filter(visit=OuterRef("pk")))
    waiting = Visit.objects.filter(untold, state=Visit.State.ORDERED)
    new = 0
    for authority in Agency.objects.filter(pk__in=waiting.values("authority")):
        days = advance.workdays(authority, today.year)
        if not days:
            continue
        rows = list(waiting.filter(authority=authority).select_related("unit", "entity"))
        due: dict[Agency, int] = defaultdict(int)
        for row in advance.of(rows, days, today):
            if row.due_on <= today:
                due[row.visit.unit] += 1
        for unit, count in due.items():
            new += notifications.notify(
                users=notifications.holders(
                    authority=authority, roles=[Role.COORDINATOR], unit=unit
                ),
                key=f"advance-due:{unit.pk}:{today}",
                text=f"{unit.short_name}有 {count} 户须在检查前预先告知，期限已到，请告知并登记。",
                url=reverse("inspections:visit-list") + "?state=ordered",
                authority=authority,
            )
    return new
