"""What a sitting waits for, for its services and pages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils import timezone

from bureau.models import Notification, Role, User
from bureau.selectors import rule_settings
from bureau.selectors.waiting import WaitingItem
from planning.models import Draw, DrawEvent, Sitting, SittingWitness, Task, VoidRequest
from planning.rules import sittings as rules
from planning.rules.sittings import Progress
from planning.selectors import separation


def progress(sitting: Sitting) -> Progress:
    """Who has committed and opened, and whether the beacon is known; two queries."""
    witnesses = list(sitting.witnesses.select_related("user").order_by("position"))
    has_beacon = sitting.beacon_source != Sitting.Beacon.NONE
    names = _names(witnesses)
    return Progress(
        witnesses=tuple(names.values()),
        committed=frozenset(names[w.pk] for w in witnesses if w.committed_at),
        opened=frozenset(names[w.pk] for w in witnesses if w.opened_at),
        has_beacon=has_beacon,
        beacon_known=has_beacon
        and DrawEvent.objects.filter(draw__sitting=sitting, kind="beacon").exists(),
        beacon_not_before=sitting.beacon_not_before,
    )


def _names(witnesses: Sequence[SittingWitness]) -> dict[int, str]:
    """A name for each witness; two of the same name are told apart by their place."""
    held = Counter(w.user.full_name for w in witnesses)
    return {
        w.pk: f"{w.user.full_name}（第 {w.position} 位）"
        if held[w.user.full_name] > 1
        else w.user.full_name
        for w in witnesses
    }


def open_until(sitting: Sitting) -> datetime | None:
    """By when the witnesses must have opened: counted from the last commitment, else from the lock; None before that."""
    state = progress(sitting)
    if not state.witnesses or state.uncommitted:
        return None
    committed = [
        at for at in sitting.witnesses.values_list("committed_at", flat=True) if at is not None
    ]
    locked = sitting.draws.order_by("chain_number").values_list("locked_at", flat=True).first()
    ready = max(committed) if state.needs_commitments and committed else locked
    if ready is None:
        return None
    year = timezone.localdate(ready).year
    return rules.open_until(
        ready, int(rule_settings.value_of("witness_open_minutes", sitting.authority, year))
    )


def for_list(user: User) -> "QuerySet[Sitting]":
    """Sittings in the user's scope, with what the list shows."""
    rows: QuerySet[Sitting] = (
        Sitting.objects.visible_to(user)
        .select_related("operator", "unit")
        .prefetch_related("tasks", "witnesses__user", "draws__events")
        .annotate(draw_count=Count("draws", distinct=True))
    )
    return rows


def free_tasks(authority_id: int) -> "QuerySet[Task]":
    """Ready tasks of the authority that no open sitting holds."""
    held = Sitting.objects.filter(
        purpose=Sitting.Purpose.ENTITIES,
        state__in=[Sitting.State.PREPARED, Sitting.State.LOCKED],
        tasks__isnull=False,
    ).values("tasks")
    return Task.objects.filter(
        authority_id=authority_id, state=Task.State.READY, draw_source=Task.DrawSource.OWN
    ).exclude(pk__in=held)


def of_same_tasks(sitting: Sitting, purpose: str) -> list[Sitting]:
    """The authority's other sittings of `purpose` over one of these tasks, newest first; void ones left out."""
    tasks = list(sitting.tasks.values_list("pk", flat=True))
    return list(
        Sitting.objects.filter(authority_id=sitting.authority_id, purpose=purpose, tasks__in=tasks)
        .exclude(pk=sitting.pk)
        .exclude(state=Sitting.State.VOIDED)
        .distinct()
        .order_by("-id")
    )


@dataclass(frozen=True)
class Receipt:
    """That A reached the superior before any digit (DRAW §3): to whom, when sent, when first read."""

    superior: str
    sent_at: datetime
    read_at: datetime | None

    @property
    def text(self) -> str:
        sent = f"{timezone.localtime(self.sent_at):%Y-%m-%d %H:%M:%S} 报送"
        read = (
            f"{timezone.localtime(self.read_at):%Y-%m-%d %H:%M:%S} 已阅"
            if self.read_at
            else "尚未阅看"
        )
        return f"{self.superior}，{sent}，{read}"


def superior_receipt(draws: Sequence[Draw]) -> Receipt | None:
    """Of all draws of a sitting: read when the last of them was read by somebody there. None without a superior."""
    keys = [f"draw.locked:{draw.pk}" for draw in draws]
    rows = list(
        Notification.objects.filter(key__in=keys)
        .values("key", "authority__name")
        .annotate(sent=Min("created_at"), read=Min("read_at"))
    )
    if not rows:
        return None
    reads = [row["read"] for row in rows]
    return Receipt(
        rows[0]["authority__name"] or "上级主管部门",
        min(row["sent"] for row in rows),
        None if None in reads else max(reads),
    )


def needs_reason(sitting: Sitting) -> list[Task]:
    """Tasks of the sitting that were drawn before: the lock asks why. A 补抽 has said so when it was arranged."""
    if hasattr(sitting, "supplement"):
        return []
    return list(sitting.tasks.filter(draws__kind=sitting.purpose).distinct())


def barred_witnesses(sitting: Sitting) -> set[int | None]:
    """Who cannot be named: the operator, who had a hand in a task, and who stands already."""
    barred: set[int | None] = {sitting.operator_id, *separation.set_up_by(sitting.tasks.all())}
    return barred | set(sitting.witnesses.values_list("user_id", flat=True))


def open_void_request(sitting: Sitting) -> Any:
    return sitting.void_requests.filter(state="submitted").select_related("requested_by").first()


def waiting_for(user: User) -> list[WaitingItem]:
    """Open sittings that this person operates, and voidings that wait for the head; two queries."""
    own = Sitting.objects.filter(operator=user, state__in=["prepared", "locked"])
    found = [
        WaitingItem(
            "锁定名单" if sitting.state == "prepared" else "主持摇号",
            reverse("planning:sitting-detail", args=[sitting.pk]),
            "soon",
            str(sitting.get_state_display()),
            sitting.title,
            sitting.place,
            "任务与摇号",
            since=timezone.localdate(sitting.planned_at),
        )
        for sitting in own
    ]
    if user.has_role(Role.HEAD):
        asked = VoidRequest.objects.filter(
            state="submitted", sitting__authority_id__in=user.own_authority_ids
        ).exclude(requested_by=user)
        found += [
            WaitingItem(
                "审批作废申请",
                reverse("planning:sitting-void-decide", args=[row.sitting_id]),
                "bad",
                "待批准",
                row.sitting.title,
                row.reason[:60],
                "任务与摇号",
                since=timezone.localdate(row.requested_at),
            )
            for row in asked.select_related("sitting")
        ]
    return found
