"""Cells of the publication desk and of the public site."""

from typing import Any

from django.utils import timezone

from bureau.models import User
from inspections.models import Visit, VisitMatter
from inspections.services import dispatch, notices
from planning.models import Draw
from publication.models import Nondisclosure, Objection, PublicEntry
from publication.services import nondisclosures, objections, records
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    make_drawn_task,
    make_officers,
    ordered,
)
from tests.planning import sitting_cast
from tests.planning.build import make_listing
from tests.publication.cast import approved_matter, fill_index
from tests.publication.test_announced import make_plan
from tests.site.access import Cell, cell

Made = tuple[dict[str, Any], dict[str, Any]]
ASK = {"reason": "涉及国家秘密", "basis": "保守国家秘密法"}


def _people(cast: dict[str, Any]) -> dict[str, User]:
    """The result is made by people whom no cell asks: they may then be the ones refused or allowed."""
    from tests.people import make_user

    bureau = cast["bureau"]
    return {
        "leader": make_user("leader", "测组长", bureau, "inspector"),
        "second": make_user("second", "测组员", bureau, "inspector"),
        "desk": cast["everyone"],
        "head": cast["everyone"],
        "reviewer": make_user("checker", "测复核", bureau, "reviewer"),
    }


def _approved(cast: dict[str, Any]) -> VisitMatter:
    # The desk user may not approve what they asked for: `head` is another one.
    people = _people(cast)
    return approved_matter(cast["bureau"], people | {"head": cast["head"]})


def _published(cast: dict[str, Any]) -> VisitMatter:
    matter = _approved(cast)
    records.publish_result(
        visit_matter=matter.pk, actor=cast["everyone"], today=timezone.localdate()
    )
    return matter


def _objection(cast: dict[str, Any]) -> Objection:
    today = timezone.localdate()
    return objections.register(
        visit_matter=_published(cast).pk,
        applicant="甲",
        contact="1",
        text="有误",
        received_on=today,
        actor=cast["everyone"],
        today=today,
    )


def approved_one(cast: dict[str, Any]) -> Made:
    return {"pk": _approved(cast).pk}, ASK


def publish_one(cast: dict[str, Any]) -> Made:
    return {}, {"pk": [str(_approved(cast).pk)]}


def request_one(cast: dict[str, Any]) -> Made:
    matter = _approved(cast)
    nondisclosures.request(visit_matter=matter.pk, actor=cast["everyone"], **ASK)
    assert Nondisclosure.objects.count() == 1
    return {"pk": matter.pk}, {"decision": "approve", "note": ""}


def record(cast: dict[str, Any]) -> Made:
    _published(cast)
    return {"pk": PublicEntry.objects.get(kind="result").pk}, {}


def objected(cast: dict[str, Any]) -> Made:
    return {"pk": _objection(cast).pk}, {"is_upheld": "no", "finding": "复测无误"}


def rechecked(cast: dict[str, Any]) -> Made:
    row = _objection(cast)
    today = timezone.localdate()
    objections.recheck(
        objection=row.pk, finding="无误", is_upheld=False, actor=cast["deputy"], today=today
    )
    return {"pk": row.pk}, {"replied_on": today.isoformat(), "text": "结果无误"}


def objectable(cast: dict[str, Any]) -> Made:
    post = {
        "applicant": "甲",
        "contact": "1",
        "received_on": timezone.localdate().isoformat(),
        "text": "有误",
    }
    return {"pk": _published(cast).pk}, post


def matter(cast: dict[str, Any]) -> Made:
    from tests.planning.build import make_matter

    return {"pk": make_matter(cast["bureau"]).pk}, {}


def plan(cast: dict[str, Any]) -> Made:
    records.publish_plan(plan=make_plan(cast["bureau"], cast["organiser"]))
    return {"pk": PublicEntry.objects.get(kind="plan").pk}, {}


def task_notice(cast: dict[str, Any]) -> Made:
    listing = make_listing(cast["bureau"], 1)
    task = make_drawn_task(cast["bureau"], [listing], by=cast["organiser"])
    dispatch.dispatch(task=task, actor=cast["everyone"], today=TODAY)
    task.refresh_from_db()
    made = records.publish_task_notice(task=task)
    return {"pk": PublicEntry.objects.get(record=made).pk}, {}


def _draw(cast: dict[str, Any]) -> Draw:
    sitting_cast.fill_pool(cast["bureau"])
    return sitting_cast.locked(
        cast["bureau"], cast["organiser"], witnesses=[cast["witness"]]
    ).draws.get()


def draw(cast: dict[str, Any]) -> Made:
    return {"number": _draw(cast).number}, {}


def draw_file(cast: dict[str, Any]) -> Made:
    return {"number": _draw(cast).number, "name": "announcement.txt"}, {}


def authority(cast: dict[str, Any]) -> Made:
    return {"code": cast["bureau"].code}, {}


def token(cast: dict[str, Any]) -> Made:
    both = cast["everyone"]
    task = make_drawn_task(cast["bureau"], [make_listing(cast["bureau"], 1)], by=both)
    (visit,) = dispatch.dispatch(task=task, actor=both, today=TODAY).visits
    ordered(assigned(visit, both, make_officers(cast["bureau"], 2)), both, cast["head"])
    made = notices.issue(visit=Visit.objects.get(pk=visit.pk), actor=both, today=TODAY)
    return {"token": made.token}, {}


def indexed(cast: dict[str, Any]) -> Made:
    fill_index(cast["bureau"], 1)
    return {"pk": PublicEntry.objects.get().pk}, {}


def shown(url: str, **options: Any) -> Cell:
    """A public page: the same for everybody."""
    return cell(url, anonymous=200, outsider=200, **options)


RECEIVERS = ("publisher", "coordinator")
RECHECKERS = ("reviewer", "deputy", "head", "coordinator")
CELLS = [
    cell("publication:queue", outsider=200),
    # nothing chosen: back to the queue with a sentence
    cell("publication:result-confirm", "publisher", ok=302, outsider=302),
    cell("publication:result-publish", "publisher", method="post", make=publish_one, ok=302),
    cell("publication:withhold", "publisher", make=approved_one),
    cell("publication:withhold", "publisher", method="post", make=approved_one, ok=302),
    cell("publication:nondisclosure-decide", "head", make=request_one),
    cell("publication:nondisclosure-decide", "head", method="post", make=request_one, ok=302),
    cell("publication:record-detail", make=record),
    cell("publication:objection-list", outsider=200),
    cell("publication:objection-find", *RECEIVERS, outsider=200),
    cell("publication:objection-create", *RECEIVERS, make=objectable),
    cell("publication:objection-create", *RECEIVERS, method="post", make=objectable, ok=302),
    cell("publication:objection-detail", make=objected),
    cell("publication:objection-recheck", *RECHECKERS, make=objected),
    # who approved the visit is not in the team and may recheck; the first allowed role that asks had no part in the result
    cell("publication:objection-recheck", *RECHECKERS, method="post", make=objected, ok=302),
    cell("publication:objection-reply", *RECEIVERS, make=rechecked),
    cell("publication:objection-reply", *RECEIVERS, method="post", make=rechecked, ok=302),
    shown("public:home"),
    shown("public:results"),
    shown("public:result-detail", make=record),
    shown("public:record-file", make=indexed),
    shown("public:matters"),
    shown("public:matter-detail", make=matter),
    shown("public:plans"),
    shown("public:plan-detail", make=plan),
    shown("public:draws"),
    shown("public:draw-detail", make=draw),
    shown("public:draw-zip", make=draw),
    shown("public:draw-file", make=draw_file),
    shown("public:task-notice", make=task_notice),
    shown("public:chain", make=authority),
    shown("public:chain-file", make=authority),
    shown("public:verify-py"),
    shown("public:check"),
    shown("public:notice-check", make=token),
    shown("public:open-data"),
    shown("public:results-csv"),
    shown("public:results-json"),
    shown("public:about"),
]
