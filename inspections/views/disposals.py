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
from inspections.models import Disposal, DisposalAsk
from inspections.rules.disposal_paths import ASK_DECIDERS, CSS, STAGES, blocked, path_of
from inspections.rules.processes import DISPOSAL
from inspections.selectors import disposals as reading
from inspections.selectors import records
from inspections.services import disposals, letters
from inspections.views import overdue

OPENERS = (Role.INSPECTOR, Role.COORDINATOR, Role.ORGANISER)
OVERDUE_READERS = overdue.READERS
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
                STAGES.get(row.stage, row.stage),
                CSS.get(row.stage, "run"),
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
        "may_see_overdue": request.user.has_role(*OVERDUE_READERS),
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
        "css": CSS[row.stage],
        "stage": STAGES[row.stage],
        "steps": row.steps.select_related("document", "letter", "recheck", "by"),
        "letters": row.letters.select_related("receipt_file", "receipt_by"),
        "rechecks": row.rechecks.all(),
        "asks": row.asks.select_related("requested_by", "decided_by"),
        "sequels": row.sequels.all(),
        # Which stages lead to a penalty; its own page checks who may enter it.
        "may_penalise": row.measure == "case"
        and row.stage in {"filed", "closed"}
        and request.user.has_role_at(row.authority_id, *OPENERS),
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
        "problem": None if form.is_bound else blocked(row.measure, row.stage, "close"),
        "due": calendar.due(row.due_on, day),
    }
    return render(
        request, "inspections/disposal_close.html", context, status=422 if form.errors else 200
    )


def _actions(request: HttpRequest, row: Disposal) -> dict[str, Any]:
    """The next steps of its own path, then what may be asked for; the form behind each says what follows."""
    user = request.user
    may = user.has_role_at(row.authority_id, *OPENERS) and disposals.may_close(row, user)
    newest = row.letters.order_by("-id").first()
    mine: list[Any] = []
    theirs: list[Any] = []
    if row.state != Disposal.State.OPEN:
        return {"mine": mine, "theirs": theirs}
    for step in path_of(row.measure).transitions:
        if step.source != row.stage or not _is_due(row, newest, step.action):
            continue
        if may:
            css = "btn-primary" if not mine else "btn-plain"
            mine.append((step.label, _step_url(row, step.action), css, "get", None, ""))
        else:
            theirs.append((step.label, f"由{row.responsible}的人员或本单位任务经办办理"))
    asked = set(row.asks.filter(state=DisposalAsk.State.REQUESTED).values_list("kind", flat=True))
    for kind, label in (("extend", "申请延长期限"), ("stop", "申请终止处置")):
        if may and kind not in asked:
            mine.append((label, _ask_url(row, kind), "btn-plain", "get", None, ""))
    for ask in row.asks.filter(state=DisposalAsk.State.REQUESTED):
        decides = user.has_role_at(row.authority_id, *ASK_DECIDERS[ask.kind])
        if decides and ask.requested_by_id != user.pk:
            url = reverse("inspections:disposal-ask-decide", kwargs={"pk": ask.pk})
            label = f"办理申请：{ask.get_kind_display()}"
            mine.insert(0, (label, url, "btn-primary", "get", None, ask.reason))
        else:
            who = role_names(ASK_DECIDERS[ask.kind])
            theirs.append((f"批准{ask.get_kind_display()}", f"由{who}办理"))
    return {"mine": mine, "theirs": theirs}


def _is_due(row: Disposal, newest: Any, action: str) -> bool:
    """A receipt only where one is lacking; 移送司法机关 is signed by the head before its letter."""
    if action == "receipt":
        return letters.may_receive(newest, row.stage, row.measure)
    return True


def _step_url(row: Disposal, action: str) -> str:
    key = {"pk": row.pk}
    if action == "issue" and row.measure == "judicial":
        signed = row.asks.filter(kind="judicial", state=DisposalAsk.State.APPROVED).exists()
        if not signed:
            return _ask_url(row, "judicial")
    named = {
        "issue": "disposal-letter",
        "receipt": "disposal-receipt",
        "recheck": "recheck-request",
        "escalate": "disposal-escalate",
        "close": "disposal-close",
    }
    if action in named:
        return reverse(f"inspections:{named[action]}", kwargs=key)
    return reverse("inspections:disposal-step", kwargs=key | {"action": action})


def _ask_url(row: Disposal, kind: str) -> str:
    return reverse("inspections:disposal-ask", kwargs={"pk": row.pk, "kind": kind})
