"""What the public may see of a notice when its code is checked: that it is real, who comes, and for what (A64, A98, A101)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from inspections.models import Notice, Visit
from inspections.selectors import advance
from registry.rules.kinds import EntityKind
from registry.rules.names import public_name


@dataclass(frozen=True)
class CheckedNotice:
    number: str
    authority: str
    unit: str
    phone: str
    entity_name: str  # a natural person's is masked
    entity_name_now: str  # when it was renamed since; empty otherwise
    matters: list[dict[str, Any]]
    inspectors: list[dict[str, Any]]
    assisting: list[dict[str, str]]  # experts and helpers: they come along and do not inspect alone
    window_from: date
    window_to: date
    usage: str
    is_delivered: bool
    told: str  # 预先告知, empty where nobody was told in advance
    is_over: bool
    word: str


_WORDS: dict[str, str] = {
    Visit.State.ORDERED: "检查尚未开始",
    Visit.State.IN_PROGRESS: "正在检查",
    **dict.fromkeys(Visit.NOT_VISITED, "本次检查已取消，不再上门"),
    Visit.State.DISPATCHED: "检查人员正在重新安排，请以新的通知书为准",
    Visit.State.TEAMED: "检查人员正在重新安排，请以新的通知书为准",
}


def _told(visit: Visit) -> str:
    """Day and way only: who was told is a natural person."""
    row = advance.latest(visit)
    if row is None:
        return ""
    return f"{timezone.localdate(row.happened_at):%Y年%-m月%-d日}以{row.get_how_display()}方式"


def by_token(token: str) -> CheckedNotice | None:
    """The notice with this code, or None. The entity's contact, the order's text and the tasks' names stay inside."""
    notice = (
        Notice.objects.filter(token=token[:32])
        .select_related("visit__authority", "visit__unit", "visit__entity")
        .first()
    )
    if notice is None:
        return None
    content, visit = notice.content, notice.visit
    entity = content["entity"]
    return CheckedNotice(
        number=notice.number,
        authority=content["authority"],
        unit=content["unit"],
        phone=content["contact"]["phone"],
        entity_name=public_name(EntityKind(entity["kind"]), entity["name"]),
        entity_name_now=public_name(EntityKind(entity["kind"]), visit.entity.name)
        if visit.entity.name != entity["name"]
        else "",
        matters=[
            {"name": m["name"], "basis": m["basis"], "methods": m["methods"]}
            for m in content["matters"]
        ],
        inspectors=[
            {"name": p["name"], "certificate_no": p["certificate_no"], "is_leader": p["is_leader"]}
            for p in content["inspectors"]
        ],
        assisting=[
            {"name": p["name"], "part": part, "organisation": p["organisation"]}
            for part, key in (("专家", "experts"), ("协助人员", "helpers"))
            for p in content.get(key, [])
        ],
        window_from=date.fromisoformat(content["window_from"]),
        window_to=date.fromisoformat(content["window_to"]),
        usage=content["usage"]["text"],
        is_delivered=notice.delivered_at is not None,
        told=_told(visit),
        is_over=visit.state not in {Visit.State.ORDERED, Visit.State.IN_PROGRESS},
        word=_WORDS.get(visit.state, "检查已结束"),
    )
