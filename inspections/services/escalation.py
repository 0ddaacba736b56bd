"""逾期上报: an overdue disposal goes to the division's leader, then to the head, each once, and the trail says so (A94b)."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from django.db import transaction
from django.urls import reverse

from bureau import audit
from bureau.models import Agency, Role, User
from bureau.selectors import calendar, rule_settings
from bureau.services import notifications
from inspections.models import Disposal, DisposalStep
from inspections.selectors.disposals import measure_label
from inspections.services import disposal_steps


def run(*, today: date) -> int:
    """Every overdue disposal to the level that its delay has reached; returns how many reports are new."""
    marks = cache(lambda a: rule_settings.value_of("disposal_escalation_days", a, today.year))
    rows = Disposal.objects.filter(state=Disposal.State.OPEN, due_on__lt=today)
    rows = rows.select_related(
        "authority", "responsible", "responsible_user", "visit_matter__visit__entity"
    )
    new = 0
    for row in rows.order_by("due_on", "id").iterator(chunk_size=500):
        due = calendar.due(row.due_on, today)
        assert due is not None
        for level, after in enumerate(marks(row.authority)[: len(LEVELS)]):
            if -due.days_left >= after:
                new += _report(row, level, late=-due.days_left, today=today)
    return new


def leaders(row: Disposal, level: int) -> list[User]:
    """Level 0: who leads the responsible unit, else the leader in charge; level 1: the head."""
    if level == 0:
        own = row.responsible.authority_id == row.authority_id
        if own and row.responsible_id != row.authority_id:
            found = _holders(row.authority, [Role.DIVISION_ADMIN], row.responsible)
            if found:
                return found
        return _holders(row.authority, [Role.DEPUTY]) or _holders(row.authority, [Role.HEAD])
    return _holders(row.authority, [Role.HEAD])


LEVELS = ("科室负责人或分管负责人", "主要负责人")


def _report(row: Disposal, level: int, *, late: int, today: date) -> int:
    """Once for each level and deadline: an extended deadline may be reported anew."""
    mark = f"late:{level}:{row.due_on}"
    with transaction.atomic():
        held = Disposal.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if held.state != Disposal.State.OPEN or held.steps.filter(mark=mark).exists():
            return 0
        users = leaders(row, level)
        who = row.responsible_user or row.responsible.short_name
        text = f"逾期 {late} 个工作日，报{LEVELS[level]}：{_names(users)}"
        disposal_steps.keep(
            row, DisposalStep.Kind.REPORTED, actor=None, on=today, text=text, mark=mark
        )
        audit.record(
            "disposal.overdue-reported",
            text,
            target=row,
            actor=None,
            about=[row.visit_matter, row.visit_matter.visit],
            detail={
                "level": LEVELS[level],
                "late": late,
                "due_on": str(row.due_on),
                "unit": row.responsible.name,
                "person": str(row.responsible_user or ""),
            },
            is_bad=True,
        )
        notifications.notify(
            users=users,
            key=f"disposal-reported:{row.pk}:{mark}",
            text=f"后续处置 {row.number} 逾期 {late} 个工作日：{row.visit_matter.visit.entity}，{measure_label(row.measure)}，由{who}负责，请督办。",
            url=reverse("inspections:disposal-detail", kwargs={"pk": row.pk}),
            authority=row.authority,
            is_urgent=True,
        )
        return 1


def _names(users: Sequence[User]) -> str:
    return "、".join(user.full_name for user in users) or "（没有任职人员）"


def _holders(authority: Agency, roles: list[str], unit: Agency | None = None) -> list[User]:
    return notifications.holders(authority=authority, roles=roles, unit=unit)
