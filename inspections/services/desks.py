"""Guard of everything that hands out visits: the unit's own coordinators, or the organiser of the task (A53)."""

from collections.abc import Iterable

from bureau.access import require
from bureau.errors import Forbidden
from bureau.models import Agency, Role, User
from inspections.models import Visit
from inspections.selectors import desk
from planning.models import Task

DESK = (Role.COORDINATOR, Role.ORGANISER)


def require_desk(actor: User, unit: Agency, tasks: Iterable[Task]) -> None:
    """Raises Forbidden for a coordinator of another unit and an organiser of another task. Basis: A53 (002 十九)."""
    require(actor, unit.authority_id, *DESK)
    if not desk.of(actor).covers(unit.pk, unit.authority_id, tasks):
        raise Forbidden(
            f"{unit.name}的检查由{unit.short_name}的分派员、局机关分派员或该任务的经办办理，您的席位在其他单位。"
        )


def require_desk_of(actor: User, visit: Visit) -> None:
    """The same for one visit. Needs `unit` loaded."""
    require_desk(actor, visit.unit, Task.objects.filter(visit_matters__visit=visit).distinct())
