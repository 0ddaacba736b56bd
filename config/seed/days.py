"""The days of the seeded year: counted in working days back from `today`, so that deadlines fall where the story wants them."""

from datetime import date

from bureau.rules.workdays import add_workdays
from bureau.selectors.calendar import calendar

# So many working days of the story lie between the plan's publication and today at least.
LEAST = 45


class Days:
    """`year` is the plan's. Too early in a year for one in execution, the story is last year's, and the new plan a draft."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._calendar = calendar()
        self.next = self._add(today, 1)
        self.year = today.year
        if self.opening(8) > self.ago(LEAST):
            self.year -= 1

    @property
    def first(self) -> date:
        """When the office begins to work."""
        return date(self.year, 1, 2)

    def ago(self, workdays: int) -> date:
        """1 is today, or the last working day before it; 0 the next one."""
        return self._add(self.next, -workdays)

    def ahead(self, workdays: int) -> date:
        return self._add(self.next, workdays)

    def until(self, workdays: int) -> date:
        """Where a window ends: so many working days ahead, but inside the plan's year while that leaves a week."""
        end = date(self.year, 12, 31)
        return min(self.ahead(workdays), end) if end >= self.ahead(8) else self.ahead(workdays)

    def opening(self, number: int) -> date:
        """The n-th working day of the year, after the holiday."""
        return self._add(date(self.year, 1, 3), number)

    def part(self, share: float, plus: int = 0) -> date:
        """A working day between the plan's publication and the autumn, and so many after it."""
        start = self.opening(8)
        length = (self.ago(LEAST) - start).days
        day = date.fromordinal(start.toordinal() + int(length * share))
        return self._add(self._add(day, -1), 1 + plus)

    def after(self, day: date, workdays: int) -> date:
        return self._add(day, workdays)

    def _add(self, day: date, workdays: int) -> date:
        return add_workdays(day, workdays, self._calendar).date
