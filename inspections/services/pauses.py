"""检查中断与恢复: the leader stops with a reason and goes on another day; the clock runs from the end only (A60, A75)."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import User
from bureau.services import notifications
from inspections.models import TeamMember, Visit, VisitPause
from inspections.rules import clock as clock_rules
from inspections.services.on_site import in_progress


def pause(
    *,
    visit_pk: Any,
    actor: User,
    reason: str,
    happened_at: datetime,
    today: date,
    resume_on: date | None = None,
) -> VisitPause:
    """Raises Forbidden for others than the leader, Conflict when it is paused already, RuleError for the input."""
    with transaction.atomic():
        visit = in_progress(visit_pk, actor, leader_only=True)
        if visit.pauses.filter(resumed_at=None).exists():
            raise Conflict("这次检查已经中断，恢复以后才能再次中断。")
        if not reason.strip():
            raise RuleError("请写明中断的原因，例如停电、关键人员不在场。")
        _check(happened_at, visit.started_at, "到场时间")
        if resume_on is not None and resume_on < today:
            raise RuleError("预计恢复日期不能早于今天，请改正。")
        row = VisitPause.objects.create(
            visit=visit,
            reason=reason.strip()[:300],
            paused_at=happened_at,
            paused_recorded_at=timezone.now(),
            paused_by=actor,
            resume_on=resume_on,
        )
        _note("visit.paused", f"中断检查：{row.reason}", visit, actor, happened_at)
        return row


def resume(*, visit_pk: Any, actor: User, happened_at: datetime) -> VisitPause:
    """Goes on. Raises Forbidden for others than the leader, Conflict when it is not paused."""
    with transaction.atomic():
        visit = in_progress(visit_pk, actor, leader_only=True)
        row = VisitPause.objects.select_for_update().filter(visit=visit, resumed_at=None).first()
        if row is None:
            raise Conflict("这次检查没有中断，或者已经恢复。")
        _check(happened_at, row.paused_at, "中断时间")
        row.resumed_at, row.resumed_by = max(happened_at, row.paused_at), actor
        row.resumed_recorded_at = timezone.now()
        row.save(update_fields=["resumed_at", "resumed_by", "resumed_recorded_at"])
        _note("visit.resumed", "恢复检查", visit, actor, happened_at)
        return row


def remind(*, today: date) -> int:
    """Paused visits whose day to go on has come, or whose window ends by tomorrow: the leader is told, once for each."""
    rows = VisitPause.objects.filter(resumed_at=None, visit__state=Visit.State.IN_PROGRESS).filter(
        Q(resume_on__lte=today) | Q(visit__window_to__lte=today + timedelta(days=1))
    )
    new = 0
    for row in rows.select_related("visit__entity", "visit__authority").order_by("id"):
        visit = row.visit
        leaders = visit.team.filter(is_current=True, part=TeamMember.Part.LEADER)
        users = [m.inspector.user for m in leaders.select_related("inspector__user") if m.inspector]
        new += notifications.notify(
            users=[user for user in users if user],
            key=f"visit-paused:{row.pk}:{row.resume_on}:{visit.window_to <= today + timedelta(days=1)}",
            text=f"{visit.entity}的检查已中断（{row.reason}），请恢复检查；检查期限到 {visit.window_to:%Y-%m-%d}。",
            url=reverse("inspections:field-visit", kwargs={"pk": visit.pk}),
            authority=visit.authority,
        )
    return new


def _check(happened_at: datetime, not_before: datetime | None, before: str) -> None:
    problem = clock_rules.claim_problem(
        happened_at, timezone.now(), not_before=not_before, before=before
    )
    if problem:
        raise RuleError(problem)


def _note(action: str, label: str, visit: Visit, actor: User, happened_at: datetime) -> None:
    audit.record(
        action,
        label,
        target=visit,
        actor=actor,
        detail={
            "happened_at": happened_at.isoformat(),
            "recorded_at": timezone.now().isoformat(),
        },
    )
