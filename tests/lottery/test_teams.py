"""What every team keeps to, on many random rosters, and who replaces whom (DRAW §6)."""

import random
from collections import Counter

import pytest

from lottery import (
    Conflict,
    Duty,
    Inspector,
    ProtocolError,
    Role,
    TeamMember,
    TeamResult,
    Visit,
    VisitTeam,
    draw_teams,
    h,
    inspector_ticket,
    replacement,
    verify,
)
from tests.lottery.folders import made

QUALS = ("测绘", "矿产", "林业")
FIELDS = ("地质", "检测")
SEED = h("test", "teams")

Roster = tuple[list[Visit], list[Inspector], list[Conflict], int]


def roster(number: int) -> Roster:
    chance = random.Random(number)
    visits = [
        Visit(
            id=f"V{n:02d}",
            quals=tuple(sorted(chance.sample(QUALS, chance.choice((0, 0, 1, 2))))),
            fields=tuple(sorted(chance.sample(FIELDS, chance.choice((0, 0, 1))))),
            target=f"{n:064x}",
        )
        for n in range(12)
    ]
    people = [
        Inspector(
            pid=f"I{n:02d}",
            role=chance.choice((Role.LEADER, Role.LEADER, Role.MEMBER)),
            capacity=chance.choice((0, 2, 4)),
            quals=frozenset(chance.sample(QUALS, chance.choice((0, 1, 2)))),
        )
        for n in range(14)
    ]
    people += [
        Inspector(pid=f"X{n}", role=Role.EXPERT, capacity=3, quals=frozenset(FIELDS[: n % 2 + 1]))
        for n in range(3)
    ]
    pairs = [(visit.id, person.pid) for visit in visits for person in people]
    conflicts = [
        Conflict(visit=visit, pid=pid, reason="declared") for visit, pid in chance.sample(pairs, 25)
    ]
    return visits, people, conflicts, chance.choice((2, 3))


def teams_of(number: int) -> tuple[Roster, TeamResult]:
    case = roster(number)
    return case, draw_teams(*case, h("seed", str(number)))


CASES = [teams_of(number) for number in range(80)]


def filled() -> list[tuple[Roster, VisitTeam]]:
    return [(case, team) for case, result in CASES for team in result.teams if team.is_filled]


def test_the_cases_hold_both_filled_and_unfilled_visits() -> None:
    states = Counter(team.is_filled for _, result in CASES for team in result.teams)

    assert states[True] > 200
    assert states[False] > 100


def test_each_visit_is_answered_once() -> None:
    for (visits, *_), result in CASES:
        assert sorted(team.visit for team in result.teams) == [visit.id for visit in visits]


def test_a_team_has_its_size_and_one_leader_who_may_lead() -> None:
    for (_, people, _, size), team in filled():
        roles = {person.pid: person.role for person in people}
        officers = [member for member in team.members if member.duty is not Duty.EXPERT]

        assert len(officers) >= size
        assert [member.duty for member in officers].count(Duty.LEADER) == 1
        assert roles[officers[0].pid] is Role.LEADER
        assert all(
            (roles[member.pid] is Role.EXPERT) == (member.duty is Duty.EXPERT)
            for member in team.members
        )


def test_nobody_stands_twice_or_where_they_are_recused() -> None:
    for (_, _, conflicts, _), team in filled():
        pids = [member.pid for member in team.members]
        barred = {conflict.pid for conflict in conflicts if conflict.visit == team.visit}

        assert len(set(pids)) == len(pids)
        assert barred.isdisjoint(pids)


def test_nobody_goes_beyond_capacity() -> None:
    for (_, people, *_), result in CASES:
        load = Counter(member.pid for team in result.teams for member in team.members)

        assert all(load[person.pid] <= person.capacity for person in people)


def test_every_required_qual_and_field_is_covered() -> None:
    for (visits, people, *_), team in filled():
        visit = next(visit for visit in visits if visit.id == team.visit)
        held = {person.pid: person.quals for person in people}
        by_officers = {
            qual for m in team.members if m.duty is not Duty.EXPERT for qual in held[m.pid]
        }
        by_experts = {field for m in team.members if m.duty is Duty.EXPERT for field in held[m.pid]}

        assert set(visit.quals) <= by_officers
        assert set(visit.fields) <= by_experts


def test_order_of_the_lists_does_not_matter() -> None:
    for number, ((visits, people, conflicts, size), result) in enumerate(CASES):
        again = draw_teams(
            visits[::-1], people[::-1], conflicts[::-1], size, h("seed", str(number))
        )

        assert again == result


def test_the_verifier_computes_the_same_teams() -> None:
    for number in range(80):
        files = made("teams", lists=roster_lists(*roster(number)[:3]), team=str(2 + number % 2))

        assert verify.check(files).line == "VERIFIED"


def roster_lists(
    visits: list[Visit], people: list[Inspector], conflicts: list[Conflict]
) -> dict[str, str]:
    rows = {
        "visits": [
            (v.id, ",".join(v.quals) or "-", ",".join(v.fields) or "-", v.target) for v in visits
        ],
        "inspectors": [
            (p.pid, p.role.value, str(p.capacity), ",".join(sorted(p.quals)) or "-") for p in people
        ],
        "conflicts": sorted((c.visit, c.pid, c.reason) for c in conflicts),
    }
    return {name: "".join("\t".join(row) + "\n" for row in part) for name, part in rows.items()}


def test_demanding_visits_come_first() -> None:
    for (visits, *_), result in CASES:
        demanding = {visit.id for visit in visits if visit.is_demanding}
        order = [team.visit in demanding for team in result.teams]

        assert order == sorted(order, reverse=True)


def test_a_team_of_one_is_refused() -> None:
    with pytest.raises(ProtocolError, match="不得少于 2 人"):
        draw_teams([], [], [], 1, SEED)


# ------------------------------------------------------------------ replacement

VISIT = Visit(id="V1", quals=("测绘",), fields=("地质",), target="0" * 64)
PEOPLE = [
    *(Inspector(pid=f"L{n}", role=Role.LEADER, capacity=0) for n in range(5)),
    *(
        Inspector(pid=f"M{n}", role=Role.MEMBER, capacity=1, quals=frozenset(["测绘"][: n % 2]))
        for n in range(8)
    ),
    *(
        Inspector(pid=f"X{n}", role=Role.EXPERT, capacity=1, quals=frozenset([FIELDS[n % 2]]))
        for n in range(6)
    ),
]
TEAM = tuple(
    TeamMember(duty=duty, pid=pid, ticket=inspector_ticket(SEED, "V1", pid))
    for duty, pid in ((Duty.LEADER, "L0"), (Duty.MEMBER, "M1"), (Duty.EXPERT, "X0"))
)


def smallest(*pids: str) -> str:
    return min(pids, key=lambda pid: (h("inspector", SEED, "V1", pid), pid))


def follow(leaving: str, **rest: object) -> str | None:
    conflicts = rest.pop("conflicts", [])
    found = replacement(VISIT, PEOPLE, conflicts, TEAM, leaving, SEED, **rest)
    return found.pid if found else None


def test_a_leader_is_followed_by_the_smallest_ticket_among_leaders_without_regard_to_load() -> None:
    assert follow("L0") == smallest("L1", "L2", "L3", "L4")


def test_a_member_who_alone_held_a_qual_is_followed_by_a_holder() -> None:
    assert follow("M1") == smallest("M3", "M5", "M7")


def test_an_expert_is_followed_by_an_expert_of_the_field() -> None:
    assert follow("X0") == smallest("X2", "X4")


def test_who_left_before_who_is_recused_and_who_is_passed_over_do_not_come() -> None:
    first = smallest("L1", "L2", "L3", "L4")
    others = {"L1", "L2", "L3", "L4"} - {first}
    recused = [Conflict(visit="V1", pid=first, reason="declared")]

    assert follow("L0", former=[first]) == smallest(*others)
    assert follow("L0", passed_over=[first]) == smallest(*others)
    assert follow("L0", conflicts=recused) == smallest(*others)
    assert follow("L0", former=["L1", "L2", "L3", "L4"]) is None


def test_a_conflict_with_another_visit_does_not_count() -> None:
    elsewhere = [Conflict(visit="V2", pid=f"L{n}", reason="declared") for n in range(5)]

    assert follow("L0", conflicts=elsewhere) == follow("L0")


def test_a_member_whose_qual_others_hold_is_followed_by_any_officer() -> None:
    second = TeamMember(duty=Duty.MEMBER, pid="M3", ticket="0" * 64)

    found = replacement(VISIT, PEOPLE, [], (*TEAM, second), "M1", SEED)

    free = [p.pid for p in PEOPLE if p.role is not Role.EXPERT and p.pid not in ("L0", "M1", "M3")]
    assert found == TeamMember(
        duty=Duty.MEMBER, pid=smallest(*free), ticket=h("inspector", SEED, "V1", smallest(*free))
    )


def test_who_is_not_in_the_team_cannot_leave_it() -> None:
    with pytest.raises(ProtocolError, match="“L4”不在检查“V1”的组里"):
        follow("L4")
