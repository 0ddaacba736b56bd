"""检查单位变更转交通知: its fixed wording (A71), and a made-up one for a preview."""

from datetime import date
from typing import Any

from bureau.rules.forms import Form, Passage, define

TRANSFER_FORM = define(
    Form(
        "transfer",
        "双随机抽查检查单位变更转交通知",
        "临淄指引（二十八）：迁入地单位检查，迁出地单位书面通知，经批准在平台内转交",
        (
            Passage(
                "drawn",
                "抽中情况",
                "{entity}系{task}抽中的检查对象，原由{unit}检查，检查编号 {visit}，检查期 {window_from}至{window_to}。",
                ("entity", "task", "unit", "visit", "window_from", "window_to"),
                ("entity", "visit"),
            ),
            Passage(
                "moved",
                "迁移情况",
                "该对象已于 {moved_on}由 {old_address} 迁至 {new_address}。{reason}",
                ("moved_on", "old_address", "new_address", "reason"),
                ("new_address",),
            ),
            Passage(
                "handover",
                "转交要求",
                "按照抽查期间检查对象迁入、迁出的由迁入地单位检查的规定，经批准，现将该对象的检查转交你单位。检查事项：{matters}。检查期不变，请及时安排人员检查，并按规定录入、公示结果。",
                ("matters", "window_to"),
                ("matters",),
            ),
        ),
        template="inspections/documents/transfer.html",
        example=lambda form: {"notice": _example() | {"form": form}},
    )
)


def values_of(notice: dict[str, Any]) -> dict[str, str]:
    """What stands in the places, from the frozen content of a transfer."""
    code = f"（{notice['code']}）" if notice["code"] else ""
    return {
        "entity": f"{notice['entity']}{code}",
        "task": "、".join(notice["tasks"]),
        "unit": notice["from_unit"],
        "visit": notice["visit"],
        "window_from": _day(notice["window_from"]),
        "window_to": _day(notice["window_to"]),
        "moved_on": _day(notice["moved_on"]),
        "old_address": notice["old_address"] or "原登记住所",
        "new_address": notice["new_address"],
        "reason": notice["reason"],
        "matters": "、".join(notice["matters"]),
    }


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.year}年{day.month}月{day.day}日"


def _example() -> dict[str, Any]:
    return {
        "number": "示例转交〔2026〕2号",
        "from_authority": "示例县自然资源和规划局",
        "to": "示例市自然资源和规划局河东分局",
        "on": date(2026, 11, 3),
    }
