"""What waits between the door and the publication: visits, results, signatures, reviews, disposals."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from bureau.models import Role, User
from bureau.rules.workdays import Calendar
from bureau.selectors import calendar
from bureau.selectors.waiting import WaitingItem, reach
from inspections.models import Disposal, Signature, TeamMember, Visit, VisitMatter
from inspections.rules.disposal_paths import STAGES, next_verb
from inspections.selectors import fieldwork, on_site, records, reviews
from inspections.selectors.disposals import measure_label

LIMIT = 50
State = VisitMatter.State
SHOWN = ("visit__entity", "matter")  # more joins cost more to plan than to read


def for_user(user: User, today: date) -> list[WaitingItem]:
    """The rows of this part of the 工作台; each role costs a constant number of queries."""
    items: list[WaitingItem] = []
    if not user.has_role(Role.INSPECTOR, Role.REVIEWER, Role.ORGANISER, Role.COORDINATOR):
        return items
    days = calendar.calendar()
    if user.has_role(Role.INSPECTOR):
        items += _visits(user, today, days) + _results(user, today, days)
    if user.has_role(Role.REVIEWER):
        items += _reviews(user, today, days)
    if user.has_role(Role.ORGANISER, Role.COORDINATOR, Role.INSPECTOR):
        items += _disposals(user, today, days)
    return items


def _visits(user: User, today: date, days: Calendar) -> list[WaitingItem]:
    rows = fieldwork.of_user(user).filter(
        Q(state=Visit.State.IN_PROGRESS) | Q(state=Visit.State.ORDERED, window_from__lte=today)
    )
    found = list(rows.order_by("window_to", "id")[:LIMIT])
    paused = on_site.open_pauses(found)
    return [
        WaitingItem(
            verb="恢复检查"
            if visit.pk in paused
            else "开始检查"
            if visit.state == Visit.State.ORDERED
            else "继续检查",
            url=reverse("inspections:field-visit", kwargs={"pk": visit.pk}),
            st="soon"
            if visit.pk in paused
            else "wait"
            if visit.state == Visit.State.ORDERED
            else "run",
            word="已中断" if visit.pk in paused else str(visit.get_state_display()),
            subject=visit.entity.name,
            note=f"{visit.number}，{paused[visit.pk]}" if visit.pk in paused else visit.number,
            module="检查",
            since=visit.window_from,
            due=calendar.due(visit.window_to, today, known=days),
        )
        for visit in found
    ]


def _results(user: User, today: date, days: Calendar) -> list[WaitingItem]:
    """Of one's visits: to be recorded, signed by oneself, submitted, or put right."""
    mine = TeamMember.objects.filter(visit=OuterRef("visit"), inspector__user=user, is_current=True)
    signed = Signature.objects.filter(
        visit_matter=OuterRef("pk"), user=user, revision=OuterRef("outcome_revision")
    )
    rows = (
        VisitMatter.objects.select_related(*SHOWN)
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
    return [_item(row, *words[State(row.state)], today, days) for row in rows]


def _reviews(user: User, today: date, days: Calendar) -> list[WaitingItem]:
    """Of one's own division; another's only when everybody there worked on it themselves."""
    own = reach(user, Role.REVIEWER)
    rows = records.to_review(user).filter(authority_id__in=user.own_authority_ids)
    found = list(
        rows.select_related(None)
        .select_related(*SHOWN)
        .prefetch_related("visit__team__inspector")
        .order_by("due_on", "id")[: 2 * LIMIT]
    )
    others = reviews.reviewers_of({row.responsible_id for row in found}) if found else {}
    return [
        _item(row, "审核检查结果", "soon", today, days)
        for row in found
        if own.covers(row.responsible_id, row.authority_id)
        or not others.get(row.responsible_id, set()) - reviews.worked_on(row)
    ][:LIMIT]


def _disposals(user: User, today: date, days: Calendar) -> list[WaitingItem]:
    """Named to oneself, or to one's unit without a name; an organiser also sees what is overdue of their division's tasks."""
    mine = Q(responsible_user=user) | Q(responsible__in=user.unit_ids, responsible_user=None)
    if user.has_role(Role.ORGANISER):
        asked = reach(user, Role.ORGANISER)
        mine |= Q(due_on__lt=today) & asked.of("visit_matter__task__unit")
    rows = Disposal.objects.filter(
        mine, state=Disposal.State.OPEN, authority_id__in=user.own_authority_ids
    ).select_related("visit_matter__visit__entity", "responsible")
    return [
        WaitingItem(
            verb=next_verb(row.measure, row.stage),
            url=reverse("inspections:disposal-detail", kwargs={"pk": row.pk}),
            st="bad" if row.due_on < today else "run",
            word="逾期" if row.due_on < today else STAGES.get(row.stage, "处置中"),
            subject=row.visit_matter.visit.entity.name,
            note=f"{measure_label(row.measure)}，{row.responsible.short_name}",
            module="处置",
            since=timezone.localdate(row.opened_at),
            due=calendar.due(row.due_on, today, known=days),
        )
        for row in rows.order_by("due_on", "id")[:LIMIT]
    ]


def _item(row: VisitMatter, verb: str, st: str, today: date, days: Calendar) -> WaitingItem:
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
        due=calendar.due(row.due_on, today, known=days),
    )
