"""抽取检查对象: freeze a task's pool, turn the result into picks, take them back when a draw is void (DRAW §2, §5)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import lottery
from bureau.errors import Conflict, RuleError
from bureau.models import User
from bureau.selectors import rule_settings
from planning.models import Draw, Pick, Pseudonym, Sitting, Task
from planning.rules.processes import TASK
from planning.selectors import draws as reads
from planning.selectors import pool_parts, pool_preview, pools
from planning.selectors.pool_parts import Part
from planning.services import draws
from planning.services.pools import require_confirmed
from registry.models import Entity, Listing
from registry.selectors import entities

Seen = Callable[[int], None]
_BATCH = 5000


def unseen(rows: int) -> None:
    """Nobody waits for the progress."""


def freeze_task(
    *,
    sitting: Sitting,
    task: Task,
    today: date,
    reason: str,
    actor: User,
    counts: Mapping[str, int] | None = None,
    seen: Seen = unseen,
) -> list[Draw]:
    """Freezes the task's pool as it stands: one draw, or one for each group of its matters that has none (DRAW §2).

    `counts`: a 补抽 has its own k per stratum, and nobody whom the task drew before stands among the candidates.
    `seen` is told how many more rows of the pool were read.

    The caller holds the sitting's and the task's rows. Raises RuleError naming who has to confirm a pool again (A18),
    or which label, id or ratio cannot stand in the files.
    """
    made = [
        _freeze_part(sitting, task, part, today, reason, actor, counts, seen)
        for part in _due_parts(task, counts)
    ]
    require_confirmed(task=task, today=today)  # after reading: a change in between is noticed
    return made


def _due_parts(task: Task, counts: Mapping[str, int] | None) -> list[Part]:
    """The groups a 补抽 asks for; else those without a draw that counts (one alone may have been voided)."""
    parts = pool_parts.parts_of(task)
    if counts is not None:
        return [part for part in parts if any(counts.get(s.label) for s in part.strata)]
    if len(parts) == 1:
        return parts
    standing = set(
        task.draws.filter(kind=Draw.Kind.ENTITIES)
        .exclude(events__kind="voided")
        .values_list("group_number", flat=True)
    )
    return [part for part in parts if part.number not in standing]


def _freeze_part(
    sitting: Sitting,
    task: Task,
    part: Part,
    today: date,
    reason: str,
    actor: User,
    counts: Mapping[str, int] | None,
    seen: Seen,
) -> Draw:
    """One list with k per stratum by its ratio; natural persons under a pseudonym."""
    draw = Draw()
    lists, persons, reasons = _frozen_lists(task, part, today, seen)
    held = lists["candidates"].strata
    strata = _strata(task, part, held, today) if counts is None else _counted(part, held, counts)
    batches = {row.label: 1 if counts is not None else row.batches for row in part.strata}
    frozen = draws.freeze(
        sitting=sitting,
        task=task,
        unit=task.unit,
        kind=Draw.Kind.ENTITIES,
        lists={name: frozen_list.content for name, frozen_list in lists.items()},
        scope=draws.said(lambda: entities.scope_text(pool_parts.whole_scope(task, part.scope))),
        matters=part.codes,
        group=(part.number, part.name),
        strata=strata,
        reason=reason,
        counts={
            "reasons": dict(reasons),
            "strata": [
                {
                    "label": s.label,
                    "n": lists["candidates"].strata.get(s.label, 0),
                    "k": s.k,
                    "reserve": s.reserve,
                }
                | ({"batches": batches[s.label]} if batches[s.label] > 1 else {})
                for s in sorted(strata, key=lambda s: s.label)
            ],
        },
        pool_count=sum(frozen_list.count for frozen_list in lists.values()),
        actor=actor,
        draw=draw,
    )
    Pseudonym.objects.bulk_create(
        [
            Pseudonym(draw=frozen, entity_id=pk, listed_id=listed, salt=salt)
            for pk, listed, salt in persons
        ],
        batch_size=_BATCH,
    )
    return frozen


def take_result(*, draw: Draw, result: bytes, at: datetime) -> Task:
    """The picks of a computed draw, and its task drawn; with several groups the first of them moves the task.

    Raises Conflict when the task is not waiting for a result.
    """
    (task,) = hold([draw.task_id], action=None if draw.group_number else "compute")
    record_picks(draw=draw, result=result)
    if task.state != Task.State.DRAWN:
        move(task, "compute", drawn_at=at)
    return task


def take_back(*, draw: Draw) -> Task:
    """A void draw's picks do not count, its task waits again; what other groups drew stays. Raises RuleError, Conflict."""
    (task,) = hold([draw.task_id], action=None if draw.group_number else "void")
    withdraw_picks(draw=draw)
    if task.state != Task.State.READY:
        move(task, "void", drawn_at=None)
    return task


def move(task: Task, action: str, **changes: Any) -> None:
    """One step of the task, whose row the caller holds. Raises Conflict where the table has no such step."""
    step = TASK.find(task.state, action)
    if step is None:
        raise Conflict(_moved_on(task))
    task.state = step.to
    for name, value in changes.items():
        setattr(task, name, value)
    task.save(update_fields=["state", *changes])


def record_picks(*, draw: Draw, result: bytes) -> int:
    """The picks and reserves of result.tsv as rows; the caller has computed in the same transaction.

    Raises RuleError when somebody of the result cannot be found any more.
    """
    lines = [line.split("\t") for line in result.decode().splitlines()[2:]]
    found = reads.entity_ids(draw, [line[4] for line in lines])
    lost = [line[4] for line in lines if line[4] not in found]
    if lost:
        raise RuleError(
            f"名单中的“{lost[0]}”在名录库里已找不到，没有记录结果。请联系系统管理员核查。"
        )
    units = executing_units(draw.task, list(found.values()))
    Pick.objects.bulk_create(
        [
            Pick(
                authority_id=draw.authority_id,
                task_id=draw.task_id,
                draw=draw,
                entity_id=found[listed],
                unit_id=units.get(found[listed]),
                stratum=stratum,
                rank=int(rank),
                kind=kind,
                ticket=ticket,
            )
            for _, stratum, rank, kind, listed, ticket in lines
        ],
        batch_size=_BATCH,
    )
    return len(lines)


def withdraw_picks(*, draw: Draw) -> int:
    """A void draw's picks do not count. Raises RuleError once one of them was dispatched."""
    if draw.picks.exclude(state__in=[Pick.State.DRAWN, Pick.State.VOIDED]).exists():
        raise RuleError(
            f"抽取 {draw.number} 的对象已经派发检查，不能再作废。请按任务的跳过或视为完成办理。"
        )
    return draw.picks.update(state=Pick.State.VOIDED)


def hold(tasks: Sequence[UUID], *, action: str | None) -> list[Task]:
    """The tasks with their rows locked, in one order for everybody, each in a state that allows `action` (None: any)."""
    rows = list(
        Task.objects.select_for_update(of=("self",))
        .select_related("authority", "unit")
        .filter(pk__in=tasks)
        .order_by("pk")
    )
    for task in rows:
        if action is not None and TASK.find(task.state, action) is None:
            raise Conflict(_moved_on(task))
    return rows


def _moved_on(task: Task) -> str:
    return f"任务“{task.name}”现在是“{task.get_state_display()}”，不能再办这一步。请刷新页面查看。"


def _frozen_lists(
    task: Task, part: Part, today: date, seen: Seen
) -> tuple[dict[str, lottery.FrozenList], list[tuple[int, str, str]], Counter[str]]:
    """The two lists, the persons' (entity, listed id, salt), and how many are excluded for which reason."""
    excluded: list[tuple[str, str]] = []
    persons: list[tuple[int, str, str]] = []

    def candidates() -> Iterator[tuple[str, str]]:
        """Straight from the cursor into the file: a million candidates are never held as rows (DRAW §7)."""
        for number, row in enumerate(pools.iterate(task, today, part=part), 1):
            if number % _BATCH == 0:
                seen(_BATCH)
            listed = row.public_code
            if row.kind == Entity.Kind.PERSON:
                salt = lottery.new_secret()
                listed = lottery.pseudonym(salt, row.code)
                persons.append((row.entity_id, listed, salt))
            if row.excluded:
                excluded.append((listed, row.excluded))
            else:
                yield listed, row.stratum

    frozen = draws.said(lambda: lottery.freeze_candidates(candidates()))
    lists = {
        "candidates": frozen,
        "excluded": draws.said(lambda: lottery.freeze_excluded(excluded, candidates=frozen)),
    }
    return lists, persons, Counter(reason for _, reason in excluded)


def _strata(task: Task, part: Part, held: Mapping[str, int], today: date) -> list[lottery.Stratum]:
    at_least_one = bool(rule_settings.value_of("at_most_at_least_one", task.authority, today.year))
    if not part.strata:
        group = f"的“{part.name}”组" if part.number else ""
        raise RuleError(f"任务“{task.name}”{group}还没有设置抽取分层，请退回草稿设置比例或户数。")
    return [
        lottery.Stratum(
            label=row.label,
            k=draws.said(
                partial(
                    pool_preview.quota_of, row, held.get(row.label, 0), at_least_one=at_least_one
                )
            ),
            reserve=task.reserve if row.reserve is None else row.reserve,
        )
        for row in part.strata
    ]


def _counted(
    part: Part, held: Mapping[str, int], counts: Mapping[str, int]
) -> list[lottery.Stratum]:
    """The strata of a 补抽: a number for each, without reserves."""
    for label in [row.label for row in part.strata]:
        k = counts.get(label, 0)
        if k > held.get(label, 0):
            raise RuleError(
                f"“{label}”层没有抽过的对象只剩 {held.get(label, 0)} 户，不够补抽 {k} 户。请减少户数。"
            )
    return [
        lottery.Stratum(label=row.label, k=int(counts.get(row.label, 0)), reserve=0)
        for row in part.strata
    ]


def executing_units(task: Task, entity_ids: list[int]) -> dict[int, int]:
    """Who will carry it out: the only executing unit, else the unit responsible for the listing."""
    executing = list(task.participants.filter(part="executing").values_list("agency_id", flat=True))
    owners = pool_parts.owners_of(task)
    if len(executing) == 1 and not owners:
        return dict.fromkeys(entity_ids, executing[0])
    rows = Listing.objects.filter(
        authority_id__in=owners or [task.authority_id], entity_id__in=entity_ids
    ).order_by("-authority__code")  # listed with two subordinates: the first one's stays
    return dict(rows.values_list("entity_id", "unit_id"))
