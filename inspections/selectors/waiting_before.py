"""What waits for a team before its visit: the 预查比对 where the house asks for it (A63)."""

from datetime import date

from django.db.models import Exists, OuterRef
from django.urls import reverse

from bureau.models import Agency, Role, User
from bureau.selectors import calendar, rule_settings
from bureau.selectors.waiting import WaitingItem
from inspections.models import PreCheck, TeamMember, Visit
from inspections.selectors import fieldwork

LIMIT = 50
MODULE = "检查"


def for_user(user: User, today: date) -> list[WaitingItem]:
    """The rows of this part of the 工作台; a constant number of queries for each authority one works for."""
    if not user.has_role(Role.INSPECTOR):
        return []
    return _to_precheck(user, today)


def _to_precheck(user: User, today: date) -> list[WaitingItem]:
    """Approved visits that this person leads."""
    asking = [
        authority.pk
        for authority in Agency.objects.filter(pk__in=user.own_authority_ids)
        if rule_settings.value_of("precheck", authority, today.year) == "required"
    ]
    if not asking:
        return []
    leads = TeamMember.objects.filter(
        visit=OuterRef("pk"),
        inspector__user=user,
        part=TeamMember.Part.LEADER,
        is_current=True,
    )
    done = PreCheck.objects.filter(visit=OuterRef("pk"), done_at__isnull=False)
    rows = fieldwork.of_user(user).filter(
        Exists(leads), ~Exists(done), authority__in=asking, state=Visit.State.ORDERED
    )
    days = calendar.calendar()
    return [
        WaitingItem(
            verb="预查比对",
            url=reverse("inspections:precheck", args=[visit.pk]),
            st="wait",
            word="检查前须完成",
            subject=visit.entity.name,
            note=visit.number,
            module=MODULE,
            due=calendar.due(visit.window_to, today, known=days),
        )
        for visit in rows.order_by("window_to", "id")[:LIMIT]
    ]
