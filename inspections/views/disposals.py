"""后续处置: the list with who is late, one disposal, opening and closing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch, role_names
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role
from bureau.selectors import calendar, trail
from bureau.selectors.paging import keyset
from inspections.forms.disposals import CloseForm, DisposalFilter, OpenForm
from inspections.models import Disposal
from inspections.rules.processes import DISPOSAL
from inspections.selectors import disposals as reading
from inspections.selectors import records
from inspections.services import disposals

OPENERS = (Role.INSPECTOR, Role.COORDINATOR, Role.ORGANISER)
CLOSERS = tuple(sorted(DISPOSAL.roles_for("close")))


@access()
@require_safe
def disposal_list(request: HttpRequest) -> HttpResponse:
    day = timezone.localdate()
    form = DisposalFilter(request.GET or None, user=request.user)
    filters = form.cleaned_data if form.is_valid() else {}
    rows = reading.listed(request.user, filters, day)
    page = keyset(rows, request.GET, order=("-state", "due_on", "id"))  # open before closed
    counts, days = reading.counts(request.user, day), calendar.calendar()
    state = filters.get("state", "")
    context = {
        "form": form,
        "page": page,
        "rows": [
            (
                row,
                reading.measure_label(row.measure),
                calendar.due(row.due_on, day, known=days)
                if row.state == Disposal.State.OPEN
                else None,
            )
            for row in page.rows
        ],
        "chips": [
            {
                "label": label,
                "count": counts.get(key, 0),
                "url": f"?state={key}",
                "current": state == key,
            }
            for key, label in (("overdue", "逾期"), ("open", "处置中"), ("closed", "已办结"))
        ],
        "is_filtered": any(filters.values()),
    }
    return render(request, "inspections/disposal_list.html", context)


@access()
@require_safe
def detail(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.detailed(), pk=pk)
    is_open = row.state == Disposal.State.OPEN
    context = {
        "row": row,
        "matter": row.visit_matter,
        "measure": reading.measure_label(row.measure),
        "due": calendar.due(row.due_on, timezone.localdate()) if is_open else None,
        "css": DISPOSAL.css[row.state],
        "actions": _actions(request, row),
        "events": trail.of(row),
        "trail_url": trail.full_url(row),
    }
    return render(request, "inspections/disposal_detail.html", context)


@access(*OPENERS)
@require_http_methods(["GET", "HEAD", "POST"])
def disposal_open(request: HttpRequest, pk: Any) -> HttpResponse:
    matter = fetch(request, records.matters(), pk=pk, need=OPENERS)
    day = timezone.localdate()
    start = disposals.defaults(matter=matter, today=day)
    initial = {
        "finding": request.GET.get("finding"),
        "measure": start.measure,
        "responsible": start.responsible,
        "due_on": start.due_on,
    }
    form = OpenForm(request.POST or None, matter=matter, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = disposals.open(
                visit_matter_pk=matter.pk, actor=request.user, today=day, **form.cleaned_data
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已发起处置 {row.number}，并通知{row.responsible}。")
            return redirect("inspections:outcome-detail", pk=matter.pk)
    context = {"matter": matter, "visit": matter.visit, "form": form}
    return render(
        request, "inspections/disposal_open.html", context, status=422 if form.errors else 200
    )


@access(*CLOSERS)
@require_http_methods(["GET", "HEAD", "POST"])
def disposal_close(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.detailed(), pk=pk, need=CLOSERS)
    day = timezone.localdate()
    form = CloseForm(request.POST or None, initial={"closed_on": day})
    if request.method == "POST" and form.is_valid():
        try:
            disposals.close(disposal_pk=row.pk, actor=request.user, today=day, **form.cleaned_data)
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"处置 {row.number} 已办结。")
            return redirect("inspections:disposal-detail", pk=row.pk)
    context = {
        "row": row,
        "measure": reading.measure_label(row.measure),
        "form": form,
        "due": calendar.due(row.due_on, day),
    }
    return render(
        request, "inspections/disposal_close.html", context, status=422 if form.errors else 200
    )


def _actions(request: HttpRequest, row: Disposal) -> dict[str, Any]:
    mine, theirs = [], []
    user = request.user
    for step in DISPOSAL.available(row.state, DISPOSAL.roles_for("close")):
        if user.has_role_at(row.authority_id, *step.roles) and disposals.may_close(row, user):
            url = reverse("inspections:disposal-close", kwargs={"pk": row.pk})
            mine.append((step.label, url, "btn-primary", "get", None, ""))
        else:
            theirs.append(
                (step.label, f"由{row.responsible}的{role_names(step.roles)}，或本单位任务经办办理")
            )
    return {"mine": mine, "theirs": theirs}
