"""Groups of a task's matters: those it has, and those their kinds of objects suggest (DRAW §2)."""

from planning.models import Task
from planning.rules import groups as rules
from planning.rules.groups import Proposal
from registry.models import Entity


def proposed(task: Task) -> list[Proposal]:
    """The groups to split into; empty for a task that has groups or whose matters share their pool."""
    if task.groups.all():
        return []
    labels = {str(value): str(label) for value, label in Entity.Kind.choices}
    within = task.scope.get("kinds", [])
    matters = [(m.pk, rules.kinds_within(m.object_kinds, within)) for m in task.matters.all()]
    return rules.proposals(matters, labels)
