"""What waits between the door and the publication: visits, results, signatures, reviews, disposals."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from bureau.models import Role, User
from bureau.selectors import calendar
from bureau.selectors.waiting import WaitingItem
from inspections.models import Disposal, Signature, TeamMember, Visit, VisitMatter
from inspections.selectors import fieldwork, records
from inspections.selectors.disposals import measure_label

LIMIT = 50
State = VisitMatter.State


def for_user(user: User, today: date) -> list[WaitingItem]:
    """The rows of this part of the 工作台; each role costs a constant number of queries."""
    items: list[WaitingItem] = []
    if user.has_role(Role.INSPECTOR):
        items += _visits(user, today) + _results(user, today)
    if user.has_role(Role.REVIEWER):
        items += _reviews(user, today)
    if user.has_role(Role.ORGANISER, Role.COORDINATOR, Role.INSPECTOR):
        items += _disposals(user, today)
    return items


def _visits(user: User, today: date) -> list[WaitingItem]:
    rows = fieldwork.of_user(user).filter(
        Q(state=Visit.State.IN_PROGRESS) | Q(state=Visit.State.ORDERED, window_from__lte=today)
    )
    return [
        WaitingItem(
            verb="开始检查" if visit.state == Visit.State.ORDERED else "继续检查",
            url=reverse("inspections:field-visit", kwargs={"pk": visit.pk}),
            st="wait" if visit.state == Visit.State.ORDERED else "run",
            word=str(visit.get_state_display()),
            subject=visit.entity.name,
            note=visit.number,
            module="检查",
            since=visit.window_from,
            due=calendar.due(visit.window_to, today),
        )
        for visit in rows.order_by("window_to", "id")[:LIMIT]
    ]


def _results(user: User, today: date) -> list[WaitingItem]:
    """Of one's visits: to be recorded, signed by oneself, submitted, or put right."""
    mine = TeamMember.objects.filter(visit=OuterRef("visit"), inspector__user=user, is_current=True)
    signed = Signature.objects.filter(
        visit_matter=OuterRef("pk"), user=user, revision=OuterRef("outcome_revision")
    )
    rows = (
        records.matters()
        .filter(
            Exists(mine),
            visit__state__in=[Visit.State.FINISHED, Visit.State.RECORDED],
            state__in=fieldwork.OPEN_STATES,
        )
        .exclude(Q(state=State.RECORDED) & Exists(signed))
        .order_by("due_on", "id")[:LIMIT]
    )
    words = {
        State.PENDING: ("录入检查结果", "wait"),
        State.RECORDED: ("签字确认结果", "wait"),
        State.SIGNED: ("提交审核", "wait"),
        State.RETURNED: ("补正检查结果", "soon"),
    }
    return [_item(row, *words[State(row.state)], today) for row in rows]


def _reviews(user: User, today: date) -> list[WaitingItem]:
    rows = records.to_review(user).filter(authority_id__in=user.own_authority_ids)
    return [
        _item(row, "审核检查结果", "soon", today) for row in rows.order_by("due_on", "id")[:LIMIT]
    ]


def _disposals(user: User, today: date) -> list[WaitingItem]:
    """Named to oneself or to one's unit; the organisers also see what is overdue anywhere."""
    mine = Q(responsible_user=user) | Q(responsible__in=user.unit_ids, responsible_user=None)
    if user.has_role(Role.ORGANISER):
        mine |= Q(due_on__lt=today)
    rows = Disposal.objects.filter(
        mine, state=Disposal.State.OPEN, authority_id__in=user.own_authority_ids
    ).select_related("visit_matter__visit__entity", "responsible")
    return [
        WaitingItem(
            verb="办结处置",
            url=reverse("inspections:disposal-detail", kwargs={"pk": row.pk}),
            st="bad" if row.due_on < today else "run",
            word="逾期" if row.due_on < today else "处置中",
            subject=row.visit_matter.visit.entity.name,
            note=f"{measure_label(row.measure)}，{row.responsible.short_name}",
            module="处置",
            since=timezone.localdate(row.opened_at),
            due=calendar.due(row.due_on, today),
        )
        for row in rows.order_by("due_on", "id")[:LIMIT]
    ]


def _item(row: VisitMatter, verb: str, st: str, today: date) -> WaitingItem:
    since: Any = row.submitted_at or row.recorded_at or row.visit.ended_at
    return WaitingItem(
        verb=verb,
        url=reverse("inspections:outcome-detail", kwargs={"pk": row.pk}),
        st=st,
        word=str(row.get_state_display()),
        subject=row.visit.entity.name,
        note=row.matter.name,
        module="检查",
        since=timezone.localdate(since) if since else None,
        due=calendar.due(row.due_on, today),
    )
