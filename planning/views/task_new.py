"""A new task: from which plan item or ad hoc, in full or on one page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access
from bureau.models import Role
from bureau.selectors import rule_settings
from bureau.views.forms import bound, made, status_of
from planning.forms.tasks import (
    ShortTaskForm,
    TaskForm,
)
from planning.selectors import groups
from planning.selectors import tasks as selectors
from planning.services import short_tasks
from planning.services import tasks as services
from planning.views.task_pages import crumbs, form_page

GET_POST = ["GET", "HEAD", "POST"]


@access(Role.ORGANISER)
@require_safe
def task_start(request: HttpRequest) -> HttpResponse:
    """From which plan item, or ad hoc."""
    context = {
        "items": selectors.startable_items(request.user).prefetch_related("tasks"),
        "crumbs": crumbs(None, "新建任务"),
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
    return form_page(request, form, title, "建立任务", reverse("planning:task-start"))


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
        "crumbs": crumbs(None, "快速建立任务"),
    }
    return render(request, "planning/task_short.html", context, status=status_of(form))
