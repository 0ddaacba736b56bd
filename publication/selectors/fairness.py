"""公平情况: what chance would have given and what happened, from the year's revealed draws.

Counts of the frozen lists come from one query over the files themselves and are kept until another draw is
revealed. The whole page takes a constant number of queries.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from bureau.models import Agency
from planning.models import Draw, DrawEvent
from publication import sql
from publication.rules import bands, fairness
from publication.rules.fairness import Distribution
from registry.models import Entity

NAMED = 30  # firms drawn more than once that the desk lists
MOST_CANDIDATES = 2_000_000  # lines of the lists that one page counts; the newest draws come first
KEPT = 7 * 24 * 3600


@dataclass(frozen=True)
class Compared:
    """A count beside its bounds."""

    label: str
    observed: int
    expected: float
    low: int
    high: int
    marked: int = 0
    population: int = 0
    drawn: int = 0
    draw: Draw | None = None

    @property
    def word(self) -> str:
        return fairness.word(self.observed, (self.low, self.high))

    @property
    def is_outside(self) -> bool:
        return not self.low <= self.observed <= self.high


@dataclass(frozen=True)
class HitRow:
    hits: int
    observed: int
    expected: float


@dataclass(frozen=True)
class Firm:
    """Somebody drawn more than once; for the desk only."""

    entity: Entity
    hits: int
    expected: float
    chance: float  # of so many hits or more
    draws: list[Draw]

    @property
    def odds(self) -> str:
        return fairness.odds(self.chance)


@dataclass(frozen=True)
class Counted:
    """The draws that are compared, and everybody's luck in them."""

    authority: Agency
    year: int
    draws: list[Draw]  # oldest first
    left_out: int  # revealed draws of the year that are too many to count at once
    histories: list[sql.History]

    def strata(self, draw: Draw) -> dict[str, tuple[int, int]]:
        return {s["label"]: (s["k"], s["n"]) for s in draw.counts.get("strata", [])}

    @cached_property
    def chances(self) -> dict[tuple[int, str], tuple[int, int]]:
        """(k, N) of each stratum of each draw, by the draw's number from 1."""
        return {
            (number, label): chance
            for number, draw in enumerate(self.draws, 1)
            for label, chance in self.strata(draw).items()
        }


def years(authority: Agency) -> list[int]:
    """The years with a draw, the newest first."""
    found = Draw.objects.filter(authority=authority).dates("locked_at", "year", order="DESC")
    return [day.year for day in found]


def counted(authority: Agency, year: int) -> Counted:
    """The year's revealed, valid entities draws; four queries, three of them where nothing was revealed since."""
    kind = {
        name: Exists(DrawEvent.objects.filter(draw=OuterRef("pk"), kind=name))
        for name in ("revealed", "voided", "computed")
    }
    rows = list(
        Draw.objects.filter(
            kind["revealed"],
            kind["computed"],
            ~kind["voided"],
            authority=authority,
            kind=Draw.Kind.ENTITIES,
            locked_at__year=year,
        )
        .select_related("task", "unit")
        .prefetch_related("events")
        .defer("nonce", "list_salt")
        .order_by("-chain_number")
    )
    chosen: list[Draw] = []
    size = 0
    for draw in rows:
        size += draw.counts.get("candidates", 0)
        if chosen and size > MOST_CANDIDATES:
            break
        chosen.append(draw)
    chosen.reverse()
    found = _histories(authority, chosen)
    return Counted(authority, year, chosen, len(rows) - len(chosen), found)


def _histories(authority: Agency, draws: Sequence[Draw]) -> list[sql.History]:
    """Revealed files never change: what was counted stays right until the set of draws is another one.

    Units are those of today's listings, so the counts are made anew each week.
    """
    if not draws:
        return []
    database = connection.settings_dict["NAME"]
    key = (
        f"publication.fairness:{database}:{authority.pk}:{len(draws)}:{draws[0].pk}:{draws[-1].pk}"
    )
    kept: list[sql.History] | None = cache.get(key)
    if kept is None:
        kept = sql.histories([draw.pk for draw in draws], authority.pk, named=NAMED)
        cache.set(key, kept, KEPT)
    return kept


# ---------------------------------------------------------------- who was drawn


def repeats(found: Counted) -> list[Compared]:
    """Per stratum and draw: of the candidates drawn before in this year, how many were drawn again.

    Exact whatever the pools were: given the list, those drawn are a random sample of it (hypergeometric).
    """
    marked: Counter[tuple[int, str]] = Counter()
    again: Counter[tuple[int, str]] = Counter()
    for history in found.histories:
        was_drawn = False
        for number, is_drawn, label in history.parts:
            if was_drawn:
                marked[number, label] += history.count
                again[number, label] += history.count * is_drawn
            was_drawn = was_drawn or is_drawn
    return [
        compared(
            label,
            again[number, label],
            fairness.hypergeometric(n, marked[number, label], k),
            marked=marked[number, label],
            population=n,
            drawn=k,
            draw=found.draws[number - 1],
        )
        for (number, label), (k, n) in found.chances.items()
    ]


def together(rows: Sequence[Compared], label: str, draw: Draw | None = None) -> Compared:
    """Several strata as one row."""
    parts = [fairness.hypergeometric(r.population, r.marked, r.drawn) for r in rows]
    return compared(
        label,
        sum(r.observed for r in rows),
        fairness.total(parts),
        marked=sum(r.marked for r in rows),
        population=sum(r.population for r in rows),
        drawn=sum(r.drawn for r in rows),
        draw=draw,
    )


def by_draw(rows: Sequence[Compared]) -> list[Compared]:
    """The strata of each draw together, and all draws of the year in the last row."""
    groups: dict[UUID, list[Compared]] = {}
    for row in rows:
        assert row.draw is not None
        groups.setdefault(row.draw.pk, []).append(row)
    found = [together(group, _label(group[0].draw), group[0].draw) for group in groups.values()]
    return [*found, together(rows, "全年合计")] if found else []


def by_unit(found: Counted) -> list[Compared]:
    """Per responsible unit (today's): its share of those drawn, stratum by stratum, against its share of the candidates."""
    marked: Counter[tuple[int | None, tuple[int, str]]] = Counter()
    drawn: Counter[int | None] = Counter()
    for history in found.histories:
        for number, is_drawn, label in history.parts:
            marked[history.unit_id, (number, label)] += history.count
            drawn[history.unit_id] += history.count * is_drawn
    names = dict(
        Agency.objects.filter(pk__in=[u for u, _ in marked if u]).values_list("pk", "name")
    )
    rows = []
    for unit in sorted({unit for unit, _ in marked}, key=lambda u: (u is None, u or 0)):
        cells = [(cell, count) for (owner, cell), count in marked.items() if owner == unit]
        parts = [
            fairness.hypergeometric(found.chances[cell][1], count, found.chances[cell][0])
            for cell, count in cells
        ]
        name = names.get(unit, "已出库或其他单位") if unit else "已出库或其他单位"
        population = sum(count for _, count in cells)
        rows.append(compared(name, drawn[unit], fairness.total(parts), marked=population))
    return rows


def by_hits(found: Counted) -> list[HitRow]:
    """How many firms were drawn 0, 1, 2 … times, and how many chance would give (Poisson-binomial, exact)."""
    observed: Counter[int] = Counter()
    expected: list[float] = []
    for chances, count in _grouped(found):
        luck = fairness.hits(chances)
        expected += [0.0] * (len(luck.weights) - len(expected))
        for hits in range(len(luck.weights)):
            expected[hits] += float(luck.exactly(hits) * count)
    for history in found.histories:
        observed[sum(is_drawn for _, is_drawn, _ in history.parts)] += history.count
    last = max([*observed, *(h for h, e in enumerate(expected) if e >= 0.005)], default=-1)
    return [
        HitRow(h, observed[h], expected[h] if h < len(expected) else 0.0) for h in range(last + 1)
    ]


def _grouped(found: Counted) -> Iterable[tuple[tuple[tuple[int, int], ...], int]]:
    """The chances of everybody, those with the same ones together."""
    groups: Counter[tuple[tuple[int, int], ...]] = Counter()
    for history in found.histories:
        groups[_chances(found, history)] += history.count
    return groups.items()


def _chances(found: Counted, history: sql.History) -> tuple[tuple[int, int], ...]:
    return tuple(found.chances[number, label] for number, _, label in history.parts)


def drawn_again(found: Counted) -> list[Firm]:
    """Those drawn more than once, the least expected first; two queries. For the desk: it names firms."""
    some: list[tuple[sql.History, int]] = [
        (history, pk) for history in found.histories for pk in history.entity_ids
    ]
    entities = Entity.objects.in_bulk([pk for _, pk in some])
    rows = []
    for history, pk in some:
        luck = fairness.hits(_chances(found, history))
        hit = [number for number, is_drawn, _ in history.parts if is_drawn]
        rows.append(
            Firm(
                entities[pk],
                len(hit),
                float(luck.mean),
                float(luck.at_least(len(hit))),
                [found.draws[number - 1] for number in hit],
            )
        )
    return sorted(rows, key=lambda row: (row.chance, row.entity.pk))[:NAMED]


# ---------------------------------------------------------------- helpers


def _label(draw: Draw | None) -> str:
    return (
        "" if draw is None else f"{timezone.localtime(draw.locked_at):%-m月%-d日} {draw.task_name}"
    )


def compared(label: str, observed: int, luck: Distribution, **more: Any) -> Compared:
    """A count beside the bounds that chance gives it."""
    low, high = luck.bounds()
    return Compared(label, observed, float(luck.mean), low, high, **more)


def picture(id: str, title: str, rows: Sequence[Compared]) -> bands.Picture:
    return bands.picture(
        id=id,
        title=title,
        rows=[bands.Row(r.label, r.observed, r.expected, r.low, r.high) for r in rows],
    )
