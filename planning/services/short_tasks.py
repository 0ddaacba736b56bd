"""The short way for a small pool: one page makes a task of a plan item with its strata and scheme, ready to confirm."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db import transaction

from bureau.errors import RuleError
from bureau.models import User
from planning.models import PlanItem, Task, TaskStratum
from planning.rules.strata import Stratum
from planning.selectors import groups, pool_preview
from planning.selectors import tasks as selectors
from planning.selectors.pool_parts import Part
from planning.selectors.pool_preview import Preview
from planning.services import groups as group_services
from planning.services import tasks
from planning.services.tasks import TaskValues

LABEL = "全部对象"


def counted(item: PlanItem, today: date) -> Preview:
    """The pool of the item as one stratum, before there is a task."""
    mode, value = _mode_of(item)
    part = Part(0, "", item.scope, tuple(item.matters.all()), [Stratum(LABEL, {}, mode, value)])
    return pool_preview.preview(
        Task(authority=item.plan.authority, year=item.plan.year), today, part=part
    )


def create(
    *, item: PlanItem, values: TaskValues, count: int | None, actor: User, today: date
) -> Task:
    """Task, one line of strata (count of all), 实施方案 as drafted; the keepers are asked to confirm (A32, A43).

    Matters whose pools differ are split into groups with the item's ratio instead: then `count` is not used.
    Raises RuleError as the single steps do.
    """
    with transaction.atomic():
        task = tasks.create_from_item(
            item=item, values=replace(values, scope=item.scope), actor=actor
        )
        if groups.proposed(task):
            group_services.split_by_kind(task=task, actor=actor)
        else:
            candidates = pool_preview.preview(task, today).candidates
            if count is None or not 1 <= count <= candidates:
                raise RuleError(f"候选有 {candidates} 户，抽取数须在 1 与 {candidates} 之间。")
            is_all = count == candidates
            tasks.set_strata(
                task=task,
                strata=[
                    Stratum(
                        LABEL,
                        {},
                        TaskStratum.Mode.ALL if is_all else TaskStratum.Mode.COUNT,
                        None if is_all else Decimal(count),
                    )
                ],
                actor=actor,
            )
        fresh = selectors.with_details().get(pk=task.pk)
        text = selectors.scheme_draft(fresh, today)
        return tasks.set_scheme(task=task, scheme=text, actor=actor)


def _mode_of(item: PlanItem) -> tuple[str, Decimal | None]:
    return tasks.mode_of(item), item.ratio_value
