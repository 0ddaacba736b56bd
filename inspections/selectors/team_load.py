"""How the load of a matching spreads: what each had before, what this adds, and where hardly anybody could be chosen (A53)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import lottery
from inspections.models import TeamMember, TeamSitting, Visit
from inspections.rules.teams import is_forced
from inspections.selectors.team_lists import TeamLists
from planning.models import Draw
from planning.selectors import draws
from registry.models import Expert, Inspector

# What still takes somebody's time.
OPEN = (
    Visit.State.TEAMED,
    Visit.State.ORDERED,
    Visit.State.IN_PROGRESS,
    Visit.State.FINISHED,
)


@dataclass(frozen=True)
class PersonLoad:
    """One row of the page: visits not finished before, what this matching adds."""

    pid: str
    name: str
    unit: str
    capacity: int
    before: int
    added: int
    is_expert: bool

    @property
    def after(self) -> int:
        return self.before + self.added

    @property
    def is_full(self) -> bool:
        return self.capacity > 0 and self.added >= self.capacity


@dataclass(frozen=True)
class Forced:
    """A visit for which fewer than twice the team could be chosen: chance had little to say."""

    number: str
    eligible: int


@dataclass(frozen=True)
class Spread:
    unit: str
    team: int
    visits: int
    people: list[PersonLoad]
    forced: list[Forced]

    @property
    def most(self) -> int:
        return max(self._officers, default=0)

    @property
    def least(self) -> int:
        return min(self._officers, default=0)

    @property
    def _officers(self) -> list[int]:
        """The load of those officers who could be called at all."""
        return [row.after for row in self.people if row.capacity and not row.is_expert]


def planned(prepared: TeamSitting, lists: Iterable[TeamLists]) -> list[Spread]:
    """Before the lock: what stands in the lists as they would be frozen now; nothing is added yet."""
    return [
        _spread(
            prepared,
            one.unit.short_name,
            one.team,
            lottery.read_visits(one.visits.content),
            lottery.read_inspectors(one.inspectors.content),
            lottery.read_conflicts(one.conflicts.content),
            {},
        )
        for one in lists
    ]


def held(prepared: TeamSitting) -> list[Spread]:
    """Of a locked or computed sitting: its frozen lists and, once computed, what each got. A constant number of queries
    for each draw, however many visits."""
    found = []
    for draw in prepared.sitting.draws.select_related("unit").order_by("chain_number"):
        found.append(
            _spread(
                prepared,
                draw.unit.short_name,
                _team_of(draw),
                lottery.read_visits(draws.content(draw, "visits.tsv")),
                lottery.read_inspectors(draws.content(draw, "inspectors.tsv")),
                lottery.read_conflicts(draws.content(draw, "conflicts.tsv")),
                _added(draw),
            )
        )
    return found


def _team_of(draw: Draw) -> int:
    announcement = lottery.read_announcement(draws.content(draw, "announcement.txt").decode())
    assert isinstance(announcement, lottery.TeamAnnouncement)
    return announcement.team


def _added(draw: Draw) -> dict[str, int]:
    """pid → visits that the result gives them; nothing before it is computed."""
    row = draw.files.filter(name="result.tsv").first()
    if row is None:
        return {}
    lines = (line.split("\t") for line in bytes(row.content).decode().splitlines()[2:])
    return Counter(line[3] for line in lines if line[0] == "team")


def _spread(
    prepared: TeamSitting,
    unit: str,
    team: int,
    visits: list[lottery.Visit],
    listed: list[lottery.Inspector],
    conflicts: list[lottery.Conflict],
    added: dict[str, int],
) -> Spread:
    able = {p.pid for p in listed if p.capacity and p.role is not lottery.Role.EXPERT}
    barred = Counter(c.visit for c in conflicts if c.pid in able)
    eligible = {visit.id: len(able) - barred[visit.id] for visit in visits}
    people = _people([p.pid for p in listed])
    before = _before(prepared, [p.pid for p in listed])
    rows = [
        PersonLoad(
            pid=one.pid,
            name=people[one.pid][0] if one.pid in people else one.pid,
            unit=people[one.pid][1] if one.pid in people else "",
            capacity=one.capacity,
            before=before.get(one.pid, 0),
            added=added.get(one.pid, 0),
            is_expert=one.role is lottery.Role.EXPERT,
        )
        for one in listed
    ]
    return Spread(
        unit=unit,
        team=team,
        visits=len(visits),
        people=sorted(rows, key=lambda row: (row.is_expert, -row.after, row.pid)),
        forced=[
            Forced(number, count) for number, count in eligible.items() if is_forced(count, team)
        ],
    )


def _people(pids: list[str]) -> dict[str, tuple[str, str]]:
    officers = Inspector.objects.filter(pid__in=pids).values_list("pid", "name", "unit__short_name")
    experts = Expert.objects.filter(pid__in=pids).values_list("pid", "name", "organisation")
    return {pid: (name, unit) for pid, name, unit in [*officers, *experts]}


def _before(prepared: TeamSitting, pids: list[str]) -> dict[str, int]:
    """Visits outside this sitting that each still has to do.

    In three plain steps by key: as one join, the planner may take thousands of visits whose state has just changed for
    none, and multiply the tables out.
    """
    found: Counter[str] = Counter()
    for model, key in ((Inspector, "inspector_id"), (Expert, "expert_id")):
        people = dict(model.objects.filter(pid__in=pids).values_list("pk", "pid"))
        seats = list(
            TeamMember.objects.filter(is_current=True, **{f"{key}__in": people})
            .order_by()
            .values_list(key, "visit_id")
        )
        still_to_do = set(
            Visit.objects.filter(pk__in={visit for _, visit in seats}, state__in=OPEN)
            .exclude(team_sitting=prepared)
            .order_by()
            .values_list("pk", flat=True)
        )
        found.update(people[person] for person, visit in seats if visit in still_to_do)
    return found
