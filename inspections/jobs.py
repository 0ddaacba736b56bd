"""Celery entry points of inspections: what the beat runs every morning. Running twice or late does no harm."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from bureau.models import OutboxMessage
from bureau.services import jobs, outbox
from inspections.services import (
    burning,
    deemed,
    disclosure,
    escalation,
    list_checks,
    notice_bundles,
    pauses,
    rechecks,
    reminders,
    reminders_before,
    sources,
    uploads,
)


@shared_task(name="inspections.warn_due_publications")
def warn_due_publications() -> int:
    reminders.recompute_clocks()
    return reminders.publications(today=timezone.localdate())


@shared_task(name="inspections.warn_due_disposals")
def warn_due_disposals() -> int:
    today = timezone.localdate()
    new = reminders.disposals(today=today) + escalation.run(today=today)
    return new + rechecks.remind(today=today)


@shared_task(name="inspections.warn_due_orders")
def warn_due_orders() -> int:
    today = timezone.localdate()
    return reminders_before.orders(today=today) + reminders_before.advance_notices(today=today)


@shared_task(name="inspections.remind_list_checks")
def remind_list_checks() -> int:
    return list_checks.remind(today=timezone.localdate())


@shared_task(name="inspections.remind_paused")
def remind_paused() -> int:
    return pauses.remind(today=timezone.localdate())


@outbox.delivers("deemed.report")
def _deemed_report(message: OutboxMessage) -> dict[str, Any]:
    """视为完成名单 to the superior's readers (A70)."""
    return deemed.deliver_report(pk=message.payload["report"])


@shared_task(name="inspections.tell_teams")
def tell_teams() -> int:
    """The evening before, or that morning: each team is told where it goes (setting visit_disclosure)."""
    return disclosure.tell_due(now=timezone.now())


@jobs.kind(notice_bundles.JOB)
def bind_notices(run: jobs.Run) -> dict[str, Any]:
    """The notices of a task in one file; an attempt that was cut off left made notices and no file (A64)."""
    return notice_bundles.run(run)


@jobs.kind(burning.JOB)
def burn_photo(run: jobs.Run) -> dict[str, Any]:
    """The 水印件 of one photo; an attempt that was cut off left nothing, or left it whole (A65)."""
    copy = burning.burn(run.payload["evidence"])
    run.advance(done=1, total=1)
    return {"summary": "照片水印件已制作。", "copy": str(copy.pk)}


@jobs.kind(uploads.JOB)
def assemble_upload(run: jobs.Run) -> dict[str, Any]:
    """Joins the pieces of a large file; what an attempt that was cut off wrote is thrown away (A67)."""
    upload = uploads.assemble(run.payload["upload"], renew=run.advance)
    run.advance(done=1, total=1)
    return {"summary": f"{upload.name}：{upload.get_state_display()}"}


@shared_task(name="inspections.expire_uploads")
def expire_uploads() -> int:
    return uploads.expire(now=timezone.now())


@shared_task(name="inspections.warn_due_sources")
def warn_due_sources() -> int:
    return sources.remind(today=timezone.localdate())
