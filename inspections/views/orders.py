"""检查审批 and 检查通知书: asked for in batch, decided by the head, made and delivered."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.models import Role, User
from bureau.selectors import calendar, trail
from bureau.selectors.paging import keyset
from bureau.veils import lift
from bureau.views.forms import bound, done, status_of
from inspections.forms.orders import DecisionForm, DeliveryForm, OrderForm
from inspections.models import InspectionOrder, Visit
from inspections.rules.processes import ORDER
from inspections.selectors import disclosure
from inspections.selectors import orders as reading
from inspections.services import disclosure as disclosing
from inspections.services import notices, orders
from planning.models import Task

DESK = (Role.COORDINATOR, Role.ORGANISER)


@access()
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    page = keyset(reading.for_user(request.user), request.GET)
    today, days = timezone.localdate(), calendar.calendar()
    rows = [
        (
            order,
            ORDER.css[order.state],
            calendar.due(order.due_on, today, known=days)
            if order.state == InspectionOrder.State.REQUESTED
            else None,
        )
        for order in page.rows
    ]
    return render(request, "inspections/order_list.html", {"page": page, "rows": rows})


@access(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def order_request(request: HttpRequest, pk: Any) -> HttpResponse:
    """Everything of one task that waits for an order."""
    task = fetch(request, Task.objects.select_related("authority"), pk=pk, need=DESK)
    return _request(request, task, reading.ready(task))


@access(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def order_request_one(request: HttpRequest, pk: Any) -> HttpResponse:
    """One visit alone."""
    rows = Visit.objects.prefetch_related("matters__task__authority")
    visit = fetch(request, rows, pk=pk, need=DESK)
    task = visit.matters.all()[0].task
    return _request(request, task, reading.ready(task).filter(pk=visit.pk), visit)


def _request(
    request: HttpRequest, task: Task, rows: "QuerySet[Visit]", visit: Visit | None = None
) -> HttpResponse:
    today = timezone.localdate()
    form = OrderForm(bound(request), rows=rows)
    made: list[InspectionOrder] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: made.append(
                orders.request(
                    task=task,
                    visits=[visit.pk for visit in form.cleaned_data["visits"]],
                    is_emergency=form.cleaned_data["is_emergency"],
                    emergency_on=form.cleaned_data["emergency_on"],
                    reason=form.cleaned_data["reason"],
                    actor=request.user,
                    year=today.year,
                )
            ),
        )
    ):
        messages.success(request, f"已提请审批 {made[0].number}，等待主要负责人审批。")
        return redirect("inspections:order-detail", made[0].pk)
    visits = list(rows)
    usage = reading.usage(task.authority, visits, today)
    days = calendar.calendar()
    context = {
        "task": task,
        "visit": visit,
        "form": form,
        "rows": [
            (visit, usage[visit.entity_id], calendar.due(visit.window_to, today, known=days))
            for visit in visits
        ],
        "chosen": set(request.POST.getlist("visits")),
    }
    return render(request, "inspections/order_request.html", context, status=status_of(form))


@access()
@require_http_methods(["GET", "HEAD", "POST"])
def order_detail(request: HttpRequest, pk: Any) -> HttpResponse:
    order = fetch(
        request,
        InspectionOrder.objects.select_related("task", "authority", "requested_by", "decided_by"),
        pk=pk,
        need=(Role.HEAD,) if request.method == "POST" else (),
    )
    visits = list(lift(reading.visits_of(order), request.user))
    today = timezone.localdate()
    is_open = order.state == InspectionOrder.State.REQUESTED
    over = reading.excesses(order, visits, today) if is_open else []
    form = DecisionForm(bound(request), over=[visit for visit, _ in over])
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: orders.decide(
                order=order,
                approve=form.cleaned_data["approve"] == "yes",
                note=form.cleaned_data["note"],
                over_reason=form.cleaned_data.get("over_reason", ""),
                actor=request.user,
            ),
        )
    ):
        messages.success(request, "审批意见已记录。")
        return redirect("inspections:order-detail", order.pk)
    visits = as_seen(request.user, visits)
    usage = reading.usage(order.authority, visits, today)
    days = calendar.calendar()
    is_head = Role.HEAD in request.user.roles_at(order.authority_id)
    context = {
        "over": over,
        "due": calendar.due(order.due_on, today, known=days) if is_open else None,
        "order": order,
        "css": ORDER.css[order.state],
        "rows": [
            (v, usage[v.entity_id], calendar.due(v.window_to, today, known=days)) for v in visits
        ],
        "form": form if is_open and is_head and order.requested_by_id != request.user.pk else None,
        "is_own": is_open and is_head and order.requested_by_id == request.user.pk,
        "is_open": is_open,
        "events": trail.of(order, reader=request.user),
        "trail_url": trail.full_url(order),
    }
    return render(request, "inspections/order_detail.html", context, status=status_of(form))


def as_seen(user: User, visits: list[Visit]) -> list[Visit]:
    """Marks the visits whose teams this reader may not see yet. Whoever approves sees them; the look is in the trail."""
    now = timezone.now()
    readable = disclosure.readable(user, visits, now)
    sealed = [visit for visit in visits if visit.pk not in readable]
    may_look = not user.has_role(Role.INSPECTOR)
    if may_look:
        disclosing.looked(sealed, actor=user)
    for visit in sealed:
        visit.is_sealed = not may_look  # type: ignore[attr-defined]
    return visits


@access(*DESK, Role.INSPECTOR)
@require_POST
def notice_issue(request: HttpRequest, pk: Any) -> HttpResponse:
    visit = fetch(request, Visit, pk=pk, need=(*DESK, Role.INSPECTOR))
    notice = notices.issue(visit=visit, actor=request.user, today=timezone.localdate())
    messages.success(request, f"检查通知书 {notice.number} 已制作，可以打印。")
    return redirect("inspections:visit-detail", visit.pk)


@access(*DESK, Role.INSPECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def notice_deliver(request: HttpRequest, pk: Any) -> HttpResponse:
    visit = fetch(
        request,
        Visit.objects.select_related("entity"),
        pk=pk,
        need=(*DESK, Role.INSPECTOR),
    )
    form = DeliveryForm(bound(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: notices.deliver(visit=visit, actor=request.user, at=form.cleaned_data["at"]),
        )
    ):
        messages.success(request, "已登记送达。")
        return redirect("inspections:visit-detail", visit.pk)
    context = {
        "visit": visit,
        "form": form,
        "heading": "登记通知书送达",
        "consequence": "送达后通知书不能再重新制作；检查组人员此前的更换须已办结。",
        "submit": "登记送达",
        "back_url": reverse("inspections:visit-detail", args=[visit.pk]),
    }
    return render(request, "inspections/visit_step.html", context, status=status_of(form))
