"""Writing the trail: `audit.record(…)` inside the transaction of the change. If it cannot be written, the change does not happen."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction

from bureau import context
from bureau.models import Agency, AuditEvent, User

SCHEMA_VERSION = 1


def reference(row: models.Model) -> str:
    """ "app.model:pk", the way an object is named in the trail."""
    return f"{row._meta.label_lower}:{row.pk}"


def record(
    action: str,
    label: str,
    *,
    target: models.Model,
    actor: User | None,
    authority: Agency | None = None,
    about: Iterable[models.Model] = (),
    detail: dict[str, Any] | None = None,
    role: str = "",
    is_bad: bool = False,
) -> AuditEvent:
    """One event: who did what to what, as text that survives the rows it names (A58).

    `action` is noun.past-verb; `label` the Chinese sentence shown on timelines; `about` further objects on whose
    pages it appears; `detail` JSON with before/after; `actor` None means the system itself. `role` is the Chinese role
    name under which the person acted; left empty, the person's roles at the authority are noted.
    Raises TransactionManagementError outside a transaction.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "audit.record must run inside the transaction of the change"
        )
    if authority is None:
        authority = getattr(target, "authority", None)
    request = context.current.get()
    seats = (
        [s for s in actor.seats if authority is None or s.agency.authority_id == authority.pk]
        if actor
        else []
    )
    event = AuditEvent(
        action=action,
        label=label[:300],
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        target_label=str(target)[:200],
        about=list(dict.fromkeys([reference(target), *(reference(row) for row in about)])),
        authority=authority,
        actor=actor,
        actor_name=actor.full_name if actor else "系统",
        actor_role=(role or "、".join(dict.fromkeys(str(s.get_role_display()) for s in seats)))[
            :60
        ],
        agency_name=(seats[0].agency.name if seats else "")[:100],
        detail=detail or {},
        is_bad=is_bad,
        ip=request.ip,
        request_id=request.request_id,
        schema_version=SCHEMA_VERSION,
    )
    event.save(force_insert=True)
    return event


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """{field: [old, new]} of what changed, for `detail`."""
    return {
        key: [before.get(key), value] for key, value in after.items() if before.get(key) != value
    }
