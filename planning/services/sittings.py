"""摇号会: lock and compute (DRAW §4; A44, A50). One row lock decides who is first.

What comes before the lock is `arrangements` and `witnesses`, what is given after it `slips` and `contributions`;
callers find all of it here under one name.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

import lottery
from bureau import audit
from bureau.errors import RuleError
from bureau.models import Role, User
from bureau.services import notifications, transitions
from planning.models import Draw, Sitting, Supplement
from planning.rules import sittings as rules
from planning.selectors import sittings as progress
from planning.services import arrangements, draws, entity_draws, picks, witnesses
from planning.services.arrangements import discard, prepare
from planning.services.contributions import (
    commit,
    commit_on_server,
    given_so_far,
    open_digits,
    set_beacon,
)
from planning.services.slips import mark_handed, mark_printed
from planning.services.witnesses import add_witness, remove_witness, take_over

__all__ = [
    "add_witness",
    "commit",
    "commit_on_server",
    "compute",
    "compute_with",
    "discard",
    "given_so_far",
    "lock",
    "lock_with",
    "mark_handed",
    "mark_printed",
    "open_digits",
    "prepare",
    "remove_witness",
    "set_beacon",
    "take_over",
]

Freeze = Callable[[Sitting, str], Sequence[Draw]]
Apply = Callable[[Draw, bytes], object]


@transaction.atomic
def lock_with(
    *, sitting: Sitting, purpose: str, freeze: Freeze, actor: User, reason: str = ""
) -> Sitting:
    """Locks a sitting of either purpose: `freeze(sitting, reason)` makes its draws in this transaction.

    Raises Conflict when it is locked already, RuleError when the arrangement no longer fits.
    """
    sitting, _ = transitions.begin(
        rules.process_of(sitting.purpose),
        Sitting.objects.select_related("authority", "unit"),
        sitting.pk,
        "lock",
        actor,
    )
    _require_purpose(sitting, purpose)
    witnesses.require_not_witness(sitting, actor)
    for witness in sitting.witnesses.select_related("user"):
        witnesses.require_independent(sitting, witness.user)
    witnesses.require_enough(sitting)
    arrangements.require_sound(sitting, witnesses=sitting.witnesses.count())
    made = list(freeze(sitting, reason))
    if not made:
        raise RuleError("本次摇号没有可以锁定的名单，请核对任务。")
    sitting.state = Sitting.State.LOCKED
    sitting.save(update_fields=["state"])
    audit.record(
        "sitting.locked",
        f"锁定 {len(made)} 份名单并发布公告",
        target=sitting,
        actor=actor,
        about=list(made),
        detail={"a": {draw.number: draw.a for draw in made}},
    )
    _tell_superior(sitting, made)
    notifications.notify(
        users=[w.user for w in sitting.witnesses.select_related("user")],
        key=f"sitting.locked:{sitting.pk}",
        text=f"“{sitting.title}”的名单已锁定，请领取锁定单，核对公告指纹后给出数字。",
        url=f"/desk/planning/sittings/{sitting.pk}/",
        authority=sitting.authority,
        is_urgent=True,
    )
    return sitting


def lock(
    *,
    sitting: Sitting,
    actor: User,
    reason: str = "",
    seen: entity_draws.Seen = entity_draws.unseen,
) -> Sitting:
    """Locks an entities sitting: freezes the pool of each task, tasks → locked (A18, A46).

    `reason` is needed when one of the tasks was drawn before; `seen` is told how many more rows of the pools were read.
    Raises Conflict, Forbidden or RuleError.
    """
    return lock_with(
        sitting=sitting,
        purpose=Sitting.Purpose.ENTITIES,
        freeze=partial(_freeze_tasks, actor=actor, seen=seen),
        actor=actor,
        reason=reason,
    )


@transaction.atomic
def compute_with(*, sitting: Sitting, purpose: str, apply: Apply, actor: User) -> Sitting:
    """Computes all draws of a sitting, once: of fifty who press, one computes and the others get 409.

    `apply(draw, result)` is called for each draw in this transaction. Immediate draws are revealed at once.
    Raises RuleError naming what is missing; nothing is recorded then.
    """
    sitting, _ = transitions.begin(
        rules.process_of(sitting.purpose),
        Sitting.objects.select_related("authority"),
        sitting.pk,
        "compute",
        actor,
    )
    _require_purpose(sitting, purpose)
    witnesses.require_not_witness(sitting, actor)
    missing = progress.progress(sitting).missing
    if missing:
        raise RuleError("还不能计算：" + "".join(missing))
    if progress.open_void_request(sitting) is not None:
        raise RuleError("本次摇号有一项作废申请待批准，请等批准结果出来再办理。")
    given = given_so_far(sitting)
    own_draws = list(
        sitting.draws.select_related("sitting", "task", "authority").order_by("chain_number")
    )
    for draw in own_draws:
        result = draws.compute(draw, given, actor=actor)
        apply(draw, result)
        audit.record(
            "draw.computed",
            f"计算抽取结果 {draw.number}",
            target=draw,
            actor=actor,
            about=[sitting, draw.task],
            detail={"result": lottery.sha256(result)},
        )
    sitting.state = Sitting.State.COMPUTED
    sitting.save(update_fields=["state"])
    if sitting.reveal == "immediate":
        for draw in own_draws:
            draws.reveal(draw, actor=actor)
    return sitting


def compute(*, sitting: Sitting, actor: User) -> Sitting:
    """Computes an entities sitting: picks as rows, tasks → drawn, all in one transaction (DRAW §4.4)."""
    return compute_with(
        sitting=sitting,
        purpose=Sitting.Purpose.ENTITIES,
        apply=partial(_apply_entities, at=timezone.now()),
        actor=actor,
    )


def _tell_superior(sitting: Sitting, made: Sequence[Draw]) -> None:
    """A reaches the superior before any digit is given; reading the notice is its receipt (DRAW §3)."""
    superior = sitting.authority.superior
    if superior is None:
        return
    readers = notifications.holders(authority=superior, roles=[Role.SUPERIOR])
    for draw in made:
        notifications.notify(
            users=readers,
            key=f"draw.locked:{draw.pk}",
            text=f"{sitting.authority.short_name}锁定名单 {draw.number}，公告指纹 A：{draw.a}",
            url=f"/desk/planning/draws/{draw.number}/",
            authority=superior,
        )


def _freeze_tasks(
    sitting: Sitting, reason: str, *, actor: User, seen: entity_draws.Seen
) -> list[Draw]:
    today = timezone.localdate()
    extra = Supplement.objects.filter(sitting=sitting).first()
    tasks = entity_draws.hold(
        list(sitting.tasks.values_list("pk", flat=True)), action="supplement" if extra else "lock"
    )
    made = []
    for task in tasks:
        made.extend(
            entity_draws.freeze_task(
                sitting=sitting,
                task=task,
                today=today,
                reason=extra.reason if extra else reason,
                actor=actor,
                counts=extra.counts if extra else None,
                seen=seen,
            )
        )
        if extra is None:
            entity_draws.move(task, "lock")
    return made


def _apply_entities(draw: Draw, result: bytes, *, at: datetime) -> None:
    if Supplement.objects.filter(sitting_id=draw.sitting_id).exists():
        (task,) = entity_draws.hold([draw.task_id], action="supplement")
        entity_draws.record_picks(draw=draw, result=result)
        picks.reopen(task, None)
        return
    entity_draws.take_result(draw=draw, result=result, at=at)


def _require_purpose(sitting: Sitting, purpose: str) -> None:
    if sitting.purpose != purpose:
        raise RuleError(
            f"这次摇号会的内容是“{sitting.get_purpose_display()}”，请在对应的页面办理。"
        )
