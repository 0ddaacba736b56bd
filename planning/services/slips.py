"""锁定单: A on paper in the witnesses' hands before any digit is given (DRAW §3). Printing and handing over are in the trail."""

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import RuleError
from bureau.models import User
from bureau.services import transitions
from planning.models import Sitting
from planning.rules.sittings import process_of
from planning.services.sitting_desks import require_desk


@transaction.atomic
def mark_printed(*, sitting: Sitting, actor: User) -> Sitting:
    """Notes that the slip was printed; the first time counts, each time is in the trail. Raises Conflict before the lock."""
    return _mark(sitting, actor, "slip_printed_at", "sitting.slip-printed", "打印锁定单")


@transaction.atomic
def mark_handed(*, sitting: Sitting, actor: User) -> Sitting:
    """Notes that every witness holds A, on paper or copied by hand. Raises Conflict before the lock."""
    return _mark(
        sitting, actor, "slip_handed_at", "sitting.slip-handed", "确认锁定单已交到监督人手中"
    )


def require_out(sitting: Sitting) -> None:
    """Raises RuleError while A is in nobody's hands: a digit given now could be answered by another list."""
    if sitting.slip_printed_at is None and sitting.slip_handed_at is None:
        raise RuleError(
            "锁定单还没有打印，也没有确认交到监督人手中，现在不能收数字。"
            "请操作人先在摇号会页面打印锁定单，或确认已经交付。"
        )


def _mark(sitting: Sitting, actor: User, field: str, action: str, label: str) -> Sitting:
    row: Sitting
    row, _ = transitions.begin(
        process_of(sitting.purpose), Sitting.objects.all(), sitting.pk, "slip", actor
    )
    require_desk(row, actor)
    if getattr(row, field) is None:
        setattr(row, field, timezone.now())
        row.save(update_fields=[field])
    audit.record(
        action,
        label,
        target=row,
        actor=actor,
        detail={"a": dict(row.draws.values_list("number", "a"))},
    )
    return row
