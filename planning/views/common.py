"""What planning's pages share: buttons from the process tables, downloads."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse

from bureau.access import role_names
from bureau.models import User
from bureau.rules.processes import Process
from planning.rules.readers import READERS, SEALED_READERS

__all__ = ["DOCX", "READERS", "SEALED_READERS", "Row", "buttons", "download"]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Row = tuple[str, str, str, str, dict[str, str] | None, str]


def buttons(
    process: Process,
    state: str,
    user: User,
    authority_id: int,
    urls: Mapping[str, str],
    *,
    refused: Callable[[str], str] = lambda action: "",
) -> dict[str, Any]:
    """components/actions.html from the table: `urls` names the steps this page offers, `refused` why one is barred here."""
    roles = user.roles_at(authority_id)
    mine: list[Row] = []
    for step in process.available(state, roles):
        if step.action in urls:
            reason = refused(step.action)
            css = "btn-back" if step.needs_reason else ("" if mine else "btn-primary")
            mine.append((step.label, "" if reason else urls[step.action], css, "get", None, reason))
    theirs = [
        (step.label, f"由{role_names(step.roles)}办理")
        for step in process.others(state, roles)
        if step.action in urls
    ]
    return {"mine": mine, "theirs": theirs}


def download(content: bytes, name: str, kind: str = DOCX) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
