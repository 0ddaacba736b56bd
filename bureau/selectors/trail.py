"""The trail of one object, shaped for its page's timeline."""

from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse

from bureau.audit import reference
from bureau.models import Agency, AuditEvent, User
from bureau.veils import lift


def of(
    row: models.Model,
    *,
    limit: int = 30,
    authority: Agency | None = None,
    reader: User | None = None,
) -> list[dict[str, Any]]:
    """Newest first; one query. `authority`: only its events, for a row that several authorities share.

    `reader`: without what is hidden from them, where the events of other rows show too.
    """
    events = AuditEvent.objects.filter(about__contains=[reference(row)])
    if reader is not None:
        events = lift(events, reader)
    if authority is not None:
        events = events.filter(authority=authority)
    return [as_item(event) for event in events.order_by("-id")[:limit]]


def as_item(event: AuditEvent) -> dict[str, Any]:
    """One event as templates/components/trail.html takes it."""
    return {
        "time": event.at,
        "text": event.label,
        "actor": event.actor_name,
        "role": event.actor_role,
        "is_key": False,
        "is_bad": event.is_bad,
        "url": "",
    }


def kind_of(about: str) -> str:
    """What "planning.sitting:7" is, in the words of the office: 摇号会."""
    try:
        return str(apps.get_model(about.partition(":")[0])._meta.verbose_name)
    except (LookupError, ValueError):
        return "其他"


def full_url(row: models.Model) -> str:
    """The page that shows the whole trail of this object."""
    return f"{reverse('bureau:audit-trail')}?about={reference(row)}"
