"""One guarded move: lock the row, check the state, check the role. The service then changes and records."""

from typing import Any, TypeVar

from django.db import models

from bureau.access import require
from bureau.audit import reference
from bureau.errors import Conflict
from bureau.models import AuditEvent, User
from bureau.rules.processes import Process, Transition

M = TypeVar("M", bound=models.Model)


def begin(
    process: Process, rows: "models.QuerySet[M]", pk: Any, action: str, actor: User
) -> tuple[M, Transition]:
    """Locks the row and returns it with its transition; call inside `transaction.atomic()`.

    Raises Conflict (409) when the state has moved on, saying who did what; Forbidden (403) without the role.
    """
    row = rows.select_for_update(of=("self",)).get(pk=pk)
    transition = process.find(row.state, action)  # type: ignore[attr-defined]
    if transition is None:
        raise Conflict(moved_on(process, row))
    require(actor, row.authority_id, *transition.roles)  # type: ignore[attr-defined]
    return row, transition


def moved_on(process: Process, row: models.Model) -> str:
    """The sentence for the one who came second."""
    state = process.states.get(row.state, row.state)  # type: ignore[attr-defined]
    last = AuditEvent.objects.filter(about__contains=[reference(row)]).order_by("-id").first()
    happened = f"最近一步：{last.actor_name}办理“{last.label}”。" if last else ""
    return f"{process.name}现在是“{state}”，不能再办这一步。{happened}请刷新页面查看。"
