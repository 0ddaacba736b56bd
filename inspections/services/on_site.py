"""Shared by every step on site: what may still change, who leads, what counts as entered afterwards (A60, A67)."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from bureau.errors import Conflict, Forbidden
from bureau.models import User
from bureau.selectors import rule_settings
from bureau.services import transitions
from inspections.models import TeamMember, Visit, VisitMatter
from inspections.rules import clock as clock_rules
from inspections.rules.processes import VISIT
from inspections.services.revisions import lock_visit, officer

# From arrival until everything is published, results that were returned can still be put right.
ON_RECORD = frozenset({Visit.State.IN_PROGRESS, Visit.State.FINISHED, Visit.State.RECORDED})


def in_progress(visit_pk: Any, actor: User, *, leader_only: bool = False) -> Visit:
    visit = lock_visit(visit_pk)
    if leader_only:
        leader(visit, actor)
    else:
        officer(visit, actor)
    if visit.state != Visit.State.IN_PROGRESS:
        raise Conflict(transitions.moved_on(VISIT, visit))
    return visit


def not_paused(visit: Visit, happened_at: datetime) -> None:
    """What happened before the interruption may still arrive from a phone; nothing is done during it."""
    if visit.pauses.filter(resumed_at=None, paused_at__lt=happened_at).exists():
        raise Conflict("这次检查已中断。请组长先办理“恢复检查”，再继续填写。")


def leader(visit: Visit, actor: User) -> TeamMember:
    member = officer(visit, actor)
    if member.part != TeamMember.Part.LEADER:
        raise Forbidden("这一步由组长办理，请联系本次检查的组长。")
    return member


def locked_matter(visit: Visit, pk: Any) -> VisitMatter:
    rows = VisitMatter.objects.select_for_update(of=("self",)).select_related("matter", "checklist")
    matter: VisitMatter = rows.get(pk=pk, visit=visit)
    return matter


def is_entered_late(
    visit: Visit, happened_at: datetime | None, recorded_at: datetime | None
) -> bool:
    """Whether a claimed moment is shown as 事后补录, by the bureau's setting."""
    if happened_at is None or recorded_at is None:
        return False
    hours = rule_settings.value_of(
        "recorded_gap_hours", visit.authority, timezone.localdate(happened_at).year
    )
    return clock_rules.is_entered_late(happened_at, recorded_at, int(hours))


def moments(visit: Visit, happened_at: datetime, recorded_at: datetime) -> dict[str, Any]:
    return {
        "happened_at": happened_at.isoformat(),
        "recorded_at": recorded_at.isoformat(),
        "entered_late": is_entered_late(visit, happened_at, recorded_at),
    }
