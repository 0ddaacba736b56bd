"""事项分组: matters of a task that have different pools are drawn apart, in one sitting (DRAW §2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import Role, User
from bureau.selectors import rule_settings
from lottery.errors import ProtocolError
from lottery.text import check_label
from planning.models import Draw, Task, TaskGroup, TaskStratum
from planning.selectors import groups as selectors
from planning.selectors import pool_parts
from registry.selectors import entities


@dataclass(frozen=True)
class GroupValues:
    """One group as it is to be: its matters by primary key, its pool by conditions."""

    name: str
    matters: Sequence[int]
    scope: Mapping[str, Sequence[str]] = field(default_factory=dict)


def split(*, task: Task, groups: Sequence[GroupValues], actor: User) -> list[TaskGroup]:
    """Divides a draft's matters into groups, each with the pool of its matters and one stratum to begin with.

    Every matter stands in exactly one group. Raises RuleError naming what does not fit, Conflict once the task was
    locked: a group that came later could hide that this is a redraw (docs/decisions/0010).
    """
    with transaction.atomic():
        row = _undrawn(task, actor)
        if row.groups.exists():
            raise Conflict("任务已经分组，请刷新页面查看；要重新分组，先合并为一组。")
        _require_tiling(row, groups)
        mode = _first_mode(row)
        row.strata.all().delete()
        made = [_create(row, number, group, mode) for number, group in enumerate(groups, 1)]
        audit.record(
            "task.groups_split",
            f"按检查对象把事项分为 {len(made)} 组，分别抽取",
            target=row,
            actor=actor,
            detail={"groups": [{"name": g.name, "scope": g.scope} for g in made]},
        )
        return made


def split_by_kind(*, task: Task, actor: User) -> list[TaskGroup]:
    """The groups that the matters' own kinds of objects suggest. Raises RuleError where one pool fits all."""
    found = selectors.proposed(task)
    if not found:
        raise RuleError("所选事项适用的检查对象相同，不需要分组。")
    return split(
        task=task,
        groups=[
            GroupValues(one.name, one.matters, {**task.scope, "kinds": list(one.kinds)})
            for one in found
        ],
        actor=actor,
    )


def unite(*, task: Task, actor: User) -> Task:
    """Back to one draw for all matters: groups and their strata fall away. Raises Conflict once the task was locked."""
    with transaction.atomic():
        row = _undrawn(task, actor)
        if not row.groups.exists():
            raise Conflict("任务没有分组，请刷新页面查看。")
        mode = _first_mode(row)
        row.strata.all().delete()
        row.groups.all().delete()
        TaskStratum.objects.create(task=row, number=1, label="全部对象", **mode)
        audit.record("task.groups_united", "合并为一组，各事项一并抽取", target=row, actor=actor)
        return row


def _create(task: Task, number: int, values: GroupValues, mode: Mapping[str, Any]) -> TaskGroup:
    name = values.name.strip()
    try:
        check_label(name, "组名")
    except ProtocolError as refusal:
        raise RuleError(str(refusal)) from refusal
    group = TaskGroup.objects.create(
        task=task, number=number, name=name, scope=_checked(values.scope)
    )
    group.matters.set(values.matters)
    TaskStratum.objects.create(task=task, group=group, number=number, label=name, **mode)
    return group


def _require_tiling(task: Task, groups: Sequence[GroupValues]) -> None:
    names = [group.name.strip() for group in groups]
    given = [pk for group in groups for pk in group.matters]
    own = {matter.pk: matter.name for matter in task.matters.all()}
    if len(groups) < 2:
        raise RuleError("至少分为两组；只有一组就不用分组。")
    if not all(names) or len(set(names)) != len(names):
        raise RuleError("每组都要有组名，且不能重复。")
    if not all(group.matters for group in groups):
        raise RuleError("有一组没有事项，请为每组选择事项，或去掉这一组。")
    twice = sorted(own[pk] for pk in own if given.count(pk) > 1)
    if twice:
        raise RuleError(f"事项“{'、'.join(twice)}”出现在几组中，一个事项只能在一组抽取。")
    left = [own[pk] for pk in own if pk not in given]
    if left:
        raise RuleError(f"事项“{'、'.join(left)}”没有归入任何一组。")
    if not set(given) <= set(own):
        raise RuleError("所选事项不属于本任务，请刷新页面后重新选择。")


def _first_mode(task: Task) -> dict[str, Any]:
    """How the first stratum draws: what the plan item or the organiser set stays the beginning of each group."""
    first = next(iter(pool_parts.strata_of(task)), None)
    if first is None:
        goal = rule_settings.value_of("coverage_goal", task.authority, task.year)
        return {"mode": TaskStratum.Mode.RATIO, "value": Decimal(str(goal))}
    return {"mode": first.mode, "value": first.value, "batches": first.batches}


def _checked(scope: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    cleaned = entities.clean_scope(scope)
    try:
        entities.scope_text(cleaned)
    except ProtocolError as refusal:
        raise RuleError(f"抽查范围不能写入公告：{refusal}") from refusal
    return cleaned


def _draft(task: Task, actor: User) -> Task:
    row: Task = (
        Task.objects.select_for_update(of=("self",)).select_related("authority").get(pk=task.pk)
    )
    require(actor, row.authority_id, Role.ORGANISER)
    if row.state != Task.State.DRAFT:
        raise Conflict(f"任务现在是“{row.get_state_display()}”，分组和范围不能再改。")
    return row


def _undrawn(task: Task, actor: User) -> Task:
    row = _draft(task, actor)
    if row.draws.filter(kind=Draw.Kind.ENTITIES).exists():
        raise Conflict(
            "任务已经锁定过名单（作废的也算），分组不能再改，以免重抽看起来像第一次抽取。"
        )
    return row
