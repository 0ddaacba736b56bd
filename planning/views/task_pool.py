"""Strata of a task with live counts, who is in the pool, confirmation of both pools, and the picks (A18, A46, A48)."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau import audit
from bureau.access import access, fetch, require
from bureau.errors import RuleError
from bureau.models import Role
from bureau.selectors import paging
from planning.forms.tasks import StrataForms
from planning.models import PoolConfirmation, Task
from planning.rules.strata import REASONS, Stratum
from planning.selectors import pools
from planning.selectors import tasks as selectors
from planning.services import tasks as services
from planning.views.common import READERS, SEALED_READERS
from registry.models import Listing
from registry.selectors.entities import scope_label


@access(Role.ORGANISER)
@require_http_methods(["GET", "HEAD", "POST"])
def task_strata(request: HttpRequest, pk: str) -> HttpResponse:
    """One form, three buttons: recount, one layer more (or one per credit class), save."""
    task = fetch(request, selectors.with_details(), pk=pk, need=(Role.ORGANISER,))
    if task.state != Task.State.DRAFT:
        raise RuleError(
            f"任务现在是“{task.get_state_display()}”，分层不能再改。待摇号的任务可先退回草稿。"
        )
    action = request.POST.get("action", "") if request.method == "POST" else "open"
    error, layers = "", _layers(request, task, action)
    strata = layers.strata() if request.method == "POST" and action != "classes" else None
    if action == "classes":
        strata = by_class(task)
    if action == "save" and layers.is_valid() and strata is not None:
        try:
            services.set_strata(task=task, strata=strata, actor=request.user)
        except RuleError as refusal:
            if refusal.status != 422:
                raise
            error = refusal.message
        else:
            messages.success(request, f"已保存 {len(strata)} 层。")
            return redirect("planning:task-detail", pk=pk)
    context = {
        "task": task,
        "layers": layers,
        "error": error,
        "preview": pools.preview(task, timezone.localdate(), strata=strata),
        "scope": scope_label(task.scope),
        "crumbs": [
            ("任务与摇号", reverse("planning:task-list")),
            (task.number, reverse("planning:task-detail", args=[task.pk])),
            ("抽取分层", ""),
        ],
    }
    is_fragment = request.headers.get("HX-Request") and action == "preview"
    name = "planning/task_counts.html" if is_fragment else "planning/task_strata.html"
    return render(request, name, context)


@access()
@require_safe
def task_pool(request: HttpRequest, pk: str) -> HttpResponse:
    """Who stands behind the counts, while the lists are not frozen."""
    task = fetch(request, selectors.with_details(), pk=pk)
    if task.state not in {Task.State.DRAFT, Task.State.READY}:
        raise RuleError("名单已经锁定，请在抽取页面查看锁定时的名单，这里不再显示变动中的名录。")
    if selectors.has_sealed(task.authority_id):  # 在查任务 and 年度次数 name who was drawn there
        require(request.user, task.authority_id, *SEALED_READERS)
        with transaction.atomic():
            audit.record(
                "task.pool_seen_while_sealed",
                "另有抽取尚未公开名单时，查看候选与排除对象",
                target=task,
                actor=request.user,
            )
    rows = pools.classified(task, timezone.localdate())
    rows, chosen = _chosen(rows, request, task)
    page = paging.keyset(rows.select_related("entity", "unit"), request.GET, order="id")
    labels = [stratum.label for stratum in task.strata.all()]
    for row in page.rows:
        row.layer_label = labels[row.layer] if row.layer >= 0 else ""
        row.reason_label = REASONS.get(row.excluded, "")
    context = {
        "task": task,
        "page": page,
        "chosen": chosen,
        "crumbs": [
            ("任务与摇号", reverse("planning:task-list")),
            (task.number, reverse("planning:task-detail", args=[task.pk])),
            (chosen, ""),
        ],
    }
    return render(request, "planning/task_pool.html", context)


@access(Role.DIVISION_ADMIN)
@require_POST
def task_confirm(request: HttpRequest, pk: str) -> HttpResponse:
    task = fetch(request, Task, pk=pk, need=(Role.DIVISION_ADMIN,))
    pool = request.POST.get("pool", "")
    if pool not in PoolConfirmation.Pool.values:
        raise RuleError("没有指明确认哪个名录库，请返回任务页重新点击。")
    services.confirm_pool(task=task, pool=pool, actor=request.user, today=timezone.localdate())
    messages.success(request, f"已确认{PoolConfirmation.Pool(pool).label}。")
    return redirect("planning:task-detail", pk=pk)


@access(*READERS)
@require_safe
def task_picks(request: HttpRequest, pk: str) -> HttpResponse:
    """The picked ones; looking at a list that is not public yet is recorded (DRAW §4)."""
    task = fetch(request, Task.objects.select_related("authority"), pk=pk, need=READERS)
    page = paging.keyset(selectors.picks_of(task), request.GET, order=("stratum", "rank", "id"))
    sealed = selectors.is_sealed(task)
    if sealed:
        require(request.user, task.authority_id, *SEALED_READERS)
        with transaction.atomic():
            audit.record(
                "task.sealed_list_seen",
                "查看尚未公开的抽中名单",
                target=task,
                actor=request.user,
                detail={"shown": len(page.rows)},
            )
    context = {
        "task": task,
        "page": page,
        "sealed": sealed,
        "crumbs": [
            ("任务与摇号", reverse("planning:task-list")),
            (task.number, reverse("planning:task-detail", args=[task.pk])),
            ("抽中的对象", ""),
        ],
    }
    return render(request, "planning/task_picks.html", context)


def by_class(task: Task) -> list[Stratum]:
    """A proposal: one layer for each credit class, the ratio left as the first layer has it."""
    first = next(iter(pools.strata_of(task)), None)
    mode, value = (
        ("ratio", None) if first is None or first.mode != "ratio" else ("ratio", first.value)
    )
    return [
        Stratum("未分类" if code == "-" else f"信用{code}类", {"classes": [code]}, mode, value)
        for code, _ in Listing.CreditClass.choices
    ]


def _layers(request: HttpRequest, task: Task, action: str) -> StrataForms:
    if action == "open":
        saved = pools.strata_of(task)
        return StrataForms(task.authority, strata=saved, blank=0 if saved else 1)
    if action == "classes":
        return StrataForms(task.authority, strata=by_class(task))
    return StrataForms(task.authority, typed=request.POST, blank=1 if action == "add" else 0)


def _chosen(rows: Any, request: HttpRequest, task: Task) -> tuple[Any, str]:
    reason, layer = request.GET.get("reason", ""), request.GET.get("layer", "")
    if reason in REASONS:
        return rows.filter(excluded=reason), f"排除：{REASONS[reason]}"
    labels = [stratum.label for stratum in task.strata.all()]
    if layer.isascii() and layer.isdigit() and len(layer) < 4 and int(layer) < len(labels):
        return rows.filter(layer=int(layer), excluded=""), f"候选：{labels[int(layer)]}"
    return rows, "符合范围的对象"
