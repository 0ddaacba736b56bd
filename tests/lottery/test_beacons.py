"""Beacons (DRAW §4.3)."""

from datetime import UTC, datetime, timedelta

import pytest

from lottery import ProtocolError, beacons

GENESIS = datetime.fromtimestamp(1692803367, UTC)


def test_rounds_appear_every_three_seconds_from_the_genesis() -> None:
    assert beacons.drand_time(1) == GENESIS
    assert beacons.drand_time(27433012).isoformat() == "2026-04-02T12:00:00+08:00"


@pytest.mark.parametrize(("seconds", "number"), [(-60, 1), (0, 1), (1, 2), (3, 2), (4, 3)])
def test_the_first_round_from_a_moment(seconds: int, number: int) -> None:
    assert beacons.drand_round_from(GENESIS + timedelta(seconds=seconds)) == number


@pytest.mark.parametrize("source", ["福彩3D", "双色球", "股票指数", "掷硬币"])
def test_a_source_that_can_be_ground_is_refused(source: str) -> None:
    with pytest.raises(ProtocolError, match=f"“{source}”.*请改用快乐8或 drand"):
        beacons.check_source(source)


def test_lottery_numbers_are_put_in_order() -> None:
    drawn = [80, 3, *range(10, 28)]

    value = beacons.kl8_value(drawn)

    assert value.startswith("03.10.11.")
    assert beacons.check_value("cwl-kl8", value) == value


@pytest.mark.parametrize("numbers", [range(1, 20), range(62, 82), [1] * 20, ["1"] * 20])
def test_numbers_that_cannot_be_drawn_are_refused(numbers: object) -> None:
    with pytest.raises(ProtocolError, match="20 个 01–80"):
        beacons.kl8_value(numbers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "number"),
    [
        ("cwl-kl8", "202683"),
        ("drand-quicknet", "0"),
        ("drand-quicknet", "01"),
        ("drand-quicknet", "x"),
    ],
)
def test_a_round_that_is_none_is_refused(source: str, number: str) -> None:
    with pytest.raises(ProtocolError):
        beacons.check_round(source, number)


@pytest.mark.parametrize(
    ("source", "value"),
    [("drand-quicknet", "AB" * 32), ("cwl-kl8", ".".join(f"{n:02d}" for n in range(20, 0, -1)))],
)
def test_a_value_in_another_form_is_refused(source: str, value: str) -> None:
    with pytest.raises(ProtocolError):
        beacons.check_value(source, value)
