"""Telling inspectors whom they visit when the time has come, planning the day, and looks before it (DRAW §4; A58)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.errors import Forbidden, RuleError
from bureau.models import Agency, User
from bureau.services import notifications, transitions
from inspections.models import TeamMember, Visit
from inspections.rules.processes import VISIT
from inspections.selectors import disclosure as reading
from inspections.services.desks import require_desk_of

_WAITING = (Visit.State.TEAMED, Visit.State.ORDERED)


def plan_day(*, visit: Visit, day: date | None, actor: User, today: date) -> Visit:
    """The unit plans the visit for a day within its window; the team learns of it as the setting says. None: not planned.

    Raises RuleError for a day outside the window or gone by, Conflict once the visit has begun.
    """
    with transaction.atomic():
        row: Visit
        row, _ = transitions.begin(
            VISIT,
            Visit.objects.select_related("entity", "unit", "authority"),
            visit.pk,
            "plan_day",
            actor,
        )
        require_desk_of(actor, row)
        if day is not None and not max(today, row.window_from) <= day <= row.window_to:
            raise RuleError(
                f"检查日期须在检查期内（{row.window_from:%Y-%m-%d} 至 {row.window_to:%Y-%m-%d}），且不早于今天。"
            )
        before, row.planned_on = row.planned_on, day
        row.save(update_fields=["planned_on"])
        audit.record(
            "visit.day-planned",
            f"安排于 {day:%Y-%m-%d} 检查" if day else "取消检查日期的安排",
            target=row,
            actor=actor,
            detail=audit.differences(
                {"planned_on": str(before or "")}, {"planned_on": str(day or "")}
            ),
        )
    return row


def look(*, visit: Visit, actor: User, now: datetime) -> None:
    """Somebody besides the desk reads who goes before the team itself knows: allowed, and in the trail (DRAW §4).

    Raises Forbidden for inspectors, who wait for the time.
    """
    found = reading.standing(actor, visit, now)
    if found is reading.Standing.CLOSED:
        raise Forbidden(
            f"这次检查的人员安排到{reading.known_at(visit)}才告知检查人员，请届时查看。"
        )
    if found is reading.Standing.LOOK:
        looked([visit], actor=actor)


def looked(visits: Sequence[Visit], *, actor: User) -> None:
    """Writes one event for what somebody saw of sealed assignments; nothing for an empty list."""
    if not visits:
        return
    with transaction.atomic():
        audit.record(
            "team.sealed-viewed",
            f"查看尚未告知检查人员的人员安排，{len(visits)} 户",
            target=visits[0],
            actor=actor,
            authority=visits[0].authority,
            about=list(visits[1:]),
            detail={"visits": [visit.number for visit in visits]},
        )


def tell_matched(visits: Sequence[Visit], *, key: str) -> int:
    """After a matching: those whose time has come are told at once, the others by `tell_due`. Returns how many notices."""
    now = timezone.now()
    last = _horizons(visits, now)
    known = [v for v in visits if reading.is_known_by(v, last[v.authority_id])]
    people = _people(TeamMember.objects.filter(visit__in=known, is_current=True))
    return notifications.notify(
        users=people,
        key=key,
        text="您被匹配到新的检查，请查看检查对象；有利害关系的请在检查开始前申请回避",
        url=reverse("inspections:visit-list") + "?mine=on",
        authority=known[0].authority if known else None,
    )


def tell_joined(visit: Visit, member: TeamMember, *, key: str, instead_of: str = "") -> int:
    """Somebody who came into a team later: told now if the team knows, else with the team."""
    person = member.inspector or member.expert
    if person is None or person.user is None or not reading.is_known(visit, timezone.now()):
        return 0
    how = f"接替{instead_of}" if instead_of else f"作为{member.get_part_display()}"
    return notifications.notify(
        users=[person.user],
        key=key,
        text=f"您{how}参加{visit.entity.name}的检查；有利害关系的请申请回避",
        url=reverse("inspections:visit-detail", args=[visit.pk]),
        authority=visit.authority,
    )


def tell_due(*, now: datetime) -> int:
    """The evening before (or that morning): everybody of a team is told where they go. Run often; each is told once."""
    told = 0
    ids = Visit.objects.filter(state__in=_WAITING).values("authority")
    for authority in Agency.objects.filter(pk__in=ids):
        last = reading.horizon(authority, now)
        if last is None:
            continue
        # A beat that stood still for a day does not swallow what was due in it.
        days = (last - timedelta(days=1), last)
        rows = Visit.objects.filter(
            Q(planned_on__range=days) | Q(planned_on__isnull=True, window_from__range=days),
            authority=authority,
            state__in=_WAITING,
        ).select_related("entity")
        members: dict[Any, list[TeamMember]] = defaultdict(list)
        for member in TeamMember.objects.filter(visit__in=rows, is_current=True).select_related(
            "inspector__user", "expert__user"
        ):
            members[member.visit_id].append(member)
        for visit in rows:
            people = [m.inspector or m.expert for m in members[visit.pk]]
            day = reading.day_of(visit)
            told += notifications.notify(
                users=[person.user for person in people if person and person.user],
                key=f"visit.known:{visit.pk}:{day}",
                text=f"{day.month}月{day.day}日检查{visit.entity.name}，请查看安排；有利害关系的请立即申请回避",
                url=reverse("inspections:visit-detail", args=[visit.pk]),
                authority=authority,
                is_urgent=True,
            )
    return told


def known_only(visits: Sequence[Visit]) -> list[Visit]:
    """Those whose teams know by now. Needs `authority` loaded."""
    now = timezone.now()
    last = _horizons(visits, now)
    return [v for v in visits if reading.is_known_by(v, last[v.authority_id])]


def require_known(visit: Visit, actor: User, now: datetime) -> None:
    """Raises Forbidden for a member of the team before its time has come. Needs `authority`, `matters__task`."""
    if reading.standing(actor, visit, now) is not reading.Standing.OPEN:
        raise Forbidden(
            f"这次检查的人员安排到{reading.known_at(visit)}才告知检查人员，请届时查看。"
        )


def _horizons(visits: Sequence[Visit], now: datetime) -> dict[int, date | None]:
    by_id = {visit.authority_id: visit.authority for visit in visits}
    return {pk: reading.horizon(authority, now) for pk, authority in by_id.items()}


def _people(members: Any) -> list[User]:
    return list(User.objects.filter(pk__in=members.values("inspector__user_id"))) + list(
        User.objects.filter(pk__in=members.values("expert__user_id"))
    )
