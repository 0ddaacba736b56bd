"""抽取前推演: what the draw of a task will bring, before it is locked."""

from dataclasses import dataclass
from fractions import Fraction

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau import audit
from bureau.access import access, fetch, require
from bureau.errors import RuleError
from planning.models import Task
from planning.selectors import forecast as selectors
from planning.selectors import tasks as task_selectors
from planning.views.common import SEALED_READERS


@dataclass(frozen=True)
class Word:
    css: str
    text: str


@access()
@require_safe
def task_forecast(request: HttpRequest, pk: str) -> HttpResponse:
    task = fetch(request, task_selectors.with_details(), pk=pk)
    if task.state not in {Task.State.DRAFT, Task.State.READY}:
        raise RuleError("名单已经锁定，推演只用于锁定之前。请在任务页查看抽取结果。")
    if task_selectors.has_sealed(task):  # common picks tell of a draw that is not public
        require(request.user, task.authority_id, *SEALED_READERS)
        with transaction.atomic():
            audit.record(
                "task.forecast_seen_while_sealed",
                "另有抽取尚未公开名单时，查看抽取前推演",
                target=task,
                actor=request.user,
            )
    found = selectors.forecast(task, timezone.localdate())
    context = {
        "task": task,
        "found": found,
        "units": [_unit(row) for row in found.units],
        "goals": [
            {
                "label": goal.label,
                "now": None if goal.now is None else float(goal.now),
                "after": None if goal.after is None else float(goal.after),
                "goal": float(goal.goal),
                "is_met": goal.is_met,
            }
            for goal in found.goals
        ],
        "meetings": [
            {"task": row.task, "shared": row.shared, "expected": _one_place(row.expected)}
            for row in found.meetings
        ],
        "crumbs": [
            ("任务与摇号", reverse("planning:task-list")),
            (task.number, reverse("planning:task-detail", args=[task.pk])),
            ("抽取前推演", ""),
        ],
    }
    return render(request, "planning/task_forecast.html", context)


def _unit(row: selectors.UnitRow) -> dict[str, object]:
    found = row.forecast
    words = []
    if found.is_short:
        words.append(Word("bad", "不够组成一个检查组，须直接委派或与相邻单位联合匹配"))
    elif found.is_over:
        words.append(Word("bad", "预计检查超过可承担数"))
    if found.is_forced:
        words.append(Word("soon", "人员不足检查组人数的 2 倍，匹配近乎固定"))
    if found.missing:
        words.append(Word("bad", f"缺少法定资质：{'、'.join(found.missing)}"))
    return {
        "name": row.name,
        "candidates": found.candidates,
        "visits": _one_place(found.visits),
        "officers": found.officers,
        "each": "–" if found.each is None else _one_place(found.each),
        "teams": found.capacity // found.team,
        "words": words,
    }


def _one_place(number: Fraction) -> str:
    """2 and 2.4, rounded for the eye only."""
    return f"{float(number):.1f}".removesuffix(".0")
