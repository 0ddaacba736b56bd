"""Every team that anybody could ask for keeps to DRAW §6: rosters that hypothesis invents, from a fixed seed."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lottery import (
    Conflict,
    Duty,
    Inspector,
    Role,
    Visit,
    VisitTeam,
    draw_teams,
    h,
    inspector_ticket,
    replacement,
    verify,
)
from tests.lottery.folders import made
from tests.lottery.test_teams import roster_lists

QUALS = ("测绘", "矿产", "林业")
FIELDS = ("地质", "检测")
SEED = h("test", "properties")
fixed = settings(
    derandomize=True,
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@st.composite
def rosters(draw: st.DrawFn) -> tuple[list[Visit], list[Inspector], list[Conflict], int]:
    visits = [
        Visit(
            id=f"V{n}",
            quals=tuple(sorted(draw(st.sets(st.sampled_from(QUALS), max_size=2)))),
            fields=tuple(sorted(draw(st.sets(st.sampled_from(FIELDS), max_size=1)))),
            target=f"{n:064x}",
        )
        for n in range(draw(st.integers(0, 5)))
    ]
    people = [
        Inspector(
            pid=f"I{n}",
            role=draw(st.sampled_from((Role.LEADER, Role.LEADER, Role.MEMBER, Role.EXPERT))),
            capacity=draw(st.integers(0, 3)),
            quals=frozenset(draw(st.sets(st.sampled_from((*QUALS, *FIELDS)), max_size=3))),
        )
        for n in range(draw(st.integers(0, 9)))
    ]
    pairs = [(visit.id, person.pid) for visit in visits for person in people]
    barred = draw(st.sets(st.sampled_from(pairs), max_size=10)) if pairs else set()
    conflicts = [Conflict(visit=v, pid=p, reason="declared") for v, p in sorted(barred)]
    return visits, people, conflicts, draw(st.integers(2, 3))


def officers_of(team: VisitTeam) -> list[str]:
    return [member.pid for member in team.members if member.duty is not Duty.EXPERT]


@fixed
@given(rosters())
def test_every_filled_team_keeps_to_the_rules(roster) -> None:
    visits, people, conflicts, size = roster
    wanted = {visit.id: visit for visit in visits}
    person = {one.pid: one for one in people}
    barred = {(conflict.visit, conflict.pid) for conflict in conflicts}
    teams = draw_teams(visits, people, conflicts, size, SEED).teams
    load = Counter(member.pid for team in teams for member in team.members)

    assert sorted(team.visit for team in teams) == sorted(wanted)
    assert all(load[one.pid] <= one.capacity for one in people)
    for team in filter(lambda team: team.is_filled, teams):
        officers, pids = officers_of(team), [member.pid for member in team.members]
        experts = set(pids) - set(officers)
        assert len(set(pids)) == len(pids)
        assert len(officers) >= size
        assert [m.duty for m in team.members].count(Duty.LEADER) == 1
        assert person[officers[0]].role is Role.LEADER
        assert barred.isdisjoint((team.visit, pid) for pid in pids)
        assert all(person[pid].role is not Role.EXPERT for pid in officers)
        assert all(person[pid].role is Role.EXPERT for pid in experts)
        assert set(wanted[team.visit].quals) <= set().union(*(person[p].quals for p in officers))
        assert set(wanted[team.visit].fields) <= set().union(*(person[p].quals for p in experts))


@fixed
@given(rosters())
def test_only_where_nobody_could_go_is_a_visit_left_unfilled(roster) -> None:
    """Whoever is the first visit asks an untouched roster: unfilled means that a step found nobody there."""
    visits, people, conflicts, size = roster
    for first in draw_teams(visits, people, conflicts, size, SEED).teams[:1]:
        visit = next(one for one in visits if one.id == first.visit)
        barred = {conflict.pid for conflict in conflicts if conflict.visit == visit.id}
        free = [one for one in people if one.capacity and one.pid not in barred]
        officers = [one for one in free if one.role is not Role.EXPERT]
        could = (
            len(officers) >= size
            and any(one.role is Role.LEADER for one in officers)
            and set(visit.quals) <= set().union(*(one.quals for one in officers))
            and set(visit.fields)
            <= set().union(*(one.quals for one in free if one.role is Role.EXPERT))
        )

        assert first.is_filled == could


@fixed
@given(rosters(), st.randoms(use_true_random=False))
def test_order_of_the_lists_and_who_is_away_change_nothing(roster, chance) -> None:
    visits, people, conflicts, size = roster
    away = Inspector(pid="AWAY", role=Role.LEADER, capacity=0, quals=frozenset(QUALS))
    shuffled = [chance.sample(part, len(part)) for part in (visits, [*people, away], conflicts)]

    assert draw_teams(*shuffled, size, SEED) == draw_teams(visits, people, conflicts, size, SEED)


@fixed
@given(rosters())
def test_the_lone_verifier_matches_the_same_teams(roster) -> None:
    *lists, size = roster

    assert (
        verify.check(made("teams", lists=roster_lists(*lists), team=str(size))).line == "VERIFIED"
    )


@fixed
@given(rosters())
def test_replacements_follow_by_ticket_until_nobody_is_left(roster) -> None:
    """Load and capacity aside; each next one has a larger ticket, and nobody comes twice (DRAW §6)."""
    visits, people, conflicts, size = roster
    teams = draw_teams(visits, people, conflicts, size, SEED).teams
    for team in filter(lambda team: team.is_filled, teams):
        visit = next(one for one in visits if one.id == team.visit)
        members, former, came = list(team.members), [], []
        while True:
            leader = members[0]
            follower = replacement(
                visit, people, conflicts, members, leader.pid, SEED, former=former
            )
            if follower is None:
                break
            former.append(leader.pid)
            members[0] = follower
            came.append(follower)
        tickets = [(one.ticket, one.pid) for one in came]
        role = {one.pid: one.role for one in people}

        assert all(role[one.pid] is Role.LEADER for one in came)
        assert len({one.pid for one in came} | {m.pid for m in team.members}) == len(came) + len(
            team.members
        )
        assert tickets == sorted(tickets) or visit.quals
        assert all(one.ticket == inspector_ticket(SEED, visit.id, one.pid) for one in came)
