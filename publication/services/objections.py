"""异议: registered at the desk, rechecked by somebody who had no part in the result, answered in time (A82, A83)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import StoredFile, User
from bureau.selectors import calendar, rule_settings
from bureau.services import notifications, numbers, transitions
from inspections.models import VisitMatter
from publication.models import Objection, ObjectionPaper
from publication.rules.processes import OBJECTION, RECEIVERS
from publication.selectors import objections as reads
from publication.services import objection_papers

Kind = ObjectionPaper.Kind


def register(
    *,
    visit_matter: Any,
    applicant: str,
    contact: str,
    text: str,
    received_on: date,
    actor: User,
    today: date,
    files: Sequence[StoredFile] = (),
) -> Objection:
    """Takes in an application against a published result; the recheck's clock runs from `received_on` (A82).

    Raises RuleError for a result that is not published, or a date after today or before the publication.
    """
    with transaction.atomic():
        rows = VisitMatter.objects.select_related("authority", "visit__entity", "matter")
        matter = rows.get(pk=visit_matter)
        require(actor, matter.authority_id, *RECEIVERS)
        if matter.state != VisitMatter.State.PUBLISHED or matter.published_at is None:
            raise RuleError("这项结果还没有公示，不能登记异议。请核对申请人所说的是哪一项结果。")
        if received_on > today:
            raise RuleError("收到日期不能晚于今天，请核对。")
        if received_on < timezone.localdate(matter.published_at):
            raise RuleError("收到日期早于这项结果的公示日期，请核对日期，或核对所选的结果。")
        workdays = int(
            rule_settings.value_of("recheck_workdays", matter.authority, received_on.year)
        )
        due = calendar.due_after(received_on, workdays)
        row = Objection.objects.create(
            authority=matter.authority,
            number=numbers.document_number(
                authority=matter.authority, kind="objection", label="异议", year=received_on.year
            ),
            visit_matter=matter,
            applicant=applicant.strip(),
            contact=contact.strip(),
            text=text.strip(),
            received_on=received_on,
            recheck_due_on=due.date,
            recheck_due_is_provisional=due.provisional,
            registered_by=actor,
        )
        row.files.set(files)
        objection_papers.issue(row, Kind.APPLICATION, actor=actor, today=today)
        audit.record(
            "objection.registered",
            f"登记异议 {row.number}，复查期限 {due.date}",
            target=row,
            actor=actor,
            about=[matter, matter.visit],
            detail={"received_on": received_on.isoformat(), "workdays": workdays},
        )
        _tell(row, sorted(OBJECTION.roles_for("recheck")), "收到一件异议，待复查", "registered")
        return row


def accept(*, objection: Any, actor: User, today: date) -> Objection:
    """Tells the applicant in writing that it is taken up (受理通知书). Raises Conflict the second time."""
    with transaction.atomic():
        row, _ = transitions.begin(OBJECTION, reads.rows(), objection, "accept", actor)
        if row.accepted_on is not None:
            raise Conflict(f"{row.number} 已于 {row.accepted_on} 受理，请刷新页面查看。")
        row.accepted_on, row.accepted_by = today, actor
        row.save(update_fields=["accepted_on", "accepted_by"])
        paper = objection_papers.issue(row, Kind.ACCEPTANCE, actor=actor, today=today)
        audit.record(
            "objection.accepted",
            f"受理异议，制发受理通知书 {paper.number}",
            target=row,
            actor=actor,
            about=[row.visit_matter],
        )
        return row


def decline(*, objection: Any, reason: str, actor: User, today: date) -> Objection:
    """Does not take it up, in writing, with the reason, within the set days (setting objection_accept_workdays).

    Raises RuleError without a reason or too late, Conflict once it was accepted.
    """
    if not reason.strip():
        raise RuleError("不予受理须写明理由。")
    with transaction.atomic():
        row, _ = transitions.begin(OBJECTION, reads.rows(), objection, "decline", actor)
        if row.accepted_on is not None:
            raise Conflict(f"{row.number} 已于 {row.accepted_on} 受理，不能再不予受理，须复查。")
        days = int(rule_settings.value_of("objection_accept_workdays", row.authority, today.year))
        last = calendar.due_after(row.received_on, days).date
        if today > last:
            raise RuleError(f"收到后 {days} 个工作日（{last}）内没有告知不予受理，须复查。")
        row.state = Objection.State.DECLINED
        row.declined_on, row.declined_by = today, actor
        row.decline_reason = reason.strip()[:300]
        row.save(update_fields=["state", "declined_on", "declined_by", "decline_reason"])
        paper = objection_papers.issue(row, Kind.REFUSAL, actor=actor, today=today)
        audit.record(
            "objection.declined",
            f"不予受理异议，制发告知书 {paper.number}：{row.decline_reason}",
            target=row,
            actor=actor,
            about=[row.visit_matter],
            is_bad=True,
        )
        return row


def attach(*, objection: Any, files: Sequence[StoredFile], actor: User) -> Objection:
    """Further material of the applicant, while the objection is open. Raises RuleError for none or when it has ended."""
    with transaction.atomic():
        row: Objection = reads.rows().select_for_update(of=("self",)).get(pk=objection)
        require(actor, row.authority_id, *RECEIVERS)
        if row.state in Objection.ENDED:
            raise Conflict(f"{row.number} 已办结（{row.get_state_display()}），不能再附材料。")
        if not files:
            raise RuleError("请选择要附的文件。")
        row.files.add(*files)
        audit.record(
            "objection.file-attached",
            f"附材料 {len(files)} 件：{'、'.join(file.name for file in files)}",
            target=row,
            actor=actor,
            detail={"files": [file.sha256 for file in files]},
        )
        return row


def recheck(
    *, objection: Any, finding: str, is_upheld: bool, actor: User, today: date
) -> Objection:
    """The conclusion of the recheck; the reply's clock runs from today (A83).

    Raises Forbidden for whoever recorded, reviewed, published the result or was in its team (A82).
    """
    if not finding.strip():
        raise RuleError("请写明复查情况和结论。")
    with transaction.atomic():
        row, _ = transitions.begin(OBJECTION, reads.rows(), objection, "recheck", actor)
        problem = reads.recheck_problem(row, actor)
        if problem:
            raise Forbidden(problem)
        workdays = int(rule_settings.value_of("reply_workdays", row.authority, today.year))
        due = calendar.due_after(today, workdays)
        row.state = Objection.State.RECHECKED
        row.rechecked_by, row.rechecked_on = actor, today
        row.finding, row.is_upheld = finding.strip(), is_upheld
        row.reply_due_on, row.reply_due_is_provisional = due.date, due.provisional
        row.save(
            update_fields=[
                "state",
                "rechecked_by",
                "rechecked_on",
                "finding",
                "is_upheld",
                "reply_due_on",
                "reply_due_is_provisional",
            ]
        )
        objection_papers.issue(row, Kind.DECISION, actor=actor, today=today)
        audit.record(
            "objection.rechecked",
            f"异议{'成立' if is_upheld else '不成立'}，反馈期限 {due.date}",
            target=row,
            actor=actor,
            about=[row.visit_matter],
            detail={"finding": row.finding, "is_upheld": is_upheld, "workdays": workdays},
            is_bad=is_upheld,
        )
        _tell(row, list(RECEIVERS), "异议已复查，待反馈申请人", "rechecked")
        return row


def reply(*, objection: Any, text: str, replied_on: date, actor: User, today: date) -> Objection:
    """What was answered to the applicant, and when. Raises RuleError for a day after today or before the recheck."""
    if not text.strip():
        raise RuleError("请写明反馈给申请人的内容。")
    with transaction.atomic():
        row, _ = transitions.begin(OBJECTION, reads.rows(), objection, "reply", actor)
        if replied_on > today or (row.rechecked_on and replied_on < row.rechecked_on):
            raise RuleError("反馈日期须在复查日期之后、不晚于今天，请核对。")
        row.state = Objection.State.REPLIED
        row.reply, row.replied_on, row.replied_by = text.strip(), replied_on, actor
        row.save(update_fields=["state", "reply", "replied_on", "replied_by"])
        objection_papers.issue(row, Kind.REPLY, actor=actor, today=replied_on)
        late = row.reply_due_on is not None and replied_on > row.reply_due_on
        audit.record(
            "objection.replied",
            f"反馈异议申请人{'（已逾期）' if late else ''}",
            target=row,
            actor=actor,
            about=[row.visit_matter],
            detail={"replied_on": replied_on.isoformat()},
            is_bad=late,
        )
        return row


def warn_due(*, today: date) -> int:
    """Tells the responsible about open objections due within five working days or overdue, each step once. Returns how many notices are new."""
    told = 0
    for state, roles in (
        (Objection.State.RECEIVED, sorted(OBJECTION.roles_for("recheck"))),
        (Objection.State.RECHECKED, list(RECEIVERS)),
    ):
        for row in reads.rows().filter(state=state).order_by("id"):
            on = row.recheck_due_on if state == Objection.State.RECEIVED else row.reply_due_on
            due = calendar.due(on, today)
            if due is None or due.days_left > 5:
                continue
            step = f"{state}:late" if due.is_late else f"{state}:soon"
            what = "复查" if state == Objection.State.RECEIVED else "反馈"
            told += _tell(row, roles, f"异议{what}{due.text}", step, is_urgent=due.is_late)
    return told


def _tell(row: Objection, roles: list[str], words: str, step: str, is_urgent: bool = False) -> int:
    users = notifications.holders(authority=row.authority, roles=roles)
    if row.state == Objection.State.RECEIVED:  # only those who may do it
        users = [user for user in users if reads.recheck_problem(row, user) is None]
    return notifications.notify(
        users=users,
        key=f"objection:{row.pk}:{step}",
        text=f"{words}：{row.number}，{row.visit_matter.visit.entity}，{row.visit_matter.matter}。",
        url=reverse("publication:objection-detail", kwargs={"pk": row.pk}),
        authority=row.authority,
        is_urgent=is_urgent,
    )
