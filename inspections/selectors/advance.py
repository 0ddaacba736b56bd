"""预先告知 where the house gives word of a visit: who must be told by when, and who was (setting advance_notice_workdays)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bureau.models import Agency
from bureau.rules.workdays import Calendar, add_workdays
from bureau.selectors import calendar, rule_settings
from bureau.selectors.calendar import Due
from inspections.models import AdvanceNotice, Visit
from inspections.selectors.disclosure import day_of


@dataclass(frozen=True)
class Told:
    """One visit with the day by which its firm must know, and the latest word to it."""

    visit: Visit
    due_on: date
    due: Due | None  # None once it was told
    last: AdvanceNotice | None

    @property
    def was_late(self) -> bool:
        return self.last is not None and self.last.happened_at.date() > self.due_on


def workdays(authority: Agency, year: int) -> int:
    """How many working days before the visit the firm is told; 0 where it is not."""
    return int(rule_settings.value_of("advance_notice_workdays", authority, year))


def due_of(visit: Visit, days: int, known: Calendar) -> date:
    """The last day on which word is in time: so many working days before the visit's day."""
    return add_workdays(day_of(visit), -days, known).date


def of(visits: Sequence[Visit], days: int, today: date) -> list[Told]:
    """The visits by the day that presses; two queries."""
    last: dict[object, AdvanceNotice] = {}
    rows = AdvanceNotice.objects.filter(visit__in=[v.pk for v in visits]).select_related("by")
    for row in rows.order_by("id"):
        last[row.visit_id] = row
    known = calendar.calendar()
    found = [(visit, due_of(visit, days, known)) for visit in visits]
    return [
        Told(
            visit,
            due_on,
            None if visit.pk in last else calendar.due(due_on, today, known=known),
            last.get(visit.pk),
        )
        for visit, due_on in sorted(found, key=lambda pair: (pair[1], pair[0].number))
    ]


def latest(visit: Visit) -> AdvanceNotice | None:
    rows = AdvanceNotice.objects.filter(visit=visit)
    return rows.select_related("by").order_by("-id").first()
