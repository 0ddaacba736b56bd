"""Whose officers may stand in a team draw beside the unit's own: neighbours (A55, A59) and departments that take part."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from bureau.models import Agency, Role, User
from bureau.selectors.waiting import reach
from inspections.models import PoolConsent, TeamMember, TeamSitting, Visit
from planning.models import Sitting, Task, TaskParticipant
from registry.models import Inspector

CONSENTERS = (Role.COORDINATOR, Role.HEAD)
PARTY_TEAM = 2  # every department that takes part sends two officers of its own or more (行政处罚法第四十二条)
_OFFICERS = (TeamMember.Part.LEADER, TeamMember.Part.MEMBER)
_ACTIVE = Inspector.objects.filter(state=Inspector.State.ACTIVE)


def neighbours_of(unit: Agency) -> QuerySet[Agency]:
    """The other units of the authority, and the authorities beside it under the same superior, that have officers."""
    authority = unit.authority or unit
    beside = Q(authority=authority) & ~Q(pk=authority.pk)
    if authority.superior_id:
        beside |= Q(kind=Agency.Kind.AUTHORITY, superior_id=authority.superior_id) & ~Q(
            pk=authority.pk
        )
    return _with_officers(Agency.objects.filter(beside, is_active=True)).exclude(pk=unit.pk)


def parties_of(task: Task, unit: Agency) -> list[Agency]:
    """The departments that take part in the task and have officers in the register, besides the executing unit."""
    wanted = TaskParticipant.objects.filter(
        task=task, part=TaskParticipant.Part.PARTICIPANT
    ).values("agency")
    rows = _with_officers(Agency.objects.filter(pk__in=wanted, is_active=True))
    return list(rows.exclude(pk__in=[unit.pk, unit.authority_id or 0]).order_by("code"))


def sending(prepared: TeamSitting) -> list[Agency]:
    """The departments that agreed to send officers to this sitting's visits, in the order of their codes."""
    rows = prepared.consents.filter(
        purpose=PoolConsent.Purpose.PARTY, state=PoolConsent.State.AGREED
    ).select_related("agency")
    return sorted((row.agency for row in rows), key=lambda agency: agency.code)


def consents(prepared: TeamSitting) -> list[PoolConsent]:
    """Who was asked for officers, and what they said."""
    return list(
        prepared.consents.select_related("agency", "requested_by", "decided_by").order_by("id")
    )


def visible_to(user: User) -> QuerySet[PoolConsent]:
    """Requests of one's own sittings, and those put to one's own agency, wherever they come from."""
    own = Q(team_sitting__sitting__authority_id__in=user.authority_ids)
    return PoolConsent.objects.filter(
        own | Q(agency__authority_id__in=user.own_authority_ids)
    ).select_related(
        "agency__authority",
        "requested_by",
        "decided_by",
        "team_sitting__sitting__authority",
        "team_sitting__unit",
        "team_sitting__task",
    )


def waiting_for(user: User) -> QuerySet[PoolConsent]:
    """Requests that this person may answer for their own unit or authority."""
    own = reach(user, *CONSENTERS)
    return (
        visible_to(user)
        .filter(
            own.of("agency", "agency__authority"),
            state=PoolConsent.State.REQUESTED,
            team_sitting__sitting__state=Sitting.State.PREPARED,
        )
        .exclude(requested_by=user)
        .order_by("requested_at")
    )


def may_answer(user: User, consent: PoolConsent) -> bool:
    """A coordinator of that unit, a coordinator or head of its whole authority; never whoever asked (A55)."""
    own = reach(user, *CONSENTERS)
    return consent.requested_by_id != user.pk and own.covers(
        consent.agency_id, consent.agency.authority_id
    )


def _with_officers(rows: "QuerySet[Agency]") -> "QuerySet[Agency]":
    at_unit = _ACTIVE.filter(unit=OuterRef("pk"))
    whole = _ACTIVE.filter(authority=OuterRef("pk"))
    return rows.filter(Exists(at_unit) | Exists(whole)).order_by("code")


def parties_of_visit(visit: Visit) -> list[Agency]:
    """The departments that take part in any of the visit's tasks."""
    wanted = TaskParticipant.objects.filter(
        task__visit_matters__visit=visit, part=TaskParticipant.Part.PARTICIPANT
    ).values("agency")
    rows = _with_officers(Agency.objects.filter(pk__in=wanted, is_active=True))
    return list(rows.exclude(pk__in=[visit.unit_id, visit.authority_id]))


def lacking(visits: Sequence[Visit]) -> dict[Any, list[str]]:
    """Visit → departments that agreed to send officers and have fewer than two in the team now (A52). Two queries."""
    agreed = PoolConsent.objects.filter(
        team_sitting__in={v.team_sitting_id for v in visits if v.team_sitting_id},
        purpose=PoolConsent.Purpose.PARTY,
        state=PoolConsent.State.AGREED,
    ).select_related("agency")
    by_sitting: dict[int, list[Agency]] = defaultdict(list)
    for row in agreed:
        by_sitting[row.team_sitting_id].append(row.agency)
    if not by_sitting:
        return {}
    homes: dict[Any, list[tuple[int | None, int | None]]] = defaultdict(list)
    members = TeamMember.objects.filter(visit__in=visits, is_current=True, part__in=_OFFICERS)
    for visit_id, unit, authority in members.values_list(
        "visit_id", "inspector__unit_id", "inspector__authority_id"
    ):
        homes[visit_id].append((unit, authority))
    found = {}
    for visit in visits:
        short = [
            agency.name
            for agency in by_sitting.get(visit.team_sitting_id or 0, [])
            if sum(agency.pk in home for home in homes[visit.pk]) < PARTY_TEAM
        ]
        if short:
            found[visit.pk] = short
    return found
