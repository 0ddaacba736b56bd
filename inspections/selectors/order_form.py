"""检查审批表 (司法部 standard document): one order as it is printed, as PDF and as a Word document (A97, A101)."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from bureau.services.documents import Table, docx
from inspections.models import InspectionOrder, TeamMember, Visit
from registry.models import Matter
from registry.rules.kinds import EntityKind
from registry.rules.names import may_show_code

SEALED = "未到告知时间"


def of(order: InspectionOrder, visits: Sequence[Visit]) -> dict[str, Any]:
    """Context of templates/inspections/documents/order_form.html. Needs the visits as `orders.visits_of` loads them."""
    rows = [_row(order, visit) for visit in visits]
    over = [row for row in rows if row["problems"]]
    return {
        "order": order,
        "authority": order.authority.name,
        "unit": "、".join(dict.fromkeys(visit.unit.name for visit in visits)),
        "task": f"{order.task.name}（{order.task.number}）" if order.task else "",
        "matters": _matters(visits),
        "methods": "、".join(_methods(visits)),
        "window_from": min((v.window_from for v in visits), default=None),
        "window_to": max((v.window_to for v in visits), default=None),
        "rows": rows,
        "only": rows[0] if len(rows) == 1 else None,
        "over": over,
        "lifted": [row for row in rows if row["lifted"]],
        "is_approved": order.state == InspectionOrder.State.APPROVED,
        "is_refused": order.state == InspectionOrder.State.REFUSED,
    }


def as_docx(form: dict[str, Any]) -> bytes:
    """The same form to go on editing."""
    order = form["order"]
    kind = "紧急情况，事后补办" if order.is_emergency else "事前审批"
    facts = [
        ("审批编号", order.number),
        ("审批种类", kind),
        ("检查机关", form["authority"]),
        ("执行单位", form["unit"]),
        ("任务", form["task"]),
        ("检查方式", form["methods"]),
        ("检查时间", _span(form)),
        ("申请理由", order.reason or "按年度抽查计划和抽取结果实施"),
        ("年度频次", _frequency_sentence(form)),
        ("提请", f"{order.requested_by} {_moment(order.requested_at)}"),
        ("主要负责人意见", _decision(form)),
    ]
    if order.is_emergency and order.emergency_on:
        facts.insert(
            2, ("紧急检查", f"{_day(order.emergency_on)} 检查，{_day(order.due_on)} 前补办")
        )
    return docx(
        title="行政检查审批表",
        number="",
        blocks=[
            Table(["项目", "内容"], facts),
            ("h", "检查事项和依据"),
            Table(["检查事项", "依据"], [(m["name"], m["basis"]) for m in form["matters"]]),
            ("h", f"检查对象（{len(form['rows'])} 户）和检查人员"),
            Table(
                ["检查对象", "检查人员（执法证号）", "本年检查频次"],
                [
                    (f"{r['name']} {r['code']}", r["officers"], "；".join(r["frequency"]))
                    for r in form["rows"]
                ],
            ),
        ],
        signature=[form["authority"], _day(timezone.localdate(order.requested_at))],
    )


def _row(order: InspectionOrder, visit: Visit) -> dict[str, Any]:
    found = order.frequency.get(visit.number, {})
    entity = visit.entity
    return {
        "number": visit.number,
        "name": entity.name,
        "code": entity.public_code if may_show_code(EntityKind(entity.kind)) else "",
        "address": entity.address,
        "matters": [item.matter.name for item in visit.matters.all()],
        "officers": SEALED
        if getattr(visit, "is_sealed", False)
        else "、".join(_officer(member) for member in getattr(visit, "members", ())),
        "frequency": [text for text in (found.get("text", ""), found.get("cap", "")) if text],
        "problems": found.get("problems", []),
        "lifted": found.get("lifted", []),
    }


def _officer(member: TeamMember) -> str:
    part = "" if member.part == TeamMember.Part.MEMBER else str(member.get_part_display())
    number = member.inspector.certificate_no if member.inspector else ""
    notes = "，".join(text for text in (part, number) if text)
    return f"{member}（{notes}）" if notes else str(member)


def _matters(visits: Sequence[Visit]) -> list[dict[str, str]]:
    found = {item.matter_id: item.matter for visit in visits for item in visit.matters.all()}
    return [{"name": m.name, "basis": m.legal_basis, "content": m.content} for m in found.values()]


def _methods(visits: Sequence[Visit]) -> list[str]:
    codes = dict.fromkeys(
        code
        for visit in visits
        for item in visit.matters.all()
        for code in (item.methods or item.matter.methods)
    )
    return [str(Matter.Method(code).label) for code in codes if code in Matter.Method.values]


def _frequency_sentence(form: dict[str, Any]) -> str:
    if not form["over"]:
        return f"{len(form['rows'])} 户均未超过年度上限，或依规定不受上限限制。"
    named = "；".join(f"{row['name']}：{'，'.join(row['problems'])}" for row in form["over"])
    return f"{len(form['over'])} 户超过年度上限：{named}。"


def _decision(form: dict[str, Any]) -> str:
    order = form["order"]
    if order.decided_by is None or order.decided_at is None:
        return "□批准　□不批准"
    word = "批准" if form["is_approved"] else "不批准"
    note = f"。{order.decision_note}" if order.decision_note else ""
    over = f"。超过上限仍予检查的理由：{order.over_reason}" if order.over_reason else ""
    return f"{word}{note}{over}　{order.decided_by} {_moment(order.decided_at)}"


def _span(form: dict[str, Any]) -> str:
    if form["window_from"] is None:
        return ""
    return f"{_day(form['window_from'])}至{_day(form['window_to'])}"


def _moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y年%-m月%-d日 %H:%M}"


def _day(on: Any) -> str:
    return f"{on:%Y年%-m月%-d日}" if on else ""
