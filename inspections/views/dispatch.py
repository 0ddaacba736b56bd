"""派发: what would happen, then it happens; and splitting what was merged."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bureau.access import access, fetch
from bureau.models import Role
from bureau.views.forms import bound, done, status_of
from inspections.forms.dispatch import DispatchForm, SplitForm
from inspections.models import Visit
from inspections.rules.processes import VISIT
from inspections.selectors import dispatch as reading
from inspections.selectors import list_checks, merges
from inspections.services import dispatch as service
from planning.models import Task
from planning.rules.processes import TASK


@access(Role.ORGANISER)
@require_http_methods(["GET", "HEAD", "POST"])
def dispatch(request: HttpRequest, pk: Any) -> HttpResponse:
    task = fetch(
        request, Task.objects.select_related("authority", "unit"), pk=pk, need=(Role.ORGANISER,)
    )
    today = timezone.localdate()
    preview = reading.preview(task, today)
    has_choice = bool(preview.without_unit)
    form = DispatchForm(bound(request), units=preview.executing) if has_choice else None
    if request.method == "POST" and (form is None or form.is_valid()):
        form = form or DispatchForm(request.POST, units=[])
        fallback = form.cleaned_data["unit"] if has_choice else None
        if not has_choice:
            del form.fields["unit"]
            form.is_valid()
        if done(
            form,
            lambda: service.dispatch(
                task=task, actor=request.user, today=today, fallback_unit=fallback
            ),
        ):
            messages.success(request, "任务已派发，任务公告随即发布。下一步：匹配检查人员。")
            if (
                task.shares.exists()
            ):  # its subordinates inspect (A15): their visits are not listed here
                return redirect("planning:task-detail", pk=task.pk)
            return redirect(f"{reverse('inspections:visit-list')}?task={task.pk}")
    step = TASK.find(task.state, "dispatch_more" if preview.is_more else "dispatch")
    context = {
        "task": task,
        "preview": preview,
        "form": form,
        "can_dispatch": step is not None and not preview.problems,
        "state_word": TASK.states[task.state],
        "state_css": TASK.css[task.state],
        "has_choice": has_choice,
        "merges": merges.proposed(
            task,
            [(g.entity.name, g.joins, g.unit.name) for g in preview.joining if g.joins and g.unit],
        ),
        "checks": list_checks.of_task(task),
    }
    status = status_of(form) if form else 200
    return render(request, "inspections/dispatch.html", context, status=status)


@access(Role.ORGANISER, Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, pk: Any) -> HttpResponse:
    visit = fetch(
        request,
        Visit.objects.select_related("entity"),
        pk=pk,
        need=(Role.ORGANISER, Role.COORDINATOR),
    )
    form = SplitForm(bound(request), visit=visit)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: service.split(
                visit=visit,
                task=form.cleaned_data["task"],
                reason=form.cleaned_data["reason"],
                actor=request.user,
                today=timezone.localdate(),
            ),
        )
    ):
        messages.success(request, "已拆分为两次检查。")
        return redirect("inspections:visit-detail", visit.pk)
    return _confirm(request, visit, form, "split", "拆分检查")


def _confirm(
    request: HttpRequest, visit: Visit, form: Any, action: str, submit: str
) -> HttpResponse:
    step = next(t for t in VISIT.transitions if t.action == action)
    context = {
        "visit": visit,
        "form": form,
        "heading": step.label,
        "consequence": step.consequence,
        "submit": submit,
        "back_url": reverse("inspections:visit-detail", args=[visit.pk]),
    }
    return render(request, "inspections/visit_step.html", context, status=status_of(form))
