"""Deliverers of what planning and inspections announce, and the beat job of this app."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from bureau.models import OutboxMessage
from bureau.services import outbox
from planning.models import Plan, PlanAdjustment, Task
from publication.models import PublicRecord
from publication.services import objections, records


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


@shared_task(name="publication.warn_due_objections")
def warn_due_objections() -> None:
    objections.warn_due(today=timezone.localdate())


def _receipt(record: PublicRecord) -> dict[str, Any]:
    return {"record": str(record.pk), "version": record.version, "sha256": record.sha256}
