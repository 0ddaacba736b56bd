"""Cells of 选定公示日 (A75)."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from bureau.models import RuleSetting
from bureau.selectors import calendar
from publication.rules.schedule import last_workday
from publication.services import schedules
from tests.site.access import Cell, cell
from tests.site.access_publication import _approved

Made = tuple[dict[str, Any], dict[str, Any]]


def waiting(cast: dict[str, Any]) -> Made:
    matter = _approved(cast)
    RuleSetting.objects.get_or_create(
        authority=matter.authority,
        key="publication_mode",
        defaults={"value": "chosen_day", "citation": "测试"},
    )
    day = last_workday(matter.due_on - timedelta(days=1), calendar.calendar())
    return {}, {"pk": [str(matter.pk)], "publish_on": day.isoformat()}


def chosen(cast: dict[str, Any]) -> Made:
    _, given = waiting(cast)
    (pk,) = given["pk"]
    schedules.choose(
        visit_matters=[pk],
        publish_on=last_workday(timezone.localdate() + timedelta(days=9), calendar.calendar()),
        actor=cast["everyone"],
        today=timezone.localdate(),
    )
    return {"pk": pk}, {}


CELLS: list[Cell] = [
    # Without a choice the page sends back to the queue.
    cell("publication:schedule", "publisher", ok=302, outsider=302),
    cell("publication:schedule", "publisher", method="post", ok=302, make=waiting),
    cell("publication:schedule-cancel", "publisher", method="post", ok=302, make=chosen),
]
