"""The notices of a task: which visits may get theirs, and the files in which they were bound (A64)."""

from django.db.models import Exists, OuterRef, QuerySet

from inspections.models import NoticeBundle, Visit, VisitMatter
from planning.models import Task

PRINTABLE = (Visit.State.ORDERED, Visit.State.IN_PROGRESS)


def of_task(task: Task) -> "QuerySet[Visit]":
    """Approved visits of the task that have not ended, with their notices."""
    rows: QuerySet[Visit] = (
        Visit.objects.filter(
            Exists(VisitMatter.objects.filter(visit=OuterRef("pk"), task=task)),
            authority=task.authority_id,
            state__in=PRINTABLE,
        )
        .select_related("entity", "unit", "authority", "notice")
        .prefetch_related("matters__task")
        .order_by("window_to", "number")
    )
    return rows


def made(task: Task) -> "QuerySet[NoticeBundle]":
    return NoticeBundle.objects.filter(task=task).select_related("made_by", "file")[:20]
