"""Cells of the papers of an objection."""

from typing import Any

from django.utils import timezone

from publication.models import ObjectionPaper
from publication.services import objections
from tests.inspections.field_case import photo
from tests.site.access import cell
from tests.site.access_inspections_field import SentAgain
from tests.site.access_publication import _objection

Made = tuple[dict[str, Any], dict[str, Any]]
RECEIVERS = ("publisher", "coordinator")


def to_accept(cast: dict[str, Any]) -> Made:
    return {"pk": _objection(cast).pk}, {}


def to_decline(cast: dict[str, Any]) -> Made:
    return {"pk": _objection(cast).pk}, {"reason": "所提内容不属于检查结果"}


def to_attach(cast: dict[str, Any]) -> Made:
    picture = photo()
    again = SentAgain("申请书.jpg", picture.read(), content_type="image/jpeg")
    return {"pk": _objection(cast).pk}, {"files": again}


def _acceptance(cast: dict[str, Any]) -> ObjectionPaper:
    row = _objection(cast)
    objections.accept(objection=row.pk, actor=cast["everyone"], today=timezone.localdate())
    return ObjectionPaper.objects.get(objection=row, kind="acceptance")


def a_paper(cast: dict[str, Any]) -> Made:
    return {"pk": _acceptance(cast).pk, "kind": "docx"}, {}


def to_deliver(cast: dict[str, Any]) -> Made:
    day = timezone.localdate().isoformat()
    return {"pk": _acceptance(cast).pk}, {"delivered_on": day, "note": "当面签收"}


def _both(url: str, make: Any) -> list[Any]:
    return [
        cell(f"publication:{url}", *RECEIVERS, make=make),
        cell(f"publication:{url}", *RECEIVERS, method="post", ok=302, make=make),
    ]


CELLS = [
    *_both("objection-accept", to_accept),
    *_both("objection-decline", to_decline),
    *_both("objection-attach", to_attach),
    *_both("objection-paper-deliver", to_deliver),
    cell("publication:objection-paper", make=a_paper),
]
