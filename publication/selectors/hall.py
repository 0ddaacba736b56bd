"""Results for the service hall: what is public already, of a period or a task (A79, A111)."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from bureau.models import Agency
from bureau.services import wordings
from publication.models import PublicEntry, PublicRecord
from publication.rules import forms_hall as forms

FIELDS = (
    "entity_name",
    "entity_code",
    "matter_name",
    "unit_name",
    "inspected_on",
    "outcome_text",
    "is_corrected",
)


def rows(authority: Agency, chosen: Mapping[str, Any]) -> "QuerySet[PublicEntry]":
    """Published results of the authority from `since` to `until`, of one task or unit where they are given.

    Names stand as the publication rule froze them: natural persons without name and code.
    """
    zone = timezone.get_current_timezone()
    found = PublicEntry.objects.filter(
        authority=authority,
        kind=PublicRecord.Kind.RESULT,
        published_at__gte=datetime.combine(chosen["since"], time.min, zone),
        published_at__lte=datetime.combine(chosen["until"], time.max, zone),
    )
    if chosen.get("task"):
        found = found.filter(task_number=chosen["task"])
    if chosen.get("unit"):
        found = found.filter(unit_name=chosen["unit"])
    return found.order_by("unit_name", "inspected_on", "id")


def printed_list(authority: Agency, chosen: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The context of the list, with at most two queries."""
    found = list(rows(authority, chosen).values(*FIELDS))
    period = f"{_day(chosen['since'])}至{_day(chosen['until'])}"
    form = wordings.of(forms.LIST_FORM.key, authority, period=period, count=str(len(found)))
    return {"rows": found, "form": form, "authority": authority.name, "on": on}


def printed_poster(authority: Agency) -> dict[str, Any]:
    form = wordings.of(forms.POSTER_FORM.key, authority)
    url = f"{settings.PUBLIC_BASE_URL}/"
    return forms.poster(form, url=url, phone=authority.phone) | {"authority": authority.name}


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
