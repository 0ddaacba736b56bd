"""The pool of a task: who may be drawn in which stratum, who may not and why (A46, A48).

Everybody is classified by the database in one statement, however large the pool is: standing first, then an open
task with the same matters, then the yearly limit, then the first stratum whose conditions hold.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Collate

from planning.models import Task
from planning.rules.strata import Stratum
from planning.selectors.pool_exclusions import exclusion
from planning.selectors.pool_parts import Part, owners_of, whole
from registry.selectors import entities


class PoolRow(NamedTuple):
    """One entity of the scope: exactly one of `stratum` and `excluded` is set. A million of them are made in a freeze."""

    entity_id: int
    public_code: str
    kind: str
    code: str
    stratum: str
    excluded: str


def iterate(
    task: Task, today: date, *, part: Part | None = None, chunk_size: int = 5000
) -> Iterator[PoolRow]:
    """Every entity of the part's scope through a server-side cursor, in the byte order of the frozen list (DRAW §1, §2)."""
    part = part or whole(task)
    names = [stratum.label for stratum in part.strata]
    rows = classified(task, today, part).order_by(Collate("entity__public_code", "C"))
    columns = ("entity_id", "entity__public_code", "entity__kind", "entity__code")
    for entity_id, public_code, kind, code, layer, excluded in rows.values_list(
        *columns, "layer", "excluded"
    ).iterator(chunk_size=chunk_size):
        yield PoolRow(
            entity_id, public_code, kind, code, "" if excluded else names[layer], excluded
        )


def classified(task: Task, today: date, part: Part | None = None) -> "QuerySet[Any]":
    """The listings of the scope with `layer` (place of the stratum, -1 for none) and `excluded` (reason or '')."""
    part = part or whole(task)
    rows = layered(task, part)
    found: QuerySet[Any] = rows.annotate(excluded=exclusion(task, today, part))
    return found


def layered(task: Task, part: Part) -> "QuerySet[Any]":
    """The listings of the scope with the first stratum that holds."""
    pool = entities.matching(task.authority, part.scope, owners_of(task))
    whens = [
        When(condition_or_all(task, stratum), then=Value(number))
        for number, stratum in enumerate(part.strata)
    ]
    none = Value(-1, output_field=IntegerField())
    layer = Case(*whens, default=none, output_field=IntegerField()) if whens else none
    found: QuerySet[Any] = pool.annotate(layer=layer)
    return found


def condition_or_all(task: Task, stratum: Stratum) -> Q:
    """The stratum's condition; an empty one holds for everybody."""
    found = entities.condition(task.authority, stratum.scope, owners_of(task))
    return found or Q(pk__isnull=False)


# The ids come first, as lists: the database hashes a list of constants, but plans an `IN (SELECT …)` inside a CASE as
# one scan per row once it guesses the inner result to be large (200,000 entities: 2 minutes instead of a second).
