"""Pages of a task: list, settings, scheme, and the steps up to the draw. Strata and pools are in `task_pool`."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch, may, role_names
from bureau.errors import RuleError
from bureau.models import Role
from bureau.selectors import paging, rule_settings, trail
from bureau.views.forms import bound, done, made, status_of
from planning.forms.plans import NoteForm
from planning.forms.tasks import (
    DirectForm,
    PlatformForm,
    SchemeForm,
    ShortTaskForm,
    TaskFilter,
    TaskForm,
)
from planning.models import Sitting, Task
from planning.rules import scheme as scheme_rules
from planning.rules.processes import TASK
from planning.selectors import builder, groups, pools, shares
from planning.selectors import tasks as selectors
from planning.selectors.picks import shortfalls
from planning.services import direct, documents, platform, short_tasks
from planning.services import tasks as services
from planning.services.pools import keepers_text
from planning.views.common import READERS, SEALED_READERS, buttons, download
from registry.selectors.entities import scope_label

GET_POST = ["GET", "HEAD", "POST"]


@access()
@require_safe
def task_list(request: HttpRequest) -> HttpResponse:
    form = TaskFilter(request.GET)
    state = request.GET.get("state", "")
    rows = selectors.listed(request.user)
    counts = selectors.state_counts(request.user)
    if state in TASK.states:
        rows = rows.filter(state=state)
    if form.is_valid():
        q, year = form.cleaned_data["q"].strip(), form.cleaned_data["year"]
        if q:
            rows = rows.filter(Q(name__icontains=q) | Q(number__icontains=q))
        if year:
            rows = rows.filter(year=year)
    page = paging.keyset(rows, request.GET, order="-id")
    for task in page.rows:
        task.css = TASK.css[task.state]
    chips = [
        {
            "label": "全部",
            "count": sum(counts.values()),
            "url": "?",
            "current": state not in TASK.states,
        }
    ]
    chips += [
        {"label": label, "count": counts[key], "url": f"?state={key}", "current": key == state}
        for key, label in TASK.states.items()
        if counts.get(key)
    ]
    context = {
        "page": page,
        "chips": chips,
        "form": form,
        "may_create": request.user.has_role(Role.ORGANISER),
    }
    return render(request, "planning/task_list.html", context)


@access(Role.ORGANISER)
@require_safe
def task_start(request: HttpRequest) -> HttpResponse:
    """From which plan item, or ad hoc."""
    context = {
        "items": selectors.startable_items(request.user).prefetch_related("tasks"),
        "crumbs": _crumbs(None, "新建任务"),
    }
    return render(request, "planning/task_start.html", context)


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def task_create(request: HttpRequest) -> HttpResponse:
    """`?item=` a plan item; without it the task is ad hoc."""
    item = None
    if request.GET.get("item"):
        number = request.GET["item"]
        rows = selectors.startable_items(request.user).select_related("plan__authority")
        item = get_object_or_404(
            rows,
            pk=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0,
        )
    authority = item.plan.authority if item else request.user.home
    year = timezone.localdate().year
    defaults = {
        name: rule_settings.value_of(name, authority, year)
        for name in ("team_size", "names_in_notice")
    }
    form = TaskForm(request.POST or None, authority=authority, item=item, initial=defaults)
    if request.method == "POST" and form.is_valid():
        values, reason = form.values(), form.cleaned_data.get("ad_hoc_reason", "")
        actor = request.user
        task = made(
            form,
            lambda: (
                services.create_from_item(item=item, values=values, actor=actor)
                if item
                else services.create_ad_hoc(
                    authority=authority, reason=reason, values=values, actor=actor
                )
            ),
        )
        if task is not None:
            messages.success(request, f"任务已建立，编号 {task.number}。请设置抽取分层。")
            return redirect("planning:task-detail", pk=task.pk)
    title = f"按计划条目建立任务：{item.name}" if item else "建立临时抽查任务"
    return _form(request, form, title, "建立任务", reverse("planning:task-start"))


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def task_short(request: HttpRequest, pk: int) -> HttpResponse:
    """A task of a plan item on one page: five fields, all filled in, and the strata as one line."""
    rows = selectors.startable_items(request.user).select_related("plan__authority")
    item, today = get_object_or_404(rows, pk=pk), timezone.localdate()
    preview = short_tasks.counted(item, today)
    units = selectors.usual_units(item.plan.authority)
    form = ShortTaskForm(bound(request), item=item, k=preview.k, units=units, today=today)
    proposed = groups.proposed_for(item.matters.all(), item.scope)
    form.fields["count"].required = not proposed
    if request.method == "POST" and form.is_valid():
        settings = rule_settings.all_for(item.plan.authority, today.year)
        values = form.values(
            team_size=int(settings["team_size"].value),
            names_in_notice=bool(settings["names_in_notice"].value),
        )
        task = made(
            form,
            lambda: short_tasks.create(
                item=item,
                values=values,
                count=form.cleaned_data["count"],
                actor=request.user,
                today=today,
            ),
        )
        if task is not None:
            messages.success(
                request,
                f"任务已建立，编号 {task.number}；实施方案已起草，已请名录库管理人员确认两库。",
            )
            return redirect("planning:task-detail", pk=task.pk)
    context = {
        "item": item,
        "form": form,
        "preview": preview,
        "proposed": proposed,
        "crumbs": _crumbs(None, "快速建立任务"),
    }
    return render(request, "planning/task_short.html", context, status=status_of(form))


@access()
@require_safe
def task_detail(request: HttpRequest, pk: str) -> HttpResponse:
    try:
        task = fetch(request, selectors.with_details(), pk=pk)
    except Http404:
        if shares.is_shared_with(
            request.user, pk=pk
        ):  # a subordinate's link to its superior's task
            return redirect("planning:share-detail", pk=pk)
        raise
    today = timezone.localdate()
    is_open = task.state in {Task.State.DRAFT, Task.State.READY}
    is_own = task.draw_source == Task.DrawSource.OWN
    roles = request.user.roles_at(task.authority_id)
    confirmations = pools.confirmations(task, today) if is_open and is_own else []
    parts = pools.parts_of(task) if is_open and is_own else []
    built = [builder.built(task, part, today) for part in parts]
    is_draft = task.state == Task.State.DRAFT
    counts = selectors.pick_counts(task)
    sitting = selectors.live_sitting(task)
    context = {
        "task": task,
        "css": TASK.css[task.state],
        "is_own": is_own,
        "is_open": is_open,
        "built": built,
        "groups": task.groups.all(),
        "proposed": groups.proposed(task) if is_draft and is_own else [],
        "may_group": is_draft and not task.draws.exists(),
        "chance": selectors.chance_note(task),
        "gaps": selectors.gaps(task, today, [(b.part, b.preview) for b in built])
        if built and is_draft
        else [],
        "confirmations": confirmations,
        "may_confirm": Role.DIVISION_ADMIN in roles
        and task.created_by_id != request.user.pk
        and not pools.owners_of(task),
        "keepers": keepers_text(task) if any(not c.is_fresh for c in confirmations) else "",
        "sitting": sitting,
        "draws": [d for s in task.sittings.all() for d in s.draws.all() if d.task_id == task.pk],
        "counts": counts,
        "readers": _readers(request, task) if counts.selected or counts.reserves else "",
        "scope": scope_label(pools.whole_scope(task)),
        "executing": selectors.units_of(task, "executing"),
        "participants": selectors.units_of(task, "participant"),
        "may_choose_pools": is_own and shares.subordinates(task.authority).exists(),
        "may_edit": task.state == Task.State.DRAFT and Role.ORGANISER in roles,
        "steps": _steps(task, sitting, confirmations),
        "actions": _actions(request, task, sitting, counts),
        "origin": selectors.origin(task),
        "events": trail.of(task, reader=request.user),
        "trail_url": trail.full_url(task),
        "crumbs": [("任务与摇号", reverse("planning:task-list")), (task.number, "")],
    }
    return render(request, "planning/task_detail.html", context)


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def task_change(request: HttpRequest, pk: str) -> HttpResponse:
    task = fetch(request, selectors.with_details(), pk=pk, need=(Role.ORGANISER,))
    form = TaskForm(request.POST or None, authority=task.authority, item=task.plan_item, task=task)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if done(form, lambda: services.change(task=task, values=values, actor=request.user)):
            return redirect("planning:task-detail", pk=pk)
    return _form(request, form, "修改任务设置", "保存设置", _url(task), task)


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def task_scheme(request: HttpRequest, pk: str) -> HttpResponse:
    """The 实施方案: a draft from the task's facts to begin with, then whatever people write."""
    task = fetch(request, selectors.with_details(), pk=pk, need=(Role.ORGANISER,))
    anew = request.GET.get("draft") == "1" or not task.scheme
    text = (
        scheme_rules.draft(selectors.scheme_facts(task, timezone.localdate()))
        if anew
        else task.scheme
    )
    form = SchemeForm(request.POST or None, initial={"scheme": text})
    if request.method == "POST" and form.is_valid():
        scheme = form.cleaned_data["scheme"]
        if done(form, lambda: services.set_scheme(task=task, scheme=scheme, actor=request.user)):
            messages.success(request, "实施方案已保存。")
            return redirect("planning:task-detail", pk=pk)
    context = {
        "task": task,
        "form": form,
        "is_draft_text": anew,
        "back_url": _url(task),
        "crumbs": _crumbs(task, "实施方案"),
    }
    return render(request, "planning/task_scheme.html", context)


@access()
@require_safe
def task_scheme_docx(request: HttpRequest, pk: str) -> HttpResponse:
    task = fetch(request, selectors.with_details(), pk=pk)
    if not task.scheme:
        raise RuleError("实施方案还没有编写，请先在任务页编写并保存。")
    return download(documents.scheme_docx(task), f"{task.name}实施方案.docx")


@access(Role.ORGANISER)
@require_POST
def task_ready(request: HttpRequest, pk: str) -> HttpResponse:
    task = fetch(request, Task, pk=pk, need=(Role.ORGANISER,))
    services.make_ready(task=task, actor=request.user, today=timezone.localdate())
    messages.success(request, "任务已转入待摇号，请安排摇号会。")
    return redirect("planning:task-detail", pk=pk)


@access(Role.ORGANISER)
@require_POST
def task_reopen(request: HttpRequest, pk: str) -> HttpResponse:
    task = fetch(request, Task, pk=pk, need=(Role.ORGANISER,))
    services.reopen(task=task, actor=request.user)
    return redirect("planning:task-detail", pk=pk)


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def task_cancel(request: HttpRequest, pk: str) -> HttpResponse:
    task = fetch(request, Task, pk=pk, need=(Role.ORGANISER,))
    form = NoteForm(request.POST or None, label="撤销原因", required=True)
    if request.method == "POST" and form.is_valid():
        services.cancel(task=task, reason=form.cleaned_data["note"], actor=request.user)
        messages.success(request, "任务已撤销。")
        return redirect("planning:task-detail", pk=pk)
    step = TASK.find(task.state, "cancel")
    if step is None:
        raise RuleError(f"任务现在是“{task.get_state_display()}”，不能撤销。")
    context = {
        "heading": f"撤销任务：{task.name}",
        "consequence": step.consequence,
        "form": form,
        "submit": step.label,
        "css": "btn-back",
        "back_url": _url(task),
        "crumbs": _crumbs(task, "撤销"),
    }
    return render(request, "planning/plan_confirm.html", context)


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def task_platform(request: HttpRequest, pk: str) -> HttpResponse:
    """Taking over the list of a superior's platform (A108)."""
    task = fetch(request, Task.objects.select_related("authority"), pk=pk, need=(Role.ORGANISER,))
    initial = {"receipt": task.platform_receipt}
    form = PlatformForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        count = made(form, lambda: _import(request, task, form))
        if count is not None:
            messages.success(request, f"已导入 {count} 户，可以派发。")
            return redirect("planning:task-detail", pk=pk)
    context = {
        "task": task,
        "form": form,
        "back_url": _url(task),
        "crumbs": _crumbs(task, "导入平台名单"),
    }
    return render(request, "planning/task_platform.html", context)


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def task_direct(request: HttpRequest, pk: str) -> HttpResponse:
    """A pool too small to draw from: who is inspected is named, with the reason, and the public is told."""
    task = fetch(request, selectors.with_details(), pk=pk, need=(Role.ORGANISER,))
    step = TASK.find(task.state, "assign_directly")
    if step is None:
        raise RuleError(f"任务现在是“{task.get_state_display()}”，不能直接指定检查对象。")
    today = timezone.localdate()
    offered = [
        (row.entity_id, f"{row.entity.name}（{row.entity.public_code}）")
        for row in direct.candidates(task, today)
    ]
    form = DirectForm(bound(request), candidates=offered)
    if request.method == "POST" and form.is_valid():
        wanted, reason = form.cleaned_data["entities"], form.cleaned_data["reason"]
        picks = made(
            form,
            lambda: direct.assign(
                task=task, entities=wanted, reason=reason, actor=request.user, today=today
            ),
        )
        if picks is not None:
            messages.success(request, f"已直接指定 {len(picks)} 户，可以派发。")
            return redirect("planning:task-detail", pk=pk)
    context = {
        "heading": f"直接指定检查对象：{task.name}",
        "consequence": step.consequence,
        "form": form,
        "submit": step.label,
        "css": "btn-back",
        "back_url": _url(task),
        "crumbs": _crumbs(task, "直接指定"),
    }
    return render(request, "planning/plan_confirm.html", context, status=status_of(form))


@access(Role.ORGANISER)
@require_POST
def task_whole(request: HttpRequest, pk: str) -> HttpResponse:
    """全查: every layer takes everybody."""
    task = fetch(request, Task, pk=pk, need=(Role.ORGANISER,))
    direct.inspect_all(task=task, actor=request.user)
    messages.success(request, "已改为全部检查；摇号只排定先后次序，页面和公告会写明没有随机选择。")
    return redirect("planning:task-detail", pk=pk)


def _import(request: HttpRequest, task: Task, form: PlatformForm) -> int:
    upload, stored = form.cleaned_data["upload"], None
    if upload:
        codes, stored = platform.read_upload(
            task=task, upload=upload, name=upload.name, actor=request.user
        )
    else:
        codes = platform.codes_of_text(form.cleaned_data["codes"])
    return platform.import_lists(
        task=task,
        codes=codes,
        receipt=form.cleaned_data["receipt"],
        actor=request.user,
        file=stored,
    )


def _readers(request: HttpRequest, task: Task) -> str:
    """Empty for somebody who may read the list of the picked, else the roles that may."""
    if not may(request.user, task.authority_id, READERS):
        return role_names(READERS)
    is_sealed = selectors.is_sealed(task)
    if is_sealed and not may(request.user, task.authority_id, SEALED_READERS):
        return role_names(SEALED_READERS)
    return ""


def _url(task: Task) -> str:
    return reverse("planning:task-detail", args=[task.pk])


def _crumbs(task: Task | None, last: str) -> list[tuple[str, str]]:
    middle = [(task.number, _url(task))] if task else []
    return [("任务与摇号", reverse("planning:task-list")), *middle, (last, "")]


def _form(
    request: HttpRequest,
    form: TaskForm,
    title: str,
    submit: str,
    back: str,
    task: Task | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "heading": title,
        "submit": submit,
        "back_url": back,
        "crumbs": _crumbs(task, title),
    }
    return render(request, "planning/task_form.html", context)


def _actions(
    request: HttpRequest, task: Task, sitting: Sitting | None, counts: selectors.PickCounts
) -> dict[str, Any]:
    """The task's own steps, then the way on to sitting and dispatch, each by the roles of its table."""
    offered = {"make_ready": "task-ready", "reopen": "task-reopen", "cancel": "task-cancel"}
    if task.draw_source == Task.DrawSource.PLATFORM:
        offered = {"import_lists": "task-platform", "cancel": "task-cancel"}
    urls = {a: reverse(f"planning:{name}", args=[task.pk]) for a, name in offered.items()}
    # A group whose draw was voided alone is drawn again in a sitting of its own.
    is_free = sitting is None or (
        task.state == Task.State.READY and sitting.state == Sitting.State.COMPUTED
    )
    if is_free and task.draw_source == Task.DrawSource.OWN:
        urls["lock"] = f"{reverse('planning:sitting-new')}?task={task.pk}"
    with suppress(NoReverseMatch):  # where inspections is served by another host
        urls["dispatch"] = reverse("inspections:dispatch", args=[task.pk])
        if counts.waiting:
            urls["dispatch_more"] = urls["dispatch"]
    if counts.fell_out and any(row.open for row in shortfalls(task)):
        urls["supplement"] = reverse("planning:task-supplement", args=[task.pk])

    def refused(action: str) -> str:
        if sitting is not None and action in {"reopen", "cancel"}:
            return f"任务已列入“{sitting.title}”，须先取消该安排。"
        return ""

    found = buttons(TASK, task.state, request.user, task.authority_id, urls, refused=refused)
    found["mine"] = [_as_shown(row) for row in found["mine"]]
    return found


def _as_shown(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Moves without a page of their own are posted; the lock begins with arranging a sitting."""
    label, url, css, method, hidden, why = row
    if url.endswith(("/ready/", "/reopen/")):
        method = "post"
    if label == "锁定名单":
        label, why = "安排摇号会", "名单在摇号会上锁定；锁定前可指定监督人。"
    return label, url, css, method, hidden, why


def _steps(
    task: Task, sitting: Sitting | None, confirmations: "list[pools.Confirmed]"
) -> list[dict[str, str]]:
    if task.draw_source == Task.DrawSource.PLATFORM:
        labels = ["设置任务", "导入平台名单", "派发", "检查", "完成"]
        place = {"draft": 1, "drawn": 2, "dispatched": 3, "closed": 4, "cancelled": 0}
        notes = ["", task.platform_number, "", "", ""]
    else:
        labels = ["事项、范围与分层", "两库确认", "锁定与摇号", "派发", "检查", "完成"]
        place = {"draft": 0, "ready": 2, "locked": 2, "drawn": 3, "dispatched": 4, "closed": 5}
        fresh = sum(c.is_fresh for c in confirmations)
        asked = f"已确认 {fresh} 个库" if confirmations else ""
        notes = [
            f"{len(task.matters.all())} 个事项，{len(task.strata.all())} 层"
            + (f"，分 {n} 组" if (n := len(task.groups.all())) else ""),
            asked,
            sitting.title if sitting else "",
            "",
            "",
            "",
        ]
    now = place.get(task.state, 0)
    words = {True: "done"}
    return [
        {
            "label": label,
            "note": note,
            "state": "off"
            if task.state == "cancelled"
            else words.get(n < now or task.state == "closed", "current" if n == now else "wait"),
        }
        for n, (label, note) in enumerate(zip(labels, notes, strict=True))
    ]
