"""Cells of what comes before a visit: orders for one visit and printed, pre-checks, advance notices, notices in one file."""

from typing import Any

from bureau.models import RuleSetting
from bureau.services import files
from inspections.models import NoticeBundle, Visit
from tests.inspections.dispatch_cast import sign_in_as, task_of
from tests.site.access import Cell, cell
from tests.site.access_inspections import (
    DESK,
    FIELD,
    _teamed,
    a_notice,
    an_approved_visit,
    an_order,
)

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


def a_task_with_notices(cast: dict[str, Any]) -> Made:
    visit = Visit.objects.get(pk=an_approved_visit(cast)[0]["pk"])
    return {"pk": task_of(visit).pk}, {"visits": [visit.pk]}


def a_bundle(cast: dict[str, Any]) -> Made:
    visit = Visit.objects.get(pk=a_notice(cast)[0]["pk"])
    stored = files.store_bytes(
        content=b"%PDF-1.7 bound",
        name="bound.pdf",
        kind="application/pdf",
        suffix=".pdf",
        authority=visit.authority,
        by=cast["everyone"],
    )
    bundle = NoticeBundle.objects.create(
        authority=visit.authority,
        task=task_of(visit),
        file=stored,
        count=1,
        pages=2,
        made_by=cast["everyone"],
    )
    bundle.visits.add(visit)
    return {"pk": bundle.pk}, {}


def a_visit_to_tell(cast: dict[str, Any]) -> Made:
    """The house tells firms in advance; the inspector leads the team."""
    RuleSetting.objects.create(
        authority=cast["bureau"], key="advance_notice_workdays", value=3, citation="规定"
    )
    kwargs, _ = a_visit_to_precheck(cast)
    return kwargs, {"how": "phone", "person": "王某", "at": "2026-03-12T09:00", "note": ""}


CELLS: list[Cell] = [
    cell("inspections:order-request-one", *DESK, make=a_visit_to_ask_for),
    cell("inspections:order-request-one", *DESK, method="post", ok=302, make=a_visit_to_ask_for),
    cell("inspections:order-file", make=an_order_as("pdf")),
    cell("inspections:order-file", make=an_order_as("docx")),
    cell("inspections:task-notices", *DESK, make=a_task_with_notices),
    cell("inspections:task-notices", *DESK, method="post", ok=302, make=a_task_with_notices),
    cell("inspections:notice-bundle", *DESK, make=a_bundle),
    cell("inspections:visit-tell", *FIELD, make=a_visit_to_tell),
    cell("inspections:visit-tell", *FIELD, method="post", ok=302, make=a_visit_to_tell),
    cell("inspections:precheck", make=a_visit_to_precheck),
    cell("inspections:precheck", "inspector", method="post", ok=302, make=a_visit_to_precheck),
    cell("inspections:precheck-pdf", make=a_visit_to_precheck),
]
