"""Long work and Celery entry points of planning; every one may run twice or late without harm."""

from typing import Any

from celery import shared_task
from django.urls import reverse
from django.utils import timezone

from bureau.models import User
from bureau.services import jobs
from bureau.services.pulse import Pulse
from planning.models import Sitting
from planning.services import deadlines, draws, large_sittings, sittings


@jobs.kind(large_sittings.LOCK_JOB)
def lock_sitting(run: jobs.Run) -> dict[str, Any]:
    """Raises RuleError (the page shows its sentence) when the pool changed, or whatever else the lock refuses."""
    sitting = _sitting(run)
    if sitting.state == Sitting.State.PREPARED:  # else an earlier attempt got to its end
        with Pulse(run, total=run.payload["size"]) as pulse:
            sittings.lock(
                sitting=sitting, actor=_actor(run), reason=run.payload["reason"], seen=pulse.add
            )
    return _back(sitting, "名单已锁定，公告已发布。请打印锁定单交给每位监督人。")


@jobs.kind(large_sittings.COMPUTE_JOB)
def compute_sitting(run: jobs.Run) -> dict[str, Any]:
    """Raises RuleError when something is missing or the two computations differ; nothing is recorded then."""
    sitting = _sitting(run)
    if sitting.state == Sitting.State.LOCKED:
        with Pulse(run):
            sittings.compute(sitting=sitting, actor=_actor(run))
    return _back(sitting, "抽取完成，结果已记录。")


@shared_task(name="planning.reveal_due")
def reveal_due() -> None:
    """Lists whose day has come, whose task is closed, or that had to wait for a sealed draw (DRAW §3)."""
    draws.reveal_due(today=timezone.localdate())


@shared_task(name="planning.warn_plan_deadline")
def warn_plan_deadline() -> None:
    """The annual plan's deadline of every authority (A28, A29)."""
    deadlines.warn_plans(today=timezone.localdate())


def _sitting(run: jobs.Run) -> Sitting:
    return Sitting.objects.get(pk=run.payload["sitting"])


def _actor(run: jobs.Run) -> User:
    return User.objects.get(pk=run.job.actor_id)


def _back(sitting: Sitting, summary: str) -> dict[str, Any]:
    url = reverse("planning:sitting-detail", args=[sitting.pk])
    return {"url": url, "text": "回到摇号会", "summary": summary}
