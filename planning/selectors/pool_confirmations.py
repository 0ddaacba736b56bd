"""Both pools before a draw: what each would read as one fingerprint, and whether it is what was confirmed (A18)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import (
    CharField,
    Count,
    Func,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import MD5, Cast, Coalesce, Concat

from bureau.models import Agency
from planning.models import PoolConfirmation, Task
from planning.selectors.pool_parts import Part, owners_of, parts_of
from planning.selectors.pools import layered
from registry.models import Inspector
from registry.selectors import entities


@dataclass(frozen=True)
class Confirmed:
    """Where one pool's confirmation stands today (A18)."""

    pool: str
    label: str
    confirmation: PoolConfirmation | None
    count: int  # as it is now
    is_fresh: bool
    owner_id: int | None = None  # whose part of the pool, where a superior draws (A15)

    @property
    def is_stale(self) -> bool:
        return self.confirmation is not None and not self.is_fresh


def fingerprint(task: Task, pool: str, today: date, owner_id: int | None = None) -> tuple[int, str]:
    """How many stand in the pool, and SHA-256 over everything the draw reads of them (A18). One or two queries.

    `owner_id`: only the part of that subordinate (A15).
    """
    mine = {"authority_id": owner_id} if owner_id else {}
    if pool == PoolConfirmation.Pool.INSPECTORS:
        return _digest(inspectors_of(task).filter(**mine), "pid", _INSPECTOR_FACTS)
    parts = parts_of(task)
    found = [
        _digest(
            layered(task, part)
            .filter(**mine)
            .annotate(region_code=Coalesce("entity__region__code", Value(""))),
            "entity__public_code",
            _ENTITY_FACTS,
        )
        for part in parts
    ]
    if len(found) == 1:
        return found[0]
    joined = "\n".join(digest for _, digest in found)
    return _standing_in_any(task, parts, mine), sha256(joined.encode()).hexdigest()


def _standing_in_any(task: Task, parts: Sequence[Part], mine: Mapping[str, int]) -> int:
    """How many stand in one of the parts' scopes or in several."""
    owners = owners_of(task)
    conditions = [entities.condition(task.authority, part.scope, owners) for part in parts]
    whole_pool = entities.matching(task.authority, {}, owners).filter(**mine)
    if not all(conditions):  # one of them is the whole pool
        return int(whole_pool.count())
    return int(whole_pool.filter(reduce(or_, conditions)).count())


def inspectors_of(task: Task) -> "QuerySet[Inspector]":
    """The active officers of the executing units; of a whole authority where it executes itself or no unit is named."""
    authorities = owners_of(task) or [task.authority_id]
    active = Inspector.objects.filter(authority_id__in=authorities, state=Inspector.State.ACTIVE)
    units = [p.agency_id for p in task.participants.all() if p.part == "executing"]
    if not units:
        return active
    return active.filter(Q(authority_id__in=units) | Q(unit_id__in=units))


def confirmations(task: Task, today: date) -> list[Confirmed]:
    """Both pools with their newest confirmation, and whether the pool is still what was confirmed."""
    newest: dict[tuple[str, int | None], PoolConfirmation] = {}
    for row in task.confirmations.select_related("confirmed_by").order_by("id"):
        newest[row.pool, row.authority_id] = row
    owners: list[Agency | None] = list(Agency.objects.filter(pk__in=owners_of(task)))
    found = []
    for owner in owners or [None]:
        pk = owner.pk if owner else None
        for pool, label in PoolConfirmation.Pool.choices:
            count, digest = fingerprint(task, pool, today, pk)
            last = newest.get((pool, pk))
            is_fresh = last is not None and last.fingerprint == digest
            name = f"{owner.name}{label}" if owner else str(label)
            found.append(Confirmed(pool, name, last, count, is_fresh, pk))
    return found


_ENTITY_FACTS = (
    "entity__public_code",
    "entity__kind",
    "entity__standing",
    "entity__industry",
    "entity__scale",
    "region_code",
    "unit_id",
    "credit_class",
    "tags",
    "risk_flags",
    "layer",
)


_INSPECTOR_FACTS = (
    "pid",
    "unit_id",
    "certificate_no",
    "certificate_expires_on",
    "certificate2_expires_on",
    "quals",
    "may_lead",
    "capacity",
    "away_from",
    "away_to",
)


def _digest(rows: "QuerySet[Any]", key: str, facts: Sequence[str]) -> tuple[int, str]:
    nothing = Value("", output_field=TextField())
    parts: list[Any] = []
    for name in facts:
        parts += [Coalesce(Cast(name, TextField()), nothing), Value("\x1f", TextField())]
    line = Cast(MD5(Concat(*parts, output_field=TextField())), TextField())
    joined = StringAgg("line", delimiter=nothing, order_by=key, output_field=TextField())
    found = (
        rows.order_by()
        .annotate(line=line)
        .aggregate(n=Count("pk"), digest=_Sha256(Coalesce(joined, nothing)))
    )
    return found["n"], found["digest"]


class _Sha256(Func):
    """SHA-256 by the core function: Django's own needs an extension."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = CharField()
