"""Telling people what is due: publications and disposals, each notice once however often the job runs (A75, A85, A94b)."""

from datetime import date, timedelta
from functools import cache

from django.urls import reverse

from bureau.models import Agency, Role, User
from bureau.selectors import calendar, rule_settings
from bureau.selectors.calendar import Due
from bureau.services import notifications
from inspections.models import Disposal, TeamMember, VisitMatter
from inspections.rules.clock import LATE, reminder
from inspections.selectors.disposals import measure_label
from inspections.selectors.records import FINAL
from inspections.services import clock
from inspections.services.disposals import responsible_people

# No run of holidays stretches the marks in use beyond this many days.
HORIZON = timedelta(days=60)


def recompute_clocks() -> int:
    """Every authority's running clocks by today's calendar and settings; returns how many moved."""
    ids = VisitMatter.objects.exclude(state__in=FINAL).values("authority")
    return sum(clock.recompute_open(authority=a) for a in Agency.objects.filter(pk__in=ids))


def publications(*, today: date) -> int:
    """Due in 5, 3, 1 working days (setting) and overdue; returns how many notices are new.

    To whoever has the result in hand: the team, the reviewers, the publishers; when overdue also to the heads.
    """
    marks = cache(lambda a: rule_settings.value_of("publication_warning_days", a, today.year))
    rows = (
        VisitMatter.objects.filter(due_on__lte=today + HORIZON)
        .exclude(state__in=FINAL)
        .select_related("visit__entity", "visit__unit", "matter", "authority")
        .order_by("due_on", "id")
    )
    new = 0
    for row in rows.iterator(chunk_size=500):
        due = calendar.due(row.due_on, today)
        assert due is not None
        mark = reminder(due.days_left, due.is_late, marks(row.authority))
        if mark is None:
            continue
        new += _tell(
            in_hand(row),
            authority=row.authority,
            key=f"publication-due:{row.pk}:{row.due_on}",
            mark=mark,
            text=f"{row.visit.entity}，{row.matter}：结果须于 {row.due_on:%Y-%m-%d} 前公示，{_when(due)}，现在“{row.get_state_display()}”。",
            url=reverse("inspections:outcome-detail", kwargs={"pk": row.pk}),
        )
    return new


def disposals(*, today: date) -> int:
    """Open disposals that are due, on their day or overdue; to the responsible people. Who leads them: escalation."""
    marks = cache(lambda a: rule_settings.value_of("disposal_warning_days", a, today.year))
    rows = Disposal.objects.filter(
        state=Disposal.State.OPEN, due_on__lte=today + HORIZON
    ).select_related("authority", "responsible", "responsible_user", "visit_matter__visit__entity")
    new = 0
    for row in rows.order_by("due_on", "id").iterator(chunk_size=500):
        due = calendar.due(row.due_on, today)
        assert due is not None
        mark = reminder(due.days_left, due.is_late, marks(row.authority))
        if mark is None:
            continue
        who = row.responsible_user or row.responsible.short_name
        new += _tell(
            responsible_people(row),
            authority=row.authority,
            key=f"disposal-due:{row.pk}:{row.due_on}",
            mark=mark,
            text=f"后续处置 {row.number}：{row.visit_matter.visit.entity}，{measure_label(row.measure)}，期限 {row.due_on:%Y-%m-%d}，{_when(due)}，由{who}负责。",
            url=reverse("inspections:disposal-detail", kwargs={"pk": row.pk}),
            to_heads=False,  # inspections.services.escalation goes up step by step
        )
    return new


def in_hand(row: VisitMatter) -> list[User]:
    """Who must act now; a team without accounts is spoken for by its unit's coordinators."""
    role = {
        VisitMatter.State.SUBMITTED: Role.REVIEWER,
        VisitMatter.State.APPROVED: Role.PUBLISHER,
    }.get(VisitMatter.State(row.state))
    if role is not None:
        return notifications.holders(authority=row.authority, roles=[role])
    members = TeamMember.objects.filter(
        visit=row.visit_id, is_current=True, inspector__user__isnull=False
    ).select_related("inspector__user")
    found = [member.inspector.user for member in members if member.inspector]
    return [user for user in found if user] or notifications.holders(
        authority=row.authority, roles=[Role.COORDINATOR], unit=row.visit.unit
    )


def _tell(
    users: list[User],
    *,
    authority: Agency,
    key: str,
    mark: str,
    text: str,
    url: str,
    to_heads: bool = True,
) -> int:
    if mark == LATE and to_heads:
        heads = notifications.holders(authority=authority, roles=[Role.HEAD, Role.DEPUTY])
        users = list({user.pk: user for user in [*users, *heads]}.values())
    return notifications.notify(
        users=users,
        key=f"{key}:{mark}",
        text=text,
        url=url,
        authority=authority,
        is_urgent=mark in {LATE, "0", "1"},
    )


def _when(due: Due) -> str:
    return due.text if due.is_late or due.days_left == 0 else f"还{due.text.removeprefix('暂定，')}"
