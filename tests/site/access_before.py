"""Cells of what comes before a visit: orders for one visit and printed, pre-checks, advance notices, notices in one file."""

from typing import Any

from tests.site.access import Cell, cell
from tests.site.access_inspections import DESK, _teamed, an_order

Made = tuple[dict[str, Any], dict[str, Any]]


def a_visit_to_ask_for(cast: dict[str, Any]) -> Made:
    visit = _teamed(cast)
    return {"pk": visit.pk}, {"visits": [visit.pk], "reason": ""}


def an_order_as(kind: str) -> Any:
    def make(cast: dict[str, Any]) -> Made:
        return an_order(cast)[0] | {"kind": kind}, {}

    return make


CELLS: list[Cell] = [
    cell("inspections:order-request-one", *DESK, make=a_visit_to_ask_for),
    cell("inspections:order-request-one", *DESK, method="post", ok=302, make=a_visit_to_ask_for),
    cell("inspections:order-file", make=an_order_as("pdf")),
    cell("inspections:order-file", make=an_order_as("docx")),
]
