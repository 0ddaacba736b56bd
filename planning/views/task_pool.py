"""Strata of a task with live counts, who is in the pool, confirmation of both pools, and the picks (A18, A46, A48)."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau import audit
from bureau.access import access, fetch, require
from bureau.errors import RuleError
from bureau.models import Role
from bureau.selectors import paging
from planning.forms.scope import apply_scope
from planning.forms.strata import StrataForms
from planning.models import PoolConfirmation, Task, TaskGroup
from planning.rules.quotas import batch_of
from planning.rules.strata import REASONS
from planning.selectors import builder, pool_confirmations, pool_parts, pools
from planning.selectors import tasks as selectors
from planning.selectors.pool_parts import Part
from planning.services import groups as group_services
from planning.services import tasks as services
from planning.views.common import READERS, SEALED_READERS
from registry.models import SavedFilter


@access(Role.ORGANISER)
@require_http_methods(["GET", "HEAD", "POST"])
def task_strata(request: HttpRequest, pk: str) -> HttpResponse:
    """The pool and its layers, of the group `?group=` where there are groups. One form, five buttons: recount, take a
    saved filter over, one layer more, one per credit class, save."""
    task = fetch(request, selectors.with_details(), pk=pk, need=(Role.ORGANISER,))
    if task.state != Task.State.DRAFT:
        raise RuleError(
            f"任务现在是“{task.get_state_display()}”，分层不能再改。待摇号的任务可先退回草稿。"
        )
    parts, part = _parts(request, task)
    today = timezone.localdate()
    action = request.POST.get("action", "") if request.method == "POST" else "open"
    layers, notes = _layers(request, task, part, action, today)
    typed = _typed(part, layers, action, task, today)
    error = ""
    if action == "save" and layers.is_valid():
        try:
            services.set_strata(
                task=task,
                strata=typed.strata,
                scope=layers.scope(),
                group=_group(task, part),
                actor=request.user,
            )
        except RuleError as refusal:
            if refusal.status != 422:
                raise
            error = refusal.message
        else:
            messages.success(request, f"已保存 {len(typed.strata)} 层。")
            return redirect("planning:task-detail", pk=pk)
    context = {
        "task": task,
        "parts": parts,
        "part": part,
        "layers": layers,
        "notes": notes,
        "error": error,
        "built": builder.built(task, typed, today),
        "table": builder.class_table(task, today),
        "crumbs": [
            ("任务与摇号", reverse("planning:task-list")),
            (task.number, reverse("planning:task-detail", args=[task.pk])),
            ("抽取分层", ""),
        ],
    }
    is_fragment = request.headers.get("HX-Request") and action == "preview"
    name = "planning/task_counts.html" if is_fragment else "planning/task_strata.html"
    return render(request, name, context)


@access(Role.ORGANISER)
@require_POST
def task_groups(request: HttpRequest, pk: str) -> HttpResponse:
    """Split the matters by the kinds of objects they apply to, or put them together again (DRAW §2)."""
    task = fetch(request, selectors.with_details(), pk=pk, need=(Role.ORGANISER,))
    if request.POST.get("action") == "unite":
        group_services.unite(task=task, actor=request.user)
        messages.success(request, "已合并为一组，请核对抽取分层。")
    else:
        made = group_services.split_by_kind(task=task, actor=request.user)
        messages.success(request, f"已分为 {len(made)} 组，各组分别抽取；请核对每组的范围和分层。")
    return redirect("planning:task-detail", pk=pk)


@access()
@require_safe
def task_pool(request: HttpRequest, pk: str) -> HttpResponse:
    """Who stands behind the counts, while the lists are not frozen."""
    task = fetch(request, selectors.with_details(), pk=pk)
    if task.state not in {Task.State.DRAFT, Task.State.READY}:
        raise RuleError("名单已经锁定，请在抽取页面查看锁定时的名单，这里不再显示变动中的名录。")
    if selectors.has_sealed(task):  # 在查任务 and 年度次数 name who was drawn there
        require(request.user, task.authority_id, *SEALED_READERS)
        with transaction.atomic():
            audit.record(
                "task.pool_seen_while_sealed",
                "另有抽取尚未公开名单时，查看候选与排除对象",
                target=task,
                actor=request.user,
            )
    _, part = _parts(request, task)
    rows = pools.classified(task, timezone.localdate(), part)
    rows, chosen = _chosen(rows, request, part)
    page = paging.keyset(rows.select_related("entity", "unit"), request.GET, order="id")
    labels = [stratum.label for stratum in part.strata]
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
    if pool not in {*PoolConfirmation.Pool.values, "both"}:
        raise RuleError("没有指明确认哪个名录库，请返回任务页重新点击。")
    today = timezone.localdate()
    wanted = [pool]
    if pool == "both":
        wanted = list(
            dict.fromkeys(
                c.pool for c in pool_confirmations.confirmations(task, today) if not c.is_fresh
            )
        )
    with transaction.atomic():  # both or neither
        for one in wanted:
            services.confirm_pool(task=task, pool=one, actor=request.user, today=today)
    labels = [str(PoolConfirmation.Pool(one).label) for one in wanted]
    messages.success(request, f"已确认{'和'.join(labels)}。" if labels else "两库都已经确认。")
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
    batches = selectors.batches_of(task)
    for pick in page.rows:
        k, parts = batches.get((pick.draw_id, pick.stratum), (0, 1))
        pick.batch = batch_of(pick.rank, k, parts) if pick.rank <= k else 0
    context = {
        "task": task,
        "page": page,
        "sealed": sealed,
        "has_batches": bool(batches),
        "crumbs": [
            ("任务与摇号", reverse("planning:task-list")),
            (task.number, reverse("planning:task-detail", args=[task.pk])),
            ("抽中的对象", ""),
        ],
    }
    return render(request, "planning/task_picks.html", context)


def _parts(request: HttpRequest, task: Task) -> tuple[list[Part], Part]:
    """All parts, and the one that `?group=` names; without it the first."""
    parts = pool_parts.parts_of(task)
    wanted = request.GET.get("group", "")
    if not wanted:
        return parts, parts[0]
    found = next((part for part in parts if str(part.number) == wanted), None)
    if found is None:
        raise RuleError("这个任务没有这一组，可能已重新分组。请从任务页重新打开。")
    return parts, found


def _group(task: Task, part: Part) -> TaskGroup | None:
    return next((g for g in task.groups.all() if g.number == part.number), None)


def _layers(
    request: HttpRequest, task: Task, part: Part, action: str, today: date
) -> tuple[StrataForms, list[str]]:
    """The forms to show, and what is to be said of a filter that was taken over."""
    filters = builder.saved_filters(request.user)
    authority = task.authority
    if action == "open":
        return StrataForms(
            authority,
            strata=part.strata,
            scope=part.scope,
            blank=0 if part.strata else 1,
            filters=filters,
        ), []
    typed, notes = request.POST, []
    if action == "filter":
        typed, notes = _with_filters(request)
    if action == "classes":
        strata = builder.by_class(task, part, today)
        return StrataForms(authority, strata=strata, typed=typed, filters=filters), notes
    blank = 1 if action == "add" else 0
    return StrataForms(authority, typed=typed, blank=blank, filters=filters), notes


def _with_filters(request: HttpRequest) -> tuple[QueryDict, list[str]]:
    """The typed values with the conditions of every filter that was chosen beside them."""
    typed, notes = request.POST.copy(), []
    for key in [name for name in typed if name.endswith("-saved") and typed[name]]:
        prefix = key.removesuffix("-saved")
        try:
            name, scope, left_out = builder.scope_of_filter(request.user, typed[key])
        except (SavedFilter.DoesNotExist, ValueError):
            notes.append("所选的常用筛选已经删除，请重新选择。")
            continue
        apply_scope(typed, prefix, scope)
        typed[key] = ""
        if prefix == "t" and scope:
            typed["t-targeted"] = "1"
        said = f"已套用常用筛选“{name}”。"
        if left_out:
            said += f"其中{'、'.join(left_out)}不能作为抽查条件，没有带入。"
        notes.append(said)
    return typed, notes or ["没有选择要套用的常用筛选。"]


def _typed(part: Part, layers: StrataForms, action: str, task: Task, today: date) -> Part:
    """The part as it stands on the page."""
    if action == "open":
        return part
    strata = builder.by_class(task, part, today) if action == "classes" else layers.strata()
    scope = layers.scope()
    return replace(part, strata=strata, scope=part.scope if scope is None else scope)


def _chosen(rows: Any, request: HttpRequest, part: Part) -> tuple[Any, str]:
    reason, layer = request.GET.get("reason", ""), request.GET.get("layer", "")
    if reason in REASONS:
        return rows.filter(excluded=reason), f"排除：{REASONS[reason]}"
    labels = [stratum.label for stratum in part.strata]
    if layer.isascii() and layer.isdigit() and len(layer) < 4 and int(layer) < len(labels):
        return rows.filter(layer=int(layer), excluded=""), f"候选：{labels[int(layer)]}"
    return rows, "符合范围的对象"
