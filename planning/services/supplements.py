"""补抽: a further numbered draw of a task that runs, for picks that fell out, over those not drawn (DRAW §5)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

import lottery
from bureau import audit
from bureau.errors import RuleError
from bureau.models import User
from bureau.services import notifications
from planning.models import Sitting, Supplement, Task
from planning.selectors import picks as selectors
from planning.services import draws, sittings
from planning.services.pools import keepers_of


@transaction.atomic
def prepare(
    *,
    task: Task,
    counts: Mapping[str, int],
    reason: str,
    title: str,
    planned_at: datetime,
    actor: User,
    place: str = "",
    digits_each: int = 12,
    beacon_source: str = "none",
    beacon_round: str = "",
    beacon_not_before: datetime | None = None,
) -> Sitting:
    """A sitting for draw n + 1 of this task: so many of each stratum, fresh digits, nobody who was drawn before.

    Both pools are to be confirmed again before its lock (A18). The list is public at once; it waits for sealed draws
    that it would betray (DRAW §3). Raises RuleError when more is asked for than fell out.
    """
    wanted = {label: k for label, k in counts.items() if k}
    if not reason.strip():
        raise RuleError("请写明补抽的原因，原因会写入公告。")
    draws.said(lambda: lottery.text.check_label(reason.strip(), "补抽的原因"))
    if not wanted:
        raise RuleError("请至少在一层填写补抽户数。")
    may = {row.stratum: row.open for row in selectors.shortfalls(task)}
    for label, k in wanted.items():
        if k > may.get(label, 0):
            raise RuleError(
                f"“{label}”层有 {may.get(label, 0)} 户未检查且没有补足，最多补抽 {may.get(label, 0)} 户，现填 {k} 户。"
            )
    sitting = sittings.prepare(
        purpose=Sitting.Purpose.ENTITIES,
        tasks=[task],
        unit=task.unit,
        title=title,
        planned_at=planned_at,
        actor=actor,
        place=place,
        digits_each=digits_each,
        beacon_source=beacon_source,
        beacon_round=beacon_round,
        beacon_not_before=beacon_not_before,
        action="supplement",
    )
    Supplement.objects.create(sitting=sitting, task=task, reason=reason.strip(), counts=wanted)
    audit.record(
        "supplement.prepared",
        f"安排补抽 {sum(wanted.values())} 户：{reason.strip()}",
        target=task,
        actor=actor,
        about=[sitting],
        detail={"counts": wanted, "reason": reason.strip()},
        is_bad=True,
    )
    notifications.notify(
        users=[user for user in keepers_of(task) if user.pk != task.created_by_id],
        key=f"pool:{sitting.pk}",
        text=f"任务“{task.name}”将补抽，锁定前请重新确认两库。",
        url=reverse("planning:task-supplement", args=[task.pk]),
        authority=task.authority,
    )
    return sitting


def open_of(task: Task) -> Supplement | None:
    """The 补抽 that is arranged and not locked yet: until then the pools are confirmed for it."""
    found: Supplement | None = (
        task.supplements.filter(sitting__state=Sitting.State.PREPARED)
        .select_related("sitting")
        .first()
    )
    return found


def default_title(task: Task) -> str:
    day = timezone.localdate()
    return f"{task.name}补抽摇号会（{day:%m月%d日}）"[:150]
