"""A ratio becomes a number of picks (DRAW §2)."""

from decimal import Decimal

import pytest

from lottery import ProtocolError, percent, picks_for


@pytest.mark.parametrize(
    ("population", "ratio", "picks"),
    [(640, "5", 32), (641, "5", 33), (1, "0.5", 1), (0, "5", 0), (7, "100", 7), (100, "29", 29)],
)
def test_a_plain_ratio_or_a_minimum_is_rounded_up(population: int, ratio: str, picks: int) -> None:
    assert picks_for(population, percent(ratio)) == picks


@pytest.mark.parametrize(
    ("population", "at_least_one", "picks"),
    [(659, False, 32), (19, False, 0), (19, True, 1), (0, True, 0), (100, True, 5)],
)
def test_a_ceiling_is_rounded_down(population: int, at_least_one: bool, picks: int) -> None:
    assert picks_for(population, percent("5"), is_ceiling=True, at_least_one=at_least_one) == picks


def test_no_float_creeps_in() -> None:
    assert picks_for(10**8, percent(Decimal("0.07"))) == 70_000
    assert picks_for(100, percent("7")) == 7  # 100 * 0.07 is 7.000000000000001


@pytest.mark.parametrize("value", ["五", "", "101", "-1", "NaN", "Infinity"])
def test_what_is_no_ratio_is_refused(value: str) -> None:
    with pytest.raises(ProtocolError):
        percent(value)
