"""Beside the visit: consent to a merge, 不再检查, and the unit's check of its list (A49, A105, DRAW §5)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bureau.access import access, fetch, require
from bureau.errors import Forbidden
from bureau.models import Role
from bureau.selectors import calendar
from bureau.views.forms import bound, done, status_of
from inspections.forms.cases import DecisionForm, ListCheckForm, SkipForm
from inspections.models import ListCheck, Visit
from inspections.rules.processes import VISIT
from inspections.selectors.list_checks import may_confirm as may_check
from inspections.services import list_checks, merges, skips
from inspections.views.deemed import stored
from planning.models import Pick, Skip, Task

GET_POST = ["GET", "HEAD", "POST"]
DECIDERS = (Role.HEAD, Role.DEPUTY)


@access(Role.ORGANISER)
@require_POST
def agree(request: HttpRequest, pk: Any, task_pk: Any) -> HttpResponse:
    visit = fetch(request, Visit, pk=pk)
    task = get_object_or_404(Task.objects.select_related("unit"), pk=task_pk)
    merges.agree(visit=visit, task=task, actor=request.user)
    messages.success(request, "已确认同意合并检查。")
    return redirect("inspections:visit-detail", visit.pk)


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def skip_request(request: HttpRequest, pk: Any) -> HttpResponse:
    visit = fetch(
        request, Visit.objects.select_related("entity", "authority"), pk=pk, need=(Role.ORGANISER,)
    )
    form = SkipForm(bound(request), request.FILES or None, visit=visit)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: skips.request(
                visit=visit,
                pick=form.cleaned_data["pick"],
                note=form.cleaned_data["note"],
                evidence=stored(request, form.cleaned_data["upload"], visit),
                actor=request.user,
            ),
        )
    ):
        messages.success(request, "申请已提交，由负责人批准。")
        return redirect("inspections:visit-detail", visit.pk)
    step = next(t for t in VISIT.transitions if t.action == "skip")
    context = {
        "visit": visit,
        "form": form,
        "heading": step.label,
        "consequence": step.consequence,
        "submit": "提交申请",
        "back_url": reverse("inspections:visit-detail", args=[visit.pk]),
    }
    return render(request, "inspections/visit_step.html", context, status=status_of(form))


@access()
@require_http_methods(GET_POST)
def skip_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One request with its visit; the head's decision is a form on it."""
    found = get_object_or_404(
        Skip.objects.select_related("requested_by", "approved_by", "evidence"), pk=pk
    )
    pick = fetch(
        request,
        Pick.objects.select_related("entity", "task", "draw", "authority"),
        pk=found.pick_id,
    )
    roles = request.user.roles_at(pick.authority_id)
    is_open = found.state == Skip.State.REQUESTED
    may_decide = is_open and bool(roles & set(DECIDERS))
    is_own = found.requested_by_id == request.user.pk
    form = None
    if request.method == "POST" or (may_decide and not is_own):
        form = DecisionForm(bound(request), yes="同意不再检查", no="不同意，照常检查")
    if request.method == "POST":
        require(request.user, pick.authority_id, *DECIDERS)
    if (
        form is not None
        and request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: skips.decide(
                skip=found,
                approve=form.approved,
                note=form.cleaned_data["note"],
                actor=request.user,
            ),
        )
    ):
        messages.success(request, "审批意见已记录。")
        return redirect("inspections:skip-decide", found.pk)
    item = pick.visit_matters.select_related("visit").order_by("-id").first()
    context = {
        "skip": found,
        "pick": pick,
        "visit": item.visit if item else None,
        "form": form,
        "is_own": is_own and may_decide,
        "is_open": is_open,
        "css": {"requested": "soon", "approved": "bad", "refused": "off"}[found.state],
    }
    return render(
        request, "inspections/skip_detail.html", context, status=status_of(form) if form else 200
    )


@access()
@require_http_methods(GET_POST)
def list_check(request: HttpRequest, pk: int) -> HttpResponse:
    """The list that one unit was given, and its confirmation."""
    row = fetch(
        request,
        ListCheck.objects.select_related("task", "unit", "authority", "confirmed_by"),
        pk=pk,
    )
    may_confirm = row.confirmed_by_id is None and may_check(request.user, row)
    form = ListCheckForm(bound(request)) if may_confirm or request.method == "POST" else None
    if request.method == "POST" and not may_check(request.user, row):
        raise Forbidden(f"{row.unit.name}的名单由该单位的分派员核对。")
    if (
        form is not None
        and request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: list_checks.confirm(
                check=row, note=form.cleaned_data["note"], actor=request.user
            ),
        )
    ):
        messages.success(request, "名单核对完毕。")
        return redirect("inspections:list-check", row.pk)
    visits = row.visits.visible_to(request.user).select_related("entity").order_by("number")
    context = {
        "row": row,
        "form": form,
        "visits": visits,
        "due": calendar.due(row.due_on, timezone.localdate()) if not row.confirmed_by_id else None,
        "states": VISIT.css,
    }
    return render(
        request, "inspections/list_check.html", context, status=status_of(form) if form else 200
    )
