"""Groups of a task's matters: those it has, and those their kinds of objects suggest (DRAW §2)."""

from collections.abc import Iterable, Mapping, Sequence

from planning.models import Task
from planning.rules import groups as rules
from planning.rules.groups import Proposal
from registry.models import Entity, Matter


def proposed(task: Task) -> list[Proposal]:
    """The groups to split into; empty for a task that has groups or whose matters share their pool."""
    if task.groups.all():
        return []
    return proposed_for(task.matters.all(), task.scope)


def proposed_for(matters: Iterable[Matter], scope: Mapping[str, Sequence[str]]) -> list[Proposal]:
    """The same before there is a task."""
    labels = {str(value): str(label) for value, label in Entity.Kind.choices}
    within = scope.get("kinds", [])
    kinds = [(m.pk, rules.kinds_within(m.object_kinds, within)) for m in matters]
    return rules.proposals(kinds, labels)
