"""The working-day calendar with the admin's rows, and due dates as pages show them."""

from dataclasses import dataclass
from datetime import date

from django.core.cache import cache

from bureau.models import CalendarDay
from bureau.rules.workdays import (
    Calendar,
    WorkdayResult,
    add_workdays,
    due_label,
    from_chinesecalendar,
)

CACHE_KEY = "bureau.calendar"


@dataclass(frozen=True)
class Due:
    """What templates/components/due.html takes."""

    date: date
    css: str
    text: str
    provisional: bool
    days_left: int

    @property
    def is_late(self) -> bool:
        return self.css == "due-late"


def calendar() -> Calendar:
    """Shipped data corrected by `CalendarDay`; one query, kept while the rows stay the same.

    A year counts as officially known when the shipped data has it, or once an admin entered its notice's rows.
    """
    rows = list(CalendarDay.objects.values_list("day", "is_workday"))
    stamp = hash(tuple(rows))
    kept = cache.get(CACHE_KEY)
    if kept is not None and kept[0] == stamp:
        return kept[1]  # type: ignore[no-any-return]
    years = {2024, 2025, 2026, 2027, 2028} | {day.year for day, _ in rows}
    built = from_chinesecalendar(
        sorted(years), dict(rows), official_years={day.year for day, _ in rows}
    )
    cache.set(CACHE_KEY, (stamp, built), None)
    return built


def due_after(day: date, workdays: int) -> WorkdayResult:
    """The date `workdays` working days after `day`; the day itself does not count."""
    return add_workdays(day, workdays, calendar())


def due(on: date | None, today: date, soon: int = 5, known: Calendar | None = None) -> Due | None:
    """The deadline as shown today; None without a date. A list passes `known=calendar()`: one query for all its rows."""
    if on is None:
        return None
    label = due_label(on, today, known or calendar(), soon)
    return Due(on, label.css, label.text, label.provisional, label.days_left)
