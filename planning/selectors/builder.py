"""What the strata builder shows beside the counts: overlaps, who is left over, ratios outside the table, saved filters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import add
from typing import Any

from django.db.models import BigIntegerField, Case, QuerySet, Value, When
from django.http import QueryDict

from bureau.models import User
from bureau.rules import bands
from bureau.rules.bands import TOTAL, UNCLASSED, Band
from bureau.selectors import rule_settings
from planning import sql
from planning.models import Task
from planning.rules import chance, class_ratios
from planning.rules.strata import NO_STRATUM, Stratum
from planning.selectors import pool_preview, pools
from planning.selectors.pool_parts import Part
from planning.selectors.pool_preview import Preview
from registry.models import Listing, SavedFilter
from registry.selectors.entities import clean_scope

_SHOWN = 5


@dataclass(frozen=True)
class Built:
    """One part's counts and everything that should be read before they are saved or locked."""

    part: Part
    preview: Preview
    overlaps: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)  # some of those in no stratum, by name
    warnings: list[str] = field(default_factory=list)
    chance: str = ""
    is_tiny: bool = False


@dataclass(frozen=True)
class ClassTable:
    """The bureau's table of ratios by credit class, as in force."""

    bands: dict[str, Band]
    text: str
    citation: str
    origin: str


def built(task: Task, part: Part, today: date) -> Built:
    """A constant number of queries, whatever the number of strata."""
    settings = rule_settings.all_for(task.authority, today.year)
    preview = pool_preview.preview(task, today, part=part)
    is_cut = len(part.strata) > 1
    return Built(
        part,
        preview,
        overlaps=_overlaps(task, part, today) if is_cut else [],
        left_over=_left_over(task, part, today) if preview.in_no_stratum else [],
        warnings=class_warnings(_table(settings), preview),
        chance=chance.nothing_by_chance(facts(preview)),
        is_tiny=chance.is_tiny(preview.candidates, int(settings["tiny_pool"].value)),
    )


def facts(preview: Preview) -> list[dict[str, Any]]:
    """The strata as `Draw.counts` will hold them."""
    return [
        {
            "label": row.stratum.label,
            "n": row.candidates,
            "k": row.k,
            "batches": row.stratum.batches,
        }
        for row in preview.strata
    ]


def class_table(task: Task, today: date) -> ClassTable:
    """One query."""
    return _table(rule_settings.all_for(task.authority, today.year))


def _table(settings: Mapping[str, rule_settings.InForce]) -> ClassTable:
    found = settings["class_ratios"]
    text = str(found.value)
    return ClassTable(bands.read(text), text, found.citation, found.origin)


def class_warnings(table: ClassTable, preview: Preview) -> list[str]:
    """Strata of one class whose number lies outside the table's band, then the sum of all (A104)."""
    said = []
    for row in preview.strata:
        classes = list(row.stratum.scope.get("classes", ()))
        band = table.bands.get(_class_name(classes[0])) if len(classes) == 1 else None
        if band is not None:
            said.append(class_ratios.warning(band, row.k, row.candidates))
    if TOTAL in table.bands:
        said.append(class_ratios.warning(table.bands[TOTAL], preview.k, preview.candidates))
    return [sentence for sentence in said if sentence]


def by_class(task: Task, part: Part, today: date) -> list[Stratum]:
    """A layer for each credit class, with the ratio that the bureau's table suggests (A36, A104).

    A class that the table leaves out keeps the ratio of the first layer.
    """
    table = class_table(task, today)
    first = part.strata[0] if part.strata else None
    keep = (first.mode, first.value) if first and first.mode == "ratio" else ("ratio", None)
    lead = f"第{part.number}组·" if part.number else ""
    found = []
    for code, _ in Listing.CreditClass.choices:
        band = table.bands.get(_class_name(code))
        said = class_ratios.suggestion(band) if band else None
        mode, value = (said.mode, said.value) if said else keep
        label = "未分类" if code == "-" else f"信用{code}类"
        found.append(Stratum(f"{lead}{label}", {"classes": [code]}, mode, value))
    return found


def saved_filters(user: User) -> list[tuple[str, str]]:
    """(pk, name) of the user's own filters of the register."""
    rows = SavedFilter.objects.filter(user=user).order_by("name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows]


def scope_of_filter(user: User, pk: str) -> tuple[str, dict[str, list[str]], list[str]]:
    """Name, conditions, and what of the filter cannot be a condition of a draw.

    Raises SavedFilter.DoesNotExist for one that is not the user's.
    """
    row = SavedFilter.objects.get(user=user, pk=int(pk))
    given = QueryDict(row.query)
    scope = {name: [given[param]] for param, name in _CONDITIONS.items() if given.get(param)}
    return (
        row.name,
        clean_scope(scope),
        [word for param, word in _NO_CONDITION.items() if given.get(param)],
    )


_CONDITIONS = {
    "kind": "kinds",
    "credit": "classes",
    "unit": "units",
    "pool": "pools",
    "tag": "tags",
}
_NO_CONDITION = {
    "q": "名称或代码",
    "standing": "登记状态",
    "visited": "今年检查情况",
    "state": "在库状态",
}


def _class_name(code: str) -> str:
    return UNCLASSED if code == "-" else code


def _overlaps(task: Task, part: Part, today: date) -> list[str]:
    """Candidates for whom several strata hold: the first takes them, and the page says so."""
    strata = part.strata[:60]
    rows: QuerySet[Any] = pools.classified(task, today, part)
    bits = [
        Case(
            When(pools.condition_or_all(task, stratum), then=Value(1 << place)),
            default=Value(0),
            output_field=BigIntegerField(),
        )
        for place, stratum in enumerate(strata)
    ]
    counts = sql.counts_by(rows.annotate(mask=reduce(add, bits)), "mask", "excluded")
    pairs: dict[tuple[int, int], int] = {}
    for (mask, excluded), n in counts.items():
        held = [place for place in range(len(strata)) if mask >> place & 1]
        for other in held[1:] if not excluded else []:
            pairs[held[0], other] = pairs.get((held[0], other), 0) + n
    return [
        f"{n} 户同时符合“{strata[first].label}”和“{strata[other].label}”，归入前一层。"
        for (first, other), n in sorted(pairs.items())
    ]


def _left_over(task: Task, part: Part, today: date) -> list[str]:
    rows = pools.classified(task, today, part).filter(excluded=NO_STRATUM)
    return list(rows.order_by("id").values_list("entity__name", flat=True)[:_SHOWN])
