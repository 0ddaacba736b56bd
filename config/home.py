"""工作台: what waits for me and what is late, composed from what each app offers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import access
from bureau.models import AuditEvent, User
from bureau.selectors import rule_settings, trail
from bureau.selectors.waiting import WaitingItem
from inspections.selectors import waiting as inspections_waiting
from planning.selectors import indicators
from planning.selectors import waiting as planning_waiting
from publication.selectors import indicators as publication_indicators
from publication.selectors import waiting as publication_waiting
from registry.selectors import waiting as registry_waiting

OFFERS = (registry_waiting, planning_waiting, inspections_waiting, publication_waiting)
SHOWN = 60
KEPT = 300  # seconds


@dataclass(frozen=True)
class Indicator:
    name: str
    value: str
    goal: str
    st: str
    word: str


@access()
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    items = waiting_for(request.user, today)
    module = request.GET.get("module", "")
    counts = Counter(item.module for item in items)
    request.waiting_counts = counts  # the masthead says the same as the list below it
    shown = [item for item in items if not module or item.module == module]
    chips = [{"label": "全部", "count": len(items), "url": "?", "current": not module}] + [
        {"label": name, "count": count, "url": f"?module={name}", "current": name == module}
        for name, count in counts.items()
    ]
    context = {
        "today": today,
        "items": shown[:SHOWN],
        "more": len(shown) - SHOWN,
        "total": len(items),
        "late": sum(bool(item.due and item.due.is_late) for item in items),
        "due_today": sum(bool(item.due and item.due.css == "due-today") for item in items),
        "chips": chips,
        "events": [trail.as_item(event) for event in recent(request.user)],
    }
    return render(request, "home.html", context | figures(request.user, today))


def waiting_for(user: User, today: date) -> list[WaitingItem]:
    """Late first, then by what is left."""
    found = [item for offer in OFFERS for item in offer.for_user(user, today)]
    return sorted(found, key=lambda item: item.order)


def counts_of(request: HttpRequest) -> Mapping[str, int]:
    """Module → what waits there for this person, for the masthead of every page.

    Kept until something happens at an authority they see (every change leaves an event), so a page costs one query.
    """
    if not hasattr(request, "waiting_counts"):
        user, today = request.user, timezone.localdate()
        events = AuditEvent.objects.filter(authority_id__in=user.authority_ids).order_by("-id")
        last = events.values_list("pk", flat=True).first()
        key = f"waiting:{user.pk}:{today}:{last}"
        counts = cache.get(key)
        if counts is None:
            counts = Counter(item.module for item in waiting_for(user, today))
            cache.set(key, counts, KEPT)
        request.waiting_counts = counts
    return request.waiting_counts


def recent(user: User) -> list[AuditEvent]:
    """The newest events of this person's authority, without what is not public yet for them.

    The copy that the machine makes of each photo says nothing here, unless it found the photo's time doubtful.
    """
    events = AuditEvent.objects.visible_to(user).filter(authority=user.home)
    return list(events.exclude(action="evidence.copied", is_bad=False).order_by("-id")[:8])


def figures(user: User, today: date) -> dict[str, Any]:
    """Coverage against its goal over the months, and the other indicators (A37–A39, A76)."""
    settings = rule_settings.all_for(user.home, today.year)
    covered = indicators.coverage(user.home, today.year)
    goal_percent = float(settings["coverage_goal"].value)
    goal = -(-int(covered.pool * goal_percent * 100) // 10_000)  # rounded up: at least so many
    running, total = [], 0
    for month, count in enumerate(covered.by_month, 1):
        total += count
        running.append(total if month <= today.month else None)
    months = [f"{month}" for month in range(1, 13)]
    chart = {
        "id": "coverage", "title": "本年随机抽查覆盖", "desc": f"到 {today.month} 月累计 {covered.picked} 家，目标 {goal} 家",
        "labels": [*months[:-1], "12月"], "label_heading": "月份", "unit": "家",
        "bars": {"name": "当月首次抽中", "values": [n if m <= today.month else None for m, n in enumerate(covered.by_month, 1)]},
        "line": {"name": "累计", "values": running}, "goal": {"name": "目标", "value": goal},
        "legend": "柱：当月首次抽中；线：累计。",
    }  # fmt: skip
    share = indicators.risk_share(user.home, today.year)
    on_time = publication_indicators.on_time(user.home, today.year, today)
    rows = [
        _indicator(
            "年度抽查企业占比",
            covered.enterprise_share,
            float(settings["enterprise_coverage_goal"].value),
        ),
        _indicator("风险差异化占比（按次）", share.share, float(settings["risk_share_goal"].value)),
        _indicator("按期公示率", on_time.share, 100.0),
    ]
    return {
        "coverage": covered, "coverage_goal": goal_percent, "goal": goal, "missing": max(goal - covered.picked, 0),
        "chart": chart, "indicators": rows,
    }  # fmt: skip


def _indicator(name: str, share: float | None, goal: float) -> Indicator:
    shown = "100%" if goal >= 100 else f"≥{goal:g}%"
    if share is None:
        return Indicator(name, "–", shown, "off", "还没有数据")
    percent = share * 100
    if percent >= goal:
        return Indicator(name, f"{percent:.2f}%", shown, "done", "已达标")
    return Indicator(name, f"{percent:.2f}%", shown, "soon", f"差 {goal - percent:.1f} 点")
