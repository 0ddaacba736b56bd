"""Officers of a linked authority in a team: a seat of the inspector's role at the visiting unit, for as long as it takes.

Without it they could not open, do and sign the visit. It ends by itself and stands in the trail of both (A59).
"""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from bureau import audit
from bureau.models import Agency, Membership, Role, User
from inspections.models import Visit
from registry.models import Inspector

# The visit's window, then recording, signing and putting right what a reviewer returns.
AFTER_WINDOW = timedelta(days=60)


def seat(
    *, visits: Sequence[Visit], unit: Agency, people: Sequence[Inspector], actor: User
) -> list[Membership]:
    """Gives the guests among `people` their temporary seat; who has one keeps the longer. One query without guests."""
    guests = [p for p in people if p.user and p.authority_id != unit.authority_id]
    if not guests or not visits:
        return []
    today = timezone.localdate()
    ends_on = max(today, *(visit.window_to for visit in visits)) + AFTER_WINDOW
    seats = []
    for person in guests:
        row, is_new = Membership.objects.get_or_create(
            user=person.user,
            agency=unit,
            role=Role.INSPECTOR,
            defaults={"from_on": today, "to_on": ends_on},
        )
        if not is_new and row.to_on is not None and row.to_on < ends_on:
            row.to_on = ends_on
            row.save(update_fields=["to_on"])
        elif not is_new:
            continue
        seats.append(row)
        audit.record(
            "membership.lent",
            f"{person.name}因联合匹配在{unit.name}临时取得检查人员席位，至 {ends_on:%Y-%m-%d}",
            target=person,
            actor=actor,
            authority=unit.authority,
            about=list(visits)[:50],
            detail={"pid": person.pid, "unit": unit.code, "to_on": ends_on.isoformat()},
        )
    return seats
