"""Cells of what comes before a visit: orders for one visit and printed, pre-checks, advance notices, notices in one file."""

from typing import Any

from inspections.models import Visit
from tests.inspections.dispatch_cast import sign_in_as
from tests.site.access import Cell, cell
from tests.site.access_inspections import DESK, _teamed, an_approved_visit, an_order

Made = tuple[dict[str, Any], dict[str, Any]]


def a_visit_to_ask_for(cast: dict[str, Any]) -> Made:
    visit = _teamed(cast)
    return {"pk": visit.pk}, {"visits": [visit.pk], "reason": ""}


def an_order_as(kind: str) -> Any:
    def make(cast: dict[str, Any]) -> Made:
        return an_order(cast)[0] | {"kind": kind}, {}

    return make


def a_visit_to_precheck(cast: dict[str, Any]) -> Made:
    """The inspector leads the team."""
    visit = Visit.objects.get(pk=an_approved_visit(cast)[0]["pk"])
    sign_in_as(visit.team.get(part="leader").inspector, cast["inspector"])
    return {"pk": visit.pk}, {"r-licence": "compared", "seen": "0", "bring": ""}


CELLS: list[Cell] = [
    cell("inspections:order-request-one", *DESK, make=a_visit_to_ask_for),
    cell("inspections:order-request-one", *DESK, method="post", ok=302, make=a_visit_to_ask_for),
    cell("inspections:order-file", make=an_order_as("pdf")),
    cell("inspections:order-file", make=an_order_as("docx")),
    cell("inspections:precheck", make=a_visit_to_precheck),
    cell("inspections:precheck", "inspector", method="post", ok=302, make=a_visit_to_precheck),
    cell("inspections:precheck-pdf", make=a_visit_to_precheck),
]
