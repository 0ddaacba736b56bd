"""Pages of plan adjustments: ask for one, read before and after, decide (A31)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.models import Role
from bureau.selectors import trail
from bureau.views.forms import made
from planning.forms.plans import AdjustmentItemForm, NoteForm
from planning.models import Plan, PlanAdjustment, PlanItem
from planning.rules.processes import ADJUSTMENT
from planning.selectors import plans as selectors
from planning.services import adjustments as services
from planning.services.adjustments import Change
from planning.views.plans import GET_POST, item_page


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def adjustment_add(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _plan(request, pk)
    form = AdjustmentItemForm(
        request.POST or None,
        authority=plan.authority,
        initial={"period_from": f"{plan.year}-03-01", "period_to": f"{plan.year}-11-10"},
    )
    if request.method == "POST" and form.is_valid():
        change = Change("add", values=form.values())
        answer = _propose(request, plan, form, change)
        if answer:
            return answer
    return item_page(request, plan, form, title="申请调整：增加条目", submit="提交调整审批")


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def adjustment_change(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    plan = _plan(request, pk)
    row = _item(plan, item)
    form = AdjustmentItemForm(
        request.POST or None, authority=plan.authority, values=selectors.values_of(row)
    )
    if request.method == "POST" and form.is_valid():
        answer = _propose(request, plan, form, Change("change", row, form.values()))
        if answer:
            return answer
    return item_page(
        request, plan, form, title=f"申请调整：修改“{row.name}”", submit="提交调整审批"
    )


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def adjustment_remove(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    plan = _plan(request, pk)
    row = _item(plan, item)
    form = NoteForm(request.POST or None, label="调整原因", required=True)
    if request.method == "POST" and form.is_valid():
        answer = _propose(request, plan, form, Change("remove", row))
        if answer:
            return answer
    context = {
        "heading": f"申请调整：取消“{row.name}”",
        "consequence": f"申请取消计划第 {row.number} 项“{row.name}”，经批准后计划改为新的版本并重新公布。",
        "form": form,
        "submit": "提交调整审批",
        "css": "btn-back",
        "back_url": _url(plan),
        "crumbs": _crumbs(plan, "取消条目"),
    }
    return render(request, "planning/plan_confirm.html", context)


@access()
@require_safe
def adjustment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    adjustment = _fetch(request, pk)
    return _detail(request, adjustment, NoteForm(label="审批意见"))


@access(Role.HEAD, Role.DEPUTY)
@require_http_methods(["POST"])
def adjustment_decide(request: HttpRequest, pk: int) -> HttpResponse:
    adjustment = _fetch(request, pk, Role.HEAD, Role.DEPUTY)
    approve = request.POST.get("decision") == "approve"
    form = NoteForm(request.POST, label="审批意见", required=not approve)
    if not form.is_valid():
        return _detail(request, adjustment, form)
    services.decide_adjustment(
        adjustment=adjustment,
        approve=approve,
        note=form.cleaned_data["note"],
        actor=request.user,
    )
    messages.success(request, "已批准调整，计划改为新的版本。" if approve else "已不予批准。")
    return redirect("planning:adjustment-detail", pk=pk)


def _detail(request: HttpRequest, adjustment: PlanAdjustment, form: NoteForm) -> HttpResponse:
    plan = adjustment.plan
    roles = request.user.roles_at(plan.authority_id)
    may = bool(ADJUSTMENT.available(adjustment.state, roles))
    context = {
        "adjustment": adjustment,
        "plan": plan,
        "css": ADJUSTMENT.css[adjustment.state],
        "rows": selectors.adjustment_rows(adjustment),
        "form": form,
        "may_decide": may and adjustment.requested_by_id != request.user.pk,
        "own_request": may and adjustment.requested_by_id == request.user.pk,
        "others": ADJUSTMENT.others(adjustment.state, roles),
        "events": trail.of(adjustment),
        "trail_url": trail.full_url(adjustment),
        "crumbs": _crumbs(plan, f"第 {adjustment.number} 次调整"),
    }
    return render(request, "planning/adjustment_detail.html", context)


def _fetch(request: HttpRequest, pk: int, *need: str) -> PlanAdjustment:
    row = get_object_or_404(
        PlanAdjustment.objects.select_related("plan__authority", "requested_by", "decided_by"),
        pk=pk,
    )
    fetch(request, Plan, pk=row.plan_id, need=need)
    return row


def _plan(request: HttpRequest, pk: int) -> Plan:
    rows = Plan.objects.select_related("authority")
    return fetch(request, rows, pk=pk, need=(Role.ORGANISER,))


def _item(plan: Plan, pk: int) -> PlanItem:
    rows = plan.items.filter(state=PlanItem.State.ACTIVE).select_related("plan__authority")
    return get_object_or_404(rows, pk=pk)


def _propose(
    request: HttpRequest, plan: Plan, form: "AdjustmentItemForm | NoteForm", change: Change
) -> HttpResponse | None:
    reason = form.cleaned_data.get("reason") or form.cleaned_data.get("note") or ""
    row = made(
        form,
        lambda: services.propose_adjustment(
            plan=plan, reason=reason, changes=[change], actor=request.user
        ),
    )
    if row is None:
        return None
    messages.success(request, "调整已提交审批。")
    return redirect("planning:adjustment-detail", pk=row.pk)


def _url(plan: Plan) -> str:
    return reverse("planning:plan-detail", args=[plan.pk])


def _crumbs(plan: Plan, last: str) -> list[tuple[str, str]]:
    return [("计划", reverse("planning:plan-list")), (plan.title, _url(plan)), (last, "")]
