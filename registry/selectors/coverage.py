"""How much of the pool has been inspected at random this year (A37, A38)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q

from bureau.models import Agency
from registry.models import Entity, LedgerEntry, Listing

# 年度抽查企业占比 counts enterprises: firms and cooperatives, not sites, projects or plots (A38).
ENTERPRISES = (Entity.Kind.ENTERPRISE, Entity.Kind.COOPERATIVE)


@dataclass(frozen=True)
class Coverage:
    """Distinct entities drawn at random this year, over those in the pool; and the same for enterprises alone."""

    picked: int
    pool: int
    enterprises_picked: int
    enterprises: int
    by_month: tuple[
        int, ...
    ]  # distinct entities whose first hit of the year fell in the month, January first

    @property
    def share(self) -> float | None:
        return self.picked / self.pool if self.pool else None

    @property
    def enterprise_share(self) -> float | None:
        return self.enterprises_picked / self.enterprises if self.enterprises else None


def of_year(authority: Agency, year: int, drawn: Mapping[int, tuple[date, str]]) -> Coverage:
    """`drawn`: entity → (day, kind) of those drawn but not dispatched yet: they stand in no ledger. Two queries."""
    firm = Q(entity__kind__in=ENTERPRISES)
    pool = (
        Listing.objects.filter(authority=authority)
        .in_pool()
        .aggregate(all=Count("id"), firms=Count("id", filter=firm))
    )
    rows = (
        LedgerEntry.objects.filter(
            authority=authority,
            kind=LedgerEntry.Kind.RANDOM,
            day__range=(date(year, 1, 1), date(year, 12, 31)),
        )
        .values_list("entity_id", "entity__kind")
        .annotate(first=Min("day"))
    )
    hits = dict(drawn) | {entity: (first, kind) for entity, kind, first in rows}
    months = [0] * 12
    for day, _ in hits.values():
        months[day.month - 1] += 1
    firms = sum(kind in ENTERPRISES for _, kind in hits.values())
    return Coverage(len(hits), pool["all"], firms, pool["firms"], tuple(months))
