"""What waits for a person in this app: results to publish, requests to decide, objections to recheck and answer."""

from datetime import date

from django.urls import reverse
from django.utils import timezone

from bureau.models import Role, User
from bureau.rules.workdays import Calendar
from bureau.selectors import calendar
from bureau.selectors.waiting import WaitingItem
from inspections.models import VisitMatter
from publication.models import Correction, FirmRequest, Nondisclosure, Objection, PushTarget
from publication.rules.processes import FIRM_REQUEST_ROLES, OBJECTION, PENALTY, PENALTY_RECORDERS
from publication.selectors import (
    corrections,
    dossier_cases,
    firm_requests,
    objections,
    pushing,
    queue,
    waiting_penalties,
)

ARCHIVERS = (Role.ORGANISER, Role.COORDINATOR, Role.PUBLISHER)


def for_user(user: User, today: date) -> list[WaitingItem]:
    """A constant number of queries, each only for those whose role it is."""
    found: list[WaitingItem] = []
    days = calendar.calendar()
    if user.has_role(Role.PUBLISHER):
        # With a day chosen for it nobody has to do anything, unless the day has passed.
        open_ones = queue.to_publish(_own(user)).exclude(publication_day__publish_on__gte=today)
        found += [_to_publish(row, today, days) for row in open_ones[:100]]
        found += [item for row in pushing.open_by_target(_own(user)) for item in _to_send(*row)]
    if user.has_role(Role.HEAD):
        found += [_to_decide(row) for row in queue.to_decide(_own(user)).exclude(requested_by=user)]
        found += [
            _to_sign(row) for row in corrections.waiting(_own(user)).exclude(requested_by=user)
        ]
    if user.has_role(*OBJECTION.roles_for("recheck")):
        found += [
            _to_recheck(row, today, days)
            for row in objections.open_at(_own(user), Objection.State.RECEIVED)
            if objections.recheck_problem(row, user) is None
        ]
    if user.has_role(*OBJECTION.roles_for("reply")):
        rows = objections.open_at(_own(user), Objection.State.RECHECKED)
        found += [_to_reply(row, today, days) for row in rows]
    if user.has_role(*PENALTY.roles_for("approve"), *PENALTY_RECORDERS):
        found += waiting_penalties.for_user(user, _own(user), today, days)
    if user.has_role(*ARCHIVERS):
        outgrown = dossier_cases.outgrown(
            dossier_cases.pairs(user).filter(authority__in=_own(user))
        )
        found += [_to_add(row) for row in outgrown.select_related("visit__entity", "task")[:50]]
    kinds = [kind for kind, roles in FIRM_REQUEST_ROLES.items() if user.has_role(*roles)]
    if kinds:
        found += [_to_answer(row) for row in firm_requests.open_at(_own(user), kinds)[:100]]
    return found


def _to_add(row: VisitMatter) -> WaitingItem:
    """An archived dossier that something came to since: it is bound as 续卷 (A89)."""
    return WaitingItem(
        verb="续卷",
        url=reverse("publication:dossier-detail", args=[row.visit_id, row.task_id]),
        st="run",
        word="待续卷",
        subject=str(row.visit.entity),
        note=f"归档后又有新材料，{row.task.number}",
        module="公示",
    )


def _own(user: User) -> list[int]:
    return sorted(pk for pk in user.own_authority_ids if pk is not None)


def _to_publish(row: VisitMatter, today: date, days: Calendar) -> WaitingItem:
    due = calendar.due(row.due_on, today, known=days)
    is_late = bool(due and due.is_late)
    return WaitingItem(
        verb="公示检查结果",
        url=reverse("publication:result-confirm") + f"?pk={row.pk}",
        st="bad" if is_late else "run",
        word="逾期未公示" if is_late else "待公示",
        subject=str(row.visit.entity),
        note=f"{row.matter}，{row.task.number}",
        module="公示",
        since=timezone.localdate(row.reviewed_at) if row.reviewed_at else None,
        due=due,
    )


def _to_send(target: PushTarget, failed: int, loose: int, packed: int) -> list[WaitingItem]:
    """One row a platform and kind of trouble, however many records."""
    pushes, packages = reverse("publication:push-list"), reverse("publication:push-package-list")
    rows = [
        ("查看没有送达的推送", pushes, "bad", "没有送达", failed),
        ("制作报送数据包", packages, "wait", "待报送", loose),
        ("登记报送回执", packages, "soon", "待登记回执", packed),
    ]
    return [
        WaitingItem(
            verb=verb,
            url=url,
            st=st,
            word=word,
            subject=target.name,
            note=f"{count} 条",
            module="公示",
        )
        for verb, url, st, word, count in rows
        if count
    ]


def _to_decide(row: Nondisclosure) -> WaitingItem:
    return WaitingItem(
        verb="审批依法不公开",
        url=reverse("publication:nondisclosure-decide", kwargs={"pk": row.visit_matter_id}),
        st="soon",
        word="待审批",
        subject=str(row.visit_matter.visit.entity),
        note=f"{row.requested_by.full_name}申请：{row.reason}",
        module="公示",
        since=timezone.localdate(row.requested_at),
    )


def _to_answer(row: FirmRequest) -> WaitingItem:
    return WaitingItem(
        verb="办理检查对象来件",
        url=reverse("publication:firm-request-detail", kwargs={"pk": row.pk}),
        st="soon",
        word="待受理",
        subject=str(row.visit.entity),
        note=f"{row.get_kind_display()}，{row.number}",
        module="异议",
        since=timezone.localdate(row.submitted_at),
    )


def _to_sign(row: Correction) -> WaitingItem:
    return WaitingItem(
        verb="签字更正结果",
        url=reverse("publication:correction-detail", kwargs={"pk": row.pk}),
        st="soon",
        word="待签字",
        subject=str(row.visit_matter.visit.entity),
        note=f"{row.requested_by.full_name}申请：{row.reason}",
        module="公示",
        since=timezone.localdate(row.requested_at),
    )


def _to_recheck(row: Objection, today: date, days: Calendar) -> WaitingItem:
    return WaitingItem(
        verb="复查异议",
        url=reverse("publication:objection-detail", kwargs={"pk": row.pk}),
        st="soon",
        word="待复查",
        subject=row.applicant,
        note=f"{row.number}，{row.visit_matter.matter}",
        module="异议",
        since=row.received_on,
        due=calendar.due(row.recheck_due_on, today, known=days),
    )


def _to_reply(row: Objection, today: date, days: Calendar) -> WaitingItem:
    return WaitingItem(
        verb="反馈复查结果",
        url=reverse("publication:objection-detail", kwargs={"pk": row.pk}),
        st="run",
        word="待反馈",
        subject=row.applicant,
        note=f"{row.number}，{row.visit_matter.matter}",
        module="异议",
        since=row.rechecked_on,
        due=calendar.due(row.reply_due_on, today, known=days),
    )
