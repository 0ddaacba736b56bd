"""One id of a public draw: the text that is hashed, the digest it must give, and where it stands (DRAW §5, §6)."""

from dataclasses import dataclass

import lottery
from inspections.selectors import teams
from planning.models import Draw
from planning.selectors import draws as reads
from publication.rules.ticket_commands import Command, commands
from publication.selectors import lookup
from publication.selectors.lookup import Answer

DUTIES = {"leader": "组长", "member": "组员", "expert": "专家"}


@dataclass(frozen=True)
class Hashed:
    """`digest` as result.tsv or the protocol's formula has it; whoever runs a command must get the same."""

    what: str
    text: str
    digest: str

    @property
    def commands(self) -> list[Command]:
        return commands(self.text)


@dataclass(frozen=True)
class Ticket:
    id: str
    hashed: list[Hashed]  # empty: in the excluded list, in no list, or nothing was computed
    answer: Answer | None = None  # of an entity draw
    word: str = ""  # of a team draw: 配齐 or 未配齐
    place: int = 0  # of a team draw: in which turn the visit was matched


def of(draw: Draw, listed: str) -> Ticket | None:
    """The ticket of an id as it stands in the lists; None where the draw's lists do not have it.

    The draw must be revealed: nothing of a sealed list is read.
    """
    seed = reads.seed_of(draw)
    if draw.kind == Draw.Kind.TEAMS:
        return _of_visit(draw, seed, listed)
    answer = lookup.find(listed, [draw]).answers[0]
    if answer.kind == "absent":
        return None
    return Ticket(listed, _entity(seed, answer, listed), answer)


def first(draw: Draw, seed: str, stratum: str, listed: str, digest: str) -> Hashed:
    """The example on the draw's page, from a row of its result."""
    return Hashed("抽签号", f"ssj1|entity|{seed}|{stratum}|{listed}", digest)


def _entity(seed: str, answer: Answer, listed: str) -> list[Hashed]:
    chance = answer.chance
    if chance is None or not chance.ticket:
        return []
    return [first(answer.draw, seed, chance.stratum, lookup.listed_code(listed), chance.ticket)]


def _of_visit(draw: Draw, seed: str, visit: str) -> Ticket | None:
    if not seed:
        return None
    found = teams.read_result(reads.content(draw, "result.tsv"))
    for place, team in enumerate(found, 1):
        if team.number == visit:
            head = f"ssj1|visit|{seed}|{visit}"
            hashed = [Hashed("这次检查的次序号", head, lottery.h("visit", seed, visit))]
            hashed += [
                Hashed(
                    f"{DUTIES[duty]} {pid} 的抽签号",
                    f"ssj1|inspector|{seed}|{visit}|{pid}",
                    ticket,
                )
                for duty, pid, ticket in team.members
            ]
            return Ticket(visit, hashed, word="配齐" if team.is_filled else "未配齐", place=place)
    return None
