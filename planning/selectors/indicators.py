"""Figures of the year's draws."""

from dataclasses import dataclass

from django.db.models import Count, Q

from bureau.models import Agency
from planning.models import Task


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
        state__in=[Task.State.DRAWN, Task.State.DISPATCHED, Task.State.CLOSED],
    ).aggregate(all=Count("pk"), differentiated=Count("pk", filter=Q(is_risk_differentiated=True)))
    return DrawShare(drawn["differentiated"], drawn["all"])
