"""行政处罚信息 as its pages show it, and what the public may read of it (A88)."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from bureau.models import Agency
from publication.models import Penalty, PublicEntry, PublicRecord
from publication.selectors.content import shown
from registry.models import Entity, Listing
from registry.rules.kinds import EntityKind
from registry.rules.names import query_bigrams, search_key

SCHEMA = 1


def rows() -> "QuerySet[Penalty]":
    return Penalty.objects.select_related(
        "authority",
        "entity",
        "disposal__visit_matter__visit",
        "recorded_by",
        "reviewed_by",
        "record__entry",
    )


def content(row: Penalty, published_on: date) -> dict[str, Any]:
    """Plain values to freeze. A natural person stands masked, without a code, and without the words of the fact (A88)."""
    entity = shown(row.entity)
    is_person = EntityKind(row.entity.kind) == EntityKind.PERSON
    return {
        "schema": SCHEMA,
        "kind": "penalty",
        "authority": {"code": row.authority.code, "name": row.authority.name},
        "published_on": published_on.isoformat(),
        "entity": {
            "name": entity.name,
            "code": entity.code,
            "kind": row.entity.get_kind_display(),
        },
        "penalty": {
            "number": row.number,
            "authority": row.decided_by_name,
            "kind": row.get_kind_display(),
            "fact": "" if is_person else row.fact,
            "basis": row.basis,
            "content": row.content,
            "amount": str(row.amount) if row.amount is not None else "",
            "decided_on": row.decided_on.isoformat(),
        },
        "listed": {
            "as": row.get_flag_display() if row.flag else "",
            "until": row.flag_until_on.isoformat() if row.flag_until_on else "",
        },
    }


def public(query: str = "") -> "QuerySet[PublicEntry]":
    """Published penalties, narrowed by a name of two characters or a whole code."""
    found = PublicEntry.objects.filter(kind=PublicRecord.Kind.PENALTY)
    if not query:
        return found
    asked = Q(entity_code=query.upper())
    pairs = query_bigrams(query)
    if pairs:
        asked |= Q(bigrams__contains=pairs, search_name__contains=search_key(query))
    return found.filter(asked)


def entity_by_code(authority: Agency, code: str) -> Entity | None:
    """Of this authority's register, by its code or public code."""
    code = code.strip().upper()
    found = Listing.objects.filter(authority=authority).filter(
        Q(entity__code=code) | Q(entity__public_code=code)
    )
    listing = found.select_related("entity").first()
    return listing.entity if listing else None
