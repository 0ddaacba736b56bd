"""Deliverers of what planning and inspections announce, and the beat job of this app."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from bureau.models import OutboxMessage
from bureau.services import jobs, outbox
from planning.models import Plan, PlanAdjustment, Task
from publication.models import PublicRecord
from publication.services import (
    followups,
    hall,
    matter_lists,
    objections,
    penalties,
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
    today = timezone.localdate()
    objections.warn_due(today=today)
    penalties.warn_due(today=today)


@jobs.kind(hall.JOB)
def print_hall_list(run: jobs.Run) -> dict[str, Any]:
    return hall.make_list(run)


@jobs.kind(push_targets.PAST)
def push_past(run: jobs.Run) -> dict[str, Any]:
    return push_targets.send_past(run)


def _receipt(record: PublicRecord) -> dict[str, Any]:
    return {"record": str(record.pk), "version": record.version, "sha256": record.sha256}
