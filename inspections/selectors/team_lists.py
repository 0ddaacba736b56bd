"""The frozen lists of a team draw: visits, inspectors, conflicts (DRAW §2; A52–A57). No query per visit or person."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import lottery
from bureau.errors import RuleError
from bureau.models import Agency
from inspections.models import TeamSitting, Visit
from inspections.rules.merging import Window
from inspections.rules.teams import Unfit, unfit
from inspections.selectors import joint
from inspections.selectors.teams import demands_of, officer_of, team_size, window_of
from registry.models import Expert, Inspector
from registry.rules.names import search_key
from registry.rules.recusal import EntityFacts, InspectorTies, Interest, must_recuse
from registry.selectors import inspectors, recusals

Demands = dict[Any, tuple[tuple[str, ...], tuple[str, ...]]]


@dataclass(frozen=True)
class TeamLists:
    """The three frozen lists of a team draw, and what the page says of them."""

    visits: lottery.FrozenList
    inspectors: lottery.FrozenList
    conflicts: lottery.FrozenList
    team: int
    unable: dict[str, Unfit]  # pid → why they stand there with capacity 0
    unit: Agency  # whose draw it is: the executing unit's, or a participant's

    @property
    def contents(self) -> dict[str, bytes]:
        return {
            "visits": self.visits.content,
            "inspectors": self.inspectors.content,
            "conflicts": self.conflicts.content,
        }


def team_lists(prepared: TeamSitting, visits: Sequence[Visit], today: date) -> TeamLists:
    """visits.tsv, inspectors.tsv and conflicts.tsv of the executing unit's draw (DRAW §2).

    Every registered officer of the pool stands there; who can go to none of the visits has capacity 0, who cannot go to
    one has a conflict with it. Raises RuleError naming a qual or field that cannot stand in a file.
    """
    officers, experts = pool(prepared)
    parties = joint.sending(prepared)
    demands = demands_of(visits, besides=[party.pk for party in parties])
    if prepared.experts == TeamSitting.Experts.APPOINTED:
        demands, experts = {pk: (quals, ()) for pk, (quals, _) in demands.items()}, []
    return _lists(
        visits, demands, officers, experts, today, team=team_size(visits), unit=prepared.unit
    )


def party_lists(
    prepared: TeamSitting, party: Agency, visits: Sequence[Visit], today: date
) -> TeamLists:
    """The same for a department that takes part: its own officers, and the quals of the matters it answers for."""
    officers = list(inspectors.registered(party).order_by("pid"))
    demands: Demands = {
        pk: (quals, ()) for pk, (quals, _) in demands_of(visits, responsible=party.pk).items()
    }
    return _lists(visits, demands, officers, [], today, team=joint.PARTY_TEAM, unit=party)


def pool(prepared: TeamSitting) -> tuple[list[Inspector], list[Expert]]:
    """Officers of the unit, of the whole authority or of a neighbour too (A55), and the authority's experts.

    Who stands in a participant's own list does not stand in this one: nobody goes twice.
    """
    authority = prepared.sitting.authority
    place = authority if prepared.pool == TeamSitting.Pool.AUTHORITY else prepared.unit
    people = inspectors.registered(place)
    if prepared.neighbour is not None:
        people = people | inspectors.registered(prepared.neighbour)
    elsewhere = {
        pk
        for party in joint.sending(prepared)
        for pk in inspectors.registered(party).values_list("pk", flat=True)
    }
    return (
        list(people.exclude(pk__in=elsewhere).order_by("pid")),
        list(inspectors.experts(authority).order_by("pid")),
    )


def of_sitting(prepared: TeamSitting, visits: Sequence[Visit], today: date) -> list[TeamLists]:
    """The lists of every draw that the sitting will hold, the executing unit's first."""
    return [
        team_lists(prepared, visits, today),
        *(party_lists(prepared, party, visits, today) for party in joint.sending(prepared)),
    ]


def _lists(
    visits: Sequence[Visit],
    demands: Demands,
    officers: Sequence[Inspector],
    experts: Sequence[Expert],
    today: date,
    *,
    team: int,
    unit: Agency,
) -> TeamLists:
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
            team=team,
            unable=unable,
            unit=unit,
        )
    except lottery.ProtocolError as refused:
        raise RuleError(str(refused)) from refused


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
    """(visit number, pid) → reason, declared recusals first; and who can go to no visit at all.

    Thousands of visits have a few windows: each person is judged once per window.
    """
    barred = recusal_reasons(visits, officers, experts)
    by_window: dict[Window, list[str]] = defaultdict(list)
    for visit in visits:
        by_window[window_of(visit)].append(visit.number)
    unable: dict[str, Unfit] = {}
    for person in officers:
        officer = officer_of(person)
        found = {
            window: code
            for window in by_window
            if (code := unfit(officer, window, today)) is not None
        }
        if found and len(found) == len(by_window):
            unable[person.pid] = next(iter(found.values()))
            continue
        for window, code in found.items():
            for number in by_window[window]:
                barred.setdefault((number, person.pid), code.value)
    return barred, unable


def recusal_reasons(
    visits: Sequence[Visit], officers: Sequence[Inspector], experts: Collection[Expert]
) -> dict[tuple[str, str], str]:
    """回避 between these people and the visits' entities: declared, or a namesake of the representative that nobody
    has looked into (A57). Two queries."""
    by_entity: dict[int, list[str]] = defaultdict(list)
    for visit in visits:
        by_entity[visit.entity_id].append(visit.number)
    found: dict[tuple[str, str], str] = {}
    officer_ids, expert_ids = [p.pk for p in officers], [p.pk for p in experts]
    for row in recusals.in_force(officer_ids, list(by_entity), expert_ids):
        person = row.inspector or row.expert
        for number in by_entity[row.entity_id]:
            if person is not None:
                found[number, person.pid] = row.reason
    lifted = recusals.lifted_pairs(officer_ids, list(by_entity))
    lifted_experts = recusals.lifted_expert_pairs(expert_ids, list(by_entity))
    named = _by_name([*officers, *experts])
    for visit in visits:
        for person in named.get(search_key(visit.entity.legal_representative), []):
            pairs = lifted if isinstance(person, Inspector) else lifted_experts
            if (person.pk, visit.entity_id) not in pairs and _is_namesake(person, visit):
                found.setdefault((visit.number, person.pid), Interest.SAME_NAME.value)
    return found


def _is_namesake(person: Inspector | Expert, visit: Visit) -> bool:
    facts = EntityFacts(
        code=visit.entity.code,
        name=visit.entity.name,
        representative=visit.entity.legal_representative,
    )
    return must_recuse(InspectorTies(name=person.name), facts, visit.window_from) is not None


def _by_name(people: Iterable[Inspector | Expert]) -> dict[str, list[Inspector | Expert]]:
    """Whom a representative's name would find; nobody under the empty name."""
    found: dict[str, list[Inspector | Expert]] = defaultdict(list)
    for person in people:
        if key := search_key(person.name):
            found[key].append(person)
    return found
