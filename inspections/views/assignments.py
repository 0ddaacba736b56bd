"""Who goes by decision: 直接委派, 指定专家, 派员协助; and the day it is planned for."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bureau.access import access, fetch
from bureau.models import Role
from bureau.views.forms import bound, done, status_of
from inspections.forms.teams import AssignForm, ExpertForm, HelperForm, PlanDayForm, WithdrawForm
from inspections.models import Visit
from inspections.rules.processes import VISIT
from inspections.rules.teams import missing_quals
from inspections.selectors import assigning
from inspections.selectors import disclosure as known
from inspections.selectors import teams as reading
from inspections.services import assignments, desks, disclosure

DESK = (Role.COORDINATOR, Role.ORGANISER)
DETAIL = "inspections:visit-detail"
FORM = ["GET", "HEAD", "POST"]


@access(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest, pk: Any) -> HttpResponse:
    visit = fetch(
        request,
        Visit.objects.select_related("entity", "unit", "authority").prefetch_related(
            "matters__matter", "matters__task"
        ),
        pk=pk,
        need=DESK,
    )
    desks.require_desk_of(request.user, visit)
    today = timezone.localdate()
    choices = assigning.choices_for(visit, today)
    form = AssignForm(bound(request), visit=visit, choices=choices)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: assignments.assign(
                visit=visit,
                officers=list(form.cleaned_data["officers"]),
                leader=form.cleaned_data["leader"],
                experts=list(form.cleaned_data.get("experts", [])),
                reason=form.cleaned_data["reason"],
                actor=request.user,
                today=today,
            ),
        )
    ):
        messages.success(request, "检查组已委派。下一步：提请检查审批。")
        return redirect(DETAIL, visit.pk)
    quals, fields = reading.demands_of([visit])[visit.pk]
    context = {
        "visit": visit,
        "form": form,
        "barred": [choice for choice in choices if choice.why_not],
        "quals": quals,
        "fields": fields,
        "team_size": reading.team_size([visit]),
        "consequence": next(t.consequence for t in VISIT.transitions if t.action == "assign"),
    }
    return render(request, "inspections/team_assign.html", context, status=status_of(form))


@access(*DESK)
@require_http_methods(FORM)
def expert(request: HttpRequest, pk: Any) -> HttpResponse:
    visit, today = _visit(request, pk), timezone.localdate()
    _, fields = reading.demands_of([visit])[visit.pk]
    people = assigning.experts_for(visit, today)
    form = ExpertForm(bound(request), people=people)

    def act() -> None:
        assignments.appoint_expert(
            visit=visit,
            expert=form.cleaned_data["person"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
            today=today,
        )

    return _step(
        request,
        visit,
        form,
        act,
        done_text="专家已指定。",
        heading="指定专家",
        consequence="专家协助检查，不计入检查组人数；指定的原因记入留痕。",
        points=[f"本次检查须有专家：{'、'.join(fields)}。"] if fields else [],
        submit="指定专家",
    )


@access(*DESK)
@require_http_methods(FORM)
def helper(request: HttpRequest, pk: Any) -> HttpResponse:
    visit, today = _visit(request, pk), timezone.localdate()
    lacking = missing_quals(
        reading.preferred_of(visit), reading.labels_of(reading.current_team(visit))
    )
    form = HelperForm(
        bound(request),
        people=assigning.helpers_for(visit, lacking, today),
        initial={"reason": f"本组无人具备“{'、'.join(lacking)}”专长" if lacking else ""},
    )

    def act() -> None:
        assignments.send_helper(
            visit=visit,
            person=form.cleaned_data["person"],
            reason=form.cleaned_data["reason"],
            actor=request.user,
            today=today,
        )

    return _step(
        request,
        visit,
        form,
        act,
        done_text="已派员协助；通知书已制作的，请重新制作。",
        heading="派员协助",
        consequence="协助人员不计入检查组人数，不在检查结果上签字，列入通知书和检查记录。",
        points=[f"本组无人具备：{'、'.join(lacking)}（优先资质）。"] if lacking else [],
        submit="派员协助",
    )


@access(*DESK)
@require_http_methods(FORM)
def withdraw(request: HttpRequest, pk: Any, member_pk: int) -> HttpResponse:
    visit = _visit(request, pk)
    member = visit.team.filter(pk=member_pk, is_current=True, draw__isnull=True).first()
    if member is None or member.part not in {"helper", "expert"}:
        raise Http404("此人不在协助人员或指定的专家之列。")
    form = WithdrawForm(bound(request))

    def act() -> None:
        assignments.withdraw_extra(
            visit=visit, member=member, reason=form.cleaned_data["reason"], actor=request.user
        )

    return _step(
        request,
        visit,
        form,
        act,
        done_text=f"已登记{member}不再参加。",
        heading=f"{member}不再参加",
        consequence=f"{member}（{member.get_part_display()}）退出这次检查，原因记入留痕。",
        points=[],
        submit="确认退出",
    )


@access(*DESK)
@require_http_methods(FORM)
def plan_day(request: HttpRequest, pk: Any) -> HttpResponse:
    visit, today = _visit(request, pk), timezone.localdate()
    form = PlanDayForm(bound(request), initial={"day": visit.planned_on})

    def act() -> None:
        disclosure.plan_day(
            visit=visit, day=form.cleaned_data["day"], actor=request.user, today=today
        )

    at = known.known_at(visit)
    return _step(
        request,
        visit,
        form,
        act,
        done_text="检查日期已安排。",
        heading="安排检查日期",
        consequence="检查人员按检查日期得知所去的单位；未安排的，按检查期首日计算。",
        points=[f"按现在的安排，检查人员在{at}得知。"] if at else ["本单位设置为匹配后立即告知。"],
        submit="保存日期",
    )


def _visit(request: HttpRequest, pk: Any) -> Visit:
    rows = Visit.objects.select_related("entity", "unit", "authority").prefetch_related(
        "matters__matter", "matters__task"
    )
    visit: Visit = fetch(request, rows, pk=pk, need=DESK)
    desks.require_desk_of(request.user, visit)
    return visit


def _step(
    request: HttpRequest,
    visit: Visit,
    form: Any,
    act: Callable[[], None],
    *,
    done_text: str,
    **context: Any,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and done(form, act):
        messages.success(request, done_text)
        return redirect(DETAIL, visit.pk)
    context |= {"visit": visit, "form": form, "back_url": reverse(DETAIL, args=[visit.pk])}
    return render(request, "inspections/visit_step.html", context, status=status_of(form))
