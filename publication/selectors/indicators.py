"""按期公示率 and the public site's yearly figures (A76)."""

from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, F, Q

from bureau.models import Agency
from inspections.models import VisitMatter
from planning.selectors import indicators
from publication.models import PublicEntry, PublicRecord

MANY = 20_000


@dataclass(frozen=True)
class OnTime:
    """`due`: published, or overdue without being published; `in_time`: published on or before the deadline."""

    in_time: int
    due: int
    late: int  # published, but after the deadline
    overdue: int  # not published yet, deadline passed

    @property
    def share(self) -> float | None:
        return self.in_time / self.due if self.due else None


def on_time(authority: Agency | None, year: int, today: date) -> OnTime:
    """Results whose deadline lies in `year` (A76: 100 %). One query; every authority when None is given.

    What is withheld by law or deemed done has nothing to publish. Somebody who publishes before the deadline counts at once.
    """
    state = VisitMatter.State
    rows = VisitMatter.objects.filter(due_on__year=year)
    if authority is not None:
        rows = rows.filter(authority=authority)
    is_in_time = Q(state=state.PUBLISHED, published_at__date__lte=F("due_on"))
    overdue = Q(due_on__lt=today) & ~Q(
        state__in=[state.PUBLISHED, state.WITHHELD, *VisitMatter.NOT_CHECKED]
    )
    found = rows.aggregate(
        in_time=Count("pk", filter=is_in_time),
        published=Count("pk", filter=Q(state=state.PUBLISHED)),
        overdue=Count("pk", filter=overdue),
    )
    return OnTime(
        in_time=found["in_time"],
        due=found["published"] + found["overdue"],
        late=found["published"] - found["in_time"],
        overdue=found["overdue"],
    )


@dataclass(frozen=True)
class YearFigures:
    drawn: int
    results: int
    problems: int
    on_time: OnTime

    @property
    def problem_share(self) -> float | None:
        return self.problems / self.results if self.results else None


def of_year(year: int, today: date) -> YearFigures:
    """What the public home page counts: entities drawn, results, those with a problem, on time. Three queries.

    Counting many rows costs more than the page: from MANY results on, the figures are kept for a minute.
    """
    key = f"publication.figures:{connection.settings_dict['NAME']}:{year}:{today}"
    kept: YearFigures | None = cache.get(key)
    if kept is not None:
        return kept
    figures = _counted(year, today)
    if figures.results >= MANY:
        cache.set(key, figures, 60)
    return figures


def _counted(year: int, today: date) -> YearFigures:
    found = PublicEntry.objects.filter(
        kind=PublicRecord.Kind.RESULT, published_at__year=year
    ).aggregate(results=Count("pk"), problems=Count("pk", filter=Q(found_problem=True)))
    return YearFigures(
        indicators.drawn_count(year),
        found["results"],
        found["problems"],
        on_time(None, year, today),
    )
