"""Keyset pages: the next page starts after the last row's key, so depth costs nothing and nothing is skipped."""

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import QueryDict


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    first_url: str
    previous_url: str
    next_url: str


def keyset(
    queryset: "models.QuerySet[Any]",
    params: QueryDict,
    *,
    order: "str | Sequence[str]" = "-id",
    size: int = 50,
) -> Page:
    """One page of `queryset` in `order`, whose last field must be unique; one query.

    `params` is request.GET: `after` or `before` hold the key of the edge row. A key that cannot be read gives the first page.
    Order fields must not be null; "__" may reach through relations.
    """
    fields = [order] if isinstance(order, str) else list(order)
    after = _usable(queryset, params.get("after"), fields)
    before = _usable(queryset, params.get("before"), fields)
    if before is not None and after is None:
        rows = list(
            queryset.filter(_beyond([_flip(f) for f in fields], before)).order_by(
                *map(_flip, fields)
            )[: size + 1]
        )
        has_previous, has_next = len(rows) > size, True
        rows = rows[:size][::-1]
    else:
        if after is not None:
            queryset = queryset.filter(_beyond(fields, after))
        rows = list(queryset.order_by(*fields)[: size + 1])
        has_previous, has_next = after is not None, len(rows) > size
        rows = rows[:size]
    return Page(
        rows,
        _url(params) if has_previous else "",
        _url(params, before=_edge(rows[0], fields)) if has_previous and rows else "",
        _url(params, after=_edge(rows[-1], fields)) if has_next and rows else "",
    )


def keyset_of(
    rows: Sequence[Any],
    params: QueryDict,
    *,
    key: Callable[[Any], tuple[int, ...]],
    size: int = 50,
) -> Page:
    """The same of rows that were computed: they stand in ascending order of `key`, whole numbers, the last unique."""
    keys = [key(row) for row in rows]
    after, before = (_numbers(params.get(name), keys) for name in ("after", "before"))
    if before is not None and after is None:
        end = bisect_left(keys, before)
        start = max(0, end - size)
    else:
        start = bisect_right(keys, after) if after is not None else 0
        end = min(start + size, len(keys))
    has_previous, has_next = start > 0 or after is not None, end < len(keys)
    shown = keys[start:end]
    return Page(
        list(rows[start:end]),
        _url(params) if has_previous else "",
        _url(params, before=_written(shown[0])) if has_previous and shown else "",
        _url(params, after=_written(shown[-1])) if has_next and shown else "",
    )


def _numbers(text: str | None, keys: Sequence[tuple[int, ...]]) -> tuple[int, ...] | None:
    found = _key(text, [""] * len(keys[0])) if keys else None
    is_usable = found is not None and all(isinstance(value, int) for value in found)
    return tuple(found) if found is not None and is_usable else None


def _flip(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _beyond(fields: list[str], key: list[Any]) -> Q:
    """(a, b, c) after key in lexicographic order, each field in its own direction."""
    first = fields[0]
    # Implied by what follows, but an OR alone gives an index no place to start from: every page would read from the top.
    reach = "lte" if first.startswith("-") else "gte"
    condition = Q()
    equal = Q()
    for field, value in zip(fields, key, strict=True):
        name = field.lstrip("-")
        condition |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return Q(**{f"{first.lstrip('-')}__{reach}": key[0]}) & condition


def _edge(row: Any, fields: list[str]) -> str:
    values = []
    for field in fields:
        value = row
        for part in field.lstrip("-").split("__"):
            value = value[part] if isinstance(value, dict) else getattr(value, part)
        values.append(
            value.isoformat()
            if isinstance(value, date | datetime)
            else value
            if isinstance(value, int | bool)
            else str(value)
        )
    return _written(values)


def _written(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


def _key(text: str | None, fields: list[str]) -> list[Any] | None:
    if not text or len(text) > 600:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, UnicodeDecodeError):
        return None
    usable = (
        isinstance(values, list)
        and len(values) == len(fields)
        and all(isinstance(v, int) or (isinstance(v, str) and _is_storable(v)) for v in values)
    )
    return values if usable else None


def _is_storable(text: str) -> bool:
    """PostgreSQL takes neither NUL nor half a character, not even to compare with."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _usable(
    queryset: "models.QuerySet[Any]", text: str | None, fields: list[str]
) -> list[Any] | None:
    """The key, if the columns can hold its values: an address somebody has altered gives the first page, not an error."""
    key = _key(text, fields)
    if key is None:
        return None
    try:
        queryset.filter(_beyond(fields, key))
    except (ValidationError, ValueError, TypeError):
        return None
    return key


def _url(params: QueryDict, **changes: str) -> str:
    copy = params.copy()
    for name in ("after", "before"):
        copy.pop(name, None)
    for name, value in changes.items():
        copy[name] = value
    return f"?{copy.urlencode()}"
