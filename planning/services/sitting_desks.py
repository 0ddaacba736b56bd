"""Guard of every step of a sitting: whoever has the role elsewhere in the authority does not take part (A53: 002 十九)."""

from bureau.errors import Forbidden
from bureau.models import User
from planning.models import Sitting
from planning.selectors import sitting_desk


def require_desk(sitting: Sitting, actor: User) -> None:
    """Raises Forbidden for a coordinator of another unit and an organiser of another division's task."""
    if not sitting_desk.runs(sitting, actor):
        unit = sitting.unit
        raise Forbidden(
            f"{unit.name}的摇号会由{unit.short_name}的分派员、局机关分派员或该任务的经办办理，您的席位在其他单位。"
        )
