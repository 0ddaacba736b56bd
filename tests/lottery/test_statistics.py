"""Fairness, with fixed seeds: a test that fails once fails always (DRAW §7)."""

from collections import Counter
from math import factorial

from lottery import Stratum, draw_entities, h


def draws(population: int, k: int, rounds: int, name: str) -> list[list[str]]:
    pool = [(f"E{n:03d}", "甲") for n in range(population)]
    strata, counts = [Stratum(label="甲", k=k)], {"甲": population}
    return [
        [p.id for p in draw_entities(pool, strata, counts, h("seed", name, str(n))).picks]
        for n in range(rounds)
    ]


def within(statistic: float, freedom: int, deviations: float = 3.5) -> bool:
    return abs(statistic - freedom) < deviations * (2 * freedom) ** 0.5


def test_everyone_is_drawn_equally_often() -> None:
    population, k, rounds = 100, 13, 3000
    hits = Counter(identifier for draw in draws(population, k, rounds, "χ²") for identifier in draw)
    share = k / population
    expected = rounds * share

    raw = sum((hits[f"E{n:03d}"] - expected) ** 2 / expected for n in range(population))
    scaled = raw / (1 - share) * (population - 1) / population

    assert within(scaled, population - 1)


def test_all_120_orders_of_five_are_equally_frequent() -> None:
    rounds = 12_000
    orders = Counter(tuple(draw) for draw in draws(5, 5, rounds, "orders"))
    expected = rounds / factorial(5)

    statistic = sum((count - expected) ** 2 / expected for count in orders.values())

    assert len(orders) == 120
    assert within(statistic, 119)


def test_consecutive_draws_overlap_as_independent_ones_do() -> None:
    population, k, rounds = 60, 20, 3000
    sets = [set(draw) for draw in draws(population, k, rounds, "overlap")]
    share = k / population
    mean = k * share
    variance = k * share * (1 - share) * (population - k) / (population - 1)

    overlap = sum(len(sets[n] & sets[n + 1]) for n in range(rounds - 1)) / (rounds - 1)

    assert abs(overlap - mean) < 3.5 * (variance / (rounds - 1)) ** 0.5
