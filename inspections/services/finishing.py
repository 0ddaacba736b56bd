"""The end of a visit on site, and the steps that it left out (A69, A75)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import User
from bureau.services import transitions
from inspections.models import Visit
from inspections.rules import answers as answer_rules
from inspections.rules import clock as clock_rules
from inspections.rules.processes import VISIT
from inspections.selectors import lacking
from inspections.services import clock
from inspections.services.on_site import in_progress, leader, moments


def trim(*, visit_pk: Any, actor: User, step: str, reason: str) -> Visit:
    """Leaves a step out for this entity, with its reason (A69); an empty reason takes it back. The leader decides."""
    if step not in answer_rules.STEPS:
        raise RuleError("这一步不能删减。")
    with transaction.atomic():
        visit = in_progress(visit_pk, actor, leader_only=True)
        reason = reason.strip()
        steps = {name: why for name, why in visit.trimmed_steps.items() if name != step}
        visit.trimmed_steps = steps | ({step: reason[:300]} if reason else {})
        visit.save(update_fields=["trimmed_steps"])
        label = answer_rules.STEPS[step]
        audit.record(
            "visit.step_trimmed" if reason else "visit.step_restored",
            f"删减程序：{label}" if reason else f"恢复程序：{label}",
            target=visit,
            actor=actor,
            detail={"reason": reason},
        )
        return visit


def finish(*, visit_pk: Any, actor: User, happened_at: datetime) -> Visit:
    """Ends the visit and starts the publication clock (A64–A69, A75). The leader does it.

    Raises RuleError with everything that is missing, or for an impossible time; Conflict when it has ended already.
    """
    with transaction.atomic():
        visit: Visit
        visit, _ = transitions.begin(
            VISIT, Visit.objects.select_related("entity"), visit_pk, "finish", actor
        )
        leader(visit, actor)
        if visit.pauses.filter(resumed_at=None).exists():
            raise Conflict("这次检查已中断。请先办理“恢复检查”，再结束检查。")
        now = timezone.now()
        problem = clock_rules.claim_problem(
            happened_at, now, not_before=visit.started_at, before="到场时间"
        )
        if problem:
            raise RuleError(problem)
        lacks = lacking.missing(visit)
        if lacks:
            raise RuleError(f"还不能结束检查，有 {len(lacks)} 处没有完成：{' '.join(lacks)}")
        assert visit.started_at is not None
        visit.state = Visit.State.FINISHED
        visit.ended_at, visit.ended_recorded_at = max(happened_at, visit.started_at), now
        visit.save(update_fields=["state", "ended_at", "ended_recorded_at"])
        clock.start(visit=visit)
        audit.record(
            "visit.finished",
            "结束检查",
            target=visit,
            actor=actor,
            detail=moments(visit, happened_at, now),
        )
        return visit
