"""Who runs a sitting: entity draws the authority's organisers, a matching the desk of its unit (A53: 002 十九)."""

from bureau.models import Role, User
from bureau.selectors.waiting import reach
from planning.models import Sitting


def runs(sitting: Sitting, user: User) -> bool:
    """A coordinator of another unit and an organiser of another division's task read the page, and press nothing on it.

    One query for a matching whose unit is not the user's own, else none.
    """
    if sitting.purpose == Sitting.Purpose.ENTITIES:
        return user.has_role_at(sitting.authority_id, Role.ORGANISER)
    if reach(user, Role.COORDINATOR).covers(sitting.unit_id, sitting.authority_id):
        return True
    if not user.has_role_at(sitting.authority_id, Role.ORGANISER):
        return False
    organiser = reach(user, Role.ORGANISER)
    return any(
        organiser.covers(task.unit_id, task.authority_id) or task.created_by_id == user.pk
        for task in sitting.tasks.all()
    )
