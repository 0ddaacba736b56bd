"""What waits between the draw and the door: teams, replacements, orders, notices. Planning offers 派发 itself."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from bureau.models import Role, User
from bureau.rules.workdays import Calendar
from bureau.selectors import calendar
from bureau.selectors.waiting import WaitingItem, reach
from inspections.models import InspectionOrder, Notice, TeamMember, Visit, VisitMatter
from inspections.selectors import disclosure, joint, teams, waiting_cases
from inspections.selectors.dispatch import GONE

LIMIT = 50
MODULE = "检查"


def for_user(user: User, today: date) -> list[WaitingItem]:
    """The rows of this part of the 工作台; each role costs a constant number of queries."""
    items: list[WaitingItem] = waiting_cases.for_user(user, today)
    if user.has_role(Role.HEAD):
        items += _to_approve(user, today)
    if user.has_role(*joint.CONSENTERS):
        items += _to_answer(user)
    if not user.has_role(Role.COORDINATOR, Role.ORGANISER, Role.INSPECTOR):
        return items
    days = calendar.calendar()
    if user.has_role(Role.COORDINATOR):
        items += _to_match(user, today, days)
    if user.has_role(Role.COORDINATOR, Role.ORGANISER):
        for part in (_replacements, _gone, _to_ask):
            items += part(user, today, days)
    if user.has_role(Role.INSPECTOR):
        items += _to_notify(user, today, days)
    return items


def _at(user: User, *roles: str) -> list[int]:
    """Authorities where the person holds one of the roles: reading elsewhere brings no work."""
    return sorted({s.agency.authority_id or 0 for s in user.seats if s.role in roles})


def _mine(user: User) -> Q:
    """Visits of one's own desk: a coordinator's by executing unit, an organiser's by their tasks and their division's."""
    asked = reach(user, Role.ORGANISER)
    of_task = VisitMatter.objects.filter(
        asked.of("task__unit") | Q(task__created_by=user, authority__in=_at(user, Role.ORGANISER)),
        visit=OuterRef("pk"),
    )
    return reach(user, Role.COORDINATOR).of("unit") | Q(Exists(of_task))


def _visits(user: User) -> "QuerySet[Visit]":
    return Visit.objects.filter(
        _mine(user), authority_id__in=_at(user, Role.COORDINATOR, Role.ORGANISER)
    )


def _to_match(user: User, today: date, days: Calendar) -> list[WaitingItem]:
    own = reach(user, Role.COORDINATOR)
    return [
        WaitingItem(
            verb="匹配检查人员",
            url=reverse("inspections:team-board"),
            st="wait",
            word="待匹配人员",
            subject=row.task.name,
            note=f"{row.unit.short_name} {row.count} 户",
            module=MODULE,
            due=calendar.due(row.first_due, today, known=days),
        )
        for row in teams.board(user, today)[:LIMIT]
        if own.covers(row.unit.pk, row.unit.authority_id)
    ]


def _to_answer(user: User) -> list[WaitingItem]:
    """Requests for officers of one's own unit (A55)."""
    return [
        WaitingItem(
            verb="答复派员请求",
            url=reverse("inspections:pool-consent", args=[row.pk]),
            st="soon",
            word=row.get_purpose_display(),
            subject=row.team_sitting.task.name,
            note=f"{row.team_sitting.unit.short_name}提出",
            module=MODULE,
            since=timezone.localdate(row.requested_at),
        )
        for row in joint.waiting_for(user)[:LIMIT]
    ]


def _replacements(user: User, today: date, days: Calendar) -> list[WaitingItem]:
    asked = teams.pending_replacements(_at(user, Role.COORDINATOR, Role.ORGANISER))
    rows = asked.filter(visit__in=_visits(user).values("pk"))[:LIMIT]
    return [
        WaitingItem(
            verb="办理人员更换",
            url=reverse("inspections:replacement-detail", args=[row.pk]),
            st="bad" if row.code == "recusal" else "soon",
            word=row.get_code_display(),
            subject=row.visit.entity.name,
            note=f"{row.leaver}退出",
            module=MODULE,
            since=timezone.localdate(row.at),
            due=calendar.due(row.visit.window_to, today, known=days),
        )
        for row in rows
    ]


def _gone(user: User, today: date, days: Calendar) -> list[WaitingItem]:
    rows = (
        _visits(user)
        .filter(
            state__in=[Visit.State.DISPATCHED, Visit.State.TEAMED, Visit.State.ORDERED],
            entity__standing__in=GONE,
        )
        .exclude(deemed_done__state="requested")
        .select_related("entity")
        .order_by("window_to")[:LIMIT]
    )
    return [
        WaitingItem(
            verb="按视为完成办理",
            url=reverse("inspections:visit-deem-done", args=[visit.pk]),
            st="soon",
            word=visit.entity.get_standing_display(),
            subject=visit.entity.name,
            note=visit.number,
            module=MODULE,
            due=calendar.due(visit.window_to, today, known=days),
        )
        for visit in rows
    ]


def _to_ask(user: User, today: date, days: Calendar) -> list[WaitingItem]:
    rows: list[dict[str, Any]] = list(
        VisitMatter.objects.filter(
            visit__in=_visits(user)
            .filter(state=Visit.State.TEAMED, order__isnull=True)
            .values("pk"),
        )
        .order_by()
        .values("task_id", name=F("task__name"), number=F("task__number"))
        .annotate(n=Count("visit", distinct=True), first=Min("visit__window_to"))
        .order_by("first")[:LIMIT]
    )
    return [
        WaitingItem(
            verb="提请检查审批",
            url=reverse("inspections:order-request", args=[row["task_id"]]),
            st="wait",
            word="待提请审批",
            subject=row["name"],
            note=f"{row['number']}，{row['n']} 户",
            module=MODULE,
            due=calendar.due(row["first"], today, known=days),
        )
        for row in rows
    ]


def _to_approve(user: User, today: date) -> list[WaitingItem]:
    days = calendar.calendar()
    rows = (
        InspectionOrder.objects.filter(
            authority_id__in=_at(user, Role.HEAD), state=InspectionOrder.State.REQUESTED
        )
        .exclude(requested_by=user)
        .select_related("task", "requested_by")
        .annotate(n=Count("visits"))
        .order_by("requested_at")[:LIMIT]
    )
    return [
        WaitingItem(
            verb="审批检查",
            url=reverse("inspections:order-detail", args=[order.pk]),
            st="bad" if order.is_emergency else "soon",
            word="紧急，事后补办" if order.is_emergency else "待审批",
            subject=order.task.name if order.task else order.number,
            note=f"{order.number}，{order.n} 户，{order.requested_by.full_name}提请"
            + ("，含超过年度上限的对象" if order.is_over_limit else ""),
            module=MODULE,
            since=timezone.localdate(order.requested_at),
            due=calendar.due(order.due_on, today, known=days),
        )
        for order in rows
    ]


def _to_notify(user: User, today: date, days: Calendar) -> list[WaitingItem]:
    leads = TeamMember.objects.filter(
        visit=OuterRef("pk"),
        inspector__user=user,
        part=TeamMember.Part.LEADER,
        is_current=True,
    )
    rows = (
        Visit.objects.filter(
            Exists(leads),
            disclosure.open_to(user, timezone.now()),
            ~Exists(Notice.objects.filter(visit=OuterRef("pk"))),
            authority_id__in=user.own_authority_ids,
            state=Visit.State.ORDERED,
        )
        .select_related("entity")
        .order_by("window_to")[:LIMIT]
    )
    return [
        WaitingItem(
            verb="制作检查通知书",
            url=reverse("inspections:visit-detail", args=[visit.pk]),
            st="run",
            word="待检查",
            subject=visit.entity.name,
            note=visit.number,
            module=MODULE,
            due=calendar.due(visit.window_to, today, known=days),
        )
        for visit in rows
    ]
