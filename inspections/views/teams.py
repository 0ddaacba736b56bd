"""Teams: the coordinator's board, the sitting, 直接委派, replacement and 回避."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import RuleError
from bureau.models import Agency, Role
from bureau.selectors import calendar
from bureau.views.forms import bound, done, status_of
from inspections.forms.teams import (
    AssignForm,
    DesignateForm,
    LockForm,
    NoteForm,
    PassForm,
    ReplacementForm,
    TeamSittingForm,
)
from inspections.models import Replacement, TeamSitting, Visit
from inspections.rules.processes import VISIT
from inspections.selectors import assigning, succession, team_lists
from inspections.selectors import teams as reading
from inspections.services import assignments, replacements, teams
from planning.models import Sitting, Task
from planning.rules.sittings import SITTING

DESK = (Role.COORDINATOR, Role.ORGANISER)
DETAIL = "inspections:visit-detail"


@access()
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The coordinator's view: what waits for a team, running sittings, unfilled visits, replacements."""
    today = timezone.localdate()
    ids = request.user.authority_ids
    days = calendar.calendar()
    context = {
        "waiting": [
            (row, calendar.due(row.first_due, today, known=days))
            for row in reading.board(request.user, today)
        ],
        "sittings": [
            (row, SITTING.css[row.sitting.state]) for row in reading.sittings(request.user)[:20]
        ],
        "unfilled": reading.unfilled(ids)[:50],
        "replacements": reading.pending_replacements(ids)[:50],
        "may_match": request.user.has_role(*DESK),
    }
    return render(request, "inspections/team_board.html", context)


@access(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def sitting_prepare(request: HttpRequest, pk: Any, unit_pk: int) -> HttpResponse:
    task = fetch(request, Task.objects.select_related("authority"), pk=pk, need=DESK)
    unit = fetch(request, Agency, pk=unit_pk, authority=task.authority)
    visits = list(
        reading.free_visits(unit=unit, task=task).prefetch_related(
            "matters__matter", "matters__task"
        )
    )
    today = timezone.localdate()
    form = TeamSittingForm(bound(request))
    made: list[Sitting] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: made.append(
                teams.prepare_sitting(unit=unit, task=task, actor=request.user, **form.cleaned_data)
            ),
        )
    ):
        messages.success(request, "人员匹配已安排。下一步：指定监督人，然后锁定名单。")
        return redirect("planning:sitting-detail", made[0].pk)
    people = list(team_lists.inspectors.registered(unit))
    days = calendar.calendar()
    context = {
        "task": task,
        "unit": unit,
        "visits": [(visit, calendar.due(visit.window_to, today, known=days)) for visit in visits],
        "officers": people,
        "has_few": len(people) < reading.team_size(visits),
        "form": form,
    }
    return render(request, "inspections/team_prepare.html", context, status=status_of(form))


@access(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def sitting_lock(request: HttpRequest, pk: Any) -> HttpResponse:
    sitting = _sitting(request, pk)
    today = timezone.localdate()
    form = LockForm(bound(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: teams.lock(
                sitting=sitting, actor=request.user, today=today, **form.cleaned_data
            ),
        )
    ):
        messages.success(request, "名单已锁定，公告已发布。请打印锁定单交给每位监督人。")
        return redirect("planning:sitting-detail", sitting.pk)
    prepared = sitting.team_sitting
    visits = reading.prepared_visits(prepared)
    lists = team_lists.team_lists(prepared, visits, today) if visits else None
    return _step(
        request,
        sitting,
        form,
        "lock",
        points=[
            f"{len(visits)} 户，每组 {lists.team if lists else '–'} 人；名册 {lists.inspectors.count if lists else 0} 人，回避等 {lists.conflicts.count if lists else 0} 条。",
            *(
                f"{pid}：{code.label}，本次不参加。"
                for pid, code in (lists.unable if lists else {}).items()
            ),
        ],
    )


@access(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def sitting_compute(request: HttpRequest, pk: Any) -> HttpResponse:
    sitting = _sitting(request, pk)
    form = NoteForm(bound(request))
    del form.fields["note"]
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, lambda: teams.compute(sitting=sitting, actor=request.user))
    ):
        messages.success(request, "匹配完成，结果已记录。下一步：提请检查审批。")
        return redirect("inspections:team-board")
    return _step(request, sitting, form, "compute", points=[])


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


@access(*DESK, Role.INSPECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def replacement_request(request: HttpRequest, pk: Any, member_pk: int) -> HttpResponse:
    visit = fetch(
        request,
        Visit.objects.select_related("entity"),
        pk=pk,
        need=(*DESK, Role.INSPECTOR),
    )
    member = (
        visit.team.filter(pk=member_pk, is_current=True)
        .select_related("inspector", "expert")
        .first()
    )
    if member is None:
        raise Http404("此人不在检查组内。")
    form = ReplacementForm(bound(request), initial={"code": request.GET.get("code", "")})
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: replacements.request(
                visit=visit,
                member=member,
                actor=request.user,
                today=timezone.localdate(),
                **form.cleaned_data,
            ),
        )
    ):
        messages.success(request, "已登记，请由分派员或任务经办同意并递补。")
        return redirect(DETAIL, visit.pk)
    context = {
        "visit": visit,
        "form": form,
        "heading": f"更换检查人员：{member}",
        "consequence": f"{member}将退出这次检查；接替人员按抽取时的次序产生，须经另一人同意，并在公开的变更记录中列出。",
        "submit": "提出更换",
        "back_url": reverse(DETAIL, args=[visit.pk]),
    }
    return render(request, "inspections/visit_step.html", context, status=status_of(form))


@access()
@require_safe
def replacement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _replacement_page(request, _replacement(request, pk))


@access(*DESK)
@require_POST
def replacement_consent(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _replacement(request, pk, need=DESK)
    replacements.consent(
        replacement=asked,
        actor=request.user,
        today=timezone.localdate(),
        expected_pid=request.POST.get("pid", ""),
    )
    messages.success(request, "已同意，接替人员已按次序进入检查组。")
    return redirect(DETAIL, asked.visit_id)


@access(*DESK)
@require_POST
def replacement_pass(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _replacement(request, pk, need=DESK)
    form = PassForm(request.POST)
    if form.is_valid() and done(
        form,
        lambda: replacements.pass_over(
            replacement=asked, actor=request.user, today=timezone.localdate(), **form.cleaned_data
        ),
    ):
        messages.success(request, "已记录跳过，现在轮到次序中的下一人。")
        return redirect("inspections:replacement-detail", asked.pk)
    return _replacement_page(request, asked, pass_form=form)


@access(*DESK)
@require_POST
def replacement_designate(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _replacement(request, pk, need=DESK)
    today = timezone.localdate()
    form = DesignateForm(
        request.POST, replacement=asked, choices=assigning.choices_for(asked.visit, today)
    )
    if form.is_valid() and done(
        form,
        lambda: replacements.designate(
            replacement=asked, actor=request.user, today=today, **form.cleaned_data
        ),
    ):
        messages.success(request, "已另行指派，并在公开的变更记录中注明。")
        return redirect(DETAIL, asked.visit_id)
    return _replacement_page(request, asked, designate_form=form)


@access(*DESK)
@require_POST
def replacement_decline(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _replacement(request, pk, need=DESK)
    form = NoteForm(request.POST)
    if form.is_valid() and done(
        form,
        lambda: replacements.decline(replacement=asked, actor=request.user, **form.cleaned_data),
    ):
        messages.success(request, "已登记不同意，检查组不变。")
        return redirect(DETAIL, asked.visit_id)
    return _replacement_page(request, asked, decline_form=form)


def _replacement(request: HttpRequest, pk: int, need: tuple[str, ...] = ()) -> Replacement:
    """Within the scope of its visit, else 404."""
    found = (
        Replacement.objects.filter(pk=pk)
        .select_related(
            "leaver__inspector",
            "leaver__expert",
            "requested_by",
            "approved_by",
            "joiner__inspector",
        )
        .first()
    )
    if found is None:
        raise Http404("没有找到这项更换。")
    found.visit = fetch(
        request,
        Visit.objects.select_related("entity", "unit", "authority", "team_draw"),
        pk=found.visit_id,
        need=need,
    )
    return found


def _replacement_page(
    request: HttpRequest,
    asked: Replacement,
    *,
    pass_form: Any = None,
    designate_form: Any = None,
    decline_form: Any = None,
) -> HttpResponse:
    today = timezone.localdate()
    is_open = asked.state == Replacement.State.REQUESTED and VISIT.find(
        asked.visit.state, "replace"
    )
    may_decide = bool(is_open) and replacements.may_decide(request.user, asked)
    following, skipped, problem = None, (), ""
    if may_decide:
        following, skipped, problem = _following(asked)
    context = {
        "asked": asked,
        "visit": asked.visit,
        "may_decide": may_decide,
        "is_barred": is_open and not may_decide and request.user.has_role(*DESK),
        "following": following,
        "skipped": [(pid, code.label) for pid, code in skipped],
        "problem": problem,
        "pass_form": pass_form or (PassForm(initial={"pid": following.pid}) if following else None),
        "designate_form": designate_form
        or (
            DesignateForm(replacement=asked, choices=assigning.choices_for(asked.visit, today))
            if may_decide
            else None
        ),
        "decline_form": decline_form or NoteForm(),
        "can_decline": asked.code != Replacement.Code.RECUSAL,
    }
    forms = (pass_form, designate_form, decline_form)
    status = 422 if any(form is not None and form.errors for form in forms) else 200
    return render(request, "inspections/team_replacement.html", context, status=status)


def _following(asked: Replacement) -> tuple[Any, Any, str]:
    try:
        following, skipped = succession.next_in_order(asked, timezone.localdate())
    except RuleError as refused:
        return None, (), refused.message
    return following, skipped, "" if following else "按抽取次序已没有可以递补的人员，请另行指派。"


def _sitting(request: HttpRequest, pk: Any) -> Sitting:
    """A teams sitting in scope; those for entities have their own pages."""
    rows = Sitting.objects.filter(purpose=Sitting.Purpose.TEAMS).select_related(
        "authority", "unit", "team_sitting__task", "team_sitting__unit"
    )
    return fetch(request, rows, pk=pk, need=DESK)


def _step(
    request: HttpRequest, sitting: Sitting, form: Any, action: str, points: list[str]
) -> HttpResponse:
    step = next(t for t in SITTING.transitions if t.action == action)
    prepared: TeamSitting = sitting.team_sitting
    context = {
        "sitting": sitting,
        "prepared": prepared,
        "form": form,
        "heading": f"{step.label}：{sitting.title}",
        "consequence": step.consequence,
        "points": points,
        "submit": step.label,
        "back_url": reverse("planning:sitting-detail", args=[sitting.pk]),
    }
    return render(request, "inspections/visit_step.html", context, status=status_of(form))
