"""What a plan reaches and whether it can be carried out (A26, A36–A39, A110)."""

from collections.abc import Sequence
from dataclasses import dataclass

from registry.rules.ratios import parse_frequency


@dataclass(frozen=True)
class Planned:
    """One item as counted now: `base` of its scope, how many of them are enterprises, the estimate a time."""

    name: str
    scope: str
    base: int
    enterprises: int
    estimate: int
    frequency: str
    is_risk_differentiated: bool

    @property
    def times(self) -> int:
        """How often a year; a frequency that cannot be read counts once."""
        parsed = parse_frequency(self.frequency).value
        return parsed.times if parsed is not None and parsed.years == 1 else 1

    @property
    def picks(self) -> int:
        return self.estimate * self.times

    @property
    def enterprise_picks(self) -> float:
        """The share of enterprises in the scope, applied to one round: a second round may hit the same firms."""
        return self.estimate * self.enterprises / self.base if self.base else 0.0


@dataclass(frozen=True)
class Squeeze:
    """A scope from which more is to be drawn than the yearly limit lets through (A110)."""

    names: tuple[str, ...]
    base: int
    picks: int
    room: int


@dataclass(frozen=True)
class Coverage:
    """Shares as fractions; None where there is nothing to divide by."""

    of_pool: float | None
    of_enterprises: float | None
    risk_share: float | None
    picks: int


def squeezes(items: Sequence[Planned], limit: int) -> list[Squeeze]:
    """Σ planned picks over the same scope against pool × yearly limit. Basis: A110, from 002 (十三)."""
    groups: dict[str, list[Planned]] = {}
    for item in items:
        groups.setdefault(item.scope, []).append(item)
    found = []
    for group in groups.values():
        picks, base = sum(item.picks for item in group), group[0].base
        if picks > base * limit:
            found.append(Squeeze(tuple(i.name for i in group), base, picks, base * limit))
    return found


def coverage(items: Sequence[Planned], *, pool: int, enterprises: int) -> Coverage:
    """The plan's expected coverage, as if no entity were drawn twice; one round of each item.

    Basis: A37 (share of the pool), A38 (enterprises drawn ÷ enterprises in the pool), A39 (by number of draws).
    """
    one_round = sum(item.estimate for item in items)
    firms = sum(item.enterprise_picks for item in items)
    draws = sum(item.times for item in items)
    by_risk = sum(item.times for item in items if item.is_risk_differentiated)
    return Coverage(
        of_pool=min(one_round / pool, 1.0) if pool else None,
        of_enterprises=min(firms / enterprises, 1.0) if enterprises else None,
        risk_share=by_risk / draws if draws else None,
        picks=sum(item.picks for item in items),
    )
