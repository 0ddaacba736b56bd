"""What the events of a draw say: its state, its seed, its story."""

from typing import Any

from django.db.models import QuerySet

from bureau.models import User
from planning.models import Draw, DrawEvent, Sitting
from planning.rules.strata import REASONS

STATE_WORDS = {
    "locked": ("lock", "名单已锁定"),
    "computed": ("done", "已抽取，名单尚未公开"),
    "revealed": ("done", "已公开"),
    "voided": ("off", "已作废"),
}


def kinds(draw: Draw) -> set[str]:
    """Which events the draw has; uses a prefetch of `events` when there is one."""
    return {event.kind for event in draw.events.all()}


def is_revealed(draw: Draw) -> bool:
    return "revealed" in kinds(draw)


def state_of(draw: Draw) -> str:
    """locked, computed, revealed or voided: what the events say."""
    held = kinds(draw)
    for state in ("voided", "revealed", "computed"):
        if state in held:
            return state
    return "locked"


def seed_of(draw: Draw) -> str:
    event = next((e for e in draw.events.all() if e.kind == "computed"), None)
    return event.detail.get("seed", "") if event else ""


def beacon_value(sitting: Sitting) -> str:
    """The value entered for the sitting's beacon, or nothing yet."""
    event = DrawEvent.objects.filter(draw__sitting=sitting, kind="beacon").first()
    return str(event.detail["value"]) if event else ""


def exclusions(draw: Draw) -> list[tuple[str, int]]:
    """(reason in Chinese, how many): shown before the reveal too, as the announcement shows the total."""
    reasons = draw.counts.get("reasons", {})
    return [(REASONS.get(code, code), number) for code, number in sorted(reasons.items())]


def for_user(user: User) -> "QuerySet[Draw]":
    """Draws in the user's scope with what lists show."""
    rows: QuerySet[Draw] = (
        Draw.objects.visible_to(user)
        .select_related("task", "unit", "sitting", "authority")
        .prefetch_related("events")
        .defer("nonce", "list_salt")
    )
    return rows


def neighbours(draw: Draw) -> tuple[Draw | None, Draw | None]:
    """The announcements before and after this one in the authority's chain."""
    own = Draw.objects.filter(authority_id=draw.authority_id).defer("nonce", "list_salt")
    before = own.filter(chain_number__lt=draw.chain_number).order_by("-chain_number").first()
    after = own.filter(chain_number__gt=draw.chain_number).order_by("chain_number").first()
    return before, after


def timeline(draw: Draw) -> list[dict[str, Any]]:
    """The draw's events, newest first, for components/trail.html; voiding in red."""
    rows = draw.events.select_related("actor").order_by("-id")
    return [
        {
            "time": event.at,
            "text": event.get_kind_display() + _reason(event),
            "actor": event.actor.full_name if event.actor else "系统",
            "role": "",
            "is_key": event.kind in {"locked", "computed"},
            "is_bad": event.kind == "voided",
            "url": "",
        }
        for event in rows
    ]


def _reason(event: DrawEvent) -> str:
    return f"：{event.detail['reason']}" if event.detail.get("reason") else ""
