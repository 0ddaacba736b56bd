"""Whose desk a visit lies on: the executing unit's coordinators, and whoever organises its tasks (A53)."""

from collections.abc import Iterable
from dataclasses import dataclass

from bureau.models import Role, User
from bureau.selectors.waiting import Reach, reach
from inspections.models import Visit
from planning.models import Task


@dataclass(frozen=True)
class Desk:
    """What one person hands out; built from the seats of the request, no query."""

    user_id: int
    coordinator: Reach
    organiser: Reach
    organised: frozenset[int]  # authorities where the person organises tasks at all

    def covers(self, unit_id: int, authority_id: int | None, tasks: Iterable[Task]) -> bool:
        """A coordinator of this unit or of the whole authority, or the organiser of one of the tasks."""
        if self.coordinator.covers(unit_id, authority_id):
            return True
        return any(
            self.organiser.covers(task.unit_id, task.authority_id)
            or (task.created_by_id == self.user_id and task.authority_id in self.organised)
            for task in tasks
        )

    def has(self, visit: Visit) -> bool:
        """Needs `matters__task` loaded to cost no query."""
        return self.covers(
            visit.unit_id, visit.authority_id, [item.task for item in visit.matters.all()]
        )


def of(user: User) -> Desk:
    """The desk of this person."""
    return Desk(
        user_id=user.pk,
        coordinator=reach(user, Role.COORDINATOR),
        organiser=reach(user, Role.ORGANISER),
        organised=frozenset(
            seat.agency.authority_id or 0 for seat in user.seats if seat.role == Role.ORGANISER
        ),
    )
