"""The entity register as the desk shows it: filtered, counted, with this year's inspections."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from bureau.models import Agency, User
from bureau.selectors import rule_settings
from registry.models import Entity, LedgerEntry, Listing, SavedFilter, SpecialPool
from registry.rules.names import query_bigrams, search_key
from registry.selectors import ledger


@dataclass(frozen=True)
class Row:
    listing: Listing
    hits: int
    limit: int
    last: LedgerEntry | None


def filtered(authority: Agency, wanted: dict[str, Any], today: date) -> "QuerySet[Listing]":
    """Listings that meet the filter form's cleaned values."""
    state = Listing.State.LEFT if wanted.get("state") == "left" else Listing.State.IN_POOL
    rows = Listing.objects.filter(authority=authority, state=state)
    if q := wanted.get("q"):
        rows = rows.filter(_text(q))
    for name, path in (
        ("kind", "entity__kind"),
        ("credit", "credit_class"),
        ("unit", "unit"),
        ("standing", "entity__standing"),
    ):
        if wanted.get(name):
            rows = rows.filter(**{path: wanted[name]})
    if wanted.get("pool"):
        rows = rows.filter(special_pools=wanted["pool"])
    if wanted.get("tag"):
        rows = rows.filter(tags__contains=[wanted["tag"]])
    if wanted.get("visited"):
        since, until = ledger.year_window(authority, today)
        seen = Exists(
            LedgerEntry.objects.filter(
                entity=OuterRef("entity"),
                authority=authority,
                day__range=(since, until),
                counts=True,
            )
        )
        rows = rows.filter(seen if wanted["visited"] == "some" else ~seen)
    return rows


def _text(q: str) -> Q:
    key, pairs = search_key(q), query_bigrams(q)
    by_name = (
        Q(entity__bigrams__contains=pairs, entity__search_name__contains=key)
        if pairs
        else Q(entity__search_name__contains=key)
    )
    code = q.strip()
    return (
        by_name
        | Q(entity__code__startswith=code)
        | Q(entity__public_code__startswith=code)
        | Q(entity__licence_number__startswith=code)
    )


def rows(listings: list[Listing], authority: Agency, today: date) -> list[Row]:
    """The page's rows with hits and last inspection: two queries more, whatever the number of rows."""
    ids = [listing.entity_id for listing in listings]
    hits = ledger.hits_this_year(authority, ids, today)
    limit = rule_settings.value_of("yearly_limit", authority, today.year)
    last = {
        e.entity_id: e
        for e in LedgerEntry.objects.filter(authority=authority, entity_id__in=ids)
        .order_by("entity_id", "-day", "-id")
        .distinct("entity_id")
    }
    return [
        Row(listing, hits.get(listing.entity_id, 0), limit, last.get(listing.entity_id))
        for listing in listings
    ]


def facets(authority: Agency, params: QueryDict) -> list[dict[str, Any]]:
    """Counts above the list as links (D5): by kind and by class, over the whole pool."""
    pool = Listing.objects.filter(authority=authority).in_pool()
    kinds = dict(pool.values_list("entity__kind").annotate(n=Count("id")).order_by())
    classes = dict(pool.values_list("credit_class").annotate(n=Count("id")).order_by())
    return [
        {
            "label": "类型",
            "items": [
                _facet(params, "kind", value, label, kinds.get(value, 0))
                for value, label in Entity.Kind.choices
                if kinds.get(value)
            ],
        },
        {
            "label": "信用",
            "items": [
                _facet(params, "credit", value, label, classes.get(value, 0))
                for value, label in Listing.CreditClass.choices
                if classes.get(value)
            ],
        },
    ]


def _facet(params: QueryDict, name: str, value: str, label: str, count: int) -> dict[str, Any]:
    copy = params.copy()
    current = copy.get(name) == value
    for key in ("after", "before"):
        copy.pop(key, None)
    copy[name] = "" if current else value
    return {"label": str(label), "count": count, "url": f"?{copy.urlencode()}", "current": current}


def saved_filters(user: User, params: QueryDict) -> list[dict[str, Any]]:
    """This person's own filters as chips."""
    now = params.urlencode()
    return [
        {"label": f.name, "count": None, "url": f"?{f.query}", "current": f.query == now}
        for f in SavedFilter.objects.filter(user=user).order_by("id")[:12]
    ]


def pools(authority: Agency) -> "QuerySet[SpecialPool]":
    """Special pools with how many entities each holds."""
    return (
        SpecialPool.objects.filter(authority=authority)
        .select_related("unit")
        .annotate(count=Count("listings"))
    )
