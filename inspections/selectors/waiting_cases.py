"""What waits beside the ordinary course: lists to check, 视为完成 and transfers to decide, picks added to dispatch."""

from datetime import date

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from bureau.models import Role, User
from bureau.selectors import calendar
from bureau.selectors.waiting import WaitingItem, reach
from inspections.models import DeemedDone, DeemedReport, Transfer
from inspections.selectors import list_checks
from planning.models import Pick, Skip, Task

LIMIT = 50
MODULE = "检查"


def for_user(user: User, today: date) -> list[WaitingItem]:
    """Each role costs a constant number of queries."""
    items: list[WaitingItem] = []
    if user.has_role(Role.COORDINATOR):
        items += _lists(user, today)
    if user.has_role(Role.COORDINATOR, Role.ORGANISER):
        items += _offered(user)
    if user.has_role(Role.ORGANISER):
        items += _added(user)
    if user.has_role(Role.HEAD, Role.DEPUTY):
        items += _deemed(user)
        items += _skips(user)
    if user.has_role(Role.HEAD):
        items += _transfers(user)
    if user.has_role(Role.SUPERIOR):
        items += _reports(user)
    return items


def _at(user: User, *roles: str) -> set[int | None]:
    return {seat.agency.authority_id for seat in user.seats if seat.role in roles}


def _lists(user: User, today: date) -> list[WaitingItem]:
    days = calendar.calendar()
    return [
        WaitingItem(
            verb="核对抽中名单",
            url=reverse("inspections:list-check", args=[row.pk]),
            st="wait",
            word="待核对",
            subject=row.task.name,
            note=f"{row.unit.short_name} {row.count} 户",
            module=MODULE,
            since=timezone.localdate(row.created_at),
            due=calendar.due(row.due_on, today, known=days),
        )
        for row in list_checks.waiting_for(user)[:LIMIT]
    ]


def _offered(user: User) -> list[WaitingItem]:
    rows = (
        Transfer.objects.filter(
            to_authority_id__in=_at(user, Role.COORDINATOR, Role.ORGANISER),
            state=Transfer.State.OFFERED,
        )
        .select_related("visit__entity", "authority")
        .order_by("decided_at")[:LIMIT]
    )
    return [
        WaitingItem(
            verb="接收转交的检查",
            url=reverse("inspections:transfer-detail", args=[row.pk]),
            st="soon",
            word="待接收",
            subject=row.visit.entity.name,
            note=f"{row.authority.short_name}转来，{row.number}",
            module=MODULE,
            since=timezone.localdate(row.decided_at) if row.decided_at else None,
        )
        for row in rows
    ]


def _added(user: User) -> list[WaitingItem]:
    """Reserves called up and picks of a 补抽 that wait for dispatch."""
    mine = reach(user, Role.ORGANISER).of("unit") | Q(
        created_by=user, authority_id__in=_at(user, Role.ORGANISER)
    )
    waiting = Q(picks__kind=Pick.Rank.SELECTED, picks__state=Pick.State.DRAWN)
    rows = (
        Task.objects.filter(mine, state=Task.State.DISPATCHED)
        .annotate(added=Count("picks", filter=waiting))
        .filter(added__gt=0)
        .order_by("window_to")[:LIMIT]
    )
    return [
        WaitingItem(
            verb="派发新增对象",
            url=reverse("inspections:dispatch", args=[task.pk]),
            st="soon",
            word="递补或补抽",
            subject=task.name,
            note=f"{task.number}，{task.added} 户",
            module="任务与摇号",
        )
        for task in rows
    ]


def _deemed(user: User) -> list[WaitingItem]:
    rows = (
        DeemedDone.objects.filter(
            authority_id__in=_at(user, Role.HEAD, Role.DEPUTY), state=DeemedDone.State.REQUESTED
        )
        .exclude(recorded_by=user)
        .select_related("visit__entity", "recorded_by")
        .order_by("recorded_at")[:LIMIT]
    )
    return [
        WaitingItem(
            verb="审批视为完成",
            url=reverse("inspections:deemed-detail", args=[row.pk]),
            st="soon",
            word="待批准",
            subject=row.visit.entity.name,
            note=f"{row.get_cause_display()}，{row.recorded_by.full_name}申请",
            module=MODULE,
            since=timezone.localdate(row.recorded_at),
        )
        for row in rows
    ]


def _skips(user: User) -> list[WaitingItem]:
    rows = (
        Skip.objects.filter(
            pick__authority_id__in=_at(user, Role.HEAD, Role.DEPUTY), state=Skip.State.REQUESTED
        )
        .exclude(requested_by=user)
        .select_related("pick__entity", "requested_by")
        .order_by("at")[:LIMIT]
    )
    return [
        WaitingItem(
            verb="审批不再检查",
            url=reverse("inspections:skip-decide", args=[row.pk]),
            st="bad",
            word="待批准",
            subject=row.pick.entity.name,
            note=f"{row.requested_by.full_name}申请",
            module=MODULE,
            since=timezone.localdate(row.at),
        )
        for row in rows
    ]


def _transfers(user: User) -> list[WaitingItem]:
    rows = (
        Transfer.objects.filter(
            authority_id__in=_at(user, Role.HEAD), state=Transfer.State.REQUESTED
        )
        .exclude(requested_by=user)
        .select_related("visit__entity", "to_authority", "to_unit", "requested_by")
        .order_by("requested_at")[:LIMIT]
    )
    return [
        WaitingItem(
            verb="审批转交",
            url=reverse("inspections:transfer-detail", args=[row.pk]),
            st="soon",
            word="待批准",
            subject=row.visit.entity.name,
            note=f"转交{row.receiver_name}，{row.requested_by.full_name}申请",
            module=MODULE,
            since=timezone.localdate(row.requested_at),
        )
        for row in rows
    ]


def _reports(user: User) -> list[WaitingItem]:
    rows = (
        DeemedReport.objects.filter(
            superior_id__in=_at(user, Role.SUPERIOR), received_by__isnull=True
        )
        .select_related("authority")
        .order_by("sent_at")[:LIMIT]
    )
    return [
        WaitingItem(
            verb="签收视为完成名单",
            url=reverse("inspections:deemed-report", args=[row.pk]),
            st="wait",
            word="待签收",
            subject=f"{row.authority.short_name} {row.number}",
            note=f"{row.content.get('count', 0)} 户",
            module=MODULE,
            since=timezone.localdate(row.sent_at),
        )
        for row in rows
    ]
