"""Matching of teams (匹配执法检查人员) and replacement of members (递补): DRAW §6."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lottery.errors import ProtocolError
from lottery.lists import Conflict, Inspector, Role, Visit
from lottery.text import h, rows_as_text


class Duty(StrEnum):
    LEADER = "leader"
    MEMBER = "member"
    EXPERT = "expert"


_ROLES = {
    Duty.LEADER: (Role.LEADER,),
    Duty.MEMBER: (Role.LEADER, Role.MEMBER),
    Duty.EXPERT: (Role.EXPERT,),
}


@dataclass(frozen=True, kw_only=True)
class TeamMember:
    """Who goes, as what, and the ticket that put them there."""

    duty: Duty
    pid: str
    ticket: str


@dataclass(frozen=True, kw_only=True)
class VisitTeam:
    """One visit's team in the order chosen; empty where nobody could be found (unfilled)."""

    visit: str
    ticket: str
    members: tuple[TeamMember, ...]

    @property
    def is_filled(self) -> bool:
        return bool(self.members)


@dataclass(frozen=True, kw_only=True)
class TeamResult:
    """All visits in the order in which they were matched."""

    seed: str
    teams: tuple[VisitTeam, ...]

    def to_text(self, announcement: str) -> str:
        """The text of result.tsv; `announcement` is A."""
        rows: list[tuple[str, ...]] = [("ssj1-result", announcement), ("seed", self.seed)]
        for team in self.teams:
            state = "filled" if team.is_filled else "unfilled"
            rows.append(("visit", team.visit, state, team.ticket))
            rows += [("team", team.visit, m.duty.value, m.pid, m.ticket) for m in team.members]
        return rows_as_text(rows)


def draw_teams(
    visits: Iterable[Visit],
    inspectors: Sequence[Inspector],
    conflicts: Iterable[Conflict],
    team: int,
    seed: str,
) -> TeamResult:
    """A team of at least `team` officers, one of them a leader, for each visit; never relaxed.

    The lists in any order, as frozen. Raises ProtocolError for a team smaller than 2.
    """
    if team < 2:
        raise ProtocolError(f"每组不得少于 2 人，现为 {team} 人。")
    barred = {(conflict.visit, conflict.pid) for conflict in conflicts}
    load = {person.pid: 0 for person in inspectors}
    teams = []
    for visit in sorted(visits, key=lambda visit: _visit_order(visit, seed)):
        free = [
            person
            for person in inspectors
            if load[person.pid] < person.capacity and (visit.id, person.pid) not in barred
        ]
        matched = _match(visit, free, load, team, seed)
        for member in matched.members:
            load[member.pid] += 1
        teams.append(matched)
    return TeamResult(seed=seed, teams=tuple(teams))


def replacement(
    visit: Visit,
    inspectors: Sequence[Inspector],
    conflicts: Iterable[Conflict],
    current: Sequence[TeamMember],
    leaving: str,
    seed: str,
    *,
    former: Collection[str] = (),
    passed_over: Collection[str] = (),
) -> TeamMember | None:
    """Who follows `leaving` in the visit's team (递补), or None if nobody may.

    The smallest (ticket, pid) of the same kind, load and capacity aside, without conflict
    (`conflicts` with those declared since), never in this team (`former`: who left it before), such
    that the visit's quals and fields stay covered. `passed_over` are skipped, each with its own
    recorded code and approver. Several who leave: call once each in team order, with the team as
    it then stands. Raises ProtocolError if `leaving` is not in the team.
    """
    gone = next((member for member in current if member.pid == leaving), None)
    if gone is None:
        raise ProtocolError(f"“{leaving}”不在检查“{visit.id}”的组里，不能递补。")
    held = {person.pid: person.quals for person in inspectors}
    staying = [member for member in current if member.pid != leaving]
    missing = _covered(visit, current, held) - _covered(visit, staying, held)
    out = {member.pid for member in current} | set(former) | set(passed_over)
    out |= {conflict.pid for conflict in conflicts if conflict.visit == visit.id}
    tickets = [
        (inspector_ticket(seed, visit.id, person.pid), person.pid)
        for person in inspectors
        if person.role in _ROLES[gone.duty]
        and person.pid not in out
        and missing <= {(person.role is Role.EXPERT, label) for label in person.quals}
    ]
    if not tickets:
        return None
    ticket, pid = min(tickets)
    return TeamMember(duty=gone.duty, pid=pid, ticket=ticket)


def visit_ticket(seed: str, visit: str) -> str:
    """Decides which visit is served first."""
    return h("visit", seed, visit)


def inspector_ticket(seed: str, visit: str, pid: str) -> str:
    """Decides, after load, who is called first for a visit; alone, who replaces."""
    return h("inspector", seed, visit, pid)


def _visit_order(visit: Visit, seed: str) -> tuple[bool, str, str]:
    return not visit.is_demanding, visit_ticket(seed, visit.id), visit.id


def _match(
    visit: Visit, free: list[Inspector], load: dict[str, int], team: int, seed: str
) -> VisitTeam:
    tickets = {person.pid: inspector_ticket(seed, visit.id, person.pid) for person in free}
    eligible = sorted(free, key=lambda person: (load[person.pid], tickets[person.pid], person.pid))
    officers = _choose_officers(visit, [p for p in eligible if p.role is not Role.EXPERT], team)
    experts = _add_holders([], visit.fields, [p for p in eligible if p.role is Role.EXPERT])
    members: list[TeamMember] = []
    if officers is not None and experts is not None:
        duties = [Duty.LEADER] + [Duty.MEMBER] * (len(officers) - 1) + [Duty.EXPERT] * len(experts)
        members = [
            TeamMember(duty=duty, pid=person.pid, ticket=tickets[person.pid])
            for duty, person in zip(duties, officers + experts, strict=True)
        ]
    return VisitTeam(visit=visit.id, ticket=visit_ticket(seed, visit.id), members=tuple(members))


def _choose_officers(visit: Visit, officers: list[Inspector], team: int) -> list[Inspector] | None:
    """Steps 1 to 3: a leader, holders of what the visit asks for, then the first others."""
    leader = next((person for person in officers if person.role is Role.LEADER), None)
    if leader is None:
        return None
    chosen = _add_holders([leader], visit.quals, officers)
    if chosen is None:
        return None
    others = [person for person in officers if person not in chosen]
    chosen += others[: max(0, team - len(chosen))]
    return chosen if len(chosen) >= team else None


def _add_holders(
    chosen: list[Inspector], wanted: Iterable[str], people: list[Inspector]
) -> list[Inspector] | None:
    """Steps 2 and 4: for each label nobody chosen holds, the first who does; None if nobody."""
    for label in sorted(wanted):
        if any(label in person.quals for person in chosen):
            continue
        holder = next((p for p in people if label in p.quals and p not in chosen), None)
        if holder is None:
            return None
        chosen = [*chosen, holder]
    return chosen


def _covered(
    visit: Visit, team: Sequence[TeamMember], held: dict[str, frozenset[str]]
) -> set[tuple[bool, str]]:
    """What the team covers of the visit's demands: (is an expert field, label)."""
    covered = set()
    for member in team:
        is_expert = member.duty is Duty.EXPERT
        wanted = visit.fields if is_expert else visit.quals
        covered |= {(is_expert, label) for label in held.get(member.pid, ()) if label in wanted}
    return covered
