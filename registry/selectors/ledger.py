"""Reading the 检查台账: how often an entity was inspected, and where it is inspected now (A48, A96)."""

from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import Count, QuerySet

from bureau.models import Agency, User
from bureau.selectors import rule_settings
from bureau.veils import lift
from registry.models import Entity, LedgerEntry
from registry.rules.yearly_limit import year_before

# 投诉举报 and 复查 are among the causes for which the published caps do not count a visit (A96).
CAP_EXEMPT = (LedgerEntry.Kind.COMPLAINT, LedgerEntry.Kind.RECHECK)


def entries(authority: Agency, reader: User | None) -> QuerySet[LedgerEntry]:
    """The authority's entries; for a reader without those whose draws are sealed to them."""
    rows = LedgerEntry.objects.filter(authority=authority)
    return rows if reader is None else lift(rows, reader)


def hits(
    authority: Agency,
    entity_ids: Collection[int] | None,
    since: date,
    until: date,
    *,
    reader: User | None = None,
) -> dict[int, int]:
    """Entity → entries that count towards the cap from `since` through `until`; entities without any are left out.

    `entity_ids` None: every entity of the authority (a large pool is cheaper so). One query. `reader`: as they may see it.
    """
    rows = entries(authority, reader).filter(counts=True, day__gte=since, day__lte=until)
    if entity_ids is not None:
        rows = rows.filter(entity_id__in=list(entity_ids))
    counted = rows.order_by().values("entity_id").annotate(n=Count("id"))
    return {row["entity_id"]: row["n"] for row in counted}


def year_window(authority: Agency, on: date) -> tuple[date, date]:
    """The first and last day that count on `on`: the calendar year or twelve months (setting yearly_limit_window)."""
    if rule_settings.value_of("yearly_limit_window", authority, on.year) == "rolling":
        return year_before(on) + timedelta(days=1), on
    return date(on.year, 1, 1), date(on.year, 12, 31)


def hits_this_year(
    authority: Agency,
    entity_ids: Collection[int] | None,
    on: date,
    *,
    reader: User | None = None,
) -> dict[int, int]:
    """`hits` in the window of the authority's yearly limit (A48; A97 本年检查频次)."""
    since, until = year_window(authority, on)
    return hits(authority, entity_ids, since, until, reader=reader)


def counted_for_cap(authority: Agency, entity_ids: Collection[int], on: date) -> dict[int, int]:
    """Entity → inspections of the calendar year that the published cap counts: every kind but the exempt ones (A95, A96)."""
    rows = entries(authority, None).filter(
        counts=True, day__year=on.year, entity_id__in=list(entity_ids)
    )
    counted = rows.exclude(kind__in=CAP_EXEMPT).order_by().values("entity_id")
    return {row["entity_id"]: row["n"] for row in counted.annotate(n=Count("id"))}


def of_entity(
    entity: Entity, authority: Agency, reader: User, limit: int = 20
) -> QuerySet[LedgerEntry]:
    """The latest entries of one entity at one authority, with unit and matters: two queries."""
    rows = entries(authority, reader).filter(entity=entity)
    rows = rows.select_related("unit").prefetch_related("matters")
    return rows.order_by("-day", "-id")[:limit]
