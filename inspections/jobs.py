"""Celery entry points of inspections: what the beat runs every morning. Running twice or late does no harm."""

from celery import shared_task
from django.utils import timezone

from inspections.services import reminders


@shared_task(name="inspections.warn_due_publications")
def warn_due_publications() -> int:
    reminders.recompute_clocks()
    return reminders.publications(today=timezone.localdate())


@shared_task(name="inspections.warn_due_disposals")
def warn_due_disposals() -> int:
    return reminders.disposals(today=timezone.localdate())
