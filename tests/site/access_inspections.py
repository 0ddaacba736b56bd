"""From the draw to the door: dispatch, teams, orders, notices and the visit's page."""

from inspections.models import Visit
from inspections.services import dispatch, notices, orders, replacements, teams
from planning.services import sittings
from tests.inspections.dispatch_cast import (
    DIGITS,
    TODAY,
    assigned,
    computed_sitting,
    dispatched,
    make_drawn_task,
    make_full_matter,
    make_officers,
    ordered,
    prepared_sitting,
    task_of,
)
from tests.people import make_user
from tests.planning.build import make_listing
from tests.site.access import cell

DESK = ("organiser", "coordinator")
FIELD = (*DESK, "inspector")
REASON = {"reason": "当日另有任务"}


def a_drawn_task(cast):
    task = make_drawn_task(cast["bureau"], [make_listing(cast["bureau"], 1)], by=cast["everyone"])
    return {"pk": task.pk}, {}


def a_visit(cast):
    return {"pk": _visit(cast).pk}, {}


def a_merged_visit(cast):
    bureau, everyone = cast["bureau"], cast["everyone"]
    listing = make_listing(bureau, 1)
    tasks = [
        make_drawn_task(bureau, [listing], by=everyone, matters=[make_full_matter(bureau, code)])
        for code in ("KC-01", "ST-02")
    ]
    for task in tasks:
        dispatch.dispatch(task=task, actor=everyone, today=TODAY)
    return {"pk": Visit.objects.get().pk}, {"task": tasks[0].pk} | REASON


def a_visit_deemed(cast):
    return {"pk": _visit(cast).pk}, {"cause": "revoked", "note": "2026年2月被吊销，见公示截图"}


def a_visit_to_assign(cast):
    one, two = make_officers(cast["bureau"], 2)
    post = {"officers": [one.pk, two.pk], "leader": one.pk, "reason": "人员不足"}
    return {"pk": _visit(cast).pk}, post


def a_task_and_unit(cast):
    visit = _visit(cast)
    make_officers(cast["bureau"], 3)
    post = {"planned_at": "2026-03-20T09:00", "pool": "unit", "digits_each": "12"}
    return {"pk": task_of(visit).pk, "unit_pk": visit.unit_id}, post


def a_sitting_to_lock(cast):
    make_officers(cast["bureau"], 3)
    sitting = prepared_sitting([_visit(cast)], cast["everyone"], cast["witness"])
    return {"pk": sitting.pk}, {}


def a_sitting_to_compute(cast):
    kwargs, post = a_sitting_to_lock(cast)
    sitting = sittings.Sitting.objects.get(pk=kwargs["pk"])
    teams.lock(sitting=sitting, actor=cast["everyone"], today=TODAY)
    sittings.mark_printed(sitting=sitting, actor=cast["everyone"])
    sittings.open_digits(sitting=sitting, digits=DIGITS, actor=cast["witness"])
    return kwargs, post


def a_member(cast):
    visit = _teamed(cast)
    post = {"code": "health", "note": "住院", "recusal_reason": ""}
    return {"pk": visit.pk, "member_pk": visit.team.get(part="member").pk}, post


def a_replacement(cast):
    visit = _teamed(cast)
    asked = replacements.request(
        visit=visit,
        member=visit.team.get(part="member"),
        code="health",
        note="住院",
        actor=make_user("asker", "测提出", cast["bureau"], "coordinator"),
    )
    return {"pk": asked.pk}, {}


def a_replacement_to_pass(cast):
    kwargs, _ = a_replacement(cast)
    asked = replacements.Replacement.objects.get(pk=kwargs["pk"])
    following, _ = replacements.succession.next_in_order(asked, TODAY)
    return kwargs, {"pid": following.pid, "code": "schedule"}


def a_replacement_to_designate(cast):
    kwargs, _ = a_replacement(cast)
    (newcomer,) = make_officers(cast["bureau"], 1, start=50)
    return kwargs, {"person": newcomer.pid} | REASON


def a_replacement_to_decline(cast):
    return a_replacement(cast)[0], {"note": "当日可以调开"}


def a_task_to_ask_for(cast):
    visit = _teamed(cast)
    return {"pk": task_of(visit).pk}, {"visits": [visit.pk], "reason": ""}


def an_order(cast):
    visit = _teamed(cast)
    order = orders.request(task=task_of(visit), visits=[visit], actor=cast["everyone"], year=2026)
    return {"pk": order.pk}, {"approve": "yes", "note": ""}


def an_approved_visit(cast):
    visit = _visit(cast)
    assigned(visit, cast["everyone"], make_officers(cast["bureau"], 2))
    return {"pk": ordered(visit, cast["everyone"], cast["head"]).pk}, {}


def a_notice(cast):
    kwargs, _ = an_approved_visit(cast)
    visit = Visit.objects.get(pk=kwargs["pk"])
    notice = notices.issue(visit=visit, actor=cast["everyone"], today=TODAY)
    at = notice.issued_at.astimezone().strftime("%Y-%m-%dT%H:%M")
    return kwargs, {"at": at}


def _visit(cast):
    (visit,) = dispatched(cast["bureau"], cast["everyone"])
    return visit


def _teamed(cast):
    visit = _visit(cast)
    make_officers(cast["bureau"], 6)
    computed_sitting([visit], cast["everyone"], cast["witness"])
    return Visit.objects.get(pk=visit.pk)


CELLS = [
    cell("inspections:visit-list", make=lambda cast: ({}, a_visit(cast)[1]), outsider=200),
    cell("inspections:visit-detail", make=a_visit),
    cell("inspections:dispatch", "organiser", make=a_drawn_task),
    cell("inspections:dispatch", "organiser", method="post", ok=302, make=a_drawn_task),
    cell("inspections:visit-split", *DESK, make=a_merged_visit),
    cell("inspections:visit-split", *DESK, method="post", ok=302, make=a_merged_visit),
    cell("inspections:visit-deem-done", *FIELD, make=a_visit_deemed),
    cell("inspections:visit-deem-done", *FIELD, method="post", ok=302, make=a_visit_deemed),
    cell("inspections:visit-assign", *DESK, make=a_visit_to_assign),
    cell("inspections:visit-assign", *DESK, method="post", ok=302, make=a_visit_to_assign),
    cell("inspections:team-board", outsider=200, make=lambda cast: ({}, a_visit(cast)[1])),
    cell("inspections:team-sitting-prepare", *DESK, make=a_task_and_unit),
    cell("inspections:team-sitting-prepare", *DESK, method="post", ok=302, make=a_task_and_unit),
    cell("inspections:team-sitting-lock", *DESK, make=a_sitting_to_lock),
    cell("inspections:team-sitting-lock", *DESK, method="post", ok=302, make=a_sitting_to_lock),
    cell("inspections:team-sitting-compute", *DESK, make=a_sitting_to_compute),
    cell(
        "inspections:team-sitting-compute",
        *DESK,
        method="post",
        ok=302,
        make=a_sitting_to_compute,
    ),
    cell("inspections:replacement-request", *FIELD, make=a_member),
    cell("inspections:replacement-request", *FIELD, method="post", ok=302, make=a_member),
    cell("inspections:replacement-detail", make=a_replacement),
    cell("inspections:replacement-consent", *DESK, method="post", ok=302, make=a_replacement),
    cell("inspections:replacement-pass", *DESK, method="post", ok=302, make=a_replacement_to_pass),
    cell(
        "inspections:replacement-designate",
        *DESK,
        method="post",
        ok=302,
        make=a_replacement_to_designate,
    ),
    cell(
        "inspections:replacement-decline",
        *DESK,
        method="post",
        ok=302,
        make=a_replacement_to_decline,
    ),
    cell("inspections:order-list", outsider=200),
    cell("inspections:order-request", *DESK, make=a_task_to_ask_for),
    cell("inspections:order-request", *DESK, method="post", ok=302, make=a_task_to_ask_for),
    cell("inspections:order-detail", make=an_order),
    cell("inspections:order-detail", "head", method="post", ok=302, make=an_order),
    cell("inspections:notice-issue", *DESK, method="post", ok=302, make=an_approved_visit),
    cell("inspections:notice-deliver", *FIELD, make=a_notice),
    cell("inspections:notice-deliver", *DESK, method="post", ok=302, make=a_notice),
    cell("inspections:notice-pdf", make=a_notice),
    cell("inspections:sheet-pdf", make=a_visit),
]
