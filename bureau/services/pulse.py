"""The pulse of a job whose work is one long transaction: lease and progress, from a connection of their own.

What a transaction writes nobody sees until it ends. Without a pulse the lease would run out meanwhile and a second
worker would begin the same work.
"""

from threading import Event, Thread
from types import TracebackType

from django.db import connection

from bureau.services.jobs import LostLease, Run


class Pulse:
    """`with Pulse(run, total=n) as pulse:` around the work, `pulse.add(rows)` inside it."""

    def __init__(self, run: Run, *, total: int = 0, seconds: float = 2.0) -> None:
        self._run, self._total, self._seconds = run, total, seconds
        self._done, self._ended = 0, Event()
        self._thread = Thread(target=self._beat, daemon=True)

    def add(self, rows: int) -> None:
        self._done += rows

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._ended.wait(self._seconds):
                self._run.advance(done=min(self._done, self._total), total=self._total)
        except LostLease:
            pass  # the work itself finds out when it notes its end
        finally:
            connection.close()
