"""The pool of a task: who may be drawn in which stratum, who may not and why, and its fingerprint (A18, A46, A48).

Everybody is classified by the database in one statement, however large the pool is: standing first, then an open
task with the same matters, then the yearly limit, then the first stratum whose conditions hold.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import MD5, Cast, Coalesce, Concat

from bureau.selectors import rule_settings
from lottery.errors import ProtocolError
from planning import sql
from planning.models import Pick, PoolConfirmation, Task
from planning.rules import strata as rules
from planning.rules.quotas import quota, quota_text
from planning.rules.strata import Stratum
from registry.models import Inspector, LedgerEntry
from registry.rules.yearly_limit import year_before
from registry.selectors import entities


@dataclass(frozen=True)
class PoolRow:
    """One entity of the scope: exactly one of `stratum` and `excluded` is set."""

    entity_id: int
    public_code: str
    kind: str
    code: str
    stratum: str
    excluded: str


@dataclass(frozen=True)
class StratumCount:
    stratum: Stratum
    condition: str  # in Chinese
    matched: int  # whom the conditions hold for and no earlier stratum took
    candidates: int
    k: int
    problem: str = ""

    @property
    def how(self) -> str:
        return quota_text(self.stratum.mode, self.stratum.value)


@dataclass(frozen=True)
class ReasonCount:
    code: str
    label: str
    count: int


@dataclass(frozen=True)
class Preview:
    """Counts of a pool as it stands now: `total` = candidates + excluded."""

    total: int
    candidates: int
    strata: list[StratumCount] = field(default_factory=list)
    excluded: list[ReasonCount] = field(default_factory=list)

    @property
    def k(self) -> int:
        return sum(row.k for row in self.strata)

    @property
    def in_no_stratum(self) -> int:
        return sum(r.count for r in self.excluded if r.code == rules.NO_STRATUM)

    @property
    def share(self) -> float | None:
        return self.k / self.candidates if self.candidates else None


@dataclass(frozen=True)
class Confirmed:
    """Where one pool's confirmation stands today (A18)."""

    pool: str
    label: str
    confirmation: PoolConfirmation | None
    count: int  # as it is now
    is_fresh: bool

    @property
    def is_stale(self) -> bool:
        return self.confirmation is not None and not self.is_fresh


def strata_of(task: Task) -> list[Stratum]:
    """The strata of a task in their order; one query."""
    return [
        Stratum(row.label, row.scope, row.mode, row.value) for row in task.strata.order_by("number")
    ]


def preview(
    task: Task,
    today: date,
    *,
    strata: Sequence[Stratum] | None = None,
    scope: Mapping[str, Sequence[str]] | None = None,
) -> Preview:
    """Counts for the saved strata, or for strata and a scope that are being edited. A constant number of queries."""
    layers = strata_of(task) if strata is None else list(strata)
    settings = rule_settings.all_for(task.authority, today.year)
    at_least_one = bool(settings["at_most_at_least_one"].value)
    rows = classified(task, today, strata=layers, scope=scope)
    counts = sql.counts_by(rows, "layer", "excluded")
    labels = entities.scope_labels([stratum.scope for stratum in layers])
    drawn = [
        _stratum_count(number, stratum, labels[number], counts, at_least_one)
        for number, stratum in enumerate(layers)
    ]
    reasons = [
        ReasonCount(code, label, sum(n for (_, excluded), n in counts.items() if excluded == code))
        for code, label in rules.REASONS.items()
    ]
    return Preview(
        total=sum(counts.values()),
        candidates=sum(row.candidates for row in drawn),
        strata=drawn,
        excluded=[reason for reason in reasons if reason.count],
    )


def iterate(task: Task, today: date, *, chunk_size: int = 5000) -> Iterator[PoolRow]:
    """Every entity of the scope, in no particular order, through a server-side cursor: for the freeze (DRAW §2)."""
    layers = strata_of(task)
    names = [stratum.label for stratum in layers]
    rows = classified(task, today, strata=layers).order_by()
    columns = ("entity_id", "entity__public_code", "entity__kind", "entity__code")
    for entity_id, public_code, kind, code, layer, excluded in rows.values_list(
        *columns, "layer", "excluded"
    ).iterator(chunk_size=chunk_size):
        yield PoolRow(
            entity_id, public_code, kind, code, "" if excluded else names[layer], excluded
        )


def classified(
    task: Task,
    today: date,
    *,
    strata: Sequence[Stratum] | None = None,
    scope: Mapping[str, Sequence[str]] | None = None,
) -> "QuerySet[Any]":
    """The listings of the scope with `layer` (place of the stratum, -1 for none) and `excluded` (reason or '')."""
    rows = layered(task, strata=strata, scope=scope)
    found: QuerySet[Any] = rows.annotate(excluded=_exclusion(task, today))
    return found


def layered(
    task: Task,
    *,
    strata: Sequence[Stratum] | None = None,
    scope: Mapping[str, Sequence[str]] | None = None,
) -> "QuerySet[Any]":
    """The listings of the scope with the first stratum that holds."""
    layers = strata_of(task) if strata is None else strata
    pool = entities.matching(task.authority, task.scope if scope is None else scope)
    whens = [
        When(condition_or_all(task, stratum), then=Value(number))
        for number, stratum in enumerate(layers)
    ]
    none = Value(-1, output_field=IntegerField())
    layer = Case(*whens, default=none, output_field=IntegerField()) if whens else none
    found: QuerySet[Any] = pool.annotate(layer=layer)
    return found


def condition_or_all(task: Task, stratum: Stratum) -> Q:
    """The stratum's condition; an empty one holds for everybody."""
    return entities.condition(task.authority, stratum.scope) or Q(pk__isnull=False)


def fingerprint(task: Task, pool: str, today: date) -> tuple[int, str]:
    """How many stand in the pool, and SHA-256 over everything the draw reads of them (A18). One or two queries."""
    if pool == PoolConfirmation.Pool.INSPECTORS:
        return _digest(inspectors_of(task), "pid", _INSPECTOR_FACTS)
    listings = layered(task).annotate(region_code=Coalesce("entity__region__code", Value("")))
    return _digest(listings, "entity__public_code", _ENTITY_FACTS)


def inspectors_of(task: Task) -> "QuerySet[Inspector]":
    """The active officers of the executing units; of the whole authority while no unit is named."""
    people = Inspector.objects.filter(authority_id=task.authority_id, state=Inspector.State.ACTIVE)
    units = [p.agency_id for p in task.participants.all() if p.part == "executing"]
    if units and task.authority_id not in units:
        people = people.filter(unit_id__in=units)
    return people


def confirmations(task: Task, today: date) -> list[Confirmed]:
    """Both pools with their newest confirmation, and whether the pool is still what was confirmed."""
    newest: dict[str, PoolConfirmation] = {}
    for row in task.confirmations.select_related("confirmed_by").order_by("id"):
        newest[row.pool] = row
    found = []
    for pool, label in PoolConfirmation.Pool.choices:
        count, digest = fingerprint(task, pool, today)
        last = newest.get(pool)
        is_fresh = last is not None and last.fingerprint == digest
        found.append(Confirmed(pool, str(label), last, count, is_fresh))
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


def _stratum_count(
    number: int,
    stratum: Stratum,
    condition: str,
    counts: Mapping[tuple[int, str], int],
    at_least_one: bool,
) -> StratumCount:
    candidates = counts.get((number, ""), 0)
    matched = sum(n for (layer, _), n in counts.items() if layer == number)
    problem = ""
    try:
        k = quota(candidates, stratum.mode, stratum.value, at_least_one=at_least_one)
    except ProtocolError as refusal:
        k, problem = 0, str(refusal)
    if stratum.mode == "count" and stratum.value is not None and k < stratum.value:
        problem = f"只有 {candidates} 户可抽，不足 {stratum.value:.0f} 户。"
    elif not matched:
        problem = "没有符合条件的对象；可能已被前面的层取走。"
    return StratumCount(stratum, condition, matched, candidates, k, problem)


def _exclusion(task: Task, today: date) -> Case:
    whens = [
        When(entity__standing__in=rules.NOT_DRAWABLE, then=F("entity__standing")),
        When(_in_open_task(task), then=Value(rules.IN_OPEN_TASK)),
    ]
    if not task.is_special:  # 002 (十三): 专项整治、上级指令部署的定向抽查不受次数限制
        whens.append(When(_over_limit(task, today), then=Value(rules.ANNUAL_CAP)))
    whens.append(When(layer=-1, then=Value(rules.NO_STRATUM)))
    return Case(*whens, default=Value(""), output_field=CharField())


# The ids come first, as lists: the database hashes a list of constants, but plans an `IN (SELECT …)` inside a CASE as
# one scan per row once it guesses the inner result to be large (200,000 entities: 2 minutes instead of a second).


def _in_open_task(task: Task) -> Q:
    """Picked already for one of these matters and not finished; other matters are merged at dispatch (A49)."""
    matters = list(task.matters.values_list("pk", flat=True))
    ledger = LedgerEntry.objects.filter(
        authority_id=task.authority_id, is_open=True, matters__in=matters
    )
    waiting = _undispatched(task).filter(task__matters__in=matters)
    own = Pick.objects.filter(task_id=task.pk, kind=Pick.Rank.SELECTED).exclude(
        state=Pick.State.VOIDED
    )
    found = [rows.order_by().values_list("entity_id") for rows in (ledger, waiting, own)]
    return Q(entity_id__in=[pk for (pk,) in found[0].union(*found[1:])])


def _undispatched(task: Task) -> "QuerySet[Any]":
    """Other tasks' picks that dispatch has not written into the ledger yet."""
    return Pick.objects.filter(
        authority_id=task.authority_id, state=Pick.State.DRAWN, kind=Pick.Rank.SELECTED
    ).exclude(task_id=task.pk)


def _over_limit(task: Task, today: date) -> Q:
    """Hits of the year reach the bureau's limit, and no exempt mark stands on the listing (A48); four queries."""
    settings = rule_settings.all_for(task.authority, today.year)
    limit = int(settings["yearly_limit"].value)
    entries = LedgerEntry.objects.filter(
        _year(str(settings["yearly_limit_window"].value), today),
        authority_id=task.authority_id,
        counts=True,
    ).order_by()
    waiting = Counter(_undispatched(task).order_by().values_list("entity_id", flat=True))
    per_entity = entries.values("entity_id").annotate(n=Count("pk")).values_list("entity_id", "n")
    for pk, n in per_entity.filter(entity_id__in=waiting):
        waiting[pk] += n
    reached = {pk for pk, _ in per_entity.filter(n__gte=limit)}
    reached.update(pk for pk, n in waiting.items() if n >= limit)
    return Q(entity_id__in=sorted(reached)) & ~Q(risk_flags__overlap=list(rules.EXEMPT_FLAGS))


def _year(window: str, today: date) -> Q:
    if window == "rolling":
        return Q(day__gt=year_before(today), day__lte=today)
    return Q(day__year=today.year)
