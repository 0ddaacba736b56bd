"""Teams: which visits wait for one, what a visit asks for, what a draw said, and who goes now (A52–A57, A105)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from bureau.models import Agency, User
from inspections.models import Replacement, TeamMember, TeamSitting, Visit, VisitMatter
from inspections.rules.merging import Window
from inspections.rules.teams import Officer
from planning.models import Sitting, Task
from registry.models import Inspector

_PARTS = (
    TeamMember.Part.LEADER,
    TeamMember.Part.MEMBER,
    TeamMember.Part.EXPERT,
    TeamMember.Part.HELPER,
)
VOIDED = "所依据的抽取已作废"  # TeamMember.reason of a team that does not count


def officer_of(person: Inspector) -> Officer:
    """A row of the register as the rules see it."""
    return Officer(
        pid=person.pid,
        name=person.name,
        certificate_expires_on=person.certificate_expires_on,
        may_lead=person.may_lead,
        away_from=person.away_from,
        away_to=person.away_to,
        is_registered=person.state == Inspector.State.ACTIVE,
    )


def window_of(visit: Visit) -> Window:
    return Window(visit.window_from, visit.window_to)


# ---------------------------------------------------------------- who waits for a team


def unfilled(authority_ids: Iterable[int]) -> QuerySet[Visit]:
    """Matched in a draw, but nobody could be found: 直接委派 or a new matching follows (A55)."""
    return Visit.objects.filter(
        authority_id__in=list(authority_ids),
        state=Visit.State.DISPATCHED,
        team_sitting__sitting__state=Sitting.State.COMPUTED,
    ).select_related("entity", "unit", "team_sitting__task")


def free_visits(*, unit: Agency, task: Task) -> QuerySet[Visit]:
    """What a sitting of this unit for this task would be held over: no team yet, in no other live sitting."""
    of_task = VisitMatter.objects.filter(visit=OuterRef("pk"), task=task)
    live = Q(team_sitting__sitting__state__in=[Sitting.State.PREPARED, Sitting.State.LOCKED])
    return (
        Visit.objects.filter(Exists(of_task), unit=unit, state=Visit.State.DISPATCHED)
        .exclude(live)
        .select_related("entity", "unit")
        .order_by("number")
    )


@dataclass(frozen=True)
class Waiting:
    """One row of the coordinator's board."""

    task: Task
    unit: Agency
    count: int
    officers: int
    first_due: date


def board(user: User, today: date) -> list[Waiting]:
    """Visits without a team by task and unit, with how many officers the unit has; four queries."""
    rows = (
        VisitMatter.objects.filter(
            authority_id__in=user.authority_ids, visit__state=Visit.State.DISPATCHED
        )
        .exclude(
            visit__team_sitting__sitting__state__in=[Sitting.State.PREPARED, Sitting.State.LOCKED]
        )
        .values_list("task_id", "visit__unit_id", "visit_id", "visit__window_to")
        .distinct()
    )
    grouped: dict[tuple[Any, int], dict[Any, date]] = defaultdict(dict)
    for task_id, unit_id, visit_id, due in rows:
        grouped[task_id, unit_id][visit_id] = due
    tasks = Task.objects.select_related("unit").in_bulk({key[0] for key in grouped})
    units = Agency.objects.in_bulk({key[1] for key in grouped})
    officers = dict(
        Inspector.objects.filter(
            authority_id__in=user.authority_ids,
            state=Inspector.State.ACTIVE,
            certificate_expires_on__gte=today,
        )
        .order_by()
        .values_list("unit_id")
        .annotate(n=Count("id"))
    )
    found = [
        Waiting(
            tasks[task_id],
            units[unit_id],
            len(visits),
            officers.get(unit_id, 0)
            if units[unit_id].pk != units[unit_id].authority_id
            else sum(officers.values()),
            min(visits.values()),
        )
        for (task_id, unit_id), visits in grouped.items()
    ]
    return sorted(found, key=lambda row: (row.first_due, row.task.number, row.unit.code))


def sittings(user: User) -> QuerySet[TeamSitting]:
    """Team sittings in the user's scope, newest first, with how many visits each holds."""
    return (
        TeamSitting.objects.filter(sitting__authority_id__in=user.authority_ids)
        .select_related("sitting", "task", "unit")
        .annotate(visit_count=Count("visits"))
        .order_by("-id")
    )


def pending_replacements(authority_ids: Iterable[int]) -> QuerySet[Replacement]:
    return (
        Replacement.objects.filter(
            visit__authority_id__in=list(authority_ids), state=Replacement.State.REQUESTED
        )
        .select_related(
            "visit__entity",
            "visit__unit",
            "visit__authority",
            "leaver__inspector",
            "leaver__expert",
            "requested_by",
        )
        .prefetch_related("visit__matters__task")
        .order_by("visit__window_to", "id")
    )


# ---------------------------------------------------------------- what a visit asks for


def team_size(visits: Sequence[Visit]) -> int:
    """The largest of the tasks' team sizes, never below two (A52). Needs `matters__task` loaded."""
    sizes = [item.task.team_size for visit in visits for item in visit.matters.all()]
    return max([2, *map(int, sizes)])


def demands_of(
    visits: Sequence[Visit],
    *,
    responsible: int | None = None,
    besides: Collection[int] = (),
) -> dict[Any, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Visit → (quals that the law requires, expert fields). Needs `matters__matter` loaded.

    Of all its matters; of those that `responsible` answers for; or without those of the departments `besides`.
    """
    found = {}
    for visit in visits:
        own = [
            item.matter
            for item in visit.matters.all()
            if (responsible is None or item.responsible_id == responsible)
            and item.responsible_id not in besides
        ]
        found[visit.pk] = (
            tuple(sorted({qual for matter in own for qual in matter.required_quals})),
            tuple(sorted({name for matter in own for name in matter.expert_fields})),
        )
    return found


def preferred_of(visit: Visit) -> list[str]:
    """Qualifications that the matters prefer and do not require (A105). Needs `matters__matter` loaded."""
    matters = [item.matter for item in visit.matters.all()]
    required = {qual for matter in matters for qual in matter.required_quals}
    return sorted({qual for matter in matters for qual in matter.preferred_quals} - required)


def labels_of(team: Sequence[TeamMember]) -> list[frozenset[str]]:
    """What each of them holds: quals of officers, fields of experts."""
    officers = [frozenset(m.inspector.quals) for m in team if m.inspector]
    return officers + [frozenset(m.expert.fields) for m in team if m.expert]


# ---------------------------------------------------------------- what the draw said


@dataclass(frozen=True)
class Drawn:
    """One visit of result.tsv."""

    number: str
    is_filled: bool
    members: tuple[tuple[str, str, str], ...]  # (leader|member|expert, pid, ticket)


def read_result(content: bytes) -> list[Drawn]:
    """The visits of a team draw's result.tsv, in its order."""
    found: list[tuple[str, bool, list[tuple[str, str, str]]]] = []
    for line in content.decode().splitlines()[2:]:
        fields = line.split("\t")
        if fields[0] == "visit":
            found.append((fields[1], fields[2] == "filled", []))
        else:
            found[-1][2].append((fields[2], fields[3], fields[4]))
    return [Drawn(number, filled, tuple(members)) for number, filled, members in found]


def prepared_visits(prepared: TeamSitting) -> list[Visit]:
    """The visits that a sitting holds, with what the lists need; four queries."""
    return list(
        prepared.visits.filter(state=Visit.State.DISPATCHED)
        .select_related("entity", "unit")
        .prefetch_related("matters__matter", "matters__task")
        .order_by("number")
    )


def current_team(visit: Visit) -> list[TeamMember]:
    """Who is in the team now, the leader first."""
    team = (
        visit.team.filter(is_current=True)
        .select_related("inspector__unit", "inspector__user", "expert")
        .order_by("position")
    )
    return sorted(team, key=lambda member: _PARTS.index(member.part))


def with_team(rows: "QuerySet[Visit]") -> "QuerySet[Visit]":
    """Visits with their current team loaded as `members`."""
    members = TeamMember.objects.filter(is_current=True).select_related("inspector", "expert")
    return rows.prefetch_related(Prefetch("team", members, to_attr="members"))


def pid_of(member: TeamMember) -> str:
    """The code in the portal of whoever this is."""
    person = member.inspector or member.expert
    assert person is not None
    return person.pid
