"""The list for the service hall as a file: at once when it is short, as a job when it is long (A111)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.errors import RuleError
from bureau.models import Agency, Job, User
from bureau.services import documents, files, jobs
from bureau.services.pulse import Pulse
from publication.selectors import hall as reads

JOB = "publication.hall_list"
AT_ONCE, MOST = 100, 3000
TEMPLATE = "publication/documents/hall_list.html"


def list_pdf(*, authority: Agency, chosen: Mapping[str, Any], on: date) -> bytes:
    return documents.pdf(TEMPLATE, reads.printed_list(authority, chosen, on))


def poster_pdf(*, authority: Agency) -> bytes:
    return documents.pdf("publication/documents/hall_poster.html", reads.printed_poster(authority))


def start_list(*, authority: Agency, chosen: Mapping[str, Any], actor: User) -> Job:
    """A long list as a job. Raises RuleError when it would be too long to hang up or to read."""
    count = reads.rows(authority, chosen).count()
    if count > MOST:
        raise RuleError(
            f"选中 {count} 项，一张表最多 {MOST} 项。请缩短时间，或按任务、单位分开打印。"
        )
    payload = {
        "authority": authority.pk,
        "since": chosen["since"].isoformat(),
        "until": chosen["until"].isoformat(),
        "task": chosen.get("task") or "",
        "unit": chosen.get("unit") or "",
    }
    with transaction.atomic():
        audit.record(
            "hall_list.requested",
            f"打印抽查结果公示表，{count} 项",
            target=authority,
            actor=actor,
            authority=authority,
            detail=payload,
        )
        return jobs.start(
            kind=JOB,
            key=f"{JOB}:{actor.pk}:{timezone.now():%Y%m%d%H%M%S%f}",
            label=f"抽查结果公示表，{count} 项",
            actor=actor,
            authority=authority,
            payload=payload,
        )


def make_list(run: jobs.Run) -> dict[str, Any]:
    """The job: one document; an attempt that was cut off begins again."""
    given = run.payload
    authority = Agency.objects.get(pk=given["authority"])
    chosen = given | {name: date.fromisoformat(given[name]) for name in ("since", "until")}
    with Pulse(run, total=1):
        content = list_pdf(authority=authority, chosen=chosen, on=timezone.localdate())
    with transaction.atomic():
        stored = files.store_bytes(
            content=content,
            name="抽查结果公示表.pdf",
            kind="application/pdf",
            suffix=".pdf",
            authority=authority,
            by=run.job.actor,
        )
        run.advance(done=1, total=1)
    return {"url": reverse("bureau:file", args=[stored.pk]), "text": "打开公示表", "summary": ""}
