"""What a draw will bring, before anybody draws: expected values from ratios, exact fractions, no seed and no chance.

k of n candidates are drawn with the same chance each, so a unit responsible for s of them expects k × s ÷ n visits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Layer:
    """A stratum: k of its candidates are drawn; `cells` says how many of them have which mark (unit, firm …)."""

    k: int
    candidates: int
    cells: Mapping[object, int]


@dataclass(frozen=True)
class Officer:
    """Somebody who may be matched: where, how many teams at most, and with which qualifications."""

    unit: int
    capacity: int
    quals: frozenset[str]


@dataclass(frozen=True)
class UnitForecast:
    """One executing unit: expected visits against the people it has."""

    unit: int
    candidates: int
    visits: Fraction
    officers: int
    capacity: int  # teams its officers may be in, all together
    team: int
    missing: tuple[str, ...]  # qualifications the law asks for that nobody of the unit holds

    @property
    def each(self) -> Fraction | None:
        """Expected visits for one officer; None where there is nobody."""
        return self.visits * self.team / self.officers if self.officers else None

    @property
    def is_short(self) -> bool:
        """Not even one team can be formed (A52: two officers at least)."""
        return bool(self.candidates) and self.officers < self.team

    @property
    def is_forced(self) -> bool:
        """So few that the match is hardly a draw: fewer eligible than twice a team."""
        return bool(self.candidates) and self.team <= self.officers < 2 * self.team

    @property
    def is_over(self) -> bool:
        """More is expected than the officers' capacities let through (A55)."""
        return self.visits * self.team > self.capacity


def expected(layers: Sequence[Layer], cell: object) -> Fraction:
    """Expected picks with this mark, over all layers: Σ k × share ÷ n. Basis: DRAW §5, equal chances in a stratum."""
    return sum(
        (
            Fraction(layer.k * layer.cells.get(cell, 0), layer.candidates)
            for layer in layers
            if layer.candidates
        ),
        Fraction(0),
    )


def unit_forecasts(
    layers: Sequence[Layer],
    units: Sequence[int],
    officers: Sequence[Officer],
    *,
    team: int,
    quals: frozenset[str],
) -> list[UnitForecast]:
    """One row per unit, those without people included. Basis: A53, A55; the marks of `layers` are units."""
    found = []
    for unit in units:
        own = [officer for officer in officers if officer.unit == unit and officer.capacity]
        held = frozenset().union(*(officer.quals for officer in own))
        candidates = sum(layer.cells.get(unit, 0) for layer in layers)
        found.append(
            UnitForecast(
                unit=unit,
                candidates=candidates,
                visits=expected(layers, unit),
                officers=len(own),
                capacity=sum(officer.capacity for officer in own),
                team=team,
                missing=tuple(sorted(quals - held)) if candidates else (),
            )
        )
    return found


@dataclass(frozen=True)
class Goal:
    """A yearly share now and after this draw, against what the year asks for (A37, A38)."""

    label: str
    now: Fraction | None
    after: Fraction | None
    goal: Fraction

    @property
    def is_met(self) -> bool:
        return self.after is not None and self.after >= self.goal


def goal(label: str, *, done: int, pool: int, fresh: Fraction, per_cent: Fraction) -> Goal:
    """`fresh`: expected picks of those not inspected this year yet; only they raise the share."""
    now = Fraction(done, pool) if pool else None
    after = min((done + fresh) / pool, Fraction(1)) if pool else None
    return Goal(label, now, after, per_cent / 100)


@dataclass(frozen=True)
class Room:
    """A110: what the yearly limit still lets through, against what the plan still wants."""

    limit: int
    places: int  # Σ (limit − hits) over the pool, before this draw
    this_draw: int
    rest_of_plan: int

    @property
    def left(self) -> int:
        return self.places - self.this_draw

    @property
    def is_short(self) -> bool:
        return self.left < self.rest_of_plan


def room(*, limit: int, pool: int, hits: Sequence[int], this_draw: int, planned: int) -> Room:
    """`hits`: this year's count of each entity that has any; over the limit nothing goes below zero.

    Basis: A110, from 002 (十三).
    """
    used = sum(min(n, limit) for n in hits)
    return Room(limit, max(limit * pool - used, 0), this_draw, planned)
