"""安排摇号会: which tasks, when, how many digits, which beacon; nothing is fixed before the lock (DRAW §4; A44)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

import lottery
from bureau import audit
from bureau.access import require
from bureau.errors import RuleError
from bureau.models import Agency, User
from bureau.services import transitions
from planning.models import Sitting, Task
from planning.rules import sittings as rules
from planning.services import entity_draws
from planning.services.sitting_desks import require_desk


@transaction.atomic
def prepare(
    *,
    purpose: str,
    tasks: Sequence[Task],
    unit: Agency,
    title: str,
    planned_at: datetime,
    actor: User,
    place: str = "",
    digits_each: int = 12,
    beacon_source: str = "none",
    beacon_round: str = "",
    beacon_not_before: datetime | None = None,
    reveal: str = "immediate",
    reveal_by: date | None = None,
    action: str = "lock",
) -> Sitting:
    """A sitting for one task or several; `actor` becomes its operator.

    Entities: the tasks allow `action` (`supplement` for a 补抽) and are in no other open sitting. Raises RuleError, Conflict or Forbidden.
    """
    authority = unit.authority
    if authority is None or not tasks:
        raise RuleError("请至少选择一项任务。")
    require(actor, authority.pk, *rules.operators(purpose))
    if any(task.authority_id != authority.pk for task in tasks):
        raise RuleError("一次摇号会只能办理本单位的任务，请去掉其他单位的任务。")
    if purpose == Sitting.Purpose.ENTITIES:
        _require_free(entity_draws.hold([task.pk for task in tasks], action=action))
    round_number = beacon_round.strip()
    if beacon_source == "drand-quicknet" and not round_number and beacon_not_before:
        round_number = str(lottery.drand_round_from(beacon_not_before))
    sitting = Sitting(
        authority=authority,
        unit=unit,
        purpose=purpose,
        title=title.strip(),
        place=place.strip(),
        planned_at=planned_at,
        operator=actor,
        digits_each=digits_each,
        beacon_source=beacon_source,
        beacon_round=round_number,
        beacon_not_before=beacon_not_before,
        reveal=reveal,
        reveal_by=reveal_by if reveal == "deferred" else None,
    )
    require_sound(sitting, witnesses=None)
    sitting.save(force_insert=True)
    sitting.tasks.set(tasks)
    audit.record("sitting.prepared", "安排摇号会", target=sitting, actor=actor, about=list(tasks))
    return sitting


@transaction.atomic
def discard(*, sitting: Sitting, actor: User) -> None:
    """Takes back an arrangement that was never locked; after the lock a sitting can only be voided."""
    sitting, _ = transitions.begin(
        rules.process_of(sitting.purpose), Sitting.objects.all(), sitting.pk, "discard", actor
    )
    require_desk(sitting, actor)
    audit.record(
        "sitting.discarded",
        "取消摇号安排（尚未锁定）",
        target=sitting,
        actor=actor,
        about=list(sitting.tasks.all()),
    )
    sitting.witnesses.all().delete()
    sitting.delete()


def require_sound(sitting: Sitting, *, witnesses: int | None) -> None:
    """Raises RuleError naming everything wrong with the arrangement; `witnesses` None while they are not named yet."""
    faults = rules.arrangement_faults(
        digits_each=sitting.digits_each,
        witnesses=witnesses,
        beacon_source=sitting.beacon_source,
        beacon_round=sitting.beacon_round,
        beacon_not_before=sitting.beacon_not_before,
        now=timezone.now(),
        is_deferred=sitting.reveal == "deferred",
        has_reveal_date=sitting.reveal_by is not None,
    )
    if not sitting.title:
        faults.append(("title", "请填写摇号会名称。"))
    if sitting.reveal_by is not None and sitting.reveal_by < timezone.localdate():
        faults.append(("reveal_by", "最迟公开日已经过去，请改晚。"))
    if faults:
        raise RuleError("".join(sentence for _, sentence in faults))


def _require_free(tasks: Sequence[Task]) -> None:
    taken = (
        Sitting.objects.filter(
            tasks__in=[task.pk for task in tasks],
            purpose=Sitting.Purpose.ENTITIES,
            state__in=[Sitting.State.PREPARED, Sitting.State.LOCKED],
        )
        .distinct()
        .first()
    )
    if taken is not None:
        raise RuleError(f"所选任务已安排在“{taken.title}”，请先在那里办理或取消那次安排。")
