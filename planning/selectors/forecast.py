"""Before the lock: what the draw of a task will bring (A37, A38, A49, A55, A110). Nothing here knows a seed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from bureau.models import Agency
from bureau.selectors import rule_settings
from planning import sql
from planning.models import Pick, Plan, PlanItem, Task
from planning.rules import forecast as rules
from planning.rules.coverage import Planned
from planning.rules.forecast import Goal, Layer, Officer, Room, UnitForecast
from planning.rules.strata import NOT_DRAWABLE
from planning.selectors import indicators, pool_confirmations, pool_preview, pools
from planning.selectors.pool_parts import Part
from planning.selectors.pool_preview import Preview
from registry.models import LedgerEntry, Listing
from registry.selectors import ledger
from registry.selectors.coverage import ENTERPRISES

_DONE = (Task.State.CLOSED, Task.State.CANCELLED)
_SHOWN = 10


@dataclass(frozen=True)
class UnitRow:
    name: str
    forecast: UnitForecast


@dataclass(frozen=True)
class Meeting:
    """Another task whose window overlaps: whoever is picked in both is visited once (A49)."""

    task: Task
    shared: int  # of its picks that are candidates here
    expected: Fraction  # how many of them this draw is expected to pick


@dataclass(frozen=True)
class Forecast:
    k: int
    units: list[UnitRow]
    elsewhere: int  # candidates whose responsible unit does not execute this task
    goals: list[Goal]
    room: Room
    meetings: list[Meeting]
    drawn_quals: list[str]
    is_special: bool


def forecast(task: Task, today: date) -> Forecast:
    """A constant number of queries for each group of matters, whatever the size of the pool."""
    settings = rule_settings.all_for(task.authority, today.year)
    seen = _seen_this_year(task.authority_id, today.year)
    units = {p.agency_id: p.agency for p in task.participants.all() if p.part == "executing"}
    counted = [(part, preview) for part, preview in pool_preview.previews(task, today)]
    layers = [
        layer for part, preview in counted for layer in _layers(task, part, preview, today, seen)
    ]
    places = _places(units)
    by_unit = [_marked(layer, lambda mark: places.get(mark[0])) for layer in layers]
    if len(units) == 1:  # then it carries out all of them, as the draw notes it
        (only,) = units
        by_unit = [_marked(layer, lambda mark: only) for layer in layers]
    fresh = [_marked(layer, lambda mark: mark[1]) for layer in layers]
    firms = [_marked(layer, lambda mark: mark[1] and mark[2]) for layer in layers]
    quals = sorted({q for part, _ in counted for m in part.matters for q in m.required_quals})
    rows = rules.unit_forecasts(
        by_unit,
        list(units),
        _officers(task, units, max(today, task.window_from)),
        team=task.team_size,
        quals=frozenset(quals),
    )
    k = sum(preview.k for _, preview in counted)
    done = indicators.coverage(task.authority, today.year)
    return Forecast(
        k=k,
        units=[UnitRow(units[row.unit].name, row) for row in rows],
        elsewhere=sum(layer.cells.get(None, 0) for layer in by_unit),
        goals=[
            rules.goal(
                "抽查对象占在库对象",
                done=done.picked,
                pool=done.pool,
                fresh=rules.expected(fresh, True),
                per_cent=Fraction(str(settings["coverage_goal"].value)),
            ),
            rules.goal(
                "抽查企业占在库企业",
                done=done.enterprises_picked,
                pool=done.enterprises,
                fresh=rules.expected(firms, True),
                per_cent=Fraction(str(settings["enterprise_coverage_goal"].value)),
            ),
        ],
        room=_room(task, k, today, int(settings["yearly_limit"].value)),
        meetings=_meetings(task, counted, today),
        drawn_quals=quals,
        is_special=task.is_special,
    )


Mark = tuple[int, bool, bool]  # unit, not inspected this year yet, an enterprise


def _layers(
    task: Task, part: Part, preview: Preview, today: date, seen: Sequence[int]
) -> list[Layer]:
    """One query: the candidates of each stratum by unit, freshness and kind."""
    zero, one = Value(0), Value(1)
    whole = IntegerField()
    fresh = Case(When(entity_id__in=seen, then=zero), default=one, output_field=whole)
    firm = Case(When(entity__kind__in=ENTERPRISES, then=one), default=zero, output_field=whole)
    rows: QuerySet[Any] = pools.classified(task, today, part).filter(excluded="")
    cells = sql.counts_by(rows.annotate(cell=F("unit_id") * 4 + fresh * 2 + firm), "layer", "cell")
    found: list[dict[object, int]] = [{} for _ in preview.strata]
    for (layer, cell), n in cells.items():
        found[layer][cell // 4, bool(cell & 2), bool(cell & 1)] = n
    return [
        Layer(row.k, row.candidates, marks)
        for row, marks in zip(preview.strata, found, strict=True)
    ]


def _marked(layer: Layer, mark_of: Any) -> Layer:
    """The same layer, its candidates counted by another mark."""
    cells: Counter[object] = Counter()
    for mark, n in layer.cells.items():
        cells[mark_of(mark)] += n
    return Layer(layer.k, layer.candidates, cells)


def _places(units: dict[int, Agency]) -> dict[int, int]:
    """Responsible unit → who carries it out: itself, or the subordinate that it belongs to (A15). One query."""
    inside = Agency.objects.filter(authority__in=units).values_list("pk", "authority_id")
    return dict(inside) | {pk: pk for pk in units}


def _officers(task: Task, units: dict[int, Agency], on: date) -> list[Officer]:
    """Who can be matched on the first day of the window: registered, certificate valid, not away. One query."""
    away = Q(away_from__lte=on) & (Q(away_to__isnull=True) | Q(away_to__gte=on))
    people = (
        pool_confirmations.inspectors_of(task).filter(certificate_expires_on__gte=on).exclude(away)
    )
    return [
        Officer(
            person.unit_id if person.unit_id in units else person.authority_id,
            person.capacity,
            frozenset(person.quals),
        )
        for person in people
    ]


def _seen_this_year(authority_id: int, year: int) -> list[int]:
    """Who counts in `indicators.coverage` already: the ledger's, and the drawn ones waiting for dispatch."""
    entries = LedgerEntry.objects.filter(
        authority_id=authority_id, kind=LedgerEntry.Kind.RANDOM, day__year=year
    )
    waiting = Pick.objects.filter(
        authority_id=authority_id,
        task__year=year,
        task__drawn_at__isnull=False,
        kind=Pick.Rank.SELECTED,
        state=Pick.State.DRAWN,
    )
    found = entries.order_by().values_list("entity_id").union(waiting.values_list("entity_id"))
    return [pk for (pk,) in found]


def _room(task: Task, k: int, today: date, limit: int) -> Room:
    hits = ledger.hits_this_year(task.authority, None, today)
    pool = Listing.objects.filter(authority=task.authority).in_pool()
    drawable = pool.exclude(entity__standing__in=NOT_DRAWABLE)
    return rules.room(
        limit=limit,
        pool=drawable.count(),
        hits=list(hits.values()),
        this_draw=0 if task.is_special else k,
        planned=_rest_of_plan(task, k),
    )


def _rest_of_plan(task: Task, k: int) -> int:
    """What the year's plan still wants after this draw: each item's picks without those drawn for it."""
    items = PlanItem.objects.filter(
        plan__authority_id=task.authority_id, plan__year=task.year, state=PlanItem.State.ACTIVE
    ).exclude(plan__state=Plan.State.DRAFT)
    picked = Q(tasks__picks__kind=Pick.Rank.SELECTED) & ~Q(tasks__picks__state=Pick.State.VOIDED)
    rest = 0
    for item in items.annotate(drawn=Count("tasks__picks", filter=picked)):
        wanted = Planned(
            item.name, item.scope_text, 0, 0, item.estimate, item.frequency, False
        ).picks
        mine = k if item.pk == task.plan_item_id else 0
        rest += max(wanted - item.drawn - mine, 0)
    return rest


def _meetings(task: Task, counted: Sequence[tuple[Part, Preview]], today: date) -> list[Meeting]:
    """Tasks of the authority under way in the same days, with whom they have in common. Two queries."""
    others = list(
        Task.objects.filter(
            authority_id=task.authority_id,
            window_from__lte=task.window_to,
            window_to__gte=task.window_from,
        )
        .exclude(pk=task.pk)
        .exclude(state__in=_DONE)
        .order_by("window_from", "pk")[:_SHOWN]
    )
    if not others:
        return []
    shared: Counter[Any] = Counter()
    hoped: dict[Any, Fraction] = {}
    picks = Pick.objects.filter(
        task__in=others,
        kind=Pick.Rank.SELECTED,
        state__in=[Pick.State.DRAWN, Pick.State.DISPATCHED],
    ).values_list("task_id", "entity_id")
    tasks_of: dict[int, list[Any]] = {}
    for task_id, entity_id in picks:
        tasks_of.setdefault(entity_id, []).append(task_id)
    for part, preview in counted:
        rows = pools.classified(task, today, part).filter(excluded="", entity_id__in=list(tasks_of))
        for entity_id, layer in rows.order_by().values_list("entity_id", "layer"):
            row = preview.strata[layer]
            for task_id in tasks_of[entity_id]:
                shared[task_id] += 1
                chance = Fraction(row.k, row.candidates)
                hoped[task_id] = hoped.get(task_id, Fraction(0)) + chance
    return [Meeting(o, shared[o.pk], hoped.get(o.pk, Fraction(0))) for o in others]
