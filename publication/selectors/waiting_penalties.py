"""行政处罚信息 that waits: to be reviewed by somebody else, to be put right by who entered it (A88)."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from bureau.models import User
from bureau.rules.workdays import Calendar
from bureau.selectors import calendar
from bureau.selectors.waiting import WaitingItem
from publication.models import Penalty
from publication.rules.processes import PENALTY


def for_user(
    user: User, authority_ids: Collection[int], today: date, days: Calendar
) -> list[WaitingItem]:
    """One query."""
    mine = Q(state=Penalty.State.RETURNED, recorded_by=user)
    if user.has_role(*PENALTY.roles_for("approve")):
        mine |= Q(state=Penalty.State.RECORDED) & ~Q(recorded_by=user)
    rows = Penalty.objects.filter(mine, authority_id__in=authority_ids)
    return [
        WaitingItem(
            verb="审核处罚信息" if row.state == Penalty.State.RECORDED else "补正处罚信息",
            url=reverse("publication:penalty-detail", kwargs={"pk": row.pk}),
            st=PENALTY.css[row.state],
            word=PENALTY.states[row.state],
            subject=row.entity.name,
            note=row.number,
            module="公示",
            since=timezone.localdate(row.recorded_at),
            due=calendar.due(row.due_on, today, known=days),
        )
        for row in rows.select_related("entity").order_by("due_on", "id")[:50]
    ]
