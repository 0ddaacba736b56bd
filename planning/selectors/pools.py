"""The pool of a task: who may be drawn in which stratum, who may not and why, and its fingerprint (A18, A46, A48).

Everybody is classified by the database in one statement, however large the pool is: standing first, then an open
task with the same matters, then the yearly limit, then the first stratum whose conditions hold.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from hashlib import sha256
from operator import or_
from typing import Any, NamedTuple

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
    prefetch_related_objects,
)
from django.db.models.functions import MD5, Cast, Coalesce, Collate, Concat

from bureau.models import Agency
from bureau.selectors import rule_settings
from lottery.errors import ProtocolError
from planning import sql
from planning.models import Pick, PoolConfirmation, Task, TaskParticipant, TaskStratum
from planning.rules import strata as rules
from planning.rules.quotas import quota, quota_text
from planning.rules.strata import Stratum
from registry.models import Inspector, LedgerEntry, Matter
from registry.rules.yearly_limit import year_before
from registry.selectors import entities


@dataclass(frozen=True)
class Part:
    """What is drawn as one: a group of the task's matters, or the whole task where it has no groups (number 0)."""

    number: int
    name: str
    scope: Mapping[str, Sequence[str]]
    matters: tuple[Matter, ...]
    strata: list[Stratum]

    @property
    def codes(self) -> list[str]:
        return sorted(matter.code for matter in self.matters)


class PoolRow(NamedTuple):
    """One entity of the scope: exactly one of `stratum` and `excluded` is set. A million of them are made in a freeze."""

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
        stratum = self.stratum
        return quota_text(
            stratum.mode,
            stratum.value,
            minimum=stratum.minimum,
            maximum=stratum.maximum,
            batches=stratum.batches,
        )


@dataclass(frozen=True)
class ReasonCount:
    code: str
    label: str
    count: int


@dataclass(frozen=True)
class Preview:
    """Counts of a pool as it stands now: `total` = candidates + excluded. Of several groups: the sums."""

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
    owner_id: int | None = None  # whose part of the pool, where a superior draws (A15)

    @property
    def is_stale(self) -> bool:
        return self.confirmation is not None and not self.is_fresh


def owners_of(task: Task) -> list[int]:
    """The subordinates whose listings are the pool (A15); nobody where it is the task's own authority's.

    Reads the participants once for a task, however often it is asked.
    """
    prefetch_related_objects([task], "participants")
    return [p.agency_id for p in task.participants.all() if p.part == TaskParticipant.Part.POOL]


def whole_scope(
    task: Task, scope: Mapping[str, Sequence[str]] | None = None
) -> Mapping[str, Sequence[str]]:
    """The task's scope (or a group's) as everybody may check it: where a superior draws, with whose pools (A15)."""
    scope = task.scope if scope is None else scope
    owners = owners_of(task)
    if not owners:
        return scope
    codes = Agency.objects.filter(pk__in=owners).values_list("code", flat=True)
    return {**scope, "authorities": sorted(codes)}


def concerned(task: Task) -> list[int]:
    """Every authority whose visits may come of the task: its own and those whose pools it draws from."""
    return [task.authority_id, *owners_of(task)]


def strata_of(task: Task) -> list[Stratum]:
    """The strata of a task in their order, those of its groups one after another; one query, or none if prefetched."""
    return [as_stratum(row) for row in task.strata.all()]


def as_stratum(row: TaskStratum) -> Stratum:
    return Stratum(
        label=row.label,
        scope=row.scope,
        mode=row.mode,
        value=row.value,
        minimum=row.minimum,
        maximum=row.maximum,
        reserve=row.reserve,
        batches=row.batches,
    )


def parts_of(task: Task) -> list[Part]:
    """What is drawn apart (DRAW §2): one part per group, else the whole task. Three queries, none if prefetched."""
    groups = list(task.groups.all())
    prefetch_related_objects(groups, "matters")
    strata = list(task.strata.all())
    if not groups:
        own = [as_stratum(row) for row in strata]
        return [Part(0, "", task.scope, tuple(task.matters.all()), own)]
    return [
        Part(
            group.number,
            group.name,
            group.scope,
            tuple(group.matters.all()),
            [as_stratum(row) for row in strata if row.group_id == group.pk],
        )
        for group in groups
    ]


def preview(task: Task, today: date, *, part: Part | None = None) -> Preview:
    """Counts of one part, else of the whole task, where those of its groups are summed.

    A constant number of queries for each part. For strata that are being edited, `part` holds them.
    """
    if part is not None:
        return _preview(task, today, part)
    found = [_preview(task, today, one) for one in parts_of(task)]
    return found[0] if len(found) == 1 else _sum(found)


def previews(task: Task, today: date) -> list[tuple[Part, Preview]]:
    """Each part with its counts."""
    return [(part, _preview(task, today, part)) for part in parts_of(task)]


def _preview(task: Task, today: date, part: Part) -> Preview:
    layers = part.strata
    settings = rule_settings.all_for(task.authority, today.year)
    at_least_one = bool(settings["at_most_at_least_one"].value)
    rows = classified(task, today, part)
    counts = sql.counts_by(rows, "layer", "excluded")
    labels = entities.scope_labels([stratum.scope for stratum in layers])
    drawn = [
        _stratum_count(
            number,
            stratum,
            labels[number] if stratum.scope else _rest(number),
            counts,
            at_least_one,
        )
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


def _rest(place: int) -> str:
    """A stratum without conditions takes what the scope leaves to it."""
    return "范围内其余对象" if place else "范围内全部对象"


def _sum(previews: Sequence[Preview]) -> Preview:
    reasons: Counter[str] = Counter()
    for one in previews:
        reasons.update({reason.code: reason.count for reason in one.excluded})
    return Preview(
        total=sum(one.total for one in previews),
        candidates=sum(one.candidates for one in previews),
        strata=[row for one in previews for row in one.strata],
        excluded=[
            ReasonCount(code, label, reasons[code])
            for code, label in rules.REASONS.items()
            if reasons[code]
        ],
    )


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


def whole(task: Task) -> Part:
    """The only part of a task without groups. Raises ValueError where there are several: the caller has to say which."""
    (part,) = parts_of(task)
    return part


def classified(task: Task, today: date, part: Part | None = None) -> "QuerySet[Any]":
    """The listings of the scope with `layer` (place of the stratum, -1 for none) and `excluded` (reason or '')."""
    part = part or whole(task)
    rows = layered(task, part)
    found: QuerySet[Any] = rows.annotate(excluded=_exclusion(task, today, part))
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


def quota_of(stratum: Stratum, candidates: int, *, at_least_one: bool) -> int:
    """k of a stratum with so many candidates. Raises lottery's ProtocolError for a ratio above 100 %."""
    return quota(
        candidates,
        stratum.mode,
        stratum.value,
        at_least_one=at_least_one,
        minimum=stratum.minimum,
        maximum=stratum.maximum,
    )


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
        k = quota_of(stratum, candidates, at_least_one=at_least_one)
    except ProtocolError as refusal:
        k, problem = 0, str(refusal)
    if stratum.mode == "count" and stratum.value is not None and k < stratum.value:
        problem = f"只有 {candidates} 户可抽，不足 {stratum.value:.0f} 户。"
    elif not matched:
        problem = "没有符合条件的对象；可能已被前面的层取走。"
    return StratumCount(stratum, condition, matched, candidates, k, problem)


def _exclusion(task: Task, today: date, part: Part) -> Case:
    whens = [
        When(entity__standing__in=rules.NOT_DRAWABLE, then=F("entity__standing")),
        When(_in_open_task(task, part), then=Value(rules.IN_OPEN_TASK)),
    ]
    if not task.is_special:  # 002 (十三): 专项整治、上级指令部署的定向抽查不受次数限制
        whens.append(When(_over_limit(task, today), then=Value(rules.ANNUAL_CAP)))
    whens.append(When(layer=-1, then=Value(rules.NO_STRATUM)))
    return Case(*whens, default=Value(""), output_field=CharField())


# The ids come first, as lists: the database hashes a list of constants, but plans an `IN (SELECT …)` inside a CASE as
# one scan per row once it guesses the inner result to be large (200,000 entities: 2 minutes instead of a second).


def _in_open_task(task: Task, part: Part) -> Q:
    """Picked already for one of these matters and not finished; other matters are merged at dispatch (A49)."""
    matters = [matter.pk for matter in part.matters]
    # A pick stands for the matters of its draw; one from a superior's platform for those of its task.
    for_these = Q(draw__matters__overlap=part.codes) | Q(
        draw__isnull=True, task__matters__in=matters
    )
    ledger = LedgerEntry.objects.filter(
        same_matter(task, part), authority_id__in=concerned(task), is_open=True
    )
    waiting = _undispatched(task).filter(for_these)
    own = Pick.objects.filter(task_id=task.pk, kind=Pick.Rank.SELECTED).exclude(
        state=Pick.State.VOIDED
    )
    if part.number:
        own = own.filter(draw__group_number=part.number)
    found = [rows.order_by().values_list("entity_id") for rows in (ledger, waiting, own)]
    return Q(entity_id__in=[pk for (pk,) in found[0].union(*found[1:])])


def same_matter(task: Task, part: Part) -> Q:
    """Ledger entries of these matters; under a superior's also of the subordinates' that were claimed from it (A05)."""
    found = Q(matters__in=[matter.pk for matter in part.matters])
    if owners_of(task):
        found |= Q(matters__superior_code__in=part.codes)
    return found


def _undispatched(task: Task) -> "QuerySet[Any]":
    """Other tasks' picks that dispatch has not written into the ledger yet."""
    return Pick.objects.filter(
        authority_id__in=concerned(task), state=Pick.State.DRAWN, kind=Pick.Rank.SELECTED
    ).exclude(task_id=task.pk)


def _over_limit(task: Task, today: date) -> Q:
    """Hits of the year reach the bureau's limit, and no exempt mark stands on the listing (A48); four queries."""
    settings = rule_settings.all_for(task.authority, today.year)
    limit = int(settings["yearly_limit"].value)
    entries = LedgerEntry.objects.filter(
        _year(str(settings["yearly_limit_window"].value), today),
        authority_id__in=concerned(task),
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
