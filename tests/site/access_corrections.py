"""Cells of 更正 (A81)."""

from typing import Any

from django.utils import timezone

from publication.models import Correction
from publication.services import corrections
from tests.site.access import Cell, cell
from tests.site.access_publication import _published

Made = tuple[dict[str, Any], dict[str, Any]]
CORRECTORS = ("publisher", "reviewer", "coordinator", "inspector")
POST = {
    "reason": "复核后发现有误",
    "codes": ["A"],
    "methods": ["onsite"],
    "note": "",
    "findings-TOTAL_FORMS": "1",
    "findings-INITIAL_FORMS": "0",
    "findings-0-fact": "越界",
    "findings-0-basis": "检查表第 1 项",
}


def published(cast: dict[str, Any]) -> Made:
    matter = _published(cast)
    return {"pk": matter.pk}, POST | {"methods": matter.methods}


def requested(cast: dict[str, Any]) -> Made:
    matter = _published(cast)
    row: Correction = corrections.request(
        visit_matter=matter.pk,
        codes=["A"],
        methods=matter.methods,
        note="",
        findings=[("越界", "检查表第 1 项", "")],
        reason="复核后发现有误",
        actor=cast["everyone"],
        today=timezone.localdate(),
    )
    return {"pk": row.pk}, {"decision": "refuse", "note": "证据不足"}


CELLS: list[Cell] = [
    cell("publication:correction-list", outsider=None),
    cell("publication:correction-create", *CORRECTORS, make=published),
    cell("publication:correction-create", *CORRECTORS, method="post", ok=302, make=published),
    cell("publication:correction-detail", make=requested),
    cell("publication:correction-decide", "head", method="post", ok=302, make=requested),
    cell("publication:correction-pdf", make=requested),
]
