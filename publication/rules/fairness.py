"""What pure chance would give, exactly: how often firms should be drawn, and between which bounds the count should lie.

The number drawn from a stratum is fixed, so a stratum's own count says nothing; what can be bent is *who*. Therefore
counts are looked at that chance leaves open: of M marked candidates among N, how many are among the k drawn
(hypergeometric); how often one firm is hit over several draws (Poisson-binomial). Probabilities are whole numbers
over 2^128: no floating point, and nothing approximated by a normal curve.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from math import comb

BITS = 128
ONE = 1 << BITS
_SLOT = (2 * BITS + 64) // 8  # bytes in which one coefficient of a product fits
# 19 in 20 of all honest histories lie inside: one row in twenty outside is nothing unusual.
LEVEL = Fraction(95, 100)


@dataclass(frozen=True)
class Distribution:
    """Chances of the values `start`, `start + 1`, …, each as a numerator over ONE."""

    start: int
    weights: tuple[int, ...]
    mean: Fraction

    def at_least(self, value: int) -> Fraction:
        """The chance of `value` or more."""
        return Fraction(sum(self.weights[max(0, value - self.start) :]), ONE)

    def exactly(self, value: int) -> Fraction:
        place = value - self.start
        return Fraction(self.weights[place], ONE) if 0 <= place < len(self.weights) else Fraction(0)

    def bounds(self, level: Fraction = LEVEL) -> tuple[int, int]:
        """Lowest and highest value of which neither side's tail is larger than half of what `level` leaves."""
        tail = (1 - level) / 2 * ONE
        return self.start + _beyond(self.weights, tail), (
            self.start + len(self.weights) - 1 - _beyond(self.weights[::-1], tail)
        )


CERTAIN_NONE = Distribution(0, (ONE,), Fraction(0))


def hypergeometric(population: int, marked: int, drawn: int) -> Distribution:
    """Marked ones among `drawn` of `population`, `marked` of which are marked. Raises ValueError when they do not fit."""
    if not (0 <= marked <= population and 0 <= drawn <= population):
        raise ValueError("抽取数和标记数须在 0 与总数之间")
    lowest, highest = max(0, drawn - (population - marked)), min(drawn, marked)
    mode = min(max((drawn + 1) * (marked + 1) // (population + 2), lowest), highest)
    top = comb(marked, mode) * comb(population - marked, drawn - mode)
    at_mode = (top << BITS) // comb(population, drawn)
    others = population - marked - drawn
    up = [at_mode]
    for x in range(mode, highest):
        up.append(up[-1] * (marked - x) * (drawn - x) // ((x + 1) * (others + x + 1)))
    down = [at_mode]
    for x in range(mode, lowest, -1):
        down.append(down[-1] * x * (others + x) // ((marked - x + 1) * (drawn - x + 1)))
    mean = Fraction(drawn * marked, population) if population else Fraction(0)
    return _trimmed(lowest, down[:0:-1] + up, mean)


def hits(chances: Iterable[tuple[int, int]]) -> Distribution:
    """How often one firm is hit in draws that take k of N each (Poisson-binomial): `chances` are (k, N)."""
    numerators, whole, mean = [1], 1, Fraction(0)
    for k, population in chances:
        if not 0 <= k <= population or not population:
            raise ValueError("每次抽取数须在 0 与候选数之间")
        missed = [n * (population - k) for n in numerators] + [0]
        taken = [0] + [n * k for n in numerators]
        numerators = [a + b for a, b in zip(missed, taken, strict=True)]
        whole *= population
        mean += Fraction(k, population)
    return Distribution(0, tuple((n << BITS) // whole for n in numerators), mean)


def total(parts: Sequence[Distribution]) -> Distribution:
    """The sum of independent counts."""
    found = CERTAIN_NONE
    for part in parts:
        product = _product(found.weights, part.weights)
        found = _trimmed(found.start + part.start, product, found.mean + part.mean)
    return found


def word(observed: int, bounds: tuple[int, int]) -> str:
    """Where the count lies, in plain words; outside the bounds it asks for a look, it proves nothing."""
    if observed < bounds[0]:
        return "偏少"
    return "偏多" if observed > bounds[1] else "在范围内"


def span(length: timedelta | None) -> str:
    """A length of time as people say it."""
    if length is None:
        return "–"
    minutes = round(length.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} 分钟"
    hours = round(minutes / 60)
    return f"{hours} 小时" if hours < 48 else f"{minutes / 1440:.1f} 天"


def odds(chance: float) -> str:
    """A chance as people say it: 约 1/200."""
    if chance >= 0.5:
        return "必然（都是全部检查）" if chance > 0.999_999 else "一半以上"
    return f"约 1/{round(1 / chance):,}" if chance > 0 else "极小"


def _beyond(weights: Sequence[int], tail: Fraction) -> int:
    """How many values from the edge have together no more than `tail`."""
    together = 0
    for place, weight in enumerate(weights):
        together += weight
        if together > tail:
            return place
    return len(weights) - 1


def _trimmed(start: int, weights: Sequence[int], mean: Fraction) -> Distribution:
    """Without the values at both ends whose chance is below 2^-128."""
    first = next((i for i, weight in enumerate(weights) if weight), 0)
    last = next((i for i, weight in enumerate(reversed(weights)) if weight), 0)
    return Distribution(start + first, tuple(weights[first : len(weights) - last]), mean)


def _product(a: Sequence[int], b: Sequence[int]) -> list[int]:
    """The convolution over ONE, as one multiplication of two long numbers: coefficients side by side never meet."""
    packed = _packed(a) * _packed(b)
    size = len(a) + len(b) - 1
    held = packed.to_bytes(size * _SLOT + _SLOT, "little")
    return [
        int.from_bytes(held[i * _SLOT : (i + 1) * _SLOT], "little") >> BITS for i in range(size)
    ]


def _packed(weights: Sequence[int]) -> int:
    return int.from_bytes(b"".join(w.to_bytes(_SLOT, "little") for w in weights), "little")
