"""The pool of an authority, and the scope conditions by which plans and tasks cut it (A12–A17, A45).

A scope is `{field: [values]}`; every field must hold, one of its values is enough, `{}` is the whole pool:
kinds, classes, industries (prefix of GB/T 4754), scales, regions (prefix of GB/T 2260), units (codes),
pools (codes of 专项库), tags, flags (risk marks: a stratum of them can have a higher ratio, A36), standing.
`authorities` says whose listings, where a superior draws from its subordinates' pools (A15); elsewhere they are the
authority's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from bureau.models import Agency, Region
from lottery.announcement import scope_text as protocol_text
from registry.models import Entity, Listing, SpecialPool
from registry.rules.kinds import RiskFlag, Scale

Scope = Mapping[str, Sequence[str]]
SCOPE_FIELDS = (
    "authorities",
    "kinds",
    "classes",
    "industries",
    "scales",
    "regions",
    "units",
    "pools",
    "tags",
    "flags",
    "standing",
)


def clean_scope(scope: Scope) -> dict[str, list[str]]:
    """Only known fields, each with its values once and ascending; empty fields fall away."""
    found = {}
    for name in SCOPE_FIELDS:
        values = sorted({value.strip() for value in scope.get(name, ()) if value.strip()})
        if values:
            found[name] = values
    return found


def scope_text(scope: Scope) -> str:
    """The scope as it stands in announcement.txt (DRAW §3): `field=value,value;field=value`, `-` for the whole pool.

    Raises lottery's ProtocolError for a value that cannot stand there.
    """
    return protocol_text(clean_scope(scope))


def condition(authority: Agency, scope: Scope, owners: Sequence[int] = ()) -> Q:
    """The scope as a condition on listings; no join multiplies rows. `owners`: whose 专项库 are meant beside its own."""
    wanted = clean_scope(scope)
    found = Q()
    for name, path in _EXACT.items():
        if name in wanted:
            found &= Q(**{f"{path}__in": wanted[name]})
    for name, path in _PREFIX.items():
        found &= _any_prefix(path, wanted.get(name, []))
    if "tags" in wanted:
        found &= Q(tags__overlap=wanted["tags"])
    if "flags" in wanted:
        found &= Q(risk_flags__overlap=wanted["flags"])
    if "pools" in wanted:
        members = SpecialPool.listings.through.objects.filter(
            specialpool__authority_id__in=[authority.pk, *owners],
            specialpool__code__in=wanted["pools"],
        )
        found &= Q(pk__in=members.values("listing_id"))
    return found


def matching(authority: Agency, scope: Scope, owners: Sequence[int] = ()) -> "QuerySet[Listing]":
    """Everything of this authority's pool that is in the scope, whatever its standing.

    With `owners`, of these authorities' pools together (A15): who is listed with several of them stands once, by the
    matching listing of the first in the order of their codes.
    """
    if not owners:
        in_pool = Listing.objects.filter(authority=authority).in_pool()
        return in_pool.filter(condition(authority, scope))
    held = Listing.objects.filter(authority_id__in=owners).in_pool()
    held = held.filter(condition(authority, scope, owners))
    once = held.order_by("entity_id", "authority__code", "pk").distinct("entity_id")
    return Listing.objects.filter(pk__in=once.values("pk"))


def scope_label(scope: Scope) -> str:
    """The scope in Chinese, as plans and notices say it."""
    return scope_labels([scope])[0]


def scope_labels(scopes: Iterable[Scope]) -> list[str]:
    """The labels of several scopes; four queries at most, however many scopes."""
    cleaned = [clean_scope(scope) for scope in scopes]
    names = {
        "authorities": _names(Agency.objects.all(), cleaned, "authorities"),
        "units": _names(Agency.objects.all(), cleaned, "units"),
        "pools": _names(SpecialPool.objects.all(), cleaned, "pools"),
        "regions": _names(Region.objects.all(), cleaned, "regions"),
    }
    return [_label(scope, names) for scope in cleaned]


_EXACT = {
    "authorities": "authority__code",
    "kinds": "entity__kind",
    "classes": "credit_class",
    "scales": "entity__scale",
    "units": "unit__code",
    "standing": "entity__standing",
}
_PREFIX = {"industries": "entity__industry", "regions": "entity__region__code"}
_WORDS: dict[str, dict[str, str]] = {
    "kinds": {str(value): str(label) for value, label in Entity.Kind.choices},
    "classes": {str(value): str(label) for value, label in Listing.CreditClass.choices},
    "scales": dict(Scale.choices()),
    "flags": dict(RiskFlag.choices()),
    "standing": {str(value): str(label) for value, label in Entity.Standing.choices},
}
_LEAD = {
    "authorities": "名录来源",
    "classes": "信用风险分类",
    "industries": "行业代码",
    "scales": "规模",
    "regions": "行政区划",
    "units": "责任单位",
    "pools": "专项库",
    "tags": "标签",
    "flags": "风险标记",
    "standing": "登记状态",
}


def _any_prefix(path: str, prefixes: Sequence[str]) -> Q:
    found = Q()
    for prefix in prefixes:
        found |= Q(**{f"{path}__startswith": prefix})
    return found


def _names(rows: "QuerySet[Any]", scopes: Sequence[Scope], name: str) -> dict[str, str]:
    codes = {code for scope in scopes for code in scope.get(name, ())}
    return dict(rows.filter(code__in=codes).values_list("code", "name")) if codes else {}


def _label(scope: Scope, names: Mapping[str, Mapping[str, str]]) -> str:
    parts = []
    for name, values in scope.items():
        words = _WORDS.get(name) or names.get(name) or {}
        said = "、".join(words.get(value, value) for value in values)
        lead = _LEAD.get(name, "")
        parts.append(f"{lead}{'：' if lead else ''}{said}")
    return "；".join(parts) or "名录库全部在库对象"
