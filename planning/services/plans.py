"""年度抽查工作计划: drafted, approved by another person, published and filed (A26–A32, A41)."""

from dataclasses import replace

from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Agency, Role, User
from bureau.services import notifications, outbox, transitions
from planning.models import Filing, Plan, PlanItem
from planning.rules import items as rules
from planning.rules.items import ItemValues
from planning.rules.processes import PLAN
from planning.rules.quotas import EVERYBODY
from planning.selectors import plans as selectors
from registry.models import Matter
from registry.selectors import entities


def title_of(authority: Agency, year: int) -> str:
    """What a plan is called unless somebody calls it otherwise."""
    return f"{authority.short_name}{year}年度“双随机、一公开”抽查工作计划"


def create(
    *,
    authority: Agency,
    year: int,
    title: str,
    basis: str = "",
    requirements: str = "",
    actor: User | None,
) -> Plan:
    """A draft for `year`; one a year (DB constraint). Raises RuleError when there is one, Forbidden without the role.

    `actor` None, here and for items, is the command line.
    """
    if actor is not None:
        require(actor, authority.pk, Role.ORGANISER)
    if Plan.objects.filter(authority=authority, year=year).exists():
        raise RuleError(f"{year} 年度的计划已经建立，请在原计划上修改；已公布的请申请调整。")
    try:
        with transaction.atomic():
            plan = Plan.objects.create(
                authority=authority,
                year=year,
                title=title,
                basis=basis,
                requirements=requirements,
                created_by=actor,
            )
            audit.record("plan.created", f"建立 {year} 年度抽查计划", target=plan, actor=actor)
            return plan
    except IntegrityError as twice:
        raise Conflict(f"{year} 年度的计划刚刚由他人建立，请刷新页面后在该计划上修改。") from twice


def change(*, plan: Plan, title: str, basis: str, requirements: str, actor: User) -> Plan:
    """Changes the head of a draft."""
    with transaction.atomic():
        row = _draft(plan, actor)
        before = {"title": row.title, "basis": row.basis, "requirements": row.requirements}
        after = {"title": title, "basis": basis, "requirements": requirements}
        row.title, row.basis, row.requirements = title, basis, requirements
        row.save(update_fields=["title", "basis", "requirements"])
        audit.record(
            "plan.changed",
            "修改计划说明",
            target=row,
            actor=actor,
            detail=audit.differences(before, after),
        )
        return row


def add_item(*, plan: Plan, values: ItemValues, actor: User | None) -> PlanItem:
    """Adds an item to a draft. Raises RuleError with what is missing (A01, A27)."""
    with transaction.atomic():
        row = _draft(plan, actor)
        item = write_item(PlanItem(plan=row, number=next_number(row)), values)
        audit.record(
            "plan.item_added",
            f"增加计划条目“{item.name}”",
            target=row,
            actor=actor,
            detail={"item": item.pk, "after": values.as_json()},
        )
        return item


def change_item(*, item: PlanItem, values: ItemValues, actor: User | None) -> PlanItem:
    """Changes an item of a draft."""
    with transaction.atomic():
        plan = _draft(item.plan, actor)
        row = PlanItem.objects.select_related("plan__authority").get(pk=item.pk, plan=plan)
        before = selectors.values_of(row).as_json()
        write_item(row, values)
        audit.record(
            "plan.item_changed",
            f"修改计划条目“{row.name}”",
            target=plan,
            actor=actor,
            detail={
                "item": row.pk,
                "changed": audit.differences(before, selectors.values_of(row).as_json()),
            },
        )
        return row


def remove_item(*, item: PlanItem, actor: User) -> None:
    """Takes an item out of a draft, and closes the gap in the numbers."""
    with transaction.atomic():
        plan = _draft(item.plan, actor)
        before, name, number = selectors.values_of(item).as_json(), item.name, item.number
        item.delete()
        for row in plan.items.filter(number__gt=number).order_by("number"):
            row.number -= 1
            row.save(update_fields=["number"])
        audit.record(
            "plan.item_removed",
            f"删除计划条目“{name}”",
            target=plan,
            actor=actor,
            detail={"before": before},
        )


def submit(*, plan: Plan, actor: User, note: str = "") -> Plan:
    """Sends the draft to the head or deputy (A31).

    Matters in force that no item covers must be named with a reason in `note`: the plan covers all of them (A26).
    """
    with transaction.atomic():
        row = _begin(plan, "submit", actor)
        if not row.items.filter(state=PlanItem.State.ACTIVE).exists():
            raise RuleError("计划还没有条目，请先增加条目再提交。")
        uncovered = [matter.name for matter in selectors.uncovered_matters(row)]
        if uncovered and not note.strip():
            raise RuleError(
                f"清单内还有 {len(uncovered)} 个执行中的事项没有列入计划：{'、'.join(uncovered[:10])}"
                f"{'等' if len(uncovered) > 10 else ''}。请补上条目；确不列入的，请在提交时写明原因。"
            )
        row.state, row.submitted_by, row.submitted_at = (
            Plan.State.SUBMITTED,
            actor,
            timezone.now(),
        )
        row.return_reason = ""
        row.save(update_fields=["state", "submitted_by", "submitted_at", "return_reason"])
        audit.record(
            "plan.submitted",
            "提交年度计划审批",
            target=row,
            actor=actor,
            detail={"uncovered": uncovered, "note": note},
        )
        _tell(row, [Role.HEAD, Role.DEPUTY], f"{row.title}待您审批。", "submitted")
        return row


def approve(*, plan: Plan, actor: User) -> Plan:
    """Approval by head or deputy; who drafted or submitted the plan may not (per-case separation)."""
    with transaction.atomic():
        row = _begin(plan, "approve", actor)
        _refuse_own(row, actor)
        row.state, row.approved_by, row.approved_at = Plan.State.APPROVED, actor, timezone.now()
        row.save(update_fields=["state", "approved_by", "approved_at"])
        audit.record("plan.approved", "批准年度计划", target=row, actor=actor)
        _tell(row, [Role.ORGANISER, Role.PUBLISHER], f"{row.title}已批准，请公布。", "approved")
        return row


def send_back(*, plan: Plan, reason: str, actor: User) -> Plan:
    """Back to the draft with a reason."""
    reason = reason.strip()
    if not reason:
        raise RuleError("请写明退回原因，编制人据此修改。")
    with transaction.atomic():
        row = _begin(plan, "send_back", actor)
        _refuse_own(row, actor)
        row.state, row.return_reason = Plan.State.DRAFT, reason[:300]
        row.save(update_fields=["state", "return_reason"])
        audit.record(
            "plan.sent_back",
            f"退回年度计划：{reason}",
            target=row,
            actor=actor,
            is_bad=True,
            detail={"reason": reason},
        )
        _tell(
            row,
            [Role.ORGANISER],
            f"{row.title}被退回：{reason}",
            f"back:{timezone.now().isoformat()}",
        )
        return row


def publish(*, plan: Plan, actor: User) -> Plan:
    """Publishes the approved plan (A41) and files it with the superior (A30)."""
    with transaction.atomic():
        row = _begin(plan, "publish", actor)
        row.state, row.published_by, row.published_at = (
            Plan.State.PUBLISHED,
            actor,
            timezone.now(),
        )
        row.save(update_fields=["state", "published_by", "published_at"])
        audit.record("plan.published", "公布年度计划", target=row, actor=actor)
        outbox.put(
            kind="public.plan",
            key=f"public.plan:{row.pk}:{row.version}",
            label=f"公布{row.title}",
            authority=row.authority,
            payload={"plan": row.pk, "version": row.version},
        )
        file_with_superior(plan=row, actor=actor)
        return row


def file_with_superior(
    *, plan: Plan, actor: User, adjustment: "models.Model | None" = None
) -> Filing | None:
    """备案 with the superior department; None where the authority has none. Call inside a transaction (A30)."""
    superior = plan.authority.superior
    if superior is None:
        return None
    filing = Filing.objects.create(
        plan=plan,
        adjustment=adjustment,  # type: ignore[misc]
        to_agency=superior,
        version=plan.version,
    )
    audit.record(
        "filing.sent",
        f"向{superior.name}报送备案（第 {plan.version} 版）",
        target=plan,
        actor=actor,
    )
    notifications.notify(
        users=notifications.holders(authority=superior, roles=[Role.SUPERIOR]),
        key=f"filing:{filing.pk}",
        text=f"{plan.authority.name}报送{plan.title}（第 {plan.version} 版）备案，请签收。",
        url=reverse("planning:plan-detail", args=[plan.pk]),
        authority=superior,
    )
    return filing


def receive_filing(*, filing: Filing, actor: User) -> Filing:
    """The superior's receipt (A30). Raises Forbidden to anybody but the superior, Conflict the second time."""
    with transaction.atomic():
        row = (
            Filing.objects.select_for_update(of=("self",)).select_related("plan").get(pk=filing.pk)
        )
        if not actor.has_role_at(row.to_agency_id, Role.SUPERIOR):
            raise Forbidden("备案由上级主管部门签收，您没有上级主管角色。")
        if row.received_at is not None:
            raise Conflict("这份备案已经签收，不用再办。请刷新页面查看。")
        row.received_by, row.received_at = actor, timezone.now()
        row.save(update_fields=["received_by", "received_at"])
        audit.record(
            "filing.received", f"签收备案（第 {row.version} 版）", target=row.plan, actor=actor
        )
        return row


def settled(plan: Plan, values: ItemValues) -> ItemValues:
    """The values checked against list and pool, with base and estimate counted where they are not given.

    Raises RuleError with everything that must be mended (A01, A27).
    """
    authority = plan.authority
    mended = rules.problems(values, plan.year)
    if mended:
        raise RuleError("".join(mended))
    matters = list(Matter.objects.filter(authority=authority, pk__in=values.matters))
    idle = [m.name for m in matters if m.state != Matter.State.IN_FORCE]
    if idle or len(matters) != len(set(values.matters)):
        named = f"“{'、'.join(idle)}”" if idle else "所选事项中有的"
        raise RuleError(f"{named}不在现行执行清单内，不能列入计划。请换成执行中的事项。")
    if not Agency.objects.filter(pk=values.lead, authority=authority).exists():
        raise RuleError("牵头科室须是本单位的科室，请重新选择。")
    number = None if values.ratio_mode in EVERYBODY else values.ratio_value
    values = replace(values, ratio_value=number)
    if values.base_count is not None and values.estimate is not None:
        return values
    counted = selectors.count_scope(authority, values, plan.year)
    return replace(
        values,
        base_count=counted.base if values.base_count is None else values.base_count,
        estimate=counted.estimate if values.estimate is None else values.estimate,
    )


def write_item(item: PlanItem, values: ItemValues) -> PlanItem:
    """Checks and saves what an item says. Raises RuleError."""
    values = settled(item.plan, values)
    for name in _PLAIN_FIELDS:
        setattr(item, name, getattr(values, name))
    item.scope = {name: list(chosen) for name, chosen in values.scope.items()}
    item.scope_text = values.scope_words or entities.scope_label(values.scope)[:300]
    item.methods = list(values.methods)
    item.lead_id = values.lead
    item.estimate = values.estimate or 0
    item.save()
    item.matters.set(values.matters)
    item.participants.set(values.participants)
    return item


_PLAIN_FIELDS = (
    "name",
    "is_targeted",
    "ratio_mode",
    "ratio_value",
    "ratio_text",
    "base_count",
    "scope_words",
    "frequency",
    "region_weight",
    "level_split",
    "period_from",
    "period_to",
    "is_joint",
    "is_risk_differentiated",
    "initiation",
    "remark",
)


def next_number(plan: Plan) -> int:
    """The next item number of this plan; the caller holds the plan's row."""
    last = plan.items.aggregate(last=models.Max("number"))["last"]
    return int(last or 0) + 1


def _begin(plan: Plan, action: str, actor: User) -> Plan:
    rows = Plan.objects.select_related("authority__superior")
    row: Plan = transitions.begin(PLAN, rows, plan.pk, action, actor)[0]
    return row


def _draft(plan: Plan, actor: User | None) -> Plan:
    row: Plan = (
        Plan.objects.select_for_update(of=("self",)).select_related("authority").get(pk=plan.pk)
    )
    if actor is not None:
        require(actor, row.authority_id, Role.ORGANISER)
    if row.state != Plan.State.DRAFT:
        raise Conflict(
            f"计划现在是“{row.get_state_display()}”，条目不能直接改。"
            f"{'请申请调整。' if row.state == Plan.State.PUBLISHED else '如需修改，请审批人退回。'}"
        )
    return row


def _refuse_own(plan: Plan, actor: User) -> None:
    if actor.pk in {plan.created_by_id, plan.submitted_by_id}:
        raise Forbidden("计划由您编制或提交，审批须由另一位负责人办理。")


def _tell(plan: Plan, roles: list[str], text: str, step: str) -> None:
    notifications.notify(
        users=notifications.holders(authority=plan.authority, roles=roles),
        key=f"plan:{plan.pk}:{plan.version}:{step}",
        text=text,
        url=reverse("planning:plan-detail", args=[plan.pk]),
        authority=plan.authority,
    )
