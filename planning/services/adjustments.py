"""计划调整: asked for with a reason, decided by another person, then the plan's next version (A31)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role, User
from bureau.services import notifications, outbox, transitions
from planning.models import Plan, PlanAdjustment, PlanItem, Task
from planning.rules import items as rules
from planning.rules.items import ItemValues
from planning.rules.processes import ADJUSTMENT, PLAN
from planning.selectors import plans as selectors
from planning.services import plans


@dataclass(frozen=True)
class Change:
    """`op` add, change or remove; `item` for the last two, `values` for the first two."""

    op: str
    item: PlanItem | None = None
    values: ItemValues | None = None


def propose_adjustment(
    *, plan: Plan, reason: str, changes: Sequence[Change], actor: User
) -> PlanAdjustment:
    """Asks for changes to a published plan. Raises RuleError, Conflict while another adjustment is open."""
    reason = reason.strip()
    if not reason:
        raise RuleError("请写明调整原因，审批和公示都要用到。")
    if not changes:
        raise RuleError("没有要调整的条目，请至少改动一项。")
    with transaction.atomic():
        rows = Plan.objects.select_related("authority")
        row: Plan = transitions.begin(PLAN, rows, plan.pk, "adjust", actor)[0]
        if row.adjustments.filter(state=PlanAdjustment.State.SUBMITTED).exists():
            raise Conflict("本计划已有一项调整待审批，请先办结再申请下一项。")
        last = row.adjustments.aggregate(last=models.Max("number"))["last"] or 0
        adjustment = PlanAdjustment.objects.create(
            plan=row,
            number=last + 1,
            reason=reason,
            changes=[_as_json(row, change) for change in changes],
            requested_by=actor,
        )
        audit.record(
            "adjustment.submitted",
            f"申请第 {adjustment.number} 次计划调整",
            target=adjustment,
            authority=row.authority,
            about=[row],
            actor=actor,
            detail={"reason": reason, "changes": adjustment.changes},
        )
        _tell(adjustment, [Role.HEAD, Role.DEPUTY], f"{row.title}的调整待您审批。", "submitted")
        return adjustment


def decide_adjustment(
    *, adjustment: PlanAdjustment, approve: bool, note: str = "", actor: User
) -> PlanAdjustment:
    """Approves (the plan becomes its next version, is published and filed again) or refuses with a reason.

    Raises Forbidden to who asked for it, Conflict when it is decided or an item has moved on.
    """
    note = note.strip()
    with transaction.atomic():
        plan = (
            Plan.objects.select_for_update(of=("self",))
            .select_related("authority__superior")
            .get(pk=adjustment.plan_id)
        )
        row = PlanAdjustment.objects.select_for_update(of=("self",)).get(pk=adjustment.pk)
        step = ADJUSTMENT.find(row.state, "approve" if approve else "refuse")
        if step is None:
            raise Conflict("这项调整已经办结，请刷新页面查看。")
        require(actor, plan.authority_id, *step.roles)
        if actor.pk == row.requested_by_id:
            raise Forbidden("调整由您申请，须由另一位负责人审批。")
        if step.needs_reason and not note:
            raise RuleError("不予批准的，请写明意见。")
        row.state, row.decided_by, row.decided_at = step.to, actor, timezone.now()
        row.decision_note = note[:300]
        row.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
        if approve:
            _apply(plan, row, actor)
        audit.record(
            f"adjustment.{step.to}",
            f"{'批准' if approve else '不批准'}第 {row.number} 次计划调整",
            target=row,
            authority=plan.authority,
            about=[plan],
            actor=actor,
            is_bad=not approve,
            detail={"note": note, "version": plan.version},
        )
        outcome = "已批准" if approve else f"未获批准：{note}"
        _tell(row, [Role.ORGANISER], f"{plan.title}的调整{outcome}。", step.to)
        return row


def _apply(plan: Plan, adjustment: PlanAdjustment, actor: User) -> None:
    for change in adjustment.changes:
        _apply_one(plan, change)
    plan.version += 1
    plan.save(update_fields=["version"])
    outbox.put(
        kind="public.adjustment",
        key=f"public.adjustment:{adjustment.pk}:{plan.version}",
        label=f"公布{plan.title}第 {adjustment.number} 次调整",
        authority=plan.authority,
        payload={"plan": plan.pk, "adjustment": adjustment.pk, "version": plan.version},
    )
    plans.file_with_superior(plan=plan, adjustment=adjustment, actor=actor)


def _apply_one(plan: Plan, change: Mapping[str, Any]) -> None:
    if change["op"] == "add":
        item = PlanItem(plan=plan, number=plans.next_number(plan))
        plans.write_item(item, ItemValues.from_json(change["after"]))
        return
    item = PlanItem.objects.select_related("plan__authority").get(pk=change["item"], plan=plan)
    before = ItemValues.from_json(change["before"])
    if selectors.values_of(item).as_json() != before.as_json():
        raise Conflict(f"条目“{item.name}”在申请之后又有改动，请不予批准并重新申请。")
    if change["op"] == "change":
        plans.write_item(item, ItemValues.from_json(change["after"]))
        return
    item.state = PlanItem.State.REMOVED
    item.save(update_fields=["state"])


def _as_json(plan: Plan, change: Change) -> dict[str, Any]:
    before = after = None
    if change.item is not None:
        if change.item.plan_id != plan.pk or change.item.state != PlanItem.State.ACTIVE:
            raise RuleError("所选条目不在本计划的有效条目中，请重新选择。")
        before = selectors.values_of(change.item).as_json()
    if change.op == "remove" and change.item is not None:
        _refuse_used(change.item)
    if change.values is not None:
        after = plans.settled(plan, change.values).as_json()
        if before is not None and not rules.changed_fields(before, after):
            raise RuleError(f"条目“{before['name']}”没有任何改动，请修改后再提交。")
    item = change.item.pk if change.item else None
    return {"op": change.op, "item": item, "before": before, "after": after}


def _refuse_used(item: PlanItem) -> None:
    running = item.tasks.exclude(state=Task.State.CANCELLED)
    if running.exists():
        raise RuleError(
            f"条目“{item.name}”已经建立了任务，不能取消。请先撤销任务，或改为修改条目。"
        )


def _tell(adjustment: PlanAdjustment, roles: list[str], text: str, step: str) -> None:
    plan = adjustment.plan
    notifications.notify(
        users=notifications.holders(authority=plan.authority, roles=roles),
        key=f"adjustment:{adjustment.pk}:{step}",
        text=text,
        url=reverse("planning:adjustment-detail", args=[adjustment.pk]),
        authority=plan.authority,
    )
