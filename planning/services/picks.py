"""What becomes of a pick after the draw; inspections own the arrows and call `mark` (ARCHITECTURE §1)."""

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict
from bureau.models import User
from planning.models import Pick, Task

_NEXT: dict[str, frozenset[str]] = {
    Pick.State.DRAWN: frozenset({"dispatched", "deemed_done", "transferred", "skipped", "voided"}),
    Pick.State.DISPATCHED: frozenset({"done", "deemed_done", "transferred", "skipped", "drawn"}),
    # A correction may reopen a finished check; nothing else comes back.
    Pick.State.DONE: frozenset({"dispatched"}),
}
FINAL = ("done", "deemed_done", "transferred", "skipped", "voided")


def mark(pick: Pick, *, state: str, actor: User | None) -> Pick:
    """Moves one pick, and closes its task with the last one (视为完成 counts as done, A70).

    Raises Conflict when the pick has moved on. Dispatch is recorded once for the task, not for each pick.
    """
    with transaction.atomic():
        task = Task.objects.select_for_update(of=("self",)).get(pk=pick.task_id)
        row: Pick = (
            Pick.objects.select_for_update(of=("self",))
            .select_related("entity", "authority")
            .get(pk=pick.pk)
        )
        if state not in _NEXT.get(row.state, frozenset()):
            raise Conflict(
                f"“{row.entity}”在本任务中现在是“{row.get_state_display()}”，不能再办这一步。请刷新页面查看。"
            )
        row.state = pick.state = state
        row.save(update_fields=["state"])
        if state != Pick.State.DISPATCHED:
            audit.record(
                f"pick.{state}",
                f"“{row.entity}”{row.get_state_display()}",
                target=row,
                authority=row.authority,
                about=[task],
                actor=actor,
            )
        _close_when_done(task, actor)
        return row


def _close_when_done(task: Task, actor: User | None) -> None:
    if task.state != Task.State.DISPATCHED:
        return
    open_picks = task.picks.filter(kind=Pick.Rank.SELECTED).exclude(state__in=FINAL)
    if open_picks.exists():
        return
    task.state, task.closed_at = Task.State.CLOSED, timezone.now()
    task.save(update_fields=["state", "closed_at"])
    audit.record("task.closed", "全部对象办结，任务完成", target=task, actor=actor)
