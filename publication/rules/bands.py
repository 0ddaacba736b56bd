"""A picture of counts between their bounds: for each row a band, a mark for the expectation, a dot for what happened."""

from collections.abc import Sequence
from dataclasses import dataclass

LEFT, RIGHT, TOP, ROW, WIDTH = 8, 352, 8, 34, 366


@dataclass(frozen=True)
class Row:
    label: str
    observed: int
    expected: float
    low: int
    high: int


@dataclass(frozen=True)
class Drawn:
    label: str
    label_y: int
    y: int
    band_x: float
    band_width: float
    expected_x: float
    observed_x: float
    is_outside: bool


@dataclass(frozen=True)
class Picture:
    id: str
    title: str
    desc: str
    height: int
    axis_y: int
    rows: list[Drawn]
    ticks: list[tuple[float, str]]
    top: int = TOP


def picture(*, id: str, title: str, rows: Sequence[Row]) -> Picture:
    """Coordinates for templates/publication/bands.html; the numbers stand in the table below it."""
    highest = max([1, *(max(row.high, row.observed) for row in rows)])
    step: int = next(s * 10**p for p in range(9) for s in (1, 2, 5) if highest <= s * 10**p * 5)
    end = -(-highest // step) * step

    def x(value: float) -> float:
        return round(float(LEFT + (RIGHT - LEFT) * value / end), 1)

    drawn = [
        Drawn(
            row.label,
            TOP + ROW * i + 12,
            TOP + ROW * i + 18,
            x(row.low),
            max(x(row.high) - x(row.low), 3),
            x(row.expected),
            x(row.observed),
            not row.low <= row.observed <= row.high,
        )
        for i, row in enumerate(rows)
    ]
    outside = [row.label for row in drawn if row.is_outside]
    desc = "每行的色带是纯凭抽签应落的范围，竖线是期望，圆点是实际。"
    desc += f"落在范围以外：{'、'.join(outside)}。" if outside else "全部落在范围以内。"
    axis = TOP + ROW * len(rows) + 2
    ticks = [(x(n), f"{n:,}") for n in range(0, end + 1, step)]
    return Picture(id, title, desc, axis + 18, axis, drawn, ticks)
