"""Cells of 上级任务: a superior's organiser chooses whose pools; a subordinate's people see and confirm their part (A15)."""

from typing import Any

from planning.models import Task, TaskParticipant
from tests.planning.build import make_inspector, make_matter, make_pool, make_task
from tests.site.access import cell

Made = tuple[dict[str, Any], dict[str, Any]]


def _shared(cast: dict[str, Any]) -> Task:
    bureau, above = cast["bureau"], cast["superior_bureau"]
    make_pool(bureau, 3)
    make_inspector(bureau, 1)
    task = make_task(
        above, matters=[make_matter(above, "SK-01")], strata=(("全部", {}, "ratio", "50"),)
    )
    for part in (TaskParticipant.Part.POOL, TaskParticipant.Part.EXECUTING):
        TaskParticipant.objects.create(task=task, agency=bureau, part=part)
    return task


def shared(cast: dict[str, Any]) -> Made:
    return {"pk": _shared(cast).pk}, {}


def to_confirm(cast: dict[str, Any]) -> Made:
    return {"pk": _shared(cast).pk}, {"pool": "entities"}


def own(cast: dict[str, Any]) -> Made:
    task = make_task(cast["bureau"], matters=[make_matter(cast["bureau"])])
    return {"pk": task.pk}, {}


CELLS = [
    cell("planning:share-list", outsider=200),
    # The superior's own reader is led to the task itself.
    cell("planning:share-detail", make=shared, superior=302),
    cell("planning:share-confirm", "division_admin", method="post", make=to_confirm, ok=302),
    cell("planning:task-subordinates", "organiser", make=own),
    # No subordinates below: nothing to choose, and saving that is allowed.
    cell("planning:task-subordinates", "organiser", method="post", make=own, ok=302),
]
