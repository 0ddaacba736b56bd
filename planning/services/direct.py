"""A pool too small to draw from: all are inspected, or somebody names who is, on record (DRAW §2)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import User
from bureau.selectors import rule_settings
from bureau.services import transitions
from planning.models import Draw, Pick, Task, TaskStratum
from planning.rules import chance
from planning.rules.processes import TASK
from planning.selectors import pool_parts, pool_preview, pools
from planning.selectors import tasks as selectors
from planning.services import tasks
from planning.services.entity_draws import executing_units
from planning.services.pools import require_confirmed
from registry.models import Listing


def candidates(task: Task, today: date) -> list[Listing]:
    """Who may be named: the candidates of the pool as it stands. Raises RuleError where they are too many, or none."""
    if task.groups.exists():
        raise RuleError("任务已按检查对象分组，不能直接指定。请先合并为一组，或安排摇号。")
    rows = pools.classified(task, today).filter(excluded="").select_related("entity")
    limit = int(rule_settings.value_of("tiny_pool", task.authority, today.year))
    found = list(rows.order_by("entity__public_code")[: limit + 1])
    if not chance.is_tiny(len(found), limit):
        count = pool_preview.preview(task, today).candidates
        raise RuleError(
            f"候选有 {count} 户；只有候选不多于 {limit} 户的任务才能直接指定，请安排摇号。"
            if count
            else "没有候选对象，请先修改抽查范围或分层。"
        )
    return found


def assign(
    *, task: Task, entities: Sequence[int], reason: str, actor: User, today: date
) -> list[Pick]:
    """直接指定: picks without a draw, with their reason; the public is told that nothing was left to chance.

    Both pools are confirmed as for a draw (A18). Raises RuleError for a pool that is not tiny or somebody outside it,
    Conflict once the task was locked: a draw that does not please is not replaced by a choice.
    """
    reason = reason.strip()
    if not reason:
        raise RuleError("请写明直接指定、不摇号的原因。")
    with transaction.atomic():
        rows = Task.objects.select_related("authority", "plan_item")
        row, step = transitions.begin(TASK, rows, task.pk, "assign_directly", actor)
        if row.draw_source != Task.DrawSource.OWN:
            raise RuleError("这个任务的检查对象由别处抽取，不能直接指定。")
        if row.draws.filter(kind=Draw.Kind.ENTITIES).exists():
            raise Conflict("任务已经锁定过名单（作废的也算），不能改为直接指定，请重新摇号。")
        missing = selectors.gaps(row, today)
        if missing:
            raise RuleError("还不能直接指定：" + "".join(missing))
        listed = {listing.entity_id: listing for listing in candidates(row, today)}
        require_confirmed(task=row, today=today)
        chosen = [pk for pk in listed if pk in set(entities)]
        if not chosen or len(chosen) != len(set(entities)):
            raise RuleError("请在候选对象中至少选择一户；被排除的对象不能指定。")
        units = executing_units(row, chosen)
        picks = Pick.objects.bulk_create(
            Pick(
                authority_id=row.authority_id,
                task=row,
                entity_id=pk,
                unit_id=units.get(pk),
                rank=rank,
            )
            for rank, pk in enumerate(chosen, 1)
        )
        row.draw_source, row.direct_reason = Task.DrawSource.DIRECT, reason
        row.state, row.drawn_at = step.to, timezone.now()
        row.save(update_fields=["draw_source", "direct_reason", "state", "drawn_at"])
        audit.record(
            "task.assigned_directly",
            f"候选 {len(listed)} 户，未摇号，直接指定 {len(picks)} 户：{reason}",
            target=row,
            actor=actor,
            is_bad=True,
            detail={
                "reason": reason,
                "candidates": [listing.entity.public_code for listing in listed.values()],
                "chosen": [listed[pk].entity.public_code for pk in chosen],
            },
        )
        return picks


def inspect_all(*, task: Task, actor: User) -> Task:
    """全查: every stratum of the draft takes everybody."""
    with transaction.atomic():
        parts = pool_parts.parts_of(task)
        for part in parts:
            group = task.groups.filter(number=part.number).first() if part.number else None
            strata = [
                replace(s, mode=TaskStratum.Mode.ALL, value=None, minimum=None, maximum=None)
                for s in part.strata
            ]
            tasks.set_strata(task=task, strata=strata, group=group, actor=actor)
    return task
