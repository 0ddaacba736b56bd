"""通知书合订: the notices of a task made where they are missing and bound into one PDF, as a job (A64)."""

import hashlib
import tempfile
from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.errors import RuleError
from bureau.models import Job, User
from bureau.services import documents as printing
from bureau.services import files, jobs
from bureau.services.pdf_joining import Joined
from inspections.models import Notice, NoticeBundle, Visit
from inspections.selectors import bundles, documents
from inspections.services import notices
from inspections.services.desks import require_desk
from planning.models import Task

JOB = "inspections.notices"
PIECE = 256 * 1024


def start(*, task: Task, visits: list[UUID], actor: User) -> Job:
    """Begins the work for the chosen visits of the task. Raises RuleError for none, or for visits of other tasks."""
    if not visits:
        raise RuleError("请至少选择一户再制作。")
    rows = list(bundles.of_task(task).filter(pk__in=visits).select_related("unit"))
    if len(rows) != len(set(visits)):
        raise RuleError("所选检查中有的不属于这个任务或者已经开始，请刷新后重新选择。")
    for unit in {visit.unit_id: visit.unit for visit in rows}.values():
        require_desk(actor, unit, [task])
    stamp = timezone.now().strftime("%Y%m%d%H%M")
    chosen = hashlib.sha256(repr(sorted(map(str, visits))).encode()).hexdigest()[:16]
    return jobs.start(
        kind=JOB,
        key=f"notices:{task.pk}:{actor.pk}:{stamp}:{chosen}",
        label=f"制作并合订 {len(rows)} 份检查通知书",
        actor=actor,
        authority=task.authority,
        payload={"task": str(task.pk), "visits": [str(row.pk) for row in rows]},
    )


def run(attempt: jobs.Run) -> dict[str, Any]:
    """Makes what is missing, then binds one notice after the other: memory holds one. A new attempt begins anew."""
    task = Task.objects.select_related("authority").get(pk=attempt.payload["task"])
    actor = attempt.job.actor
    assert actor is not None
    wanted = list(attempt.payload["visits"])
    refused = _issue(wanted, actor, attempt)
    with tempfile.TemporaryFile() as out:
        bound, pages = bind(wanted, out, attempt)
        if not bound:
            raise RuleError("没有可以合订的通知书。" + "".join(refused[:10]))
        bundle = _keep(task, actor, bound, pages, out, attempt)
    summary = f"合订 {len(bound)} 份，共 {pages} 页。" + "".join(refused[:20])
    return {
        "url": reverse("inspections:notice-bundle", args=[bundle.pk]),
        "text": "下载合订的通知书",
        "summary": summary,
    }


def bind(
    wanted: list[str], out: IO[bytes], attempt: jobs.Run | None = None
) -> tuple[list[UUID], int]:
    """Writes the notices of these visits, in the order of their visits' numbers; returns whose, and how many pages."""
    joined, bound, pages = Joined(out), [], 0
    chosen = Visit.objects.filter(pk__in=wanted)
    rows = Notice.objects.filter(visit__in=chosen).select_related("issued_by", "visit__entity")
    total = 2 * len(wanted)
    for place, notice in enumerate(rows.order_by("visit__number").iterator(chunk_size=50), 1):
        context = documents.printing_context(documents.as_printed(notice))
        content = printing.pdf("inspections/documents/notice.html", context)
        pages += joined.add(content, f"{notice.number} {notice.content['entity']['name']}")
        bound.append(notice.visit_id)
        if attempt is not None:
            attempt.advance(done=len(wanted) + place, total=total)
    joined.close()
    return bound, pages


def _issue(wanted: list[str], actor: User, attempt: jobs.Run) -> list[str]:
    """Makes the notices that are not made yet; what cannot be made is named and left."""
    refused = []
    made = set(Notice.objects.filter(visit_id__in=wanted).values_list("visit_id", flat=True))
    rows = Visit.objects.filter(pk__in=wanted).select_related("entity").order_by("number")
    for place, visit in enumerate(rows, 1):
        if visit.pk not in made:
            try:
                notices.issue(visit=visit, actor=actor, today=timezone.localdate())
            except RuleError as error:
                refused.append(f"{visit.entity.name}：{error.message}")
        attempt.advance(done=place, total=2 * len(wanted))
    return refused


def _keep(
    task: Task, actor: User, bound: list[UUID], pages: int, out: IO[bytes], attempt: jobs.Run
) -> NoticeBundle:
    stored = files.store_flow(
        pieces=_pieces(out),
        name=f"{task.number} 检查通知书 {len(bound)} 份.pdf",
        kind="application/pdf",
        suffix=".pdf",
        authority=task.authority,
        by=actor,
    )
    with transaction.atomic():
        attempt.advance()  # another worker that took over keeps its own
        stored.save()
        bundle = NoticeBundle.objects.create(
            authority=task.authority,
            task=task,
            file=stored,
            count=len(bound),
            pages=pages,
            made_by=actor,
        )
        bundle.visits.set(Visit.objects.filter(pk__in=bound))
        audit.record(
            "notices.bound",
            f"合订检查通知书 {len(bound)} 份，{pages} 页",
            target=bundle,
            actor=actor,
            about=[task],
            detail={"sha256": stored.sha256, "count": len(bound), "pages": pages},
        )
    return bundle


def _pieces(out: IO[bytes]) -> Iterator[bytes]:
    out.seek(0)
    while piece := out.read(PIECE):
        yield piece
