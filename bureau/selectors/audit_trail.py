"""The trail page: filtered events within one's scope, and the newest seal."""

from datetime import datetime, time
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from bureau.models import AuditEvent, Checkpoint, User


def events(user: User, filters: dict[str, Any]) -> "QuerySet[AuditEvent]":
    """Events of the authorities this person may see, narrowed by about, q, actor, action, from, to, bad."""
    rows = AuditEvent.objects.visible_to(user).select_related("seal")
    if filters.get("about"):
        rows = rows.filter(about__contains=[filters["about"]])
    if filters.get("q"):
        rows = rows.filter(label__icontains=filters["q"]) | rows.filter(
            target_label__icontains=filters["q"]
        )
    if filters.get("actor"):
        rows = rows.filter(actor_name__icontains=filters["actor"])
    if filters.get("action"):
        rows = rows.filter(action__startswith=filters["action"])
    zone = timezone.get_current_timezone()
    if filters.get("since"):
        rows = rows.filter(at__gte=datetime.combine(filters["since"], time.min, zone))
    if filters.get("until"):
        rows = rows.filter(at__lte=datetime.combine(filters["until"], time.max, zone))
    return rows


def head() -> Checkpoint | None:
    """The newest checkpoint."""
    return Checkpoint.objects.order_by("-number").first()
