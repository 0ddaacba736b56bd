"""Setting and recomputing the publication clock of every matter (A75)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.models import Agency
from bureau.selectors import calendar, rule_settings
from inspections.models import Visit, VisitMatter
from inspections.rules import clock as rules
from inspections.selectors.records import FINAL as DONE

# These have nobody to wait for.
_ENDED = Visit.NOT_VISITED


@dataclass(frozen=True)
class Settings:
    """The rules in force for an authority in a year."""

    rule: str
    workdays: int


def start(*, visit: Visit) -> None:
    """Starts the clock of a visit that has ended; call it in the transaction that ends it.

    Where the period counts from the end of the task, the other visits of its tasks are set anew.
    """
    matters = list(visit.matters.select_related("visit", "task", "authority"))
    _set(matters)
    _set(_open().filter(task__in=[m.task_id for m in matters]).exclude(visit=visit))


def recompute_open(*, authority: Agency) -> int:
    """Sets every running clock of an authority anew, after the calendar or a setting changed; returns how many moved.

    Run every morning by the beat, and by hand when a holiday notice has been entered.
    """
    with transaction.atomic():
        changed = _set(_open().filter(authority=authority).select_for_update(of=("self",)))
        if changed:
            audit.record(
                "clock.recomputed",
                f"公示期限按现行日历和规则重算，{len(changed)} 项有变",
                target=authority,
                actor=None,
                authority=authority,
                detail={"changed": changed},
            )
    return len(changed)


def _open() -> Any:
    rows = VisitMatter.objects.filter(clock_from__isnull=False).exclude(state__in=DONE)
    return rows.select_related("visit", "task", "authority").order_by("id")


def _set(matters: Iterable[VisitMatter]) -> dict[str, list[str]]:
    """{number: [old, new]} of the deadlines that moved."""

    @cache
    def in_force(authority: Agency, year: int) -> Settings:
        values = rule_settings.all_for(authority, year)
        return Settings(
            values["publication_clock"].value, int(values["publication_workdays"].value)
        )

    ends: dict[Any, date | None] = {}
    changed: dict[str, list[str]] = {}
    for matter in matters:
        ended_at = matter.visit.ended_at
        if ended_at is None:
            continue
        ended_on = timezone.localdate(ended_at)
        rule = in_force(matter.authority, ended_on.year)
        if rule.rule == "task_end" and matter.task_id not in ends:
            ends[matter.task_id] = task_ended_on(matter.task_id)
        begins = rules.starts_on(
            rule.rule,
            visit_ended_on=ended_on,
            task_window_to=matter.task.window_to,
            task_ended_on=ends.get(matter.task_id),
        )
        due = calendar.due_after(begins, rule.workdays)
        before = (matter.clock_from, matter.due_on, matter.due_is_provisional)
        if before != (begins, due.date, due.provisional):
            changed[f"{matter.visit.number}/{matter.pk}"] = [str(matter.due_on), str(due.date)]
            matter.clock_from, matter.due_on, matter.due_is_provisional = (
                begins,
                due.date,
                due.provisional,
            )
            matter.save(update_fields=["clock_from", "due_on", "due_is_provisional"])
    return changed


def task_ended_on(task_id: Any) -> date | None:
    """The day the task's last visit ended; None while one is outstanding."""
    visits = Visit.objects.filter(matters__task=task_id).exclude(state__in=_ENDED).distinct()
    moments = list(visits.values_list("ended_at", flat=True))
    ended = [moment for moment in moments if moment is not None]
    return timezone.localdate(max(ended)) if ended and len(ended) == len(moments) else None
