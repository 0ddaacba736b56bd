"""Working days on the official calendar (放假调休), and how a deadline is shown.

The day of the event does not count. A year without the State Council's notice has weekends only, and every date
that depends on it is provisional (暂定). Basis: ARCHITECTURE §4 "Deadlines"; A75, A82, A83; DOMAIN 0.7.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import chinese_calendar

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """`known_years` are those with an official notice; `holidays` and `makeup` (调休上班) depart from the week."""

    known_years: frozenset[int] = frozenset()
    holidays: frozenset[date] = field(default=frozenset(), repr=False)
    makeup: frozenset[date] = field(default=frozenset(), repr=False)

    def is_workday(self, day: date) -> bool:
        return day in self.makeup or (day.weekday() < 5 and day not in self.holidays)

    def is_known(self, day: date) -> bool:
        return day.year in self.known_years


@dataclass(frozen=True)
class WorkdayResult:
    date: date
    provisional: bool


@dataclass(frozen=True)
class DueLabel:
    """`css` is one of due-late, due-today, due-soon, due-calm, due-open (design README "Deadlines")."""

    css: str
    text: str
    days_left: int
    provisional: bool = False

    @property
    def is_late(self) -> bool:
        return self.css == "due-late"


def add_workdays(day: date, n: int, calendar: Calendar) -> WorkdayResult:
    """The n-th working day after `day`; with n 0 the day itself, with a negative n the |n|-th before it."""
    step = _ONE_DAY if n >= 0 else -_ONE_DAY
    left, provisional = abs(n), False
    while left:
        day += step
        provisional = provisional or not calendar.is_known(day)
        left -= calendar.is_workday(day)
    return WorkdayResult(day, provisional)


def workdays_between(a: date, b: date, calendar: Calendar) -> int:
    """Working days after `a` up to and including `b`; negative when `b` lies before `a`."""
    if b < a:
        return -workdays_between(b, a, calendar)
    return sum(calendar.is_workday(day) for day in _days(a + _ONE_DAY, b))


def is_provisional(a: date, b: date, calendar: Calendar) -> bool:
    """Whether a count between the two dates touches a year without an official notice."""
    first, last = min(a, b) + _ONE_DAY, max(a, b)
    return first <= last and any(
        year not in calendar.known_years for year in range(first.year, last.year + 1)
    )


def due_label(due_on: date, today: date, calendar: Calendar, soon: int = 5) -> DueLabel:
    """How a due date reads today: 逾期 2 个工作日, 今天到期, 剩 3 个工作日, 暂定，剩 50 个工作日.

    `soon` is the bureau's warning setting. A provisional date that is near is still shown as near.
    """
    left = workdays_between(today, due_on, calendar)
    provisional = is_provisional(today, due_on, calendar)
    if due_on < today:
        return DueLabel(
            "due-late", f"逾期 {-left} 个工作日" if left else "已逾期", left, provisional
        )
    if due_on == today:
        return DueLabel("due-today", "今天到期", 0, provisional)
    text = f"{'暂定，' if provisional else ''}剩 {left} 个工作日"
    if left <= soon:
        return DueLabel("due-soon", text, left, provisional)
    return DueLabel("due-open" if provisional else "due-calm", text, left, provisional)


def from_chinesecalendar(
    years: Iterable[int],
    overrides: Mapping[date, bool] | None = None,
    official_years: Collection[int] = (),
) -> Calendar:
    """The calendar of these years from the chinesecalendar package, corrected by rows that an admin entered.

    `overrides`: day → works (True) or rests (False). A year the package does not know stays unknown unless it
    stands in `official_years`: its whole notice has been entered. The package raises for it, so nothing is guessed.
    """
    rows = dict(overrides or {})
    known, holidays, makeup = set(official_years), set[date](), set[date]()
    for year in set(years):
        if not _package_knows(year):
            continue
        known.add(year)
        for day in _days(date(year, 1, 1), date(year, 12, 31)):
            rows.setdefault(day, bool(chinese_calendar.is_workday(day)))
    for day, works in rows.items():
        if works != (day.weekday() < 5):
            (makeup if works else holidays).add(day)
    return Calendar(frozenset(known), frozenset(holidays), frozenset(makeup))


def _package_knows(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 7, 1))
    except NotImplementedError:
        return False
    return True


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
