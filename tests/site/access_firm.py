"""Cells of the firm's page and of what the desk makes of it (A57, A82, A98)."""

from typing import Any

from django.utils import timezone

from inspections.models import Notice
from publication.services import firm_requests
from tests.site.access import Cell, cell
from tests.site.access_publication import shown, token

Made = tuple[dict[str, Any], dict[str, Any]]
SENT = {"text": "情况说明", "contact_name": "沈某", "contact_phone": "0999"}


def complaint_form(cast: dict[str, Any]) -> Made:
    kwargs, _ = token(cast)
    return kwargs | {"kind": "complaint"}, SENT


def rating_form(cast: dict[str, Any]) -> Made:
    # The visit has not ended: the page says so, to everybody alike.
    return token(cast)[0], {"score": 5}


def _sent(cast: dict[str, Any], kind: str) -> Made:
    kwargs, _ = token(cast)
    notice = Notice.objects.select_related("visit").get(token=kwargs["token"])
    officer = notice.visit.team.first().inspector if kind == "recusal" else None
    row = firm_requests.submit(
        notice=notice, kind=kind, today=timezone.localdate(), inspector=officer, **SENT
    )
    return {"pk": row.pk}, {"decision": "accept", "answer": "已受理"}


def recusal(cast: dict[str, Any]) -> Made:
    return _sent(cast, "recusal")


CELLS: list[Cell] = [
    shown("public:firm-request", make=complaint_form),
    cell(
        "public:firm-request",
        method="post",
        ok=302,
        anonymous=302,
        outsider=302,
        make=complaint_form,
    ),
    shown("public:firm-rating", make=rating_form),
    shown("public:firm-rating", method="post", make=rating_form),
    cell("publication:firm-request-list", outsider=200),
    cell("publication:firm-request-detail", make=recusal),
    cell(
        "publication:firm-request-detail",
        "coordinator",
        "organiser",
        method="post",
        ok=302,
        make=recusal,
    ),
    cell("publication:ratings", "assessor", outsider=200),
]
