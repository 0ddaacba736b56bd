"""One matter's result: shown, recorded, signed, submitted."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch, role_names
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role
from bureau.selectors import calendar, trail
from inspections.forms.outcomes import OutcomeForm, finding_forms
from inspections.models import Visit, VisitMatter
from inspections.rules.outcomes import DISPOSALS, OUTCOMES
from inspections.rules.processes import VISIT_MATTER
from inspections.rules.results import has_problem, review_problem
from inspections.selectors import disposals as disposal_reading
from inspections.selectors import fieldwork as reading
from inspections.selectors import records, reviews, sources
from inspections.services import outcomes
from inspections.services import sources as handling
from inspections.views.field import own_matter

State = VisitMatter.State
HOLD = "审核通过，暂不公示，转公示员"
STEPS = (
    ("录入结果", State.PENDING, "recorded_at"),
    ("检查人员签字", State.RECORDED, None),
    ("提交审核", State.SIGNED, "submitted_at"),
    ("审核", State.SUBMITTED, "reviewed_at"),
    ("公示", State.APPROVED, "published_at"),
)


@access()
@require_safe
def detail(request: HttpRequest, pk: Any) -> HttpResponse:
    matter = fetch(request, records.matters(), pk=pk)
    day = timezone.localdate()
    sheet = reading.sheet(matter)
    context = {
        "matter": matter,
        "visit": matter.visit,
        "labels": records.labels(matter.outcome_codes),
        "methods": records.method_labels(matter.methods) if matter.outcome_codes else "",
        "is_problem": has_problem(matter.outcome_codes),
        "sheet": sheet,
        "due": calendar.due(matter.due_on, day) if matter.state not in records.FINAL else None,
        "signings": records.signings(matter) if matter.outcome_revision else [],
        "digest": records.digest(matter) if matter.outcome_revision else "",
        "findings": matter.findings.prefetch_related("disposals").select_related("item"),
        "disposals": [
            (row, disposal_reading.measure_label(row.measure), calendar.due(row.due_on, day))
            for row in disposal_reading.of_matter(matter)
        ],
        "evidence": records.evidence_of_visit(matter.visit_id),
        **sources.of_matter(matter),
        **handling.offered(request.user, matter),
        "css": VISIT_MATTER.css[matter.state],
        "steps": _steps(matter),
        "actions": _actions(request, matter),
        "may_open_disposal": _may_open_disposal(request, matter),
        "submissions": reviews.history(matter),
        "since_return": reviews.since_return(matter, records.content(matter))
        if matter.state in reading.OPEN_STATES
        else [],
        "events": trail.of(matter),
        "trail_url": trail.full_url(matter),
    }
    return render(request, "inspections/outcome_detail.html", context)


@access(Role.INSPECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, pk: Any) -> HttpResponse:
    matter, visit = own_matter(request, pk)
    sheet = reading.sheet(matter)
    initial = {
        "codes": matter.outcome_codes,
        "methods": matter.methods,
        "note": matter.outcome_note,
        "seen_revision": matter.outcome_revision,
    }
    form = OutcomeForm(request.POST or None, initial=initial)
    rows = finding_forms(sheet, request.POST or None)
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        try:
            outcomes.record(
                visit_matter_pk=matter.pk,
                actor=request.user,
                today=timezone.localdate(),
                findings=[row.finding() for row in rows if row.has_changed() or row.initial],
                **form.cleaned_data,
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "结果已保存。请每名检查人员用自己的账号签字确认。")
            return redirect("inspections:outcome-detail", pk=matter.pk)
    presets = matter.matter.preset_disposals
    context = {
        "matter": matter,
        "visit": visit,
        "sheet": sheet,
        "form": form,
        "findings": rows,
        "presets": [
            (OUTCOMES[code].label, DISPOSALS[measure].label)
            for code, measure in presets.items()
            if code in OUTCOMES and measure in DISPOSALS
        ],
        "remarks": reviews.remarks_to_team(matter),
        "is_finished": visit.state in {Visit.State.FINISHED, Visit.State.RECORDED},
    }
    status = 422 if form.is_bound and (form.errors or not rows.is_valid()) else 200
    return render(request, "inspections/outcome_record.html", context, status=status)


@access(Role.INSPECTOR)
@require_POST
def sign(request: HttpRequest, pk: Any) -> HttpResponse:
    matter = fetch(request, VisitMatter, pk=pk, need=(Role.INSPECTOR,))
    outcomes.sign(
        visit_matter_pk=matter.pk, actor=request.user, digest=request.POST.get("digest", "")
    )
    messages.success(request, "您已签字确认。")
    return redirect("inspections:outcome-detail", pk=matter.pk)


@access(Role.INSPECTOR)
@require_POST
def submit(request: HttpRequest, pk: Any) -> HttpResponse:
    matter = fetch(request, VisitMatter, pk=pk, need=(Role.INSPECTOR,))
    outcomes.submit(visit_matter_pk=matter.pk, actor=request.user)
    messages.success(request, "已提交审核。")
    return redirect("inspections:outcome-detail", pk=matter.pk)


def _steps(matter: VisitMatter) -> list[dict[str, Any]]:
    order = [state for _, state, _ in STEPS]
    shown = State.PENDING if matter.state == State.RETURNED else State(matter.state)
    at = order.index(shown) if shown in order else len(order)
    if matter.state in VisitMatter.NOT_CHECKED:
        at = -1
    steps = []
    for index, (label, _, moment) in enumerate(STEPS):
        happened = getattr(matter, moment) if moment else None
        state = "done" if index < at else "current" if index == at else "wait"
        note = f"{timezone.localtime(happened):%m-%d}" if happened and index < at else ""
        if label == "公示" and state != "done" and matter.due_on:
            note = f"最迟 {matter.due_on:%m-%d}"
        steps.append({"label": label, "state": state, "note": note})
    return steps


def _actions(request: HttpRequest, matter: VisitMatter) -> dict[str, Any]:
    """Buttons from the transition table, less what this person may not do in this case."""
    user = request.user
    roles = user.roles_at(matter.authority_id)
    team = reading.team_user_ids(matter.visit)
    is_officer = user.pk in {
        m.inspector.user_id for m in reading.officers(matter.visit) if m.inspector
    }
    urls = {
        "record": ("inspections:outcome-record", "get"),
        "sign": ("inspections:outcome-sign", "post"),
        "submit": ("inspections:outcome-submit", "post"),
        "approve": ("inspections:review-approve", "post"),
        "return": ("inspections:review-return", "get"),
    }
    mine, theirs = [], []
    signed = {one.member.inspector.user_id for one in _signed(matter) if one.member.inspector}
    for step in VISIT_MATTER.available(matter.state, roles):
        if step.action in {"publish", "withhold"}:
            mine.append(
                (step.label, reverse("publication:queue"), "", "get", None, "在公示页办理。")
            )
            continue
        why = ""
        if Role.INSPECTOR in step.roles and not is_officer:
            theirs.append((step.label, "由检查组成员办理"))
            continue
        if step.action == "sign" and user.pk in signed:
            continue
        if step.action == "record" and matter.visit.state not in {
            Visit.State.FINISHED,
            Visit.State.RECORDED,
        }:
            why = "检查还没有结束。"
        if Role.REVIEWER in step.roles:
            why = (
                review_problem(
                    user.pk,
                    recorder=matter.recorded_by_id,
                    submitter=matter.submitted_by_id,
                    team=team,
                )
                or reviews.unit_problem(user, matter)
                or ""
            )
        name, method = urls[step.action]
        is_first = not any(css == "btn-primary" for _, _, css, *_ in mine)
        is_main = step.action in {"approve", "sign", "submit"} or (
            step.action == "record" and matter.state in {State.PENDING, State.RETURNED}
        )
        css = (
            "btn-primary"
            if is_main and is_first and not why
            else "btn-back"
            if step.action == "return"
            else "btn-plain"
        )
        hidden = {"digest": records.digest(matter)} if step.action == "sign" else None
        url = "" if why else reverse(name, kwargs={"pk": matter.pk})
        mine.append((step.label, url, css, method, hidden, why))
        if step.action == "approve" and not why and reviews.publishes_at_approval(matter):
            mine.append((HOLD, url, "btn-plain", method, {"hold": "1"}, ""))
    theirs += [
        (step.label, f"由{role_names(step.roles)}办理")
        for step in VISIT_MATTER.others(matter.state, roles)
    ]
    mine.sort(key=lambda one: one[2] != "btn-primary")
    return {"mine": mine, "theirs": theirs}


def _signed(matter: VisitMatter) -> list[records.Signing]:
    return [one for one in records.signings(matter) if one.signature]


def _may_open_disposal(request: HttpRequest, matter: VisitMatter) -> bool:
    follows = any(OUTCOMES[c].needs_disposal for c in matter.outcome_codes if c in OUTCOMES)
    if not (follows or has_problem(matter.outcome_codes)):
        return False
    user = request.user
    return user.has_role_at(
        matter.authority_id, Role.ORGANISER, Role.COORDINATOR
    ) or user.pk in reading.team_user_ids(matter.visit)
