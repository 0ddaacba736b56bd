"""Lists that an executing unit has to check (A105)."""

from django.db.models import Q, QuerySet

from bureau.models import Role, User
from bureau.selectors.waiting import reach
from inspections.models import ListCheck
from planning.models import Task


def of_task(task: Task) -> "QuerySet[ListCheck]":
    """What each unit was given of the task, and who checked it."""
    return ListCheck.objects.filter(task=task).select_related("unit", "confirmed_by").order_by("id")


def waiting_for(user: User) -> "QuerySet[ListCheck]":
    """Unchecked lists of the user's own desk."""
    mine = reach(user, Role.COORDINATOR).of("unit")
    rows: QuerySet[ListCheck] = (
        ListCheck.objects.filter(Q(mine), confirmed_by=None)
        .select_related("task", "unit")
        .order_by("due_on")
    )
    return rows


def may_confirm(user: User, check: ListCheck) -> bool:
    """A coordinator of the unit or of the whole authority; where the unit has none, the task's organisers."""
    for seat in user.seats:
        if seat.agency.authority_id != check.authority_id:
            continue
        if seat.role == Role.COORDINATOR and seat.agency_id in {check.unit_id, check.authority_id}:
            return True
        if seat.role == Role.ORGANISER and seat.agency_id in {
            check.task.unit_id,
            check.authority_id,
        }:
            return True
    return False
