"""The seed's clock: a demo made in a minute must look like a year that has passed.

Only the seed moves it. Services run as they are; what changes is what `timezone.now()` and the database's own
default for a moment say while a step is seeded, so that trail, draws and deadlines carry the day they tell of.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone


def moment(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of that day in the bureau's zone."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


@contextmanager
def at(when: datetime) -> Iterator[None]:
    """Inside, it is `when`, a few milliseconds later at every look, so that two steps keep their order."""
    ticks = iter(range(1, 10_000_000))

    def now() -> datetime:
        return when + timedelta(milliseconds=next(ticks))

    def as_moment(
        self: Now, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, list[Any]]:
        return "%s", [now()]

    with (
        patch("django.utils.timezone.now", now),
        patch.object(Now, "as_postgresql", as_moment),
        # Otherwise an INSERT says DEFAULT and the server's own clock answers.
        patch.object(connection.features, "supports_default_keyword_in_insert", False),
        patch.object(connection.features, "supports_default_keyword_in_bulk_insert", False),
    ):
        yield
