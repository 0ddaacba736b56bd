"""What waits on the way of a disposal: requests and rechecks to decide, rechecks to make (A84, A86, A97)."""

from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from bureau.models import Role, User
from bureau.selectors import calendar
from bureau.selectors.waiting import WaitingItem
from inspections.models import DisposalAsk, RecheckVisit
from inspections.rules.disposal_paths import ASK_DECIDERS
from inspections.selectors import rechecks

LIMIT = 50
MODULE = "处置"


def for_user(user: User, today: date) -> list[WaitingItem]:
    """Each role costs a constant number of queries."""
    items: list[WaitingItem] = []
    if user.has_role(Role.HEAD, Role.DEPUTY):
        items += _asks(user)
    if user.has_role(Role.HEAD):
        items += _to_approve(user)
    if user.has_role(Role.INSPECTOR):
        items += _to_make(user, today)
    return items


def _at(user: User, *roles: str) -> set[int | None]:
    return {seat.agency.authority_id for seat in user.seats if seat.role in roles}


def _asks(user: User) -> list[WaitingItem]:
    mine = Q(pk=None)
    for kind, roles in ASK_DECIDERS.items():
        mine |= Q(kind=kind, authority_id__in=_at(user, *roles))
    rows = (
        DisposalAsk.objects.filter(mine, state=DisposalAsk.State.REQUESTED)
        .exclude(requested_by=user)
        .select_related("disposal__visit_matter__visit__entity", "requested_by")
        .order_by("requested_at")[:LIMIT]
    )
    return [
        WaitingItem(
            verb=f"批准{row.get_kind_display()}",
            url=reverse("inspections:disposal-ask-decide", kwargs={"pk": row.pk}),
            st="soon",
            word="待批准",
            subject=row.disposal.visit_matter.visit.entity.name,
            note=f"{row.requested_by.full_name}申请：{row.reason}",
            module=MODULE,
            since=timezone.localdate(row.requested_at),
        )
        for row in rows
    ]


def _to_approve(user: User) -> list[WaitingItem]:
    rows = (
        RecheckVisit.objects.filter(
            authority_id__in=_at(user, Role.HEAD), state=RecheckVisit.State.REQUESTED
        )
        .exclude(requested_by=user)
        .select_related("disposal__visit_matter__visit__entity", "requested_by")
        .order_by("planned_on", "id")[:LIMIT]
    )
    return [
        WaitingItem(
            verb="审批复查",
            url=reverse("inspections:recheck-detail", kwargs={"pk": row.pk}),
            st="soon",
            word="待审批",
            subject=row.disposal.visit_matter.visit.entity.name,
            note=f"{row.number}，安排 {row.planned_on}",
            module=MODULE,
            since=timezone.localdate(row.requested_at),
        )
        for row in rows
    ]


def _to_make(user: User, today: date) -> list[WaitingItem]:
    rows = rechecks.of_officer(user).prefetch_related(None).order_by("planned_on", "id")[:LIMIT]
    days = calendar.calendar()
    return [
        WaitingItem(
            verb="上门复查",
            url=reverse("inspections:recheck-detail", kwargs={"pk": row.pk}),
            st="bad" if row.planned_on < today else "run",
            word="待复查",
            subject=row.disposal.visit_matter.visit.entity.name,
            note=f"{row.number}，{row.disposal.number}",
            module=MODULE,
            since=timezone.localdate(row.decided_at) if row.decided_at else None,
            due=calendar.due(row.planned_on, today, known=days),
        )
        for row in rows
    ]
