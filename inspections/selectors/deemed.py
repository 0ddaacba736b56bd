"""视为完成 as lists, reports and exports show it, by task and period (A70)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from bureau.models import Agency, User
from bureau.services import wordings
from inspections.models import DeemedDone, DeemedReport
from inspections.rules.forms_papers import DEEMED_FORM

HEADS = (
    "序号", "任务编号", "任务名称", "检查对象", "统一社会信用代码", "检查编号", "执行单位",
    "原因", "情况与证据", "申请人", "批准人", "批准日期", "上报文号",
)  # fmt: skip


def listed(user: User, filters: dict[str, Any]) -> "QuerySet[DeemedDone]":
    """Cases of the user's scope (a superior's includes the subordinates'), newest first."""
    rows: QuerySet[DeemedDone] = DeemedDone.objects.visible_to(user).select_related(
        "visit__entity", "visit__unit", "authority", "report", "recorded_by", "decided_by"
    )
    rows = rows.prefetch_related("visit__matters__task")
    if filters.get("authority"):
        rows = rows.filter(authority=filters["authority"])
    if filters.get("state"):
        rows = rows.filter(state=filters["state"])
    if filters.get("cause"):
        rows = rows.filter(cause=filters["cause"])
    if filters.get("task"):
        rows = rows.filter(visit__matters__task=filters["task"]).distinct()
    if filters.get("period_from"):
        rows = rows.filter(recorded_at__gte=_start(filters["period_from"]))
    if filters.get("period_to"):
        rows = rows.filter(recorded_at__lt=_end(filters["period_to"]))
    if filters.get("reported") == "no":
        rows = rows.filter(report=None, state=DeemedDone.State.APPROVED)
    elif filters.get("reported") == "yes":
        rows = rows.filter(report__isnull=False)
    return rows


def whole() -> "QuerySet[DeemedDone]":
    """Everything that one case's page shows."""
    rows: QuerySet[DeemedDone] = DeemedDone.objects.select_related(
        "visit__entity",
        "visit__unit",
        "authority",
        "recorded_by",
        "decided_by",
        "evidence",
        "report",
    )
    return rows.prefetch_related("visit__matters__task", "visit__attempts__by")


def unreported(authority: Agency, since: date, until: date) -> "QuerySet[DeemedDone]":
    """Approved in the period and in no report yet."""
    rows: QuerySet[DeemedDone] = (
        DeemedDone.objects.filter(
            authority=authority,
            state=DeemedDone.State.APPROVED,
            report=None,
            decided_at__gte=_start(since),
            decided_at__lt=_end(until),
        )
        .select_related("visit__entity", "visit__unit", "recorded_by", "decided_by")
        .prefetch_related("visit__matters__task")
        .order_by("decided_at", "id")
    )
    return rows


@dataclass(frozen=True)
class TaskTotal:
    """How many of a task were settled so, by cause."""

    number: str
    name: str
    count: int
    causes: str


def totals(rows: Iterable[DeemedDone]) -> list[TaskTotal]:
    """Aggregated per task; a merged visit counts in each of its tasks."""
    names: dict[str, str] = {}
    causes: dict[str, dict[str, int]] = {}
    for row in rows:
        for number, name in _tasks_of(row):
            names[number] = name
            own = causes.setdefault(number, {})
            label = str(row.get_cause_display())
            own[label] = own.get(label, 0) + 1
    return [
        TaskTotal(
            number,
            names[number],
            sum(own.values()),
            "、".join(f"{label} {count} 户" for label, count in sorted(own.items())),
        )
        for number, own in sorted(causes.items())
    ]


def as_line(row: DeemedDone) -> list[str]:
    """One line of list, report and export, in the order of HEADS without the number."""
    tasks = _tasks_of(row)
    entity = row.visit.entity
    return [
        "；".join(number for number, _ in tasks),
        "；".join(name for _, name in tasks),
        entity.name,
        "" if entity.kind == "person" else entity.public_code,
        row.visit.number,
        row.visit.unit.name,
        str(row.get_cause_display()),
        row.note,
        row.recorded_by.full_name,
        row.decided_by.full_name if row.decided_by else "",
        f"{timezone.localtime(row.decided_at):%Y-%m-%d}" if row.decided_at else "",
    ]


def report_content(rows: Sequence[DeemedDone]) -> dict[str, Any]:
    """What a report sends, frozen as JSON: totals by task, then every case."""
    return {
        "count": len(rows),
        "totals": [[t.number, t.name, str(t.count), t.causes] for t in totals(rows)],
        "lines": [as_line(row) for row in rows],
    }


def worded(content: dict[str, Any], authority: Agency) -> dict[str, Any]:
    """The list's wording: as it was sent, else the authority's of today."""
    kept: dict[str, Any] | None = content.get("form")
    return kept or wordings.of(DEEMED_FORM.key, authority, count=str(content["count"]))


def reports(user: User) -> "QuerySet[DeemedReport]":
    """Reports of the user's scope, newest first."""
    rows: QuerySet[DeemedReport] = DeemedReport.objects.visible_to(user).select_related(
        "authority", "superior", "sent_by", "received_by"
    )
    return rows


def waiting_count(user: User) -> int:
    """Approved and not reported yet, at the user's own authorities."""
    return DeemedDone.objects.filter(
        authority_id__in=user.own_authority_ids, state=DeemedDone.State.APPROVED, report=None
    ).count()


def _tasks_of(row: DeemedDone) -> list[tuple[str, str]]:
    return list(
        dict.fromkeys((item.task.number, item.task.name) for item in row.visit.matters.all())
    )


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _end(day: date) -> datetime:
    """The first moment after the day; the last day that there is has none, so the day before it counts for it."""
    return _start(min(day, date.max - timedelta(days=1)) + timedelta(days=1))
