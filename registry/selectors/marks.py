"""Risk marks of a listing with their words, and how many of a pool carry which (A36, A88)."""

from dataclasses import dataclass

from registry.models import Listing, RiskMark
from registry.rules.kinds import RiskFlag

LABELS = dict(RiskFlag.choices())


@dataclass(frozen=True)
class Shown:
    row: RiskMark
    label: str


def of_listing(listing: Listing) -> list[Shown]:
    """Those that hold first, then the ended ones; one query."""
    rows = (
        RiskMark.objects.filter(listing=listing)
        .select_related("set_by", "ended_by")
        .order_by("ended_on", "-id")
    )
    return [Shown(row, LABELS.get(row.flag, row.flag)) for row in rows]
