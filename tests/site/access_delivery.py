"""Cells of the phone without a signal."""

from typing import Any

from tests.site.access import Cell, cell
from tests.site.access_inspections_field import CELLS as FIELD

Made = tuple[dict[str, Any], dict[str, Any]]
_item = next(one for one in FIELD if one.url == "inspections:field-item" and one.method == "post")


def settled(cast: dict[str, Any]) -> Made:
    return _item.make(cast)[0], {"value": "yes", "number": "", "remark": ""}


CELLS: list[Cell] = [
    cell("inspections:field-worker", "inspector", outsider=200),
    cell("inspections:field-app", "inspector", outsider=200),
    cell("inspections:field-pages", "inspector", outsider=200),
    cell("inspections:field-ping", "inspector", outsider=200),
    cell("inspections:field-unsent", "inspector", outsider=200),
    cell("inspections:field-settle", "inspector", method="post", make=settled),
]
