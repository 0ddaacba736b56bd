"""复查: asked for, approved by the head, recorded by those who went."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bureau.access import access, fetch, role_names
from bureau.models import Role, StoredFile
from bureau.selectors import calendar, trail
from bureau.services import files
from bureau.views.forms import bound, made, status_of
from inspections.forms.disposal_steps import (
    AskDecisionForm,
    CancelForm,
    RecheckForm,
    RecheckResultForm,
)
from inspections.models import RecheckVisit
from inspections.rules.disposal_paths import DOERS, RECHECK, blocked
from inspections.selectors import disposals as disposal_reads
from inspections.selectors import rechecks as reading
from inspections.services import rechecks
from inspections.views.common import buttons

GET_POST = ["GET", "HEAD", "POST"]


@access(*DOERS)
@require_http_methods(GET_POST)
def request_recheck(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, disposal_reads.detailed(), pk=pk, need=DOERS)
    today = timezone.localdate()
    start = min(max(row.due_on, today), today + timedelta(days=30))
    form = RecheckForm(bound(request), row=row, on=today, initial={"planned_on": start})
    if request.method == "POST" and form.is_valid():
        found = made(
            form,
            lambda: rechecks.request(
                disposal_pk=row.pk,
                officers=list(form.cleaned_data["officers"]),
                planned_on=form.cleaned_data["planned_on"],
                reason=form.cleaned_data["reason"],
                actor=request.user,
                today=today,
            ),
        )
        if found:
            messages.success(request, f"已提请 {found.number}，由主要负责人审批。")
            return redirect("inspections:recheck-detail", found.pk)
    context = {
        "row": row,
        "form": form,
        "heading": "提请复查",
        "submit": "提请复查",
        "consequence": "复查经主要负责人批准后进行，不计入年度检查次数上限。",
        "problem": None if form.is_bound else blocked(row.measure, row.stage, "recheck"),
        "measure": disposal_reads.measure_label(row.measure),
        "back_url": reverse("inspections:disposal-detail", kwargs={"pk": row.pk}),
    }
    return render(request, "inspections/disposal_step.html", context, status=status_of(form))


@access()
@require_http_methods(GET_POST)
def detail(request: HttpRequest, pk: Any) -> HttpResponse:
    """One recheck; the head decides on this page."""
    need = (Role.HEAD,) if request.method == "POST" else ()
    row = fetch(request, reading.rows(), pk=pk, need=need)
    form = AskDecisionForm(bound(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and made(
            form,
            lambda: rechecks.decide(
                recheck_pk=row.pk,
                approve=form.cleaned_data["approve"] == "yes",
                note=form.cleaned_data["note"],
                actor=request.user,
            ),
        )
    ):
        messages.success(request, "审批意见已记录。")
        return redirect("inspections:recheck-detail", row.pk)
    user, day = request.user, timezone.localdate()
    may = user.has_role_at(row.authority_id, Role.HEAD) and row.state == "requested"
    own = row.requested_by_id == user.pk
    urls = {
        "record": (reverse("inspections:recheck-record", kwargs={"pk": row.pk}), "get"),
        "cancel": (reverse("inspections:recheck-cancel", kwargs={"pk": row.pk}), "get"),
    }
    going = any(officer.user_id == user.pk for officer in row.officers.all())
    context = {
        "row": row,
        "matter": row.disposal.visit_matter,
        "css": RECHECK.css[row.state],
        "due": calendar.due(row.planned_on, day) if row.state == "approved" else None,
        "form": form if may and not own else None,
        "is_own": may and own,
        "actions": buttons(
            RECHECK,
            row.state,
            user,
            row.authority_id,
            urls,
            refused=lambda action: (
                "由参加复查的检查人员登记。" if action == "record" and not going else ""
            ),
        ),
        "decider": role_names((Role.HEAD,)),
        "events": trail.of(row),
        "trail_url": trail.full_url(row),
    }
    return render(request, "inspections/recheck_detail.html", context, status=status_of(form))


@access(*DOERS)
@require_http_methods(GET_POST)
def record(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.rows(), pk=pk, need=DOERS)
    today = timezone.localdate()
    entity = row.disposal.visit_matter.visit.entity
    start = {"visited_on": today, "place": entity.address}
    form = RecheckResultForm(bound(request), request.FILES or None, initial=start)
    if (
        request.method == "POST"
        and form.is_valid()
        and made(
            form,
            lambda: rechecks.record(
                recheck_pk=row.pk,
                visited_on=form.cleaned_data["visited_on"],
                place=form.cleaned_data["place"],
                is_passed=form.cleaned_data["is_passed"] == "yes",
                finding=form.cleaned_data["finding"],
                documents=_stored(request, row, form.cleaned_data["files"]),
                actor=request.user,
                today=today,
            ),
        )
    ):
        messages.success(request, f"{row.number} 已登记。")
        return redirect("inspections:disposal-detail", row.disposal_id)
    return _step(request, row, form, "record")


@access(*DOERS)
@require_http_methods(GET_POST)
def cancel(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.rows(), pk=pk, need=DOERS)
    form = CancelForm(bound(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and made(
            form,
            lambda: rechecks.cancel(
                recheck_pk=row.pk, reason=form.cleaned_data["reason"], actor=request.user
            ),
        )
    ):
        messages.success(request, f"{row.number} 已取消。")
        return redirect("inspections:disposal-detail", row.disposal_id)
    return _step(request, row, form, "cancel")


def _step(request: HttpRequest, row: RecheckVisit, form: Any, action: str) -> HttpResponse:
    step = RECHECK.find(row.state, action)
    context = {
        "row": row.disposal,
        "form": form,
        "heading": step.label if step else "复查",
        "submit": step.label if step else "登记",
        "consequence": (step.consequence if step else "") or "取消后原改正期限继续有效。",
        "problem": None if step else f"复查现在是“{row.get_state_display()}”，不能办这一步。",
        "measure": row.number,
        "back_url": reverse("inspections:recheck-detail", kwargs={"pk": row.pk}),
    }
    return render(request, "inspections/disposal_step.html", context, status=status_of(form))


def _stored(request: HttpRequest, row: RecheckVisit, uploads: list[Any]) -> list[StoredFile]:
    by: Any = request.user
    return [
        files.store(
            upload=one, name=one.name, authority=row.authority, by=by, accept=("image", "pdf")
        )
        for one in uploads
    ]
