"""Pages of the annual plan, its adjustments and filings."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import RuleError
from bureau.models import Role
from bureau.selectors import paging, rule_settings, trail
from bureau.views.forms import done, made
from planning.forms.plans import ItemForm, NoteForm, PlanCreateForm, PlanForm
from planning.models import Plan, PlanItem
from planning.rules.processes import PLAN
from planning.selectors import plans as selectors
from planning.selectors import printed
from planning.services import documents
from planning.services import plans as services
from planning.views.common import buttons, download

GET_POST = ["GET", "HEAD", "POST"]


@access()
@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    page = paging.keyset(selectors.listed(request.user), request.GET, order=("-year", "-id"))
    for plan in page.rows:
        plan.css = PLAN.css[plan.state]
    context = {
        "page": page,
        "may_create": request.user.has_role(Role.ORGANISER),
        "several": len(request.user.authority_ids) > 1,
    }
    return render(request, "planning/plan_list.html", context)


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def plan_create(request: HttpRequest) -> HttpResponse:
    authority, year = request.user.home, timezone.localdate().year
    initial = {
        "year": year,
        "title": services.title_of(authority, year),
    }
    form = PlanCreateForm(request.POST or None, years=[year, year + 1], initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        plan = made(
            form, lambda: services.create(authority=authority, actor=request.user, **values)
        )
        if plan is not None:
            return redirect("planning:plan-detail", pk=plan.pk)
    return _form(request, form, "编制年度计划", "建立计划", reverse("planning:plan-list"))


@access()
@require_safe
def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    plan = fetch(request, _plans(), pk=pk)
    today = timezone.localdate()
    items = selectors.items_of(plan)
    adjustments = list(plan.adjustments.select_related("requested_by"))
    open_adjustment = next((a for a in adjustments if a.state == "submitted"), None)
    filings = list(plan.filings.select_related("to_agency", "received_by").order_by("-id"))
    roles = request.user.roles_at(plan.authority_id)
    is_draft = plan.state == Plan.State.DRAFT
    context = {
        "plan": plan,
        "items": items,
        "total": sum(i.estimate for i in items if i.state == PlanItem.State.ACTIVE),
        "proof": selectors.proof(plan, items),
        "due": selectors.due(plan, today),
        "due_on": selectors.due_on(plan.authority, plan.year),
        "css": PLAN.css[plan.state],
        "steps": _steps(plan),
        "adjustments": adjustments,
        "filings": [(f, request.user.has_role_at(f.to_agency_id, Role.SUPERIOR)) for f in filings],
        "may_edit": is_draft and Role.ORGANISER in roles,
        "may_adjust": plan.state == Plan.State.PUBLISHED
        and Role.ORGANISER in roles
        and open_adjustment is None,
        "may_make_task": plan.state == Plan.State.PUBLISHED and Role.ORGANISER in roles,
        "actions": _actions(request, plan, open_adjustment is not None),
        "events": trail.of(plan),
        "trail_url": trail.full_url(plan),
    }
    return render(request, "planning/plan_detail.html", context)


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def plan_change(request: HttpRequest, pk: int) -> HttpResponse:
    plan = fetch(request, _plans(), pk=pk, need=(Role.ORGANISER,))
    form = PlanForm(request.POST or None, instance=plan)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if done(form, lambda: services.change(plan=plan, actor=request.user, **values)):
            return redirect("planning:plan-detail", pk=pk)
    return _form(request, form, "修改计划说明", "保存", _url(plan), plan)


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def item_add(request: HttpRequest, pk: int) -> HttpResponse:
    plan = fetch(request, _plans(), pk=pk, need=(Role.ORGANISER,))
    form = ItemForm(request.POST or None, authority=plan.authority, initial=_new_item(plan))
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if done(form, lambda: services.add_item(plan=plan, values=values, actor=request.user)):
            return redirect("planning:plan-detail", pk=pk)
    return item_page(request, plan, form, title="增加计划条目", submit="增加条目")


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def item_change(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    plan = fetch(request, _plans(), pk=pk, need=(Role.ORGANISER,))
    row = get_object_or_404(plan.items.select_related("plan__authority"), pk=item)
    form = ItemForm(request.POST or None, authority=plan.authority, values=selectors.values_of(row))
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if done(form, lambda: services.change_item(item=row, values=values, actor=request.user)):
            return redirect("planning:plan-detail", pk=pk)
    return item_page(request, plan, form, title=f"修改条目：{row.name}", submit="保存条目")


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def item_remove(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    plan = fetch(request, _plans(), pk=pk, need=(Role.ORGANISER,))
    row = get_object_or_404(plan.items.select_related("plan"), pk=item)
    if request.method == "POST":
        services.remove_item(item=row, actor=request.user)
        return redirect("planning:plan-detail", pk=pk)
    context = {
        "heading": f"删除条目：{row.name}",
        "consequence": f"从计划草稿中删除第 {row.number} 项“{row.name}”，后面的条目序号前移。",
        "submit": "删除条目",
        "css": "btn-back",
    }
    return _confirm(request, plan, context)


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def item_count(request: HttpRequest, pk: int) -> HttpResponse:
    """The live count beside the item's form (htmx), from what is typed so far."""
    plan = fetch(request, _plans(), pk=pk, need=(Role.ORGANISER,))
    form = ItemForm(request.POST or None, authority=plan.authority)
    form.is_valid()
    context: dict[str, Any] = {"counted": _counted(plan, form)}
    return render(request, "planning/plan_item_count.html", context)


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def plan_submit(request: HttpRequest, pk: int) -> HttpResponse:
    plan = fetch(request, _plans(), pk=pk, need=(Role.ORGANISER,))
    uncovered = selectors.uncovered_matters(plan)
    form = NoteForm(
        request.POST or None,
        label="未列入计划的事项及原因" if uncovered else "说明",
        required=bool(uncovered),
    )
    points = [f"未列入的执行中事项：{matter.name}" for matter in uncovered]
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["note"]
        if done(form, lambda: services.submit(plan=plan, note=note, actor=request.user)):
            messages.success(request, "计划已提交审批。")
            return redirect("planning:plan-detail", pk=pk)
    return _step(request, plan, "submit", form, points)


@access(Role.HEAD, Role.DEPUTY)
@require_http_methods(GET_POST)
def plan_approve(request: HttpRequest, pk: int) -> HttpResponse:
    plan = fetch(request, _plans(), pk=pk, need=(Role.HEAD, Role.DEPUTY))
    if request.method == "POST":
        services.approve(plan=plan, actor=request.user)
        messages.success(request, "计划已批准，由公示员或任务经办公布。")
        return redirect("planning:plan-detail", pk=pk)
    return _step(request, plan, "approve")


@access(Role.HEAD, Role.DEPUTY)
@require_http_methods(GET_POST)
def plan_return(request: HttpRequest, pk: int) -> HttpResponse:
    plan = fetch(request, _plans(), pk=pk, need=(Role.HEAD, Role.DEPUTY))
    form = NoteForm(request.POST or None, label="退回原因", required=True)
    if request.method == "POST" and form.is_valid():
        services.send_back(plan=plan, reason=form.cleaned_data["note"], actor=request.user)
        messages.success(request, "计划已退回。")
        return redirect("planning:plan-detail", pk=pk)
    return _step(request, plan, "send_back", form)


@access(Role.PUBLISHER, Role.ORGANISER)
@require_http_methods(GET_POST)
def plan_publish(request: HttpRequest, pk: int) -> HttpResponse:
    plan = fetch(request, _plans(), pk=pk, need=(Role.PUBLISHER, Role.ORGANISER))
    if request.method == "POST":
        services.publish(plan=plan, actor=request.user)
        messages.success(request, "计划已公布。")
        return redirect("planning:plan-detail", pk=pk)
    superior = plan.authority.superior
    points = (
        [f"同时报{superior.name}备案。"] if superior else ["没有登记上级主管部门，不报送备案。"]
    )
    return _step(request, plan, "publish", points=points)


@access()
@require_safe
def plan_docx(request: HttpRequest, pk: int) -> HttpResponse:
    plan = fetch(request, _plans(), pk=pk)
    return download(documents.plan_docx(plan), f"{plan.title}.docx")


@access()
@require_safe
def plan_print(request: HttpRequest, pk: int) -> HttpResponse:
    plan = fetch(request, _plans(), pk=pk)
    return render(request, "planning/plan_print.html", printed.plan(plan))


@access(Role.SUPERIOR)
@require_POST
def filing_receive(request: HttpRequest, pk: int, filing: int) -> HttpResponse:
    plan = fetch(request, _plans(), pk=pk)
    row = get_object_or_404(plan.filings, pk=filing)
    services.receive_filing(filing=row, actor=request.user)
    messages.success(request, "已签收备案。")
    return redirect("planning:plan-detail", pk=pk)


def item_page(
    request: HttpRequest, plan: Plan, form: ItemForm, *, title: str, submit: str
) -> HttpResponse:
    """The form of an item with its live count, for drafts and adjustments."""
    context = {
        "plan": plan,
        "form": form,
        "heading": title,
        "submit": submit,
        "counted": _counted(plan, form),
        "back_url": _url(plan),
        "crumbs": _crumbs(plan, title),
    }
    return render(request, "planning/plan_item_form.html", context)


def _counted(plan: Plan, form: ItemForm) -> "selectors.Counted | None":
    source = form.cleaned_data if form.is_bound and hasattr(form, "cleaned_data") else None
    if source is None:
        return None
    values = form.values_for_count()
    return selectors.count_scope(plan.authority, values, plan.year) if values else None


def _plans() -> Any:
    return Plan.objects.select_related(
        "authority__superior", "created_by", "submitted_by", "approved_by", "published_by"
    )


def _url(plan: Plan) -> str:
    return reverse("planning:plan-detail", args=[plan.pk])


def _crumbs(plan: Plan | None, last: str) -> list[tuple[str, str]]:
    middle = [(plan.title, _url(plan))] if plan else []
    return [("计划", reverse("planning:plan-list")), *middle, (last, "")]


def _form(
    request: HttpRequest, form: Any, title: str, submit: str, back: str, plan: Plan | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "heading": title,
        "submit": submit,
        "back_url": back,
        "crumbs": _crumbs(plan, title),
    }
    return render(request, "planning/plan_form.html", context)


def _confirm(request: HttpRequest, plan: Plan, context: dict[str, Any]) -> HttpResponse:
    context |= {"back_url": _url(plan), "crumbs": _crumbs(plan, context["heading"])}
    return render(request, "planning/plan_confirm.html", context)


def _step(
    request: HttpRequest,
    plan: Plan,
    action: str,
    form: NoteForm | None = None,
    points: list[str] | None = None,
) -> HttpResponse:
    step = PLAN.find(plan.state, action)
    if step is None:
        raise RuleError(
            f"计划现在是“{plan.get_state_display()}”，不能办这一步。请返回计划页查看现在由谁办理。"
        )
    context = {
        "heading": f"{step.label}：{plan.title}",
        "consequence": step.consequence,
        "points": points or [],
        "form": form,
        "submit": step.label,
        "css": "btn-back" if step.needs_reason else "btn-primary",
    }
    return _confirm(request, plan, context)


def _actions(request: HttpRequest, plan: Plan, has_open: bool) -> dict[str, Any]:
    names = {
        "submit": "plan-submit",
        "approve": "plan-approve",
        "send_back": "plan-return",
        "publish": "plan-publish",
        "adjust": "adjustment-add",
    }
    urls = {action: reverse(f"planning:{name}", args=[plan.pk]) for action, name in names.items()}

    def refused(action: str) -> str:
        own = request.user.pk in {plan.created_by_id, plan.submitted_by_id}
        if action in {"approve", "send_back"} and own:
            return "计划由您编制或提交，须由另一位负责人审批。"
        if action == "adjust" and has_open:
            return "已有一项调整待审批，请先办结。"
        return ""

    return buttons(PLAN, plan.state, request.user, plan.authority_id, urls, refused=refused)


def _steps(plan: Plan) -> list[dict[str, str]]:
    order = ["draft", "submitted", "approved", "published"]
    labels = ["编制条目", "审批", "公布并备案", "执行与调整"]
    notes = [
        plan.created_by.full_name if plan.created_by else "",
        plan.approved_by.full_name if plan.approved_by else "主要负责人或分管负责人",
        f"{timezone.localtime(plan.published_at):%Y-%m-%d}" if plan.published_at else "公示员",
        f"第 {plan.version} 版",
    ]
    now = order.index(plan.state)
    return [
        {
            "label": label,
            "note": note,
            "state": "done" if n < now else "current" if n == now else "wait",
        }
        for n, (label, note) in enumerate(zip(labels, notes, strict=True))
    ]


def _new_item(plan: Plan) -> dict[str, Any]:
    return {
        "period_from": f"{plan.year}-03-01",
        "period_to": f"{plan.year}-11-10",  # A106: in principle done by 10 November
        "ratio_mode": "percent",
        "ratio_value": rule_settings.value_of("coverage_goal", plan.authority, plan.year),
        "methods": ["on_site"],
    }
