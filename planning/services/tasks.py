"""抽查任务: set up from a plan item or ad hoc, cut into strata, made ready for the draw (A34, A43–A46)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import Agency, Role, User
from bureau.services import numbers, transitions
from lottery.errors import ProtocolError
from lottery.text import check_label
from planning.models import Plan, PlanItem, Task, TaskGroup, TaskParticipant, TaskStratum
from planning.rules import strata as strata_rules
from planning.rules.processes import TASK
from planning.rules.strata import Stratum
from planning.selectors import pool_parts
from planning.selectors import tasks as selectors
from planning.services.platform import import_lists as import_platform_lists
from planning.services.pools import ask_keepers, require_confirmed
from planning.services.pools import confirm as confirm_pool
from registry.models import Matter
from registry.selectors import entities

__all__ = [
    "TaskValues",
    "cancel",
    "change",
    "confirm_pool",
    "create_ad_hoc",
    "create_from_item",
    "import_platform_lists",
    "make_ready",
    "reopen",
    "set_scheme",
    "set_strata",
]


@dataclass(frozen=True)
class TaskValues:
    """What the organiser says of a task. Ids are primary keys; `executing` are the units that inspect."""

    name: str
    unit: int
    matters: Sequence[int]
    window_from: date
    window_to: date
    scope: dict[str, list[str]] = field(default_factory=dict)
    executing: Sequence[int] = ()
    participants: Sequence[int] = ()
    is_targeted: bool = True
    is_risk_differentiated: bool = False
    is_special: bool = False
    special_reason: str = ""
    team_size: int = 2
    reserve: int = 0
    names_in_notice: bool = False
    draw_source: str = Task.DrawSource.OWN
    platform_name: str = ""
    platform_number: str = ""
    platform_receipt: str = ""


def create_from_item(*, item: PlanItem, values: TaskValues, actor: User) -> Task:
    """A task of an item of a published plan (A43), with one stratum as the item says. Raises RuleError, Forbidden."""
    plan = item.plan
    if plan.state != Plan.State.PUBLISHED or item.state != PlanItem.State.ACTIVE:
        raise RuleError(
            "只有已公布计划中的有效条目才能建立任务。请先公布计划，或作为临时抽查建立。"
        )
    planned = {matter.pk for matter in item.matters.all()}
    if not set(values.matters) <= planned:
        raise RuleError("所选事项超出了计划条目的范围。请申请调整计划，或另建临时抽查任务。")
    with transaction.atomic():
        task = _create(plan.authority, plan.year, values, actor, plan_item=item)
        TaskStratum.objects.create(
            task=task, number=1, label="全部对象", scope={}, **_stratum_of(item)
        )
        _record_created(task, actor, f"按年度计划第 {item.number} 项建立任务")
        return task


def create_ad_hoc(*, authority: Agency, reason: str, values: TaskValues, actor: User) -> Task:
    """临时抽查: outside the plan, with its reason; runs and is published like a planned task (A34)."""
    reason = reason.strip()
    if not reason:
        raise RuleError("临时抽查须写明原因。")
    with transaction.atomic():
        task = _create(authority, values.window_from.year, values, actor, ad_hoc_reason=reason)
        _record_created(task, actor, f"建立临时抽查任务：{reason}")
        return task


def change(*, task: Task, values: TaskValues, actor: User) -> Task:
    """Changes a draft."""
    with transaction.atomic():
        row = _draft(task, actor)
        if row.plan_item is not None:
            planned = set(row.plan_item.matters.values_list("pk", flat=True))
            if not set(values.matters) <= planned:
                raise RuleError(
                    "所选事项超出了计划条目的范围。请申请调整计划，或另建临时抽查任务。"
                )
        held = set(row.matters.values_list("pk", flat=True))
        if row.groups.exists() and held != set(values.matters):
            raise RuleError(
                "任务已按检查对象分组；要增减事项，请先在任务页合并为一组，改好后再分组。"
            )
        if row.groups.exists():  # the pools are the groups' own
            values = replace(values, scope=row.scope, is_targeted=row.is_targeted)
        before = _facts(row)
        _write(row, values)
        row.save()
        _write_links(row, values)
        audit.record(
            "task.changed",
            "修改任务设置",
            target=row,
            actor=actor,
            detail=audit.differences(before, _facts(row)),
        )
        return row


def set_strata(
    *,
    task: Task,
    strata: Sequence[Stratum],
    actor: User,
    group: TaskGroup | None = None,
    scope: Mapping[str, Sequence[str]] | None = None,
) -> Task:
    """Replaces the strata of a draft, or of one group of it, and its scope where one is given (A45, A46).

    Raises RuleError with everything that must be mended, Conflict when the draft was divided into groups meanwhile.
    """
    if not strata:
        raise RuleError("至少要有一层，请填写层名和比例。")
    mended = strata_rules.problems(strata)
    for stratum in strata:
        mended += _label_problems(stratum)
    if mended:
        raise RuleError("".join(mended))
    with transaction.atomic():
        row = _draft(task, actor)
        if group is None and row.groups.exists():
            raise Conflict("任务已经分组，分层请在各组中设置。请刷新页面查看。")
        if scope is not None:
            _set_scope(row, group, entities.clean_scope(scope), actor)
        mine = row.strata.filter(group=group)
        others = row.strata.exclude(pk__in=mine.values("pk"))
        _refuse_taken_labels(others, strata)
        before = [_stratum_fact(pool_parts.as_stratum(s)) for s in mine]
        mine.delete()
        first = (others.aggregate(n=Max("number"))["n"] or 0) + 1
        TaskStratum.objects.bulk_create(
            [
                TaskStratum(
                    task=row,
                    group=group,
                    number=number,
                    label=stratum.label,
                    scope=entities.clean_scope(stratum.scope),
                    mode=stratum.mode,
                    value=None if stratum.mode == "all" else stratum.value,
                    minimum=stratum.minimum,
                    maximum=stratum.maximum,
                    reserve=stratum.reserve,
                    batches=stratum.batches,
                )
                for number, stratum in enumerate(strata, first)
            ]
        )
        of_group = f"“{group.name}”组" if group else ""
        audit.record(
            "task.strata_set",
            f"{of_group}设置 {len(strata)} 层抽取比例",
            target=row,
            actor=actor,
            detail={"before": before, "after": [_stratum_fact(s) for s in strata]},
        )
        return row


def set_scheme(*, task: Task, scheme: str, actor: User) -> Task:
    """The 实施方案 of this draw (A32)."""
    with transaction.atomic():
        row = _draft(task, actor)
        row.scheme = scheme.strip()
        row.save(update_fields=["scheme"])
        audit.record("task.scheme_set", "修改实施方案", target=row, actor=actor)
        if row.draw_source == Task.DrawSource.OWN:
            ask_keepers(task=row)
        return row


def make_ready(*, task: Task, actor: User, today: date) -> Task:
    """From draft to 待摇号: everything set, both pools confirmed as they stand (A18). Raises RuleError with all gaps."""
    with transaction.atomic():
        rows = Task.objects.select_related("authority", "plan_item")
        row: Task = transitions.begin(TASK, rows, task.pk, "make_ready", actor)[0]
        found = selectors.gaps(row, today)
        if found:
            raise RuleError("还不能转入待摇号：" + "".join(found))
        require_confirmed(task=row, today=today)
        row.state = Task.State.READY
        row.save(update_fields=["state"])
        audit.record("task.ready", "任务设置完成，转入待摇号", target=row, actor=actor)
        return row


def reopen(*, task: Task, actor: User) -> Task:
    """Back to the draft; refused while a sitting holds the task."""
    with transaction.atomic():
        row: Task = transitions.begin(TASK, Task.objects.all(), task.pk, "reopen", actor)[0]
        _refuse_in_sitting(row)
        row.state = Task.State.DRAFT
        row.save(update_fields=["state"])
        audit.record("task.reopened", "退回草稿修改", target=row, actor=actor)
        return row


def cancel(*, task: Task, reason: str, actor: User) -> Task:
    """撤销 before the lock, with a reason; the number is not used again."""
    reason = reason.strip()
    if not reason:
        raise RuleError("请写明撤销原因。")
    with transaction.atomic():
        row: Task = transitions.begin(TASK, Task.objects.all(), task.pk, "cancel", actor)[0]
        _refuse_in_sitting(row)
        row.state = Task.State.CANCELLED
        row.save(update_fields=["state"])
        audit.record(
            "task.cancelled",
            f"撤销任务：{reason}",
            target=row,
            actor=actor,
            is_bad=True,
            detail={"reason": reason},
        )
        return row


def _create(authority: Agency, year: int, values: TaskValues, actor: User, **origin: Any) -> Task:
    require(actor, authority.pk, Role.ORGANISER)
    task = Task(authority=authority, year=year, created_by=actor, **origin)
    _write(task, values)
    task.number = numbers.document_number(
        authority=authority, kind="task", label="双随机", year=year
    )
    try:
        check_label(task.number, "任务编号")
    except ProtocolError as refusal:
        raise RuleError(f"{refusal}请系统管理员改正机关代字。") from refusal
    task.save(force_insert=True)
    _write_links(task, values)
    return task


def _write(task: Task, values: TaskValues) -> None:
    if values.window_to < values.window_from:
        raise RuleError("检查截止日期早于开始日期，请核对。")
    if values.team_size < 2:
        raise RuleError("检查组不得少于 2 人（行政检查须两名以上执法人员）。")
    if values.is_special and not values.special_reason.strip():
        raise RuleError("专项定向抽查不受年度次数限制，须写明专项依据。")
    if values.draw_source == Task.DrawSource.PLATFORM and not (
        values.platform_name.strip() and values.platform_number.strip()
    ):
        raise RuleError("上级平台抽取的任务，须填写平台名称和平台任务编号。")
    _units(task, [values.unit])
    task.unit_id = values.unit
    for name in _PLAIN_FIELDS:
        setattr(task, name, getattr(values, name))
    task.scope = entities.clean_scope(values.scope)
    try:
        entities.scope_text(task.scope)
    except ProtocolError as refusal:
        raise RuleError(f"抽查范围不能写入公告：{refusal}") from refusal


_PLAIN_FIELDS = (
    "name",
    "window_from",
    "window_to",
    "is_targeted",
    "is_risk_differentiated",
    "is_special",
    "special_reason",
    "team_size",
    "reserve",
    "names_in_notice",
    "draw_source",
    "platform_name",
    "platform_number",
    "platform_receipt",
)


def _write_links(task: Task, values: TaskValues) -> None:
    in_force = Matter.objects.filter(authority=task.authority, pk__in=values.matters).in_force()
    matters = list(in_force)
    if not values.matters or len(matters) != len(set(values.matters)):
        raise RuleError("只能抽查现行执行清单内的事项（无依据不检查），请重新选择事项。")
    _units(task, values.executing)
    task.matters.set(matters)
    # Whose pools a superior draws from is chosen apart (services.subordinates) and stays.
    owners = task.participants.filter(part=TaskParticipant.Part.POOL).values_list("agency_id")
    task.participants.exclude(agency__in=[pk for (pk,) in owners]).delete()
    part = TaskParticipant.Part
    links = [(values.unit, part.LEAD)]
    links += [(pk, part.PARTICIPANT) for pk in values.participants if pk != values.unit]
    links += [(pk, part.EXECUTING) for pk in values.executing]
    TaskParticipant.objects.bulk_create(
        [TaskParticipant(task=task, agency_id=pk, part=name) for pk, name in dict.fromkeys(links)]
    )


def _units(task: Task, wanted: Sequence[int]) -> None:
    own = Agency.objects.filter(pk__in=wanted, authority=task.authority).count()
    if own != len(set(wanted)):
        raise RuleError("组织科室和执行单位须是本单位的科室或基层所，请重新选择。")


def mode_of(item: PlanItem) -> str:
    """How a stratum draws what the plan item says."""
    return {
        "percent": "ratio",
        "min": "ratio",
        "max": "at_most",
        "count": "count",
        "all": "all",
        "order": "all",
    }[item.ratio_mode]


def _stratum_of(item: PlanItem) -> dict[str, Any]:
    mode = mode_of(item)
    return {"mode": mode, "value": None if mode == "all" else item.ratio_value}


def _set_scope(
    task: Task, group: TaskGroup | None, scope: dict[str, list[str]], actor: User
) -> None:
    holder = task if group is None else task.groups.get(pk=group.pk)
    if holder.scope == scope:
        return
    try:
        entities.scope_text(scope)
    except ProtocolError as refusal:
        raise RuleError(f"抽查范围不能写入公告：{refusal}") from refusal
    before, holder.scope = holder.scope, scope
    holder.save(update_fields=["scope"])
    scopes = [g.scope for g in task.groups.all()] if group else [scope]
    task.is_targeted = any(scopes)
    task.save(update_fields=["is_targeted"])
    audit.record(
        "task.scope_set",
        f"设置{'“' + group.name + '”组的' if group else ''}抽查范围：{entities.scope_label(scope)}",
        target=task,
        actor=actor,
        detail=audit.differences({"scope": before}, {"scope": scope}),
    )


def _refuse_taken_labels(others: "QuerySet[TaskStratum]", strata: Sequence[Stratum]) -> None:
    """A stratum is named once in a task: picks and 补抽 know it by its label."""
    wanted = [stratum.label for stratum in strata]
    taken = others.filter(label__in=wanted).select_related("group").first()
    if taken is not None:
        where = f"“{taken.group.name}”组" if taken.group else "本任务"
        raise RuleError(f"{where}中已有层名“{taken.label}”，请换一个名字，例如在前面加上组名。")


def _label_problems(stratum: Stratum) -> list[str]:
    try:
        check_label(stratum.label, "层名")
        entities.scope_text(stratum.scope)
    except ProtocolError as refusal:
        return [str(refusal)]
    return []


def _stratum_fact(stratum: Stratum) -> dict[str, Any]:
    value = None if stratum.value is None else str(stratum.value)
    scope = {name: list(values) for name, values in stratum.scope.items()}
    fact = {"label": stratum.label, "scope": scope, "mode": stratum.mode, "value": value}
    more = ("minimum", "maximum", "reserve")
    fact |= {name: n for name in more if (n := getattr(stratum, name)) is not None}
    return fact | ({"batches": stratum.batches} if stratum.batches > 1 else {})


def _facts(task: Task) -> dict[str, Any]:
    facts: dict[str, Any] = {name: getattr(task, name) for name in _PLAIN_FIELDS}
    facts["window_from"] = facts["window_from"].isoformat()
    facts["window_to"] = facts["window_to"].isoformat()
    return facts | {"scope": task.scope, "unit": task.unit_id}


def _draft(task: Task, actor: User) -> Task:
    row: Task = (
        Task.objects.select_for_update(of=("self",))
        .select_related("authority", "plan_item")
        .get(pk=task.pk)
    )
    require(actor, row.authority_id, Role.ORGANISER)
    if row.state != Task.State.DRAFT:
        raise Conflict(
            f"任务现在是“{row.get_state_display()}”，设置不能再改。"
            f"{'请先退回草稿。' if row.state == Task.State.READY else ''}"
        )
    return row


def _refuse_in_sitting(task: Task) -> None:
    held = task.sittings.filter(~Q(state="voided")).first()
    if held is not None:
        raise Conflict(f"任务已列入“{held.title}”，请先在摇号会中取消安排或作废，再办这一步。")


def _record_created(task: Task, actor: User, label: str) -> None:
    about = [task.plan_item.plan] if task.plan_item else []
    audit.record("task.created", label, target=task, actor=actor, about=about)
