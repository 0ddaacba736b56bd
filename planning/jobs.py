"""Celery entry points of planning; every one may run twice or late without harm."""

from celery import shared_task
from django.utils import timezone

from planning.services import deadlines, draws


@shared_task(name="planning.reveal_due")
def reveal_due() -> None:
    """Lists whose day has come, whose task is closed, or that had to wait for a sealed draw (DRAW §3)."""
    draws.reveal_due(today=timezone.localdate())


@shared_task(name="planning.warn_plan_deadline")
def warn_plan_deadline() -> None:
    """The annual plan's deadline of every authority (A28, A29)."""
    deadlines.warn_plans(today=timezone.localdate())
