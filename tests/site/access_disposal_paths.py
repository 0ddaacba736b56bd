"""Cells of disposals on their way: letters, steps, rechecks, requests, what is overdue."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from inspections.models import Disposal
from inspections.services import disposal_asks, rechecks
from registry.models import Inspector
from tests.inspections.disposal_case import issued, stepped
from tests.site.access import cell
from tests.site.access_inspections_field import DESK, disposal

Made = tuple[dict[str, Any], dict[str, Any]]
READERS = ("organiser", "head", "deputy", "assessor", "superior")


def _today() -> Any:
    return timezone.localdate()


def _row(cast: dict[str, Any]) -> Disposal:
    kwargs, _ = disposal(cast)
    return Disposal.objects.select_related("visit_matter__visit__entity").get(pk=kwargs["pk"])


def _ordered(cast: dict[str, Any]) -> Disposal:
    row = _row(cast)
    issued(row, cast["everyone"], _today())
    return row


def to_issue(cast: dict[str, Any]) -> Made:
    post = {
        "recipient": "示范采石场",
        "due_on": _today().isoformat(),
        "note": "",
        "attachments": "",
    }
    return {"pk": _row(cast).pk}, post


def to_receive(cast: dict[str, Any]) -> Made:
    post = {"receipt_on": _today().isoformat(), "note": "当面签收"}
    return {"pk": _ordered(cast).pk}, post


def to_check(cast: dict[str, Any]) -> Made:
    post = {"happened_on": _today().isoformat(), "text": "已改正"}
    return {"pk": _ordered(cast).pk, "action": "pass"}, post


def to_escalate(cast: dict[str, Any]) -> Made:
    row = _ordered(cast)
    stepped(row, "fail", cast["everyone"], _today())
    post = {
        "responsible": str(cast["bureau"].pk),
        "due_on": _today().isoformat(),
        "text": "逾期未改正",
    }
    return {"pk": row.pk}, post


def to_ask(cast: dict[str, Any]) -> Made:
    post = {"new_due_on": (_today() + timedelta(days=40)).isoformat(), "reason": "雨季无法施工"}
    return {"pk": _row(cast).pk, "kind": "extend"}, post


def asked(cast: dict[str, Any]) -> Made:
    made = disposal_asks.ask(
        disposal_pk=_row(cast).pk,
        kind="extend",
        reason="雨季无法施工",
        new_due_on=_today() + timedelta(days=40),
        actor=cast["everyone"],
        today=_today(),
    )
    return {"pk": made.pk}, {"approve": "yes", "note": "同意"}


def _officers(row: Disposal) -> list[Inspector]:
    return list(Inspector.objects.filter(authority_id=row.authority_id).order_by("pid")[:2])


def to_recheck(cast: dict[str, Any]) -> Made:
    row = _ordered(cast)
    post = {
        "planned_on": _today().isoformat(),
        "officers": [str(one.pk) for one in _officers(row)],
        "reason": "",
    }
    return {"pk": row.pk}, post


def _recheck(cast: dict[str, Any]) -> Any:
    row = _ordered(cast)
    return rechecks.request(
        disposal_pk=row.pk,
        officers=_officers(row),
        planned_on=_today(),
        reason="",
        actor=cast["everyone"],
        today=_today(),
    )


def recheck(cast: dict[str, Any]) -> Made:
    return {"pk": _recheck(cast).pk}, {"approve": "yes", "note": ""}


def to_record(cast: dict[str, Any]) -> Made:
    made = _recheck(cast)
    rechecks.decide(recheck_pk=made.pk, approve=True, note="", actor=cast["head"])
    made.officers.add(Inspector.objects.get(user=cast["inspector"]))
    post = {
        "visited_on": _today().isoformat(),
        "place": "",
        "is_passed": "yes",
        "finding": "已改正",
    }
    return {"pk": made.pk}, post


def to_cancel(cast: dict[str, Any]) -> Made:
    return {"pk": _recheck(cast).pk}, {"reason": "道路中断"}


def a_letter(cast: dict[str, Any]) -> Made:
    letter = issued(_row(cast), cast["everyone"], _today())
    return {"pk": letter.pk, "kind": "docx"}, {}


def a_file(cast: dict[str, Any]) -> Made:
    return {"kind": "csv"}, {}


def _both(url: str, make: Any) -> list[Any]:
    return [
        cell(f"inspections:{url}", *DESK, make=make),
        cell(f"inspections:{url}", *DESK, method="post", ok=302, make=make),
    ]


CELLS = [
    cell("inspections:disposal-overdue", *READERS, outsider=200),
    cell("inspections:disposal-overdue-file", *READERS, make=a_file, outsider=200),
    *_both("disposal-letter", to_issue),
    *_both("disposal-receipt", to_receive),
    *_both("disposal-step", to_check),
    *_both("disposal-escalate", to_escalate),
    *_both("disposal-ask", to_ask),
    *_both("recheck-request", to_recheck),
    *_both("recheck-cancel", to_cancel),
    cell("inspections:disposal-ask-decide", make=asked),
    cell("inspections:disposal-ask-decide", "head", "deputy", method="post", ok=302, make=asked),
    cell("inspections:letter-file", make=a_letter),
    cell("inspections:recheck-detail", make=recheck),
    cell("inspections:recheck-detail", "head", method="post", ok=302, make=recheck),
    cell("inspections:recheck-record", *DESK, make=to_record),
    cell("inspections:recheck-record", "inspector", method="post", ok=302, make=to_record),
]
