"""检查通知书: made once the head has approved, frozen as printed, delivered at the door (A64, A101)."""

import secrets
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.access import may
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role, User
from bureau.services import numbers, transitions
from inspections.models import Notice, Replacement, TeamMember, Visit
from inspections.rules.processes import VISIT
from inspections.selectors import disclosure, documents
from planning.models import Task

# Digits and letters that cannot be taken for one another when somebody types the code from paper.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
TOKEN_LENGTH = 24  # 120 bits
NUMBER_LABEL = "检查通知"


def new_token() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))


def issue(*, visit: Visit, actor: User, today: date) -> Notice:
    """Makes the notice of an approved visit; made again before delivery (a member was replaced) it keeps number and code.

    By a coordinator, the organiser or the visit's leader. Raises Conflict before the approval, once the visit has begun
    or once it is delivered; RuleError while a member is being replaced. Basis: A64 (002 二十六.2), A97, A101.
    """
    with transaction.atomic():
        row = _locked(visit)
        if VISIT.find(row.state, "issue_notice") is None:
            raise Conflict(transitions.moved_on(VISIT, row))
        _require_hand(row, actor)
        if row.replacements.filter(state=Replacement.State.REQUESTED).exists():
            raise RuleError("检查组有人员更换待办理，请办结后再制作通知书。")
        content = documents.notice_content(row, today)
        notice = Notice.objects.select_for_update().filter(visit=row).first()
        if notice is None:
            notice = Notice.objects.create(
                visit=row,
                number=numbers.document_number(
                    authority=row.authority,
                    kind="notice",
                    label=NUMBER_LABEL,
                    year=today.year,
                ),
                token=new_token(),
                content=content,
                issued_by=actor,
            )
            action, label = "notice.issued", f"制作检查通知书 {notice.number}"
        else:
            if notice.delivered_at is not None:
                raise Conflict("通知书已经送达，不能重新制作。")
            notice.content, notice.issued_by, notice.issued_at = content, actor, timezone.now()
            notice.save(update_fields=["content", "issued_by", "issued_at"])
            action, label = "notice.reissued", f"重新制作检查通知书 {notice.number}"
        audit.record(
            action,
            label,
            target=row,
            actor=actor,
            about=[notice, *Task.objects.filter(visit_matters__visit=row).distinct()],
            detail={"inspectors": [p["certificate_no"] for p in content["inspectors"]]},
        )
    return notice


def deliver(*, visit: Visit, actor: User, at: datetime) -> Notice:
    """Marks when the notice was handed over; kept beside the moment at which the server learned it.

    Raises RuleError without a notice or for a time that lies ahead or before it was made, Conflict when marked before.
    """
    with transaction.atomic():
        row = _locked(visit)
        _require_hand(row, actor)
        notice = Notice.objects.select_for_update(of=("self",)).filter(visit=row).first()
        if notice is None:
            raise RuleError("还没有制作检查通知书，请先制作再登记送达。")
        if notice.delivered_at is not None:
            raise Conflict("这份通知书已登记送达。")
        if row.state not in {Visit.State.ORDERED, Visit.State.IN_PROGRESS}:
            raise Conflict(transitions.moved_on(VISIT, row))
        if at > timezone.now():
            raise RuleError("送达时间不能晚于现在，请改正。")
        if at < notice.issued_at.replace(second=0, microsecond=0):
            raise RuleError("送达时间不能早于制作时间，请改正。")
        notice.delivered_at, notice.delivered_by = at, actor
        notice.save(update_fields=["delivered_at", "delivered_by"])
        audit.record(
            "notice.delivered",
            f"送达检查通知书 {notice.number}",
            target=row,
            actor=actor,
            about=[notice],
            detail={"happened_at": at.isoformat()},
        )
    return notice


def may_issue(visit: Visit, actor: User) -> bool:
    """A coordinator or organiser of the authority, or whoever goes along, once the team knows where it goes."""
    if may(actor, visit.authority_id, (Role.COORDINATOR, Role.ORGANISER)):
        return True
    if not disclosure.is_known(visit, timezone.now()):
        return False
    return TeamMember.objects.filter(
        visit=visit,
        is_current=True,
        part__in=[TeamMember.Part.LEADER, TeamMember.Part.MEMBER],
        inspector__user=actor,
    ).exists()


def _require_hand(visit: Visit, actor: User) -> None:
    if not may_issue(visit, actor):
        raise Forbidden(
            "检查通知书由执行单位分派员、任务经办或本检查组人员制作和送达，您不在其中。"
        )


def _locked(visit: Visit) -> Visit:
    return (  # type: ignore[no-any-return]
        Visit.objects.select_for_update(of=("self",))
        .select_related("authority", "unit", "entity", "order")
        .get(pk=visit.pk)
    )
