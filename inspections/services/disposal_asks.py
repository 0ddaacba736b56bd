"""More time, 移送司法机关, an early end: asked for with a reason, decided by somebody else (A84, A94b)."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import User
from bureau.services import notifications, transitions
from inspections.models import Disposal, DisposalAsk, DisposalStep
from inspections.rules.disposal_paths import ASK_DECIDERS
from inspections.rules.processes import DISPOSAL
from inspections.services import disposal_steps, disposals

Kind = DisposalAsk.Kind
STEPS = {
    Kind.EXTEND: DisposalStep.Kind.EXTENDED,
    Kind.JUDICIAL: DisposalStep.Kind.SIGNED,
}


def ask(
    *,
    disposal_pk: Any,
    kind: str,
    reason: str,
    actor: User,
    today: date,
    new_due_on: date | None = None,
) -> DisposalAsk:
    """Raises RuleError without a reason or for a deadline that is no later, Conflict while the same is asked already."""
    if kind not in Kind.values:
        raise RuleError("没有这一种申请。")
    if not reason.strip():
        raise RuleError("请写明理由。")
    with transaction.atomic():
        row = _open(disposal_pk, actor)
        if kind == Kind.EXTEND and (new_due_on is None or new_due_on <= max(row.due_on, today)):
            raise RuleError(f"延长后的期限须晚于原期限 {row.due_on}，也须晚于今天。")
        if kind == Kind.JUDICIAL and (row.measure != "judicial" or row.stage != "opened"):
            raise RuleError("只有待移送司法机关的处置须提请批准移送。")
        try:
            with transaction.atomic():
                made: DisposalAsk = DisposalAsk.objects.create(
                    authority=row.authority,
                    disposal=row,
                    kind=kind,
                    reason=reason.strip()[:300],
                    old_due_on=row.due_on,
                    new_due_on=new_due_on if kind == Kind.EXTEND else None,
                    requested_by=actor,
                )
        except IntegrityError as twice:
            raise Conflict("同样的申请正在等待批准，请刷新页面查看。") from twice
        words = f"申请{made.get_kind_display()}：{made.reason}"
        audit.record(
            f"disposal.{kind}-asked",
            words,
            target=row,
            actor=actor,
            about=[made, row.visit_matter.visit],
            detail={"old": str(row.due_on), "new": str(made.new_due_on or "")},
        )
        notifications.notify(
            users=notifications.holders(authority=row.authority, roles=ASK_DECIDERS[kind]),
            key=f"disposal-ask:{made.pk}",
            text=f"{actor.full_name}{words}（{row.number}，{row.visit_matter.visit.entity}）。",
            url=reverse("inspections:disposal-ask-decide", kwargs={"pk": made.pk}),
            authority=row.authority,
        )
        return made


def decide(*, ask_pk: Any, approve: bool, note: str, actor: User, today: date) -> DisposalAsk:
    """By somebody else. Approved: the deadline moves, the letter may be issued, or the disposal ends with the reason.

    Raises Forbidden for who asked or without the role, Conflict when it was decided or the disposal has ended, RuleError
    for an approval that no longer extends anything.
    """
    if not approve and not note.strip():
        raise RuleError("不批准须写明意见。")
    with transaction.atomic():
        known = DisposalAsk.objects.values_list("disposal_id", flat=True).get(pk=ask_pk)
        row = _lock(known)
        made: DisposalAsk = (
            DisposalAsk.objects.select_for_update(of=("self",))
            .select_related("requested_by", "decided_by")
            .get(pk=ask_pk)
        )
        if made.state != DisposalAsk.State.REQUESTED:
            raise Conflict(
                f"这件申请已由{made.decided_by or '系统'}办理（{made.get_state_display()}），请刷新页面查看。"
            )
        require(actor, made.authority_id, *ASK_DECIDERS[made.kind])
        if made.requested_by_id == actor.pk:
            raise Forbidden("您是申请人，不能批准自己的申请，请由其他负责人办理。")
        made.state = DisposalAsk.State.APPROVED if approve else DisposalAsk.State.REFUSED
        made.decided_by, made.decided_at = actor, timezone.now()
        made.decision_note = note.strip()[:300]
        made.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
        word = "批准" if approve else "不批准"
        audit.record(
            f"disposal.{made.kind}-{'approved' if approve else 'refused'}",
            f"{word}{made.get_kind_display()}" + (f"：{made.decision_note}" if note else ""),
            target=row,
            actor=actor,
            about=[made, row.visit_matter.visit],
            detail={"old": str(made.old_due_on), "new": str(made.new_due_on or "")},
            is_bad=not approve,
        )
        if approve:
            _apply(row, made, actor, today)
        notifications.notify(
            users=[made.requested_by],
            key=f"disposal-ask-decided:{made.pk}",
            text=f"{row.number} {made.get_kind_display()}：{word}。{made.decision_note}",
            url=reverse("inspections:disposal-detail", kwargs={"pk": row.pk}),
            authority=row.authority,
            is_urgent=not approve,
        )
        return made


def _apply(row: Disposal, made: DisposalAsk, actor: User, today: date) -> None:
    if made.kind == Kind.STOP:
        disposals.settle(row, actor=actor, result=f"终止处置：{made.reason}", closed_on=today)
        return
    text = made.reason
    if made.kind == Kind.EXTEND:
        assert made.new_due_on is not None
        if made.new_due_on <= max(row.due_on, today):
            raise RuleError(
                f"申请延长至 {made.new_due_on}，但现在的期限是 {row.due_on}、今天是 {today}，批准不能延长期限。请不批准，由申请人重新申请。"
            )
        row.due_on = made.new_due_on
        row.save(update_fields=["due_on"])
        text = f"由 {made.old_due_on} 延长至 {made.new_due_on}：{made.reason}"
    disposal_steps.keep(row, STEPS[Kind(made.kind)], actor=actor, on=today, text=text)


def _open(pk: Any, actor: User) -> Disposal:
    row = _lock(pk)
    if not disposals.may_close(row, actor):
        raise Forbidden(f"这项处置由{row.responsible}负责，由该单位的人员或任务经办申请。")
    return row


def _lock(pk: Any) -> Disposal:
    row: Disposal = (
        Disposal.objects.select_for_update(of=("self",))
        .select_related(*disposal_steps.ROWS)
        .get(pk=pk)
    )
    if row.state != Disposal.State.OPEN:
        raise Conflict(transitions.moved_on(DISPOSAL, row))
    return row
