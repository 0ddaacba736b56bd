"""变更检查单位转交: written notice by the old unit, the head's approval, then the unit of the new place goes (A71: 002 二十八)."""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Agency, Role, StoredFile, User
from bureau.services import notifications, numbers, transitions
from inspections.models import Transfer, Visit
from inspections.rules.processes import TRANSFER, VISIT
from inspections.selectors import transfers as reading
from inspections.selectors.dispatch import is_being_drawn
from inspections.selectors.visits import tasks_of
from inspections.services import dispatch
from inspections.services.ending import free_team
from planning.models import Pick
from registry.services import ledger

DESK = (Role.COORDINATOR, Role.ORGANISER)
FREED = "检查转交，原检查组解散"


def request(
    *,
    visit: Visit,
    to: Agency,
    moved_on: date,
    new_address: str,
    reason: str,
    actor: User,
    today: date,
    evidence: StoredFile | None = None,
) -> Transfer:
    """Asks to hand a visit that has not begun to another unit of the bureau, or to a linked authority.

    Raises RuleError for a unit that cannot receive it or a notice that was delivered already, Conflict while a team is
    being drawn or another transfer is open.
    """
    new_address, reason = new_address.strip(), reason.strip()
    if not new_address or not reason:
        raise RuleError("请写明迁入地址和情况说明（迁移登记的时间、依据），转交通知以此为据。")
    if moved_on > today:
        raise RuleError("迁移日期不能晚于今天。")
    with transaction.atomic():
        rows = Visit.objects.select_related("authority", "unit", "entity", "team_sitting__sitting")
        row, _ = transitions.begin(VISIT, rows, visit.pk, "transfer", actor)
        require_movable(row)
        to_authority = to.authority or to
        _require_receiver(row, to, to_authority)
        try:
            with transaction.atomic():
                made = Transfer.objects.create(
                    authority=row.authority,
                    from_unit=row.unit,
                    to_authority=to_authority,
                    to_unit=to if to_authority.pk == row.authority_id else None,
                    visit=row,
                    number=numbers.document_number(
                        authority=row.authority, kind="transfer", label="转交", year=today.year
                    ),
                    moved_on=moved_on,
                    new_address=new_address[:200],
                    reason=reason[:300],
                    evidence=evidence,
                    requested_by=actor,
                )
        except IntegrityError as taken:
            raise Conflict("这次检查的转交正在办理，请先办结。") from taken
        made.content = reading.notice_content(made, today)
        made.save(update_fields=["content"])
        audit.record(
            "transfer.requested",
            f"申请转交{to.name}检查：{reason}",
            target=row,
            actor=actor,
            about=[made, *tasks_of(row)],
            detail={"to": to.code, "address": new_address, "moved_on": moved_on.isoformat()},
        )
        tell(
            made,
            [
                user
                for user in notifications.holders(authority=row.authority, roles=[Role.HEAD])
                if user.pk != actor.pk
            ],
            "requested",
            f"{row.entity.name}迁出，申请转交{to.short_name}检查，请审批",
        )
    return made


def decide(*, transfer: Transfer, approve: bool, actor: User, note: str = "") -> Transfer:
    """The head approves or refuses. Within the bureau the visit moves at once; another authority is offered it.

    The written notice is frozen with the approval. Raises Forbidden to who asked, Conflict when the visit has begun.
    """
    if not approve and not note.strip():
        raise RuleError("不批准的，请写明意见。")
    with transaction.atomic():
        visit = locked_visit(transfer)
        row, _ = transitions.begin(
            TRANSFER, _rows(), transfer.pk, "approve" if approve else "refuse", actor
        )
        if actor.pk == row.requested_by_id:
            raise Forbidden("这项转交由您申请，须由其他负责人批准。")
        row.decided_by, row.decided_at, row.decision_note = actor, timezone.now(), note.strip()
        if not approve:
            row.state = Transfer.State.REFUSED
        elif row.to_unit is not None:
            require_state(visit, "transfer")
            require_movable(visit)
            row.state, row.answered_by, row.answered_at = (
                Transfer.State.ACCEPTED,
                actor,
                timezone.now(),
            )
            _move_within(visit, row)
        else:
            require_state(visit, "transfer")
            row.state = Transfer.State.OFFERED
        if approve:
            row.content = row.content | {
                "on": timezone.localdate().isoformat(),
                "approved_by": actor.full_name,
                "form": reading.worded(row),
            }
        row.save()
        audit.record(
            f"transfer.{'approved' if approve else 'refused'}",
            f"批准转交{row.receiver_name}，转交通知 {row.number}"
            if approve
            else f"不批准转交：{row.decision_note}",
            target=visit,
            actor=actor,
            about=[row, *tasks_of(visit)],
            detail={"from": row.from_unit.code, "to": (row.to_unit or row.to_authority).code},
        )
        tell(
            row,
            [row.requested_by],
            "decided",
            f"{visit.entity.name}的转交{'已批准' if approve else '未批准'}",
        )
        if row.state == Transfer.State.OFFERED:
            tell(
                row,
                notifications.holders(authority=row.to_authority, roles=[*DESK, Role.HEAD]),
                "offered",
                f"{row.authority.short_name}转交{visit.entity.name}的检查（{row.number}），请接收或退回",
            )
        elif row.state == Transfer.State.ACCEPTED and row.to_unit is not None:
            tell(
                row,
                dispatch.coordinators(row.to_unit),
                "moved",
                f"{visit.entity.name}迁入，检查由{row.from_unit.short_name}转交{row.to_unit.short_name}，请匹配检查人员",
            )
    return row


def withdraw(*, transfer: Transfer, note: str, actor: User) -> Transfer:
    """The old unit takes it back before it is received."""
    if not note.strip():
        raise RuleError("请写明撤回的原因。")
    with transaction.atomic():
        visit = locked_visit(transfer)
        row, step = transitions.begin(TRANSFER, _rows(), transfer.pk, "withdraw", actor)
        was_offered = row.state == Transfer.State.OFFERED
        row.state, row.answer_note = step.to, note.strip()[:300]
        row.answered_by, row.answered_at = actor, timezone.now()
        row.save(update_fields=["state", "answer_note", "answered_by", "answered_at"])
        audit.record(
            "transfer.withdrawn",
            f"撤回转交：{note.strip()}",
            target=visit,
            actor=actor,
            about=[row],
        )
        if was_offered:
            tell(
                row,
                notifications.holders(authority=row.to_authority, roles=[*DESK]),
                "withdrawn",
                f"{row.authority.short_name}撤回了{visit.entity.name}的转交",
            )
    return row


def decline(*, transfer: Transfer, note: str, actor: User) -> Transfer:
    """The other authority gives it back, with its reason; the old unit keeps the visit."""
    if not note.strip():
        raise RuleError("请写明退回的原因。")
    with transaction.atomic():
        visit = locked_visit(transfer)
        row = answering(transfer, "decline", actor)
        row.state, row.answer_note = Transfer.State.DECLINED, note.strip()[:300]
        row.answered_by, row.answered_at = actor, timezone.now()
        row.save(update_fields=["state", "answer_note", "answered_by", "answered_at"])
        audit.record(
            "transfer.declined",
            f"{row.to_authority.name}退回转交：{note.strip()}",
            target=visit,
            actor=actor,
            authority=row.authority,
            about=[row],
            is_bad=True,
        )
        tell(
            row,
            [row.requested_by],
            "declined",
            f"{row.to_authority.short_name}退回了{visit.entity.name}的转交：{note.strip()}",
        )
    return row


def require_receiving(transfer: Transfer, actor: User) -> None:
    """Raises Forbidden for who does not work at the desk of the authority that it is offered to."""
    require(actor, transfer.to_authority_id, *DESK)


def _rows() -> "reading.Rows":
    return Transfer.objects.select_related(
        "authority",
        "from_unit",
        "to_authority",
        "to_unit",
        "requested_by",
        "decided_by",
        "evidence",
    )


def locked_visit(transfer: Transfer) -> Visit:
    rows = Visit.objects.select_related("authority", "unit", "entity", "team_sitting__sitting")
    row: Visit = rows.select_for_update(of=("self",)).get(pk=transfer.visit_id)
    return row


def answering(transfer: Transfer, action: str, actor: User) -> Transfer:
    """The row for the receiving side: its roles count at the authority that it was offered to."""
    row: Transfer = _rows().select_for_update(of=("self",)).get(pk=transfer.pk)
    step = TRANSFER.find(row.state, action)
    if step is None:
        raise Conflict(transitions.moved_on(TRANSFER, row))
    require(actor, row.to_authority_id, *step.roles)
    return row


def require_state(visit: Visit, action: str) -> None:
    if VISIT.find(visit.state, action) is None:
        raise Conflict(transitions.moved_on(VISIT, visit))


def require_movable(visit: Visit) -> None:
    if is_being_drawn(visit) and visit.state == Visit.State.DISPATCHED:
        raise Conflict("这次检查正在匹配检查人员，名单已锁定，请等匹配完成后再转交。")
    notice = getattr(visit, "notice", None)
    if notice is not None and notice.delivered_at is not None:
        raise RuleError("检查通知书已经送达，检查即将开始，不能再转交。")
    asked = getattr(visit, "deemed_done", None)
    if asked is not None and asked.state == "requested":
        raise Conflict("这次检查正在申请视为完成，请先办结那项申请。")


def _require_receiver(visit: Visit, to: Agency, authority: Agency) -> None:
    if not to.is_active or to.pk == visit.unit_id:
        raise RuleError("请选择原执行单位以外的在用单位。")
    if authority.pk == visit.authority_id:
        return
    if to.pk != authority.pk:
        raise RuleError("转交其他局时，请选择该局，由该局安排执行单位。")
    if not Agency.objects.filter(reading.linked(visit.authority), pk=authority.pk).exists():
        raise RuleError(f"{authority.name}与本单位没有隶属或同级关系，不能在平台内转交。")


def _move_within(visit: Visit, row: Transfer) -> None:
    """Another unit of the same bureau: the same visit and picks, a free team, the same window."""
    assert row.to_unit is not None
    free_team(visit, why=FREED)
    visit.unit, visit.state = row.to_unit, Visit.State.DISPATCHED
    visit.save(update_fields=["unit", "state", "team_draw", "team_sitting", "order", "planned_on"])
    Pick.objects.filter(visit_matters__visit=visit).update(unit=row.to_unit)
    ledger.move_entry(source=dispatch.source_of(visit), unit=row.to_unit)


def tell(row: Transfer, users: Sequence[User], step: str, text: str) -> None:
    notifications.notify(
        users={user.pk: user for user in users}.values(),
        key=f"transfer.{step}:{row.pk}",
        text=text,
        url=reverse("inspections:transfer-detail", args=[row.pk]),
        authority=row.authority,
    )
