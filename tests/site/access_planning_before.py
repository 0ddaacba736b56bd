"""Access to what precedes the lock: groups of matters, the forecast, the short way, naming a tiny pool."""

from typing import Any

from django.utils import timezone

from planning.models import PlanItem
from planning.services import pools as confirming
from tests.planning.build import make_inspector, make_matter, make_pool
from tests.site.access import Cell, cell
from tests.site.access_planning import ORGANISER, _item, _ready_parts

Cast = dict[str, Any]
Made = tuple[dict[str, Any], dict[str, Any]]


def short(cast: Cast) -> Made:
    make_pool(cast["bureau"], 5)
    make_inspector(cast["bureau"], 1, unit=cast["station"])
    item: PlanItem = _item(cast, "published")
    return {"pk": item.pk}, {
        "name": "采矿权人抽查",
        "window_from": "2026-03-10",
        "window_to": "2099-04-30",
        "executing": [cast["station"].pk],
        "count": "2",
    }


def task(cast: Cast) -> Made:
    return {"pk": _ready_parts(cast).pk}, {}


def two_pools(cast: Cast) -> Made:
    row = _ready_parts(cast)
    row.matters.update(object_kinds=["enterprise"])
    row.matters.add(make_matter(cast["bureau"], "KS-01", object_kinds=["mine"]))
    return {"pk": row.pk}, {"action": "split"}


def tiny(cast: Cast) -> Made:
    row = _ready_parts(cast)
    for name in ("entities", "inspectors"):
        confirming.confirm(
            task=row, pool=name, actor=cast["division_admin"], today=timezone.localdate()
        )
    first = row.authority.listings.order_by("pk").first()
    return {"pk": row.pk}, {"entities": [first.entity_id], "reason": "全县只此几户"}


CELLS: list[Cell] = [
    cell("planning:task-short", ORGANISER, make=short),
    cell("planning:task-short", ORGANISER, method="post", ok=302, make=short),
    cell("planning:task-groups", ORGANISER, method="post", ok=302, make=two_pools),
    cell("planning:task-forecast", make=task),
    cell("planning:task-whole", ORGANISER, method="post", ok=302, make=task),
    cell("planning:task-direct", ORGANISER, make=tiny),
    cell("planning:task-direct", ORGANISER, method="post", ok=302, make=tiny),
]
