"""Without an own draw: a superior's list, a direct choice from a tiny pool, everybody (A108, DRAW §2)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bureau.access import access, fetch
from bureau.errors import RuleError
from bureau.models import Role
from bureau.views.forms import bound, made, status_of
from planning.forms.tasks import (
    DirectForm,
    PlatformForm,
)
from planning.models import Task
from planning.rules.processes import TASK
from planning.selectors import tasks as selectors
from planning.services import direct, platform
from planning.views.task_pages import crumbs, url_of

GET_POST = ["GET", "HEAD", "POST"]


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
        "back_url": url_of(task),
        "crumbs": crumbs(task, "导入平台名单"),
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
        "back_url": url_of(task),
        "crumbs": crumbs(task, "直接指定"),
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
