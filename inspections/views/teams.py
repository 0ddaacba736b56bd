"""Teams: the coordinator's board, the sitting of one unit, and how its load spreads."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.models import Agency, Role
from bureau.selectors import calendar
from bureau.views.forms import bound, done, status_of
from inspections.forms.teams import LockForm, NoteForm, TeamSittingForm
from inspections.models import TeamSitting
from inspections.selectors import desk, disclosure, joint, team_lists, team_load
from inspections.selectors import teams as reading
from inspections.services import desks, teams
from planning.models import Sitting, Task
from planning.rules.sittings import SITTING

DESK = (Role.COORDINATOR, Role.ORGANISER)


@access()
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The coordinator's view: what waits for a team, running sittings, unfilled visits, replacements."""
    today = timezone.localdate()
    ids = request.user.authority_ids
    days = calendar.calendar()
    own = desk.of(request.user)
    changing = reading.pending_replacements(ids)[:50]
    shown = disclosure.readable(request.user, [row.visit for row in changing], timezone.now())
    context = {
        "waiting": [
            (
                row,
                calendar.due(row.first_due, today, known=days),
                own.covers(row.unit.pk, row.unit.authority_id, [row.task]),
            )
            for row in reading.board(request.user, today)
        ],
        "sittings": [
            (row, SITTING.css[row.sitting.state], joint.consents(row))
            for row in reading.sittings(request.user)[:20]
        ],
        "unfilled": [(visit, own.has(visit)) for visit in reading.unfilled(ids)[:50]],
        "replacements": [row for row in changing if row.visit_id in shown],
        "asked": joint.waiting_for(request.user)[:20],
    }
    return render(request, "inspections/team_board.html", context)


@access(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def sitting_prepare(request: HttpRequest, pk: Any, unit_pk: int) -> HttpResponse:
    task = fetch(request, Task.objects.select_related("authority"), pk=pk, need=DESK)
    unit = fetch(
        request, Agency.objects.select_related("authority"), pk=unit_pk, authority=task.authority
    )
    desks.require_desk(request.user, unit, [task])
    visits = list(
        reading.free_visits(unit=unit, task=task).prefetch_related(
            "matters__matter", "matters__task"
        )
    )
    today = timezone.localdate()
    form = TeamSittingForm(bound(request), unit=unit, task=task, visits=visits)
    made: list[Sitting] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: made.append(
                teams.prepare_sitting(
                    unit=unit, task=task, actor=request.user, **form.arrangement()
                )
            ),
        )
    ):
        asked = list(made[0].team_sitting.consents.select_related("agency"))
        names = "、".join(row.agency.short_name for row in asked)
        messages.success(
            request,
            f"人员匹配已安排，已请{names}派员，对方同意后才能锁定名单。"
            if asked
            else "人员匹配已安排。下一步：指定监督人，然后锁定名单。",
        )
        return redirect("planning:sitting-detail", made[0].pk)
    people = list(team_lists.inspectors.registered(unit))
    days = calendar.calendar()
    context = {
        "task": task,
        "unit": unit,
        "visits": [(visit, calendar.due(visit.window_to, today, known=days)) for visit in visits],
        "officers": people,
        "has_few": len(people) < reading.team_size(visits),
        "wants_experts": any(fields for _, fields in reading.demands_of(visits).values()),
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
    lists = team_lists.of_sitting(prepared, visits, today) if visits else []
    spreads = team_load.planned(prepared, lists)
    points = [
        *(
            f"{one.unit.short_name}：{one.visits.count} 户，每组 {one.team} 人；名册 {one.inspectors.count} 人，回避等 {one.conflicts.count} 条。"
            for one in lists
        ),
        *(
            f"{one.unit}有 {len(one.forced)} 户可选人员不足组员数的两倍，几乎没有随机余地。"
            for one in spreads
            if one.forced
        ),
        *(
            f"{pid}：{code.label}，本次不参加。"
            for one in lists
            for pid, code in one.unable.items()
        ),
        *(
            f"{row.agency.name}：{row.get_state_display()}（{row.get_purpose_display()}）。"
            for row in joint.consents(prepared)
        ),
    ]
    return _step(request, sitting, form, "lock", points=points)


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


@access()
@require_safe
def load(request: HttpRequest, pk: Any) -> HttpResponse:
    """Who had how much before, what this matching adds, and where hardly anybody could be chosen."""
    sitting = fetch(request, _rows(), pk=pk)
    prepared = sitting.team_sitting
    if sitting.state == Sitting.State.PREPARED:
        visits = reading.prepared_visits(prepared)
        lists = team_lists.of_sitting(prepared, visits, timezone.localdate()) if visits else []
        spreads = team_load.planned(prepared, lists)
    else:
        spreads = team_load.held(prepared)
    context = {
        "sitting": sitting,
        "prepared": prepared,
        "spreads": spreads,
        "is_computed": sitting.state == Sitting.State.COMPUTED,
    }
    return render(request, "inspections/team_load.html", context)


def _rows() -> Any:
    return Sitting.objects.filter(purpose=Sitting.Purpose.TEAMS).select_related(
        "authority",
        "unit",
        "team_sitting__task",
        "team_sitting__unit",
        "team_sitting__neighbour",
        "team_sitting__sitting__authority",
    )


def _sitting(request: HttpRequest, pk: Any) -> Sitting:
    """A teams sitting of one's own desk; those for entities have their own pages."""
    sitting: Sitting = fetch(request, _rows(), pk=pk, need=DESK)
    prepared = sitting.team_sitting
    desks.require_desk(request.user, prepared.unit, [prepared.task])
    return sitting


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
