"""Deliverers of what planning and inspections announce, and the beat job of this app."""

from typing import Any

from celery import shared_task
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bureau.errors import Conflict, RuleError
from bureau.models import OutboxMessage, User
from bureau.services import jobs, outbox
from planning.models import Plan, PlanAdjustment, Task
from publication.models import PublicRecord
from publication.services import (
    dossiers,
    followups,
    hall,
    matter_lists,
    objections,
    push_targets,
    pushing,
    records,
    schedules,
)


@outbox.delivers("public.plan")
def deliver_plan(message: OutboxMessage) -> dict[str, Any]:
    return _receipt(records.publish_plan(plan=Plan.objects.get(pk=message.payload["plan"])))


@outbox.delivers("public.adjustment")
def deliver_adjustment(message: OutboxMessage) -> dict[str, Any]:
    adjustment = PlanAdjustment.objects.get(pk=message.payload["adjustment"])
    version = int(message.payload["version"])
    return _receipt(records.publish_adjustment(adjustment=adjustment, version=version))


@outbox.delivers("public.task_notice")
def deliver_task_notice(message: OutboxMessage) -> dict[str, Any]:
    return _receipt(records.publish_task_notice(task=Task.objects.get(pk=message.payload["task"])))


@outbox.delivers("public.result")
def deliver_result(message: OutboxMessage) -> dict[str, Any]:
    """Approved where the bureau publishes at approval (setting publication_mode)."""
    return schedules.publish_approved(
        visit_matter=message.payload["visit_matter"], today=timezone.localdate()
    )


@shared_task(name="publication.publish_chosen_days")
def publish_chosen_days() -> int:
    return schedules.publish_due(today=timezone.localdate())


@outbox.delivers(pushing.KIND)
def deliver_push(message: OutboxMessage) -> dict[str, Any]:
    return pushing.deliver(message)


@outbox.delivers("public.matter_list")
def deliver_matter_list(message: OutboxMessage) -> dict[str, Any]:
    return _receipt(matter_lists.publish(authority=message.payload["authority"]))


@outbox.delivers("public.followup")
def deliver_followup(message: OutboxMessage) -> dict[str, Any]:
    record = followups.publish(visit_matter=message.payload["matter"])
    return _receipt(record) if record else {"record": None}


@shared_task(name="publication.warn_due_objections")
def warn_due_objections() -> None:
    objections.warn_due(today=timezone.localdate())


@jobs.kind(dossiers.JOB)
def archive_dossiers(run: jobs.Run) -> dict[str, Any]:
    """One dossier after the other, on from where the last attempt stopped; what is not whole is named and left (A89)."""
    wanted, done = list(run.payload["visits"]), int(run.cursor.get("done", 0))
    lacking = list(run.cursor.get("lacking", []))
    actor = User.objects.get(pk=run.job.actor_id)
    for place in range(done, len(wanted)):
        try:
            with transaction.atomic():
                dossiers.archive(visit_pk=wanted[place], actor=actor, today=timezone.localdate())
        except Conflict:
            pass  # an earlier attempt got that far
        except RuleError as refused:
            lacking.append(refused.message)
        run.advance(
            cursor={"done": place + 1, "lacking": lacking}, done=place + 1, total=len(wanted)
        )
    summary = f"已归档 {len(wanted) - len(lacking)} 份卷宗。" + "".join(lacking[:20])
    return {"url": reverse("publication:dossier-list"), "text": "回到卷宗", "summary": summary}


@jobs.kind(hall.JOB)
def print_hall_list(run: jobs.Run) -> dict[str, Any]:
    return hall.make_list(run)


@jobs.kind(push_targets.PAST)
def push_past(run: jobs.Run) -> dict[str, Any]:
    return push_targets.send_past(run)


def _receipt(record: PublicRecord) -> dict[str, Any]:
    return {"record": str(record.pk), "version": record.version, "sha256": record.sha256}
