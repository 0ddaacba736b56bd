"""The entity register as the desk shows it: filtered, counted, with this year's inspections."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from bureau.errors import RuleError
from bureau.models import Agency, Membership, User
from bureau.selectors import rule_settings
from registry.models import (
    Entity,
    EntityRevision,
    LedgerEntry,
    Listing,
    Recusal,
    SavedFilter,
    SpecialPool,
)
from registry.rules.names import query_bigrams, search_key
from registry.selectors import ledger
from registry.selectors.differences import Change, changes


@dataclass(frozen=True)
class Row:
    listing: Listing
    hits: int
    limit: int
    last: LedgerEntry | None

    @property
    def is_exempt(self) -> bool:
        """Risk flags lift the yearly limit (A48)."""
        return bool(self.listing.risk_flags)

    @property
    def is_full(self) -> bool:
        """No further draw this year unless an exempt cause comes up."""
        return self.hits >= self.limit and not self.is_exempt


@dataclass(frozen=True)
class Revision:
    row: EntityRevision
    source: str
    changes: list[Change]


def filtered(
    authority: Agency, wanted: dict[str, Any], today: date, *, reader: User
) -> "QuerySet[Listing]":
    """Listings that meet the filter form's cleaned values; what is sealed to `reader` does not show in `visited`."""
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
            ledger.entries(authority, reader).filter(
                entity=OuterRef("entity"), day__range=(since, until), counts=True
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


def rows(listings: list[Listing], authority: Agency, today: date, *, reader: User) -> list[Row]:
    """The page's rows with hits and last inspection: two queries more, whatever the number of rows."""
    ids = [listing.entity_id for listing in listings]
    hits = ledger.hits_this_year(authority, ids, today, reader=reader)
    limit = rule_settings.value_of("yearly_limit", authority, today.year)
    last = {
        e.entity_id: e
        for e in ledger.entries(authority, reader)
        .filter(entity_id__in=ids)
        .order_by("entity_id", "-day", "-id")
        .distinct("entity_id")
    }
    return [
        Row(listing, hits.get(listing.entity_id, 0), limit, last.get(listing.entity_id))
        for listing in listings
    ]


def facets(
    authority: Agency, params: QueryDict, today: date, *, reader: User
) -> list[dict[str, Any]]:
    """Counts above the list as links (D5): by kind, class and this year's inspections, over the whole pool: three queries."""
    pool = Listing.objects.filter(authority=authority).in_pool()
    kinds = dict(pool.values_list("entity__kind").annotate(n=Count("id")).order_by())
    classes = dict(pool.values_list("credit_class").annotate(n=Count("id")).order_by())
    since, until = ledger.year_window(authority, today)
    entries = ledger.entries(authority, reader).filter(counts=True, day__range=(since, until))
    hit = entries.values("entity_id")
    seen = pool.filter(entity_id__in=hit).count()
    if not kinds:
        return []
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
        {
            "label": "今年检查",
            "items": [
                _facet(params, "visited", "none", "未检查", sum(kinds.values()) - seen),
                _facet(params, "visited", "some", "检查过", seen),
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


def saved_filters(user: User, query: str) -> list[dict[str, Any]]:
    """This person's own filters as chips; `query` is the one in force."""
    return [
        {"label": f.name, "count": None, "url": f"?{f.query}", "current": f.query == query}
        for f in SavedFilter.objects.filter(user=user).order_by("id")[:12]
    ]


def pools(authority: Agency) -> "QuerySet[SpecialPool]":
    """Special pools with how many entities each holds."""
    return (
        SpecialPool.objects.filter(authority=authority)
        .select_related("unit")
        .annotate(count=Count("listings"))
    )


def in_pool_count(authority: Agency) -> int:
    """How many entities are in the pool now."""
    return Listing.objects.filter(authority=authority).in_pool().count()


def revisions(listing: Listing, limit: int = 20) -> list[Revision]:
    """What changed, newest first: facts by whomever, the listing only by this authority's own people. One query."""
    ours = Exists(
        Membership.objects.filter(user=OuterRef("by"), agency__authority=listing.authority_id)
    )
    found = listing.entity.revisions.select_related("by").annotate(is_ours=ours)[:limit]
    return [
        Revision(
            row,
            "Excel 导入" if row.source.startswith("import:") else row.source,
            changes(Entity, row.changes.get("entity") or {})
            + (changes(Listing, row.changes.get("listing") or {}) if row.is_ours else []),
        )
        for row in found
    ]


def recusals(listing: Listing) -> "QuerySet[Recusal]":
    """This authority's people who may not go to this entity (A57)."""
    return listing.entity.recusals.filter(
        authority=listing.authority_id, state=Recusal.State.IN_FORCE
    ).select_related("inspector", "expert")


def find_listed(authority: Agency, text: str) -> Entity:
    """The one entity of the pool with this code or whole name. Raises RuleError for none or several."""
    wanted = text.strip()
    named = Q(entity__search_name=search_key(wanted)[:200]) if search_key(wanted) else Q(pk=None)
    rows = Listing.objects.filter(authority=authority).filter(
        Q(entity__code=wanted) | Q(entity__public_code=wanted) | named
    )
    found = list(rows.select_related("entity")[:2])
    if not found:
        raise RuleError(
            f"名录库中没有代码或名称是“{wanted}”的检查对象，请核对代码，或填写登记的完整名称。"
        )
    if len(found) > 1:
        raise RuleError(f"名录库中不止一个对象叫“{wanted}”，请改填它的代码。")
    return found[0].entity


def visible_authorities(user: User) -> "QuerySet[Agency]":
    """The authorities whose registers this person may read: their own, and a superior's subordinates (A15)."""
    return Agency.objects.visible_to(user).filter(kind=Agency.Kind.AUTHORITY).order_by("code")
