"""What waits of recordings, samples and entrusted work, for the officers of the visit (A62, A67, A73)."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from bureau.models import Role, User
from bureau.rules.workdays import Calendar
from bureau.selectors import calendar
from bureau.selectors.waiting import WaitingItem
from inspections.models import LargeUpload, Sample
from inspections.selectors import fieldwork, sources


def for_user(user: User, today: date) -> list[WaitingItem]:
    if not user.has_role(Role.INSPECTOR):
        return []
    samples, entrusted = sources.waiting_for(user)
    uploads = LargeUpload.objects.filter(
        state=LargeUpload.State.OPEN, visit__in=fieldwork.of_user(user).values("pk")
    ).select_related("visit__entity")
    days = calendar.calendar() if samples or entrusted else None
    return [
        *(_sample(row, today, days) for row in samples),
        *(_entrusted(row, today, days) for row in entrusted),
        *(_upload(row) for row in uploads.order_by("id")[:20]),
    ]


def _sample(row: Sample, today: date, days: Calendar | None) -> WaitingItem:
    is_taken = row.state == Sample.State.TAKEN
    return WaitingItem(
        verb="送检样品" if is_taken else "登记检测结果",
        url=reverse("inspections:sample-detail", kwargs={"pk": row.pk}),
        st="wait" if is_taken else "run",
        word=str(row.get_state_display()),
        subject=row.visit.entity.name,
        note=f"{row.number} {row.name}",
        module="检查",
        since=timezone.localdate(row.taken_at),
        due=calendar.due(row.due_on, today, known=days),
    )


def _entrusted(row: Any, today: date, days: Calendar | None) -> WaitingItem:
    return WaitingItem(
        verb="登记委托的结论",
        url=reverse("inspections:outcome-detail", kwargs={"pk": row.visit_matter_id}),
        st="run",
        word=str(row.get_state_display()),
        subject=row.visit_matter.visit.entity.name,
        note=f"{row.issuer}：{row.service}",
        module="检查",
        since=timezone.localdate(row.recorded_at),
        due=calendar.due(row.due_on, today, known=days),
    )


def _upload(row: LargeUpload) -> WaitingItem:
    return WaitingItem(
        verb="传完录音录像",
        url=reverse("inspections:field-recordings", kwargs={"pk": row.visit_id}),
        st="soon",
        word=f"已收到 {row.percent}%",
        subject=row.visit.entity.name,
        note=row.name,
        module="检查",
        since=timezone.localdate(row.started_at),
        due=None,
    )
