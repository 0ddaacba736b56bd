"""Tasks: the list, settings, and the steps up to the draw. Strata and pools are in `task_pool`."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import RuleError
from bureau.models import Role
from bureau.selectors import paging
from bureau.views.forms import done
from planning.forms.plans import NoteForm
from planning.forms.tasks import (
    TaskFilter,
    TaskForm,
)
from planning.models import Task
from planning.rules.processes import TASK
from planning.selectors import tasks as selectors
from planning.services import tasks as services
from planning.views.task_pages import crumbs, form_page, url_of

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
@require_http_methods(GET_POST)
def task_change(request: HttpRequest, pk: str) -> HttpResponse:
    task = fetch(request, selectors.with_details(), pk=pk, need=(Role.ORGANISER,))
    form = TaskForm(request.POST or None, authority=task.authority, item=task.plan_item, task=task)
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if done(form, lambda: services.change(task=task, values=values, actor=request.user)):
            return redirect("planning:task-detail", pk=pk)
    return form_page(request, form, "修改任务设置", "保存设置", url_of(task), task)


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
        "back_url": url_of(task),
        "crumbs": crumbs(task, "撤销"),
    }
    return render(request, "planning/plan_confirm.html", context)
