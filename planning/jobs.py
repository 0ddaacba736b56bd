"""Celery entry points of planning; every one may run twice or late without harm."""

from celery import shared_task
from django.utils import timezone

from planning.services import draws


@shared_task(name="planning.reveal_due")
def reveal_due() -> None:
    """Lists whose day has come, whose task is closed, or that had to wait for a sealed draw (DRAW §3)."""
    draws.reveal_due(today=timezone.localdate())
