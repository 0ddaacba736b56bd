"""异议 at the desk: register, recheck, reply (A82, A83)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch, role_names
from bureau.errors import RuleError
from bureau.models import Role
from bureau.selectors import calendar, trail
from bureau.selectors.paging import keyset
from bureau.views.forms import done
from publication.forms.desk import FindResultForm, ObjectionForm, RecheckForm, ReplyForm
from publication.models import Correction, Objection
from publication.rules.processes import CORRECTORS, OBJECTION
from publication.selectors import objections as reads
from publication.selectors import queue
from publication.services import objections
from publication.views.objection_papers import stored

RECHECKERS = (Role.REVIEWER, Role.DEPUTY, Role.HEAD, Role.COORDINATOR)
RECEIVERS = (Role.PUBLISHER, Role.COORDINATOR)


@access()
@require_safe
def objection_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    state = request.GET.get("state", "")
    rows = reads.rows().visible_to(request.user)
    if state in Objection.State.values:
        rows = rows.filter(state=state)
    page = keyset(rows, request.GET)
    days = calendar.calendar()
    shown = [{"objection": row, "due": _due(row, today, days)} for row in page.rows]
    states = [("", "全部"), *Objection.State.choices]
    chips = [
        {"label": label, "count": None, "url": f"?state={key}", "current": key == state}
        for key, label in states
    ]
    context = {
        "page": page,
        "rows": shown,
        "chips": chips,
        "may_register": request.user.has_role(*RECEIVERS),
        "process": OBJECTION,
    }
    return render(request, "publication/objection_list.html", context)


@access(*RECEIVERS)
@require_safe
def objection_find(request: HttpRequest) -> HttpResponse:
    """First step of registering: which published result it is about."""
    form = FindResultForm(request.GET or None)
    found = None
    if form.is_valid():
        ids = request.user.own_authority_ids
        found = [
            {"entry": entry, "matter": entry.subject.partition(":")[2]}
            for entry in reads.published_results(ids, form.cleaned_data["q"])
        ]
    return render(request, "publication/objection_find.html", {"form": form, "found": found})


@access(*RECEIVERS)
@require_http_methods(["GET", "HEAD", "POST"])
def objection_create(request: HttpRequest, pk: str) -> HttpResponse:
    """`pk` is the result objected to."""
    matter = fetch(request, queue.results(request.user.authority_ids), pk=pk, need=RECEIVERS)
    today = timezone.localdate()
    form = ObjectionForm(
        request.POST or None,
        request.FILES or None,
        initial={"received_on": today, "applicant": matter.visit.entity.name},
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        uploads = given.pop("files")
        try:
            row = objections.register(
                visit_matter=pk,
                actor=request.user,
                today=today,
                files=stored(request, matter.authority, uploads),
                **given,
            )
        except RuleError as refused:
            if refused.status != 422:
                raise
            form.add_error(None, refused.message)
        else:
            messages.success(
                request, f"已登记 {row.number}，请在 {row.recheck_due_on} 前完成复查。"
            )
            return redirect("publication:objection-detail", pk=row.pk)
    return render(request, "publication/objection_create.html", {"form": form, "matter": matter})


@access()
@require_safe
def objection_detail(request: HttpRequest, pk: str) -> HttpResponse:
    row = fetch(request, reads.rows(), pk=pk)
    today = timezone.localdate()
    problem = reads.recheck_problem(row, request.user) or ""
    context = {
        "row": row,
        "due": _due(row, today),
        "st": OBJECTION.css[row.state],
        "steps": _steps(row),
        "actions": _actions(request, row, problem),
        "papers": row.papers.all(),
        "files": row.files.all(),
        "may_deliver": request.user.has_role_at(row.authority_id, *RECEIVERS),
        "may_correct": request.user.has_role_at(row.authority_id, *CORRECTORS)
        and not any(one.state != Correction.State.REFUSED for one in row.corrections.all()),
        "events": trail.of(row),
        "trail_url": trail.full_url(row),
    }
    return render(request, "publication/objection_detail.html", context)


@access(*RECHECKERS)
@require_http_methods(["GET", "HEAD", "POST"])
def objection_recheck(request: HttpRequest, pk: str) -> HttpResponse:
    row = fetch(request, reads.rows(), pk=pk, need=RECHECKERS)
    form = RecheckForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: objections.recheck(
                objection=pk,
                finding=form.cleaned_data["finding"],
                is_upheld=form.cleaned_data["is_upheld"] == "yes",
                actor=request.user,
                today=timezone.localdate(),
            ),
        )
    ):
        return redirect("publication:objection-detail", pk=pk)
    step = OBJECTION.find("received", "recheck")
    context = {"form": form, "row": row, "step": step, "heading": "登记复查结论"}
    return render(request, "publication/objection_step.html", context)


@access(*RECEIVERS)
@require_http_methods(["GET", "HEAD", "POST"])
def objection_reply(request: HttpRequest, pk: str) -> HttpResponse:
    row = fetch(request, reads.rows(), pk=pk, need=RECEIVERS)
    today = timezone.localdate()
    form = ReplyForm(request.POST or None, initial={"replied_on": today})
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: objections.reply(
                objection=pk, actor=request.user, today=today, **form.cleaned_data
            ),
        )
    ):
        return redirect("publication:objection-detail", pk=pk)
    step = OBJECTION.find("rechecked", "reply")
    context = {"form": form, "row": row, "step": step, "heading": "登记反馈"}
    return render(request, "publication/objection_step.html", context)


def _due(row: Objection, today: Any, days: Any = None) -> Any:
    on = {
        Objection.State.RECEIVED: row.recheck_due_on,
        Objection.State.RECHECKED: row.reply_due_on,
    }.get(row.state)  # type: ignore[call-overload]
    return calendar.due(on, today, known=days)


def _actions(request: HttpRequest, row: Objection, problem: str) -> dict[str, Any]:
    mine, theirs = [], []
    seats = request.user.roles_at(row.authority_id)
    for step in OBJECTION.available(row.state, seats):
        if step.action in {"accept", "decline"} and row.accepted_on is not None:
            continue
        url = reverse(f"publication:objection-{step.action}", kwargs={"pk": row.pk})
        if step.action == "recheck" and problem:
            mine.append((step.label, "", "btn-plain", "get", None, problem))
        else:
            css = "btn-plain" if mine or step.needs_reason else "btn-primary"
            mine.append((step.label, url, css, "get", None, step.consequence))
    for step in OBJECTION.others(row.state, seats):
        if step.action in {"accept", "decline"} and row.accepted_on is not None:
            continue
        theirs.append((step.label, f"由{role_names(step.roles)}办理"))
    if row.state not in Objection.ENDED and request.user.has_role_at(row.authority_id, *RECEIVERS):
        url = reverse("publication:objection-attach", kwargs={"pk": row.pk})
        mine.append(("附申请人材料", url, "btn-plain", "get", None, ""))
    return {"mine": mine, "theirs": theirs}


def _steps(row: Objection) -> list[dict[str, str]]:
    if row.state == Objection.State.DECLINED:
        return [
            {"label": "收到", "state": "done", "note": str(row.received_on)},
            {"label": "不予受理", "state": "done", "note": str(row.declined_on)},
        ]
    order = ["received", "rechecked", "replied"]
    reached = order.index(row.state)
    notes = [row.received_on, row.rechecked_on or "", row.replied_on or ""]
    labels = ["收到", "复查", "反馈"]
    return [
        {
            "label": label,
            "state": "done" if place <= reached else "current" if place == reached + 1 else "wait",
            "note": str(note),
        }
        for place, (label, note) in enumerate(zip(labels, notes, strict=True))
    ]
