"""The projector (投影): one step on the screen at a time, by keyboard; only what is public now, and a result only as recorded."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from bureau.access import access, fetch
from planning.models import Draw, Sitting
from planning.rules.sittings import Progress
from planning.selectors import draws as reads
from planning.selectors import sittings as progress_of
from planning.views import sitting_page
from planning.views.sittings import ROWS

ROWS_A_SCREEN = 10
STRATA_A_SCREEN = 9
LABELS = {
    "agenda": "本场",
    "lock": "名单锁定",
    "witness": "监督人报数",
    "beacon": "公共随机值",
    "seed": "种子",
    "result": "宣布结果",
    "sign": "签字备案",
}


@dataclass(frozen=True)
class Row:
    """One line of the recorded result as it is read out."""

    first: str
    second: str
    name: str
    more: str
    is_reserve: bool = False
    is_bad: bool = False


@dataclass(frozen=True)
class Place:
    """Where the screen stands: which draw, which step, how many rows are read out."""

    item: int
    view: str
    row: int
    theme: str
    is_following: bool

    def url(self, **changes: Any) -> str:
        values = {
            "item": self.item,
            "view": "" if self.is_following else self.view,
            "row": self.row if self.view == "result" else "",
            "theme": self.theme,
        } | changes
        return f"?{urlencode({name: value for name, value in values.items() if value != ''})}"


@access()
@require_safe
def stage(request: HttpRequest, pk: str) -> HttpResponse:
    """The address holds the step, so that loading again shows the same; without one it follows the sitting."""
    sitting = fetch(request, ROWS, pk=pk)
    progress = progress_of.progress(sitting)
    own = list(
        sitting.draws.select_related("task", "unit", "authority")
        .prefetch_related("events")
        .order_by("chain_number")
    )
    item = max(1, min(_whole(request, "item", 1), len(own) or 1))
    draw = own[item - 1] if own else None
    views = views_of(draw, progress)
    asked = request.GET.get("view", "")
    view = asked if asked in views else current_view(sitting, progress, draw, views)
    theme = "dark" if request.GET.get("theme") == "dark" else ""
    place = Place(item, view, _whole(request, "row", 0), theme, asked not in views)
    return render(
        request, "planning/sitting_stage.html", context_of(sitting, progress, own, views, place)
    )


def views_of(draw: Draw | None, progress: Progress) -> list[str]:
    """The steps that this draw has, in order."""
    found = ["agenda"]
    if draw is None:
        return found
    found.append("lock")
    if progress.witnesses:
        found.append("witness")
    if progress.has_beacon:
        found.append("beacon")
    return [*found, "seed", "result", "sign"]


def current_view(sitting: Sitting, progress: Progress, draw: Draw | None, views: list[str]) -> str:
    """The step the sitting has reached."""
    if draw is None:
        return "agenda"
    if sitting.state != Sitting.State.LOCKED:
        return "result"
    if progress.witnesses and not (sitting.slip_printed_at or sitting.slip_handed_at):
        return "lock"
    if progress.uncommitted or progress.unopened:
        return "witness"
    if progress.has_beacon:
        return "beacon"
    return "witness" if "witness" in views else "lock"


def context_of(
    sitting: Sitting, progress: Progress, own: list[Draw], views: list[str], place: Place
) -> dict[str, Any]:
    draw = own[place.item - 1] if own else None
    is_public = draw is not None and reads.is_revealed(draw)
    rows = _rows(draw) if draw is not None and is_public and place.view == "result" else []
    shown = max(0, min(place.row, len(rows)))
    screens = max(1, -(-len(rows) // ROWS_A_SCREEN))
    screen = max(1, -(-shown // ROWS_A_SCREEN))
    start = (screen - 1) * ROWS_A_SCREEN
    state = reads.state_of(draw) if draw else ""
    at = views.index(place.view)
    following = _following(sitting)
    is_settled = state in {"revealed", "voided"} and sitting.state != Sitting.State.LOCKED
    return {
        "sitting": sitting,
        "draws": [(one, reads.STATE_WORDS[reads.state_of(one)]) for one in own],
        "draw": draw,
        "place": place,
        "item": place.item,
        "items": len(own),
        "view": place.view,
        "theme": place.theme,
        "steps": [
            {
                "label": LABELS[name],
                "state": "current" if name == place.view else _done(name, sitting, progress, draw),
                "url": place.url(view=name, row=""),
            }
            for name in views
        ],
        "progress": progress,
        "witnesses": list(sitting.witnesses.select_related("user").prefetch_related("commitments")),
        "commitments": _commitments(draw),
        "beacon_rows": _beacon_rows(sitting),
        "strata": _strata(draw),
        "more_strata": max(0, len(draw.counts.get("strata", [])) - STRATA_A_SCREEN) if draw else 0,
        "a_rows": _groups(draw.a, 4) if draw else [],
        "seed_rows": _groups(reads.seed_of(draw), 4) if draw and is_public else [],
        "digest_rows": _groups(sitting_page.result_digest(draw), 8) if draw else [],
        "state": state,
        "is_public": is_public,
        "rows": rows[start : start + ROWS_A_SCREEN],
        "first_row": start,
        "shown": shown,
        "count": len(rows),
        "screen": screen,
        "screens": screens,
        "previous_url": _previous(place, views, at, shown, start, len(rows)),
        "next_url": _next(place, views, at, screen, screens)
        or _onward(sitting, place, len(own), following),
        "following": following if place.item == len(own) else None,
        "home_url": place.url(view=views[0], row=""),
        "end_url": place.url(view="result", row=9999) if draw is not None else "",
        "follow_url": place.url(view="", row=""),
        "theme_url": place.url(theme="" if place.theme else "dark"),
        "item_urls": [(n, place.url(item=n, row="", view="")) for n in range(1, len(own) + 1)],
        "check_url": f"{settings.PUBLIC_BASE_URL}/draws/{draw.number}/" if draw else "",
        "is_live": not is_settled,
        "void_reason": _void_reason(draw),
    }


def _previous(place: Place, views: list[str], at: int, shown: int, start: int, count: int) -> str:
    if place.view == "result" and count and start:
        return place.url(view="result", row=start)
    return place.url(view=views[at - 1], row="") if at else ""


def _next(place: Place, views: list[str], at: int, screen: int, screens: int) -> str:
    if place.view == "result" and screen < screens:
        return place.url(view="result", row=screen * ROWS_A_SCREEN + 1)
    return place.url(view=views[at + 1], row="") if at + 1 < len(views) else ""


def _following(sitting: Sitting) -> Sitting | None:
    """The matching over these picks that is held next before the same room."""
    if sitting.purpose != Sitting.Purpose.ENTITIES:
        return None
    rows = progress_of.of_same_tasks(sitting, Sitting.Purpose.TEAMS)
    is_open = {Sitting.State.PREPARED, Sitting.State.LOCKED}
    return next((row for row in reversed(rows) if row.state in is_open), None)


def _onward(sitting: Sitting, place: Place, items: int, following: Sitting | None) -> str:
    """After the last step: the next draw of this sitting, then the matching over its picks."""
    if place.item < items:
        return place.url(item=place.item + 1, view="lock", row="")
    if following is None or sitting.state != Sitting.State.COMPUTED:
        return ""
    theme = f"?theme={place.theme}" if place.theme else ""
    return reverse("planning:sitting-stage", args=[following.pk]) + theme


def _done(name: str, sitting: Sitting, progress: Progress, draw: Draw | None) -> str:
    is_locked = draw is not None
    done = {
        "agenda": True,
        "lock": is_locked,
        "witness": is_locked and not progress.uncommitted and not progress.unopened,
        "beacon": progress.beacon_known,
        "seed": draw is not None and "computed" in reads.kinds(draw),
        "result": draw is not None and reads.is_revealed(draw),
        "sign": False,
    }[name]
    return "done" if done else "wait"


def _rows(draw: Draw) -> list[Row]:
    """The recorded result, line by line: never anything that is not in result.tsv."""
    if draw.kind == Draw.Kind.TEAMS:
        return [
            Row(
                str(number),
                "" if team.is_filled else "未能成组",
                "、".join(f"{duty} {pid}" for duty, pid in team.members) or "–",
                team.visit,
                is_bad=not team.is_filled,
            )
            for number, team in enumerate(reads.team_rows(draw), start=1)
        ]
    return [
        Row(row.stratum, str(row.rank), row.name, row.ticket[:16], is_reserve=row.is_reserve)
        for stratum in reads.strata_with_result(draw, with_rows=True)
        for row in stratum.rows
    ]


def _strata(draw: Draw | None) -> list[dict[str, Any]]:
    return list(draw.counts.get("strata", []))[:STRATA_A_SCREEN] if draw else []


def _commitments(draw: Draw | None) -> dict[int, str]:
    """witness → commitment for this draw."""
    return dict(draw.commitments.values_list("witness_id", "value")) if draw else {}


def _beacon_rows(sitting: Sitting) -> list[str]:
    """20 numbers as two rows of ten, or 64 hex digits in four rows."""
    value = reads.beacon_value(sitting)
    if not value:
        return []
    if sitting.beacon_source == Sitting.Beacon.KL8:
        numbers = value.split(".")
        return ["  ".join(numbers[:10]), "  ".join(numbers[10:])]
    return _groups(value, 4)


def _void_reason(draw: Draw | None) -> str:
    if draw is None:
        return ""
    event = next((e for e in draw.events.all() if e.kind == "voided"), None)
    return str(event.detail["reason"]) if event else ""


def _groups(digest: str, groups: int) -> list[str]:
    """A digest cut for reading aloud: groups of four, so many on a line."""
    parts = [digest[i : i + 4] for i in range(0, len(digest), 4)]
    return [" ".join(parts[i : i + groups]) for i in range(0, len(parts), groups)]


def _whole(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default
