"""The seed's agenda: every step at its moment, done in the order of time, so that trail and numbers run as in a real year."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from bureau.models import Job
from bureau.services import jobs
from config.seed import clock

Step = Callable[[], object]


class Agenda:
    """Steps may put further steps on the agenda, never before themselves."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, Step]] = []
        self._order = count()
        self.now: datetime | None = None

    def add(self, day: date, time: str, step: Step) -> None:
        """`time` as 9:30, in the bureau's zone. Raises ValueError for a moment that has passed."""
        hour, minute = (int(part) for part in time.split(":"))
        when = clock.moment(day, hour, minute)
        if self.now is not None and when < self.now.replace(second=0, microsecond=0):
            raise ValueError(f"{when} is before {self.now}")
        heappush(self._waiting, (when, next(self._order), step))

    def run(self) -> None:
        """Does everything; what is due at the same minute follows by twenty seconds."""
        while self._waiting:
            when, _, step = heappop(self._waiting)
            if self.now is not None:
                when = max(when, self.now + timedelta(seconds=20))
            self.now = when
            with clock.at(when):
                step()
                _do_jobs()


def _do_jobs() -> None:
    """What the step asked of the worker, at that moment: no worker runs while the demo is made."""
    for pk in Job.objects.filter(state=Job.State.WAITING).values_list("pk", flat=True):
        jobs.run(str(pk))
