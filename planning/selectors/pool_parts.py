"""What of a task is drawn apart, out of whose register, under which conditions (A15, A46)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import (
    prefetch_related_objects,
)

from bureau.models import Agency
from planning.models import Task, TaskParticipant, TaskStratum
from planning.rules.strata import Stratum
from registry.models import Matter


@dataclass(frozen=True)
class Part:
    """What is drawn as one: a group of the task's matters, or the whole task where it has no groups (number 0)."""

    number: int
    name: str
    scope: Mapping[str, Sequence[str]]
    matters: tuple[Matter, ...]
    strata: list[Stratum]

    @property
    def codes(self) -> list[str]:
        return sorted(matter.code for matter in self.matters)


def owners_of(task: Task) -> list[int]:
    """The subordinates whose listings are the pool (A15); nobody where it is the task's own authority's.

    Reads the participants once for a task, however often it is asked.
    """
    prefetch_related_objects([task], "participants")
    return [p.agency_id for p in task.participants.all() if p.part == TaskParticipant.Part.POOL]


def whole_scope(
    task: Task, scope: Mapping[str, Sequence[str]] | None = None
) -> Mapping[str, Sequence[str]]:
    """The task's scope (or a group's) as everybody may check it: where a superior draws, with whose pools (A15)."""
    scope = task.scope if scope is None else scope
    owners = owners_of(task)
    if not owners:
        return scope
    codes = Agency.objects.filter(pk__in=owners).values_list("code", flat=True)
    return {**scope, "authorities": sorted(codes)}


def concerned(task: Task) -> list[int]:
    """Every authority whose visits may come of the task: its own and those whose pools it draws from."""
    return [task.authority_id, *owners_of(task)]


def strata_of(task: Task) -> list[Stratum]:
    """The strata of a task in their order, those of its groups one after another; one query, or none if prefetched."""
    return [as_stratum(row) for row in task.strata.all()]


def as_stratum(row: TaskStratum) -> Stratum:
    return Stratum(
        label=row.label,
        scope=row.scope,
        mode=row.mode,
        value=row.value,
        minimum=row.minimum,
        maximum=row.maximum,
        reserve=row.reserve,
        batches=row.batches,
    )


def parts_of(task: Task) -> list[Part]:
    """What is drawn apart (DRAW §2): one part per group, else the whole task. Three queries, none if prefetched."""
    groups = list(task.groups.all())
    prefetch_related_objects(groups, "matters")
    strata = list(task.strata.all())
    if not groups:
        own = [as_stratum(row) for row in strata]
        return [Part(0, "", task.scope, tuple(task.matters.all()), own)]
    return [
        Part(
            group.number,
            group.name,
            group.scope,
            tuple(group.matters.all()),
            [as_stratum(row) for row in strata if row.group_id == group.pk],
        )
        for group in groups
    ]


def whole(task: Task) -> Part:
    """The only part of a task without groups. Raises ValueError where there are several: the caller has to say which."""
    (part,) = parts_of(task)
    return part
