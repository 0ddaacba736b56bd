"""Who had a hand in a task or a sitting, and so neither witnesses it nor approves its void (A50; per-case separation)."""

from collections.abc import Iterable

from bureau.audit import reference
from bureau.models import AuditEvent
from planning.models import DrawEvent, Sitting, Task

# Whoever last turned a screw may know more of a list than its first author.
SETTING_UP = (
    "task.created",
    "task.changed",
    "task.strata_set",
    "task.scheme_set",
    "task.ready",
    "task.groups_split",
    "task.groups_united",
    "task.group_changed",
)
RUNNING = (DrawEvent.Kind.LOCKED, DrawEvent.Kind.BEACON, DrawEvent.Kind.COMPUTED)


def set_up_by(tasks: Iterable[Task]) -> dict[int, Task]:
    """Person → a task that they made, changed or declared ready; one query."""
    by_name = {reference(task): task for task in tasks}
    found = {task.created_by_id: task for task in by_name.values() if task.created_by_id}
    events = AuditEvent.objects.filter(
        action__in=SETTING_UP,
        target_type="planning.task",
        about__overlap=list(by_name),
        actor__isnull=False,
    )
    for person, target in events.order_by().values_list("actor_id", "target_id").distinct():
        found.setdefault(person, by_name[f"planning.task:{target}"])
    return found


def run_by(sitting: Sitting) -> set[int]:
    """Who operates the sitting or pressed lock, beacon or compute."""
    events = DrawEvent.objects.filter(draw__sitting=sitting, kind__in=RUNNING, actor__isnull=False)
    return {sitting.operator_id, *events.values_list("actor_id", flat=True)}
