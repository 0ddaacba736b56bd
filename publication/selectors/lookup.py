"""One firm in the frozen lists of draws: in the pool or not, stratum, ticket, rank and cut-off, or why excluded.

Answers come from the files as they were hashed, not from today's registers, and only from draws whose lists are
public. A whole page of draws takes a constant number of queries.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from lottery.entities import entity_ticket
from planning.models import Draw
from planning.rules.strata import REASONS
from planning.selectors import draws as reads
from publication import sql
from publication.rules.lookup import meaning
from publication.selectors import public_draws
from registry.models import Entity

# Ranks below the cut-off need every ticket of the stratum again: a page stops asking after so many candidates.
RANKED_CANDIDATES = 300_000


@dataclass(frozen=True)
class Chance:
    """A candidate's part in a computed draw."""

    stratum: str
    n: int
    k: int
    reserve: int
    ticket: str = ""
    command: str = ""
    rank: int | None = None  # None: not counted on this page
    outcome: str = ""  # selected | reserve | not_selected; empty when nothing was computed
    cutoff: str = ""  # the last selected ticket

    @property
    def is_everyone(self) -> bool:
        return self.k == self.n

    @property
    def share(self) -> float:
        return self.k / self.n if self.n else 0.0


@dataclass(frozen=True)
class Answer:
    draw: Draw
    kind: str  # sealed | absent | excluded | candidate
    st: str
    word: str
    is_void: bool
    reason: str = ""
    meaning: str = ""
    chance: Chance | None = None


@dataclass(frozen=True)
class Found:
    code: str  # as it stands in the lists
    name: str  # empty for a natural person and for whoever stands in none of these lists
    answers: list[Answer]

    def of_kind(self, kind: str) -> list[Answer]:
        return [answer for answer in self.answers if answer.kind == kind]

    @property
    def in_pool(self) -> list[Answer]:
        return [a for a in self.answers if a.kind in {"candidate", "excluded"}]

    @property
    def selected(self) -> list[Answer]:
        return [
            a for a in self.answers if a.chance and a.chance.outcome == "selected" and not a.is_void
        ]


def draws_of(authority_id: int) -> "QuerySet[Draw]":
    """Every entities draw of the authority, sealed ones too."""
    return public_draws.listed().filter(authority_id=authority_id, kind=Draw.Kind.ENTITIES)


def listed_code(code: str) -> str:
    """What stands in the lists for this number: itself, or the issued public code of a thing whose number is not ASCII.

    Natural persons are never looked up: they stand under a pseudonym of each draw.
    """
    issued: str | None = (
        Entity.objects.filter(code=code)
        .exclude(kind=Entity.Kind.PERSON)
        .exclude(id_kind=Entity.IdKind.PERSON)
        .values_list("public_code", flat=True)
        .first()
    )
    return issued or code


def find(code: str, draws: Sequence[Draw]) -> Found:
    """The answer of each draw for this exact code; a constant number of queries."""
    listed = listed_code(code)
    opened = [draw for draw in draws if reads.is_revealed(draw)]
    at_start = {draw.pk: f"\n{listed}\t" for draw in opened}
    candidates = sql.lines_holding("candidates.tsv", at_start)
    excluded = sql.lines_holding("excluded.tsv", at_start)
    chances = _chances(listed, [d for d in opened if d.pk in candidates], candidates)
    answers = [
        _answer(draw, chances.get(draw.pk), excluded.get(draw.pk), reads.is_revealed(draw))
        for draw in draws
    ]
    name = _name(listed) if candidates or excluded else ""
    return Found(listed, name, answers)


def _chances(
    listed: str, draws: Sequence[Draw], candidates: dict[UUID, list[str]]
) -> dict[UUID, Chance]:
    """Per draw what the ticket brought; ranks of those who were not drawn are counted together."""
    results = sql.lines_holding("result.tsv", {draw.pk: f"\t{listed}\t" for draw in draws})
    seeds = {draw.pk: reads.seed_of(draw) for draw in draws}
    strata = {draw.pk: _stratum(draw, candidates[draw.pk][1]) for draw in draws}
    cutoffs = sql.lines_holding(
        "result.tsv",
        {
            pk: f"\nentity\t{row['label']}\t{row['k']}\tselected\t"
            for pk, row in strata.items()
            if row["k"]
        },
    )
    tickets = {
        pk: sql.Ticket(seed, strata[pk]["label"], entity_ticket(seed, strata[pk]["label"], listed))
        for pk, seed in seeds.items()
        if seed
    }
    behind = sql.smaller_tickets(_countable(draws, tickets, results))
    found = {}
    for draw in draws:
        row, ticket = strata[draw.pk], tickets.get(draw.pk)
        plain = Chance(row["label"], row["n"], row["k"], row["reserve"])
        if ticket is None:
            found[draw.pk] = plain
            continue
        result = results.get(draw.pk)
        rank = int(result[2]) if result else behind[draw.pk] + 1 if draw.pk in behind else None
        found[draw.pk] = Chance(
            row["label"],
            row["n"],
            row["k"],
            row["reserve"],
            ticket=ticket.value,
            command=command(ticket.seed, ticket.stratum, listed),
            rank=rank,
            outcome=result[3] if result else "not_selected",
            cutoff=cutoffs[draw.pk][5] if draw.pk in cutoffs else "",
        )
    return found


def command(seed: str, stratum: str, listed: str) -> str:
    """The one line that recomputes a ticket in any shell (DRAW §5)."""
    return f"printf '%s' {shlex.quote(f'ssj1|entity|{seed}|{stratum}|{listed}')} | sha256sum"


def _countable(
    draws: Sequence[Draw], tickets: dict[UUID, sql.Ticket], results: dict[UUID, list[str]]
) -> dict[UUID, sql.Ticket]:
    """The tickets beyond the result, as long as the candidates to hash stay few; a single draw is always counted."""
    found: dict[UUID, sql.Ticket] = {}
    size = 0
    for draw in draws:
        if draw.pk in tickets and draw.pk not in results:
            size += draw.counts.get("candidates", 0)
            if found and size > RANKED_CANDIDATES:
                break
            found[draw.pk] = tickets[draw.pk]
    return found


def _answer(
    draw: Draw, chance: Chance | None, excluded: list[str] | None, is_revealed: bool
) -> Answer:
    state = reads.state_of(draw)
    st, word = reads.STATE_WORDS[state]
    common: dict[str, Any] = {"draw": draw, "st": st, "word": word, "is_void": state == "voided"}
    if not is_revealed:
        return Answer(kind="sealed", **common)
    if chance:
        return Answer(kind="candidate", chance=chance, **common)
    if excluded:
        code = excluded[1]
        reason = REASONS.get(code, code)
        return Answer(kind="excluded", reason=reason, meaning=meaning(code), **common)
    return Answer(kind="absent", **common)


def _stratum(draw: Draw, label: str) -> dict[str, Any]:
    rows = draw.counts.get("strata", [])
    return next(
        (row for row in rows if row["label"] == label),
        {"label": label, "n": 0, "k": 0, "reserve": 0},
    )


def _name(listed: str) -> str:
    rows = Entity.objects.filter(public_code=listed).exclude(kind=Entity.Kind.PERSON)
    return rows.values_list("name", flat=True).first() or ""
