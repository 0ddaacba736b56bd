"""Visits beside their ordinary course, for the tests of 视为完成, transfer, skip and merge."""

from datetime import date

from inspections.services import deemed, dispatch
from planning.models import Pick, Task
from tests.inspections.dispatch_cast import TODAY, make_drawn_task, make_full_matter
from tests.people import make_user
from tests.planning.build import make_listing


def merged(bureau, by, *, by_second=None):
    """One visit of two tasks that two people organised."""
    listing = make_listing(bureau, 1)
    first = make_drawn_task(bureau, [listing], by=by, matters=[make_full_matter(bureau, "KC-01")])
    second = make_drawn_task(
        bureau,
        [listing],
        by=by_second or by,
        matters=[make_full_matter(bureau, "ST-02")],
        window_from=date(2026, 4, 1),
        window_to=date(2026, 6, 30),
    )
    dispatch.dispatch(task=first, actor=by, today=TODAY)
    (visit,) = dispatch.dispatch(task=second, actor=by_second or by, today=TODAY).joined
    return visit, first, second


def asked_deemed(visit, actor, cause="deregistered"):
    return deemed.request(
        visit=visit, cause=cause, note="2026年3月1日注销，见公示系统截图", actor=actor
    )


def settled(visit, actor, head, cause="deregistered"):
    return deemed.decide(deemed=asked_deemed(visit, actor, cause), approve=True, actor=head)


def pick_of(visit) -> Pick:
    return visit.matters.first().pick


def task_again(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def neighbour(superior_bureau):
    """An authority under the same superior with a matter, a station and somebody at its desk."""
    from tests.people import make_authority, make_unit

    other = make_authority("LSX", "邻水县自然资源和规划局", superior_bureau)
    other.document_mark = "邻自然资"
    other.save(update_fields=["document_mark"])
    station = make_unit(other, "LSX-DS", "东水国土所")
    desk = make_user("lsx", "邻县分派", other, "coordinator", "organiser")
    return other, station, desk, make_full_matter(other, "KC-01")
