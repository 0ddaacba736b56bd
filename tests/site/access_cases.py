"""Beside the ordinary course: 视为完成, transfer, skip, merge, list check, 补抽."""

from datetime import date

from django.utils import timezone

from inspections.models import ListCheck
from inspections.services import deemed, dispatch, skips, transfers
from tests.inspections.dispatch_cast import (
    TODAY,
    dispatched,
    make_drawn_task,
    make_full_matter,
    task_of,
)
from tests.people import make_authority, make_unit, make_user
from tests.planning.build import make_listing
from tests.site.access import cell

DESK = ("organiser", "coordinator")
HEADS = ("head", "deputy")
YES = {"approve": "yes", "note": "同意"}


def _visit(cast):
    return dispatched(cast["bureau"], cast["everyone"])[0]


def an_attempt(cast):
    visit = _visit(cast)
    day = timezone.localdate().isoformat()
    return {"pk": visit.pk}, {"on": day, "way": "door", "result": "大门紧锁"}


def a_visit_to_move(cast):
    post = {
        "to": cast["station"].pk,
        "moved_on": "2026-03-05",
        "new_address": "北山镇 8 号",
        "reason": "住所变更登记",
    }
    return {"pk": _visit(cast).pk}, post


def a_visit_to_skip(cast):
    visit = _visit(cast)
    return {"pk": visit.pk}, {"pick": visit.matters.get().pick_id, "note": "市局已查"}


def a_merge(cast):
    bureau, everyone = cast["bureau"], cast["everyone"]
    listing = make_listing(bureau, 1)
    tasks = [
        make_drawn_task(bureau, [listing], by=everyone, matters=[make_full_matter(bureau, code)])
        for code in ("KC-01", "ST-02")
    ]
    for task in tasks:
        dispatch.dispatch(task=task, actor=everyone, today=TODAY)
    return {"pk": tasks[0].visit_matters.get().visit_id, "task_pk": tasks[0].pk}, {}


def a_skip(cast):
    visit = _visit(cast)
    skip = skips.request(
        visit=visit, pick=visit.matters.get().pick, note="市局已查", actor=cast["everyone"]
    )
    return {"pk": skip.pk}, YES


def a_list(cast):
    _visit(cast)
    return {"pk": ListCheck.objects.get().pk}, {"note": ""}


def a_case(cast):
    row = deemed.request(
        visit=_visit(cast), cause="revoked", note="见公示截图", actor=cast["everyone"]
    )
    return {"pk": row.pk}, YES


def _report(cast):
    row = deemed.request(
        visit=_visit(cast), cause="revoked", note="见公示截图", actor=cast["everyone"]
    )
    deemed.decide(deemed=row, approve=True, actor=cast["head"])
    return deemed.report(
        authority=cast["bureau"],
        period_from=date(2020, 1, 1),
        period_to=date(2099, 1, 1),
        actor=cast["everyone"],
        today=TODAY,
    )


def a_report(cast):
    return {"pk": _report(cast).pk}, {}


def a_report_file(cast):
    return {"pk": _report(cast).pk, "kind": "xlsx"}, {}


def something_to_report(cast):
    row = deemed.request(
        visit=_visit(cast), cause="revoked", note="见公示截图", actor=cast["everyone"]
    )
    deemed.decide(deemed=row, approve=True, actor=cast["head"])
    return {}, {"period_from": "2020-01-01", "period_to": "2099-01-01"}


def an_export(cast):
    return {"kind": "xlsx"}, {}


def _transfer(cast, to):
    return transfers.request(
        visit=_visit(cast),
        to=to,
        moved_on=date(2026, 3, 5),
        new_address="北山镇 8 号",
        reason="住所变更登记",
        actor=cast["everyone"],
        today=TODAY,
    )


def a_transfer(cast):
    return {"pk": _transfer(cast, cast["station"]).pk}, YES


def a_transfer_to_withdraw(cast):
    return {"pk": _transfer(cast, cast["station"]).pk}, {"note": "企业撤回登记"}


def a_notice(cast):
    row = _transfer(cast, cast["station"])
    transfers.decide(transfer=row, approve=True, actor=cast["head"])
    return {"pk": row.pk, "kind": "docx"}, {}


def _offered_here(cast):
    """From a sister bureau to ours, with a matter of the same code here."""
    other = make_authority("LSX", "邻水县自然资源和规划局", cast["superior_bureau"])
    desk = make_user("lsx", "邻县经办", other, "organiser", "coordinator")
    chief = make_user("lsxhead", "邻县局长", other, "head")
    other.document_mark = "邻自然资"
    other.save(update_fields=["document_mark"])
    make_unit(other, "LSX-DS", "东水国土所")
    (visit,) = dispatched(
        other, desk, matters=[make_full_matter(other, "KC-01")], number="邻自然资双随机〔2026〕1号"
    )
    row = transfers.request(
        visit=visit,
        to=cast["bureau"],
        moved_on=date(2026, 3, 5),
        new_address="示范县北山镇 8 号",
        reason="住所变更登记",
        actor=desk,
        today=TODAY,
    )
    return transfers.decide(transfer=row, approve=True, actor=chief), visit


def an_offer(cast):
    row, visit = _offered_here(cast)
    own = make_full_matter(cast["bureau"], "KC-01")
    post = {"unit": cast["station"].pk, f"matter-{visit.matters.get().matter_id}": own.pk}
    return {"pk": row.pk}, post


def an_offer_to_decline(cast):
    return {"pk": _offered_here(cast)[0].pk}, {"note": "迁入登记尚未完成"}


def a_task(cast):
    return {"pk": task_of(_visit(cast)).pk}, {}


CELLS = [
    cell("inspections:visit-attempt", *DESK, "inspector", method="post", ok=302, make=an_attempt),
    cell("inspections:visit-transfer", *DESK, make=a_visit_to_move),
    cell("inspections:visit-transfer", *DESK, method="post", ok=302, make=a_visit_to_move),
    cell("inspections:visit-skip", "organiser", make=a_visit_to_skip),
    cell("inspections:visit-skip", "organiser", method="post", ok=302, make=a_visit_to_skip),
    cell("inspections:merge-agree", "organiser", method="post", ok=302, make=a_merge),
    cell("inspections:skip-decide", make=a_skip),
    cell("inspections:skip-decide", *HEADS, method="post", ok=302, make=a_skip),
    cell("inspections:list-check", make=a_list),
    cell("inspections:list-check", *DESK, method="post", ok=302, make=a_list),
    cell("inspections:deemed-list", outsider=200),
    cell("inspections:deemed-export", make=an_export, outsider=200),
    cell(
        "inspections:deemed-report-new",
        "organiser",
        *HEADS,
        method="post",
        ok=302,
        make=something_to_report,
        outsider=422,
    ),
    cell("inspections:deemed-detail", make=a_case),
    cell("inspections:deemed-detail", *HEADS, method="post", ok=302, make=a_case),
    cell("inspections:deemed-report", make=a_report),
    cell("inspections:deemed-report-file", make=a_report_file),
    cell(
        "inspections:deemed-report-receive",
        "superior",
        method="post",
        ok=302,
        make=a_report,
        outsider=403,
    ),
    cell("inspections:transfer-list", outsider=200),
    cell("inspections:transfer-detail", make=a_transfer),
    cell("inspections:transfer-detail", "head", method="post", ok=302, make=a_transfer),
    cell("inspections:transfer-withdraw", *DESK, make=a_transfer_to_withdraw),
    cell(
        "inspections:transfer-withdraw", *DESK, method="post", ok=302, make=a_transfer_to_withdraw
    ),
    cell("inspections:transfer-notice", make=a_notice),
    cell("inspections:transfer-accept", *DESK, make=an_offer),
    cell("inspections:transfer-accept", *DESK, method="post", ok=302, make=an_offer),
    cell("inspections:transfer-decline", *DESK, make=an_offer_to_decline),
    cell("inspections:transfer-decline", *DESK, method="post", ok=302, make=an_offer_to_decline),
    cell("planning:task-supplement", make=a_task),
]
