"""Celery: the broker carries ids only. Periodic jobs are here, in code, so that every beat knows the same ones."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(related_name="jobs")
# Every job here may run twice or late without harm: notices have unique keys, sealing takes a lock.
app.conf.beat_schedule = {
    "sweep": {"task": "bureau.sweep", "schedule": 30.0},
    "seal": {"task": "bureau.seal_trail", "schedule": 60.0},
    "plan-deadline": {
        "task": "planning.warn_plan_deadline",
        "schedule": crontab(hour="8", minute="5"),
    },
    "due-publications": {
        "task": "inspections.warn_due_publications",
        "schedule": crontab(hour="8", minute="10"),
    },
    "due-disposals": {
        "task": "inspections.warn_due_disposals",
        "schedule": crontab(hour="8", minute="15"),
    },
    "emergency-orders": {
        "task": "inspections.warn_due_orders",
        "schedule": crontab(hour="8", minute="18"),
    },
    "certificates": {
        "task": "registry.warn_expiring_certificates",
        "schedule": crontab(hour="8", minute="20"),
    },
    "publication-days": {
        "task": "publication.publish_chosen_days",
        "schedule": crontab(hour="7,9,14", minute="35"),
    },
    "risk-marks": {
        "task": "registry.expire_marks",
        "schedule": crontab(hour="0", minute="20"),
    },
    "objections": {
        "task": "publication.warn_due_objections",
        "schedule": crontab(hour="8", minute="25"),
    },
    "list-checks": {
        "task": "inspections.remind_list_checks",
        "schedule": crontab(hour="8", minute="30"),
    },
    "due-sources": {
        "task": "inspections.warn_due_sources",
        "schedule": crontab(hour="8", minute="35"),
    },
    "expire-uploads": {"task": "inspections.expire_uploads", "schedule": crontab(minute="50")},
    "remind-paused": {
        "task": "inspections.remind_paused",
        "schedule": crontab(hour="8", minute="40"),
    },
    "tell-teams": {"task": "inspections.tell_teams", "schedule": crontab(minute="*/10")},
    "draw-reveals": {"task": "planning.reveal_due", "schedule": crontab(minute="*/10")},
}
