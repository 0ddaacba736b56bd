"""Geometry of the portal's charts: numbers in, SVG coordinates out. No HTML and no Django here.

The chart follows the drawing on the desk: bars for the single period, one line for the running
total, a dashed line for the plan, a horizontal mark for the goal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH, LEFT, TOP, BOTTOM, HEIGHT = 366, 34, 30, 164, 190
PLOT_RIGHT = 326
DIGIT = 8  # width of one


@dataclass(frozen=True)
class Tick:
    y: float
    text_y: float
    value: str


@dataclass(frozen=True)
class Label:
    x: float
    text: str


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    text_x: float
    text_y: float
    anchor: str
    text: str


@dataclass(frozen=True)
class Geometry:
    ticks: list[Tick]
    labels: list[Label]
    bars: list[Bar]
    line: str
    plan: str
    goal_y: float | None
    goal_text_y: float | None
    last: Dot | None


def lay_out(
    *,
    labels: Sequence[str],
    bars: Sequence[float | None] = (),
    line: Sequence[float | None] = (),
    plan: Sequence[float | None] = (),
    goal: float | None = None,
) -> Geometry:
    """Coordinates of one chart. A `None` in a series is a period without a number: nothing is drawn."""
    numbers = [n for series in (bars, line, plan) for n in series if n is not None]
    top, step = _scale(max([*numbers, goal or 0, 1]))
    slot = (PLOT_RIGHT - LEFT) / max(len(labels), 1)

    def x_of(index: int) -> float:
        return round(LEFT + slot * (index + 0.5), 1)

    def y_of(value: float) -> float:
        return round(BOTTOM - value / top * (BOTTOM - TOP), 1)

    def points(series: Sequence[float | None]) -> str:
        return " ".join(f"{x_of(i)},{y_of(n)}" for i, n in enumerate(series) if n is not None)

    width = round(min(slot * 0.56, 28), 1)
    return Geometry(
        ticks=[Tick(y_of(n), y_of(n) + 4, f"{n:,g}") for n in _ticks(top, step)],
        labels=[Label(x_of(i), text) for i, text in enumerate(labels)],
        bars=[
            Bar(round(x_of(i) - width / 2, 1), y_of(n), width, round(BOTTOM - y_of(n), 1))
            for i, n in enumerate(bars)
            if n
        ],
        line=points(line),
        plan=points(plan),
        goal_y=None if goal is None else y_of(goal),
        goal_text_y=None if goal is None else y_of(goal) - 6,
        last=_last_dot(line, None if goal is None else y_of(goal), x_of, y_of),
    )


def _scale(highest: float) -> tuple[float, float]:
    """The top of the axis and the distance of its grid lines: 1, 2 or 5 times a power of ten."""
    step = 1.0
    while True:
        for factor in (1, 2, 5):
            if highest <= step * factor * 4:
                return (-(-highest // (step * factor))) * step * factor, step * factor
        step *= 10


def _ticks(top: float, step: float) -> list[float]:
    return [step * i for i in range(round(top / step) + 1)]


def _last_dot(
    line: Sequence[float | None],
    goal_y: float | None,
    x_of: Callable[[int], float],
    y_of: Callable[[float], float],
) -> Dot | None:
    known = [(i, n) for i, n in enumerate(line) if n is not None]
    if not known:
        return None
    index, value = known[-1]
    x, y, text = x_of(index), y_of(value), f"{value:,g}"
    # near the right edge the number would run out of the picture
    near_edge = x + 7 + DIGIT * len(text) > WIDTH
    below, above = y + 16, y - 8
    is_free = below <= BOTTOM - 4 and not _touches(below, goal_y)
    return Dot(
        x,
        y,
        x - 6 if near_edge else x + 7,
        below if is_free and not near_edge else above,
        "end" if near_edge else "start",
        text,
    )


def _touches(text_y: float, line_y: float | None) -> bool:
    """A horizontal line through words that stand on `text_y`."""
    return line_y is not None and text_y - 12 <= line_y <= text_y + 3
