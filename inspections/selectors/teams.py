"""Teams: which visits wait for one, the frozen lists of a team draw, who would come next, and changes.tsv (A52–A57; DRAW §2, §6)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

import lottery
from bureau.errors import RuleError
from bureau.models import Agency, User
from inspections.models import Replacement, TeamMember, TeamSitting, Visit, VisitMatter
from inspections.rules.merging import Window
from inspections.rules.teams import Officer, Unfit, unfit
from planning.models import Draw, DrawEvent, Sitting, Task
from planning.selectors import draws
from registry.models import Expert, Inspector
from registry.rules.recusal import EntityFacts, InspectorTies, Interest, must_recuse
from registry.selectors import inspectors, recusals

DEAD = (Sitting.State.VOIDED,)
_PARTS = (TeamMember.Part.LEADER, TeamMember.Part.MEMBER, TeamMember.Part.EXPERT)
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
            "visit__entity", "visit__unit", "leaver__inspector", "leaver__expert", "requested_by"
        )
        .order_by("visit__window_to", "id")
    )


# ---------------------------------------------------------------- the lists of a team draw


@dataclass(frozen=True)
class TeamLists:
    """The three frozen lists of a team draw, and what the page says of them."""

    visits: lottery.FrozenList
    inspectors: lottery.FrozenList
    conflicts: lottery.FrozenList
    team: int
    unable: dict[str, Unfit]  # pid → why they stand there with capacity 0

    @property
    def contents(self) -> dict[str, bytes]:
        return {
            "visits": self.visits.content,
            "inspectors": self.inspectors.content,
            "conflicts": self.conflicts.content,
        }


def team_lists(prepared: TeamSitting, visits: Sequence[Visit], today: date) -> TeamLists:
    """visits.tsv, inspectors.tsv and conflicts.tsv of a sitting (DRAW §2).

    Every registered officer of the pool stands there; who can go to none of the visits has capacity 0, who cannot go to
    one has a conflict with it. Raises RuleError naming a qual or field that cannot stand in a file.
    """
    officers, experts = pool(prepared)
    demands = demands_of(visits)
    barred, unable = _barred(visits, officers, experts, today)
    pids = [person.pid for person in officers] + [person.pid for person in experts]
    try:
        return TeamLists(
            visits=lottery.freeze_visits(
                lottery.Visit(
                    id=visit.number,
                    quals=demands[visit.pk][0],
                    fields=demands[visit.pk][1],
                    target=lottery.visit_target(visit.target_salt, visit.entity.public_code),
                )
                for visit in visits
            ),
            inspectors=lottery.freeze_inspectors(
                [
                    *(_as_listed(person, person.pid in unable) for person in officers),
                    *(_expert_as_listed(person) for person in experts),
                ]
            ),
            conflicts=lottery.freeze_conflicts(
                [
                    lottery.Conflict(visit=number, pid=pid, reason=reason)
                    for (number, pid), reason in barred.items()
                ],
                visits=[visit.number for visit in visits],
                pids=pids,
            ),
            team=team_size(visits),
            unable=unable,
        )
    except lottery.ProtocolError as refused:
        raise RuleError(str(refused)) from refused


def pool(prepared: TeamSitting) -> tuple[list[Inspector], list[Expert]]:
    """Officers of the unit, or of the whole authority where the unit has too few (A55), and the authority's experts."""
    authority = prepared.sitting.authority
    place = authority if prepared.pool == TeamSitting.Pool.AUTHORITY else prepared.unit
    return (
        list(inspectors.registered(place).order_by("pid")),
        list(inspectors.experts(authority).order_by("pid")),
    )


def team_size(visits: Sequence[Visit]) -> int:
    """The largest of the tasks' team sizes, never below two (A52). Needs `matters__task` loaded."""
    sizes = [item.task.team_size for visit in visits for item in visit.matters.all()]
    return max([2, *map(int, sizes)])


def demands_of(visits: Sequence[Visit]) -> dict[Any, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Visit → (quals that the law requires, expert fields), of all its matters. Needs `matters__matter` loaded."""
    return {
        visit.pk: (
            tuple(sorted({q for m in visit.matters.all() for q in m.matter.required_quals})),
            tuple(sorted({f for m in visit.matters.all() for f in m.matter.expert_fields})),
        )
        for visit in visits
    }


def _as_listed(person: Inspector, is_unable: bool) -> lottery.Inspector:
    return lottery.Inspector(
        pid=person.pid,
        role=lottery.Role.LEADER if person.may_lead else lottery.Role.MEMBER,
        capacity=0 if is_unable else person.capacity,
        quals=frozenset(person.quals),
    )


def _expert_as_listed(person: Expert) -> lottery.Inspector:
    return lottery.Inspector(
        pid=person.pid,
        role=lottery.Role.EXPERT,
        capacity=person.capacity,
        quals=frozenset(person.fields),
    )


def _barred(
    visits: Sequence[Visit], officers: Sequence[Inspector], experts: Sequence[Expert], today: date
) -> tuple[dict[tuple[str, str], str], dict[str, Unfit]]:
    """(visit number, pid) → reason, declared recusals first; and who can go to no visit at all."""
    barred = recusal_reasons(visits, officers, experts)
    unable: dict[str, Unfit] = {}
    for person in officers:
        codes = {v.number: unfit(officer_of(person), window_of(v), today) for v in visits}
        found = {number: code for number, code in codes.items() if code is not None}
        if found and len(found) == len(codes):
            unable[person.pid] = next(iter(found.values()))
            continue
        for number, code in found.items():
            barred.setdefault((number, person.pid), code.value)
    return barred, unable


def recusal_reasons(
    visits: Sequence[Visit], officers: Sequence[Inspector], experts: Sequence[Expert]
) -> dict[tuple[str, str], str]:
    """回避 between these people and the visits' entities: declared, or a namesake of the representative that nobody
    has looked into (A57). Two queries."""
    by_entity: dict[int, list[str]] = defaultdict(list)
    for visit in visits:
        by_entity[visit.entity_id].append(visit.number)
    found: dict[tuple[str, str], str] = {}
    ids = [person.pk for person in officers]
    for row in recusals.in_force(ids, list(by_entity), [person.pk for person in experts]):
        person = row.inspector or row.expert
        for number in by_entity[row.entity_id]:
            if person is not None:
                found[number, person.pid] = row.reason
    lifted = recusals.lifted_pairs(ids, list(by_entity))
    for visit in visits:
        facts = EntityFacts(
            code=visit.entity.code,
            name=visit.entity.name,
            representative=visit.entity.legal_representative,
        )
        for officer in officers:
            if (officer.pk, visit.entity_id) in lifted:
                continue
            if must_recuse(InspectorTies(name=officer.name), facts, visit.window_from):
                found.setdefault((visit.number, officer.pid), Interest.SAME_NAME.value)
    return found


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
    """The visits that a sitting holds, with what the lists need; three queries."""
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


# ---------------------------------------------------------------- replacement


@dataclass(frozen=True)
class Next:
    """Who is called next by the draw's order, and whom a rule passed over on the way to them."""

    pid: str
    duty: str
    ticket: str
    inspector: Inspector | None
    expert: Expert | None
    passed: tuple[tuple[str, Unfit], ...]

    @property
    def name(self) -> str:
        return str(self.inspector or self.expert)


def next_in_order(
    replacement: Replacement, today: date
) -> tuple[Next | None, tuple[tuple[str, Unfit], ...]]:
    """Who follows the leaver (DRAW §6), skipping who is unfit by rule since the lock; and all who were skipped.

    None when nobody is left. Raises RuleError for a team that no draw made (直接委派, 平台匹配): it has no order.
    """
    visit = replacement.visit
    draw = visit.team_draw
    if draw is None or not draw.events.filter(kind=DrawEvent.Kind.COMPUTED).exists():
        raise RuleError("这个检查组不是本系统随机匹配的，没有递补次序，请另行指派接替人员。")
    people = lottery.read_inspectors(draws.content(draw, "inspectors.tsv"))
    frozen = {v.id: v for v in lottery.read_visits(draws.content(draw, "visits.tsv"))}
    listed = {person.pid for person in people}
    known = {p.pid: p for p in Inspector.objects.filter(pid__in=listed)}
    known_experts = {p.pid: p for p in Expert.objects.filter(pid__in=listed)}
    conflicts = [
        *lottery.read_conflicts(draws.content(draw, "conflicts.tsv")),
        *(
            lottery.Conflict(visit=number, pid=pid, reason=reason)
            for (number, pid), reason in recusal_reasons(
                [visit], list(known.values()), list(known_experts.values())
            ).items()
        ),
    ]
    team = list(visit.team.select_related("inspector", "expert").order_by("position"))
    current = [
        lottery.TeamMember(duty=lottery.Duty(m.part), pid=pid_of(m), ticket=m.ticket)
        for m in team
        if m.is_current
    ]
    # A team whose draw was voided is not this team.
    former = {pid_of(m) for m in team if not m.is_current and m.reason != VOIDED}
    passed: dict[str, Unfit | None] = {row["pid"]: None for row in replacement.passed_over}
    seed = draws.seed_of(draw)
    while True:
        member = lottery.replacement(
            frozen[visit.number],
            people,
            conflicts,
            current,
            pid_of(replacement.leaver),
            seed,
            former=former,
            passed_over=passed.keys(),
        )
        skipped = tuple((pid, code) for pid, code in passed.items() if code is not None)
        if member is None:
            return None, skipped
        person, expert = known.get(member.pid), known_experts.get(member.pid)
        code = _unfit_since(person, expert, visit, today)
        if code is None:
            return (
                Next(member.pid, member.duty.value, member.ticket, person, expert, skipped),
                skipped,
            )
        passed[member.pid] = code


def _unfit_since(
    person: Inspector | None, expert: Expert | None, visit: Visit, today: date
) -> Unfit | None:
    if person is not None:
        return unfit(officer_of(person), window_of(visit), today)
    return None if expert is not None and expert.state == Inspector.State.ACTIVE else Unfit.LEFT


def pid_of(member: TeamMember) -> str:
    """The code in the portal of whoever this is."""
    person = member.inspector or member.expert
    assert person is not None
    return person.pid


def changes_tsv(draw: Draw) -> bytes:
    """`changes.tsv` of a team draw: every replacement carried out since, in order (DRAW §6)."""
    rows = (
        Replacement.objects.filter(visit__team_draw=draw, state=Replacement.State.DONE)
        .select_related(
            "visit", "leaver__inspector", "leaver__expert", "joiner__inspector", "joiner__expert"
        )
        .order_by("decided_at", "id")
    )
    return lottery.changes_text(
        lottery.TeamChange(
            visit=row.visit.number,
            left=pid_of(row.leaver),
            came=pid_of(row.joiner) if row.joiner else None,
            passed_over=sorted({item["pid"] for item in row.passed_over}),
            code=f"{row.code}_designated" if row.is_designated else row.code,
            at=row.decided_at or row.at,
        )
        for row in rows
    ).encode()


# ---------------------------------------------------------------- direct assignment


@dataclass(frozen=True)
class Choice:
    """An officer on the assignment page; `why_not` is why they cannot be chosen for this visit."""

    inspector: Inspector
    why_not: str


def choices_for(visit: Visit, today: date) -> list[Choice]:
    """Every officer of the authority for a direct assignment, those of the unit first (A55)."""
    people = list(inspectors.registered(visit.authority).order_by("pid"))
    reasons = recusal_reasons([visit], people, [])
    found = []
    for person in people:
        code = unfit(officer_of(person), window_of(visit), today)
        why = code.label if code else ""
        if (visit.number, person.pid) in reasons:
            why = Interest(reasons[visit.number, person.pid]).label
        found.append(Choice(person, why))
    return sorted(found, key=lambda c: (c.inspector.unit_id != visit.unit_id, c.inspector.pid))
