"""Figures of the year's draws."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from bureau.models import Agency
from planning.models import Pick, Task
from registry.models import LedgerEntry
from registry.selectors import coverage as registry_coverage


@dataclass(frozen=True)
class DrawShare:
    """信用风险差异化抽查次数占比: risk-differentiated draws over all draws, by number of draws, not of entities (DOMAIN §0.3, A39)."""

    differentiated: int
    all: int

    @property
    def share(self) -> float | None:
        return self.differentiated / self.all if self.all else None


def risk_share(authority: Agency, year: int) -> DrawShare:
    """Counts tasks of the year whose entities have been drawn."""
    drawn = Task.objects.filter(
        authority=authority,
        year=year,
        # Handed over, or a part of the superior's task: drawn, and counted, there.
        draw_source__in=[Task.DrawSource.OWN, Task.DrawSource.PLATFORM],
        state__in=[Task.State.DRAWN, Task.State.DISPATCHED, Task.State.CLOSED],
    ).aggregate(all=Count("pk"), differentiated=Count("pk", filter=Q(is_risk_differentiated=True)))
    return DrawShare(drawn["differentiated"], drawn["all"])


def coverage(authority: Agency, year: int) -> registry_coverage.Coverage:
    """Entities drawn at random this year, from the draw on: a drawn one waiting for dispatch counts too (A37, A38)."""
    waiting = {
        entity: (timezone.localdate(drawn_at), kind)
        for entity, kind, drawn_at in _waiting(year)
        .filter(authority=authority)
        .values_list("entity_id", "entity__kind", "task__drawn_at")
    }
    return registry_coverage.of_year(authority, year, waiting)


def drawn_count(year: int) -> int:
    """Distinct entities drawn at random this year by every authority here, the same measure as `coverage`."""
    inspected = LedgerEntry.objects.filter(kind=LedgerEntry.Kind.RANDOM, day__year=year)
    return (
        inspected.order_by()
        .values("entity_id")
        .union(_waiting(year).order_by().values("entity_id"))
        .count()
    )


def _waiting(year: int) -> "QuerySet[Pick]":
    return Pick.objects.filter(
        task__year=year,
        task__drawn_at__isnull=False,
        kind=Pick.Rank.SELECTED,
        state=Pick.State.DRAWN,
    )
