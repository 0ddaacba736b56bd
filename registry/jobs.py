"""Long work of the registry, and what it does every morning."""

from typing import Any

from celery import shared_task
from django.urls import reverse
from django.utils import timezone

from bureau.services import jobs
from registry.models import ImportBatch
from registry.services import certificates, imports, marks


@jobs.kind(imports.STAGE_JOB)
def stage_import(run: jobs.Run) -> dict[str, Any]:
    batch = _batch(run)

    def progress(done: int, total: int) -> None:
        run.advance(cursor={"rows": done}, done=done, total=total)

    imports.stage(
        batch, today=timezone.localdate(), skip=run.cursor.get("rows", 0), progress=progress
    )
    return {"url": reverse("registry:import-detail", args=[batch.pk])}


@jobs.kind(imports.COMMIT_JOB)
def commit_import(run: jobs.Run) -> dict[str, Any]:
    batch = _batch(run)
    imports.commit(
        batch=batch,
        skip_errors=run.payload["skip_errors"],
        actor=run.job.actor,
        today=timezone.localdate(),
        job=run.job,
    )
    return {"url": reverse("registry:import-detail", args=[batch.pk])}


@shared_task(name="registry.warn_expiring_certificates")
def warn_expiring_certificates() -> int:
    """Each notice once, however often this runs."""
    return certificates.warn_expiring(today=timezone.localdate())


@shared_task(name="registry.expire_marks")
def expire_marks() -> int:
    """Risk marks whose date has passed."""
    return marks.expire(today=timezone.localdate())


def _batch(run: jobs.Run) -> ImportBatch:
    batch: ImportBatch = ImportBatch.objects.select_related("authority__region", "file").get(
        pk=run.payload["batch"]
    )
    return batch
