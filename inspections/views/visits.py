"""The visit list and the page of one visit: where it stands, who goes, why this firm, what happens next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bureau.access import access, fetch, role_names
from bureau.models import User
from bureau.selectors import calendar, trail
from bureau.selectors.paging import keyset
from inspections.forms.dispatch import VisitFilterForm
from inspections.forms.orders import DeliveryForm
from inspections.models import TeamMember, Visit
from inspections.rules.processes import VISIT
from inspections.rules.teams import missing_quals
from inspections.selectors import (
    advance,
    desk,
    disclosure,
    disposals,
    documents,
    joint,
    merges,
    on_site,
    precheck_state,
    records,
    sources,
    succession,
)
from inspections.selectors import teams as team_reading
from inspections.selectors import visits as reading
from inspections.selectors.dispatch import GONE, is_being_drawn
from inspections.services import disclosure as disclosing
from inspections.services.entries import CODE_KEEPERS, LATE_READERS
from inspections.services.notices import may_issue
from inspections.views.common import buttons
from inspections.views.frequent import READERS as FREQUENT_READERS
from registry.models import Inspector
from registry.rules.certificates import certificate_state

STEPS = (
    ("派发", ("dispatched",)),
    ("匹配人员", ("teamed",)),
    ("检查审批", ("ordered",)),
    ("现场检查", ("in_progress",)),
    ("录入结果", ("finished",)),
    ("审核与公示", ("recorded",)),
    ("办结", ("closed",)),
)
ORDER = ("dispatched", "teamed", "ordered", "in_progress", "finished", "recorded", "closed")


@access()
@require_safe
def visit_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    form = VisitFilterForm(request.GET, user=request.user)
    filters = form.cleaned_data if form.is_valid() else {}
    page = keyset(reading.listed(request.user, filters, today), request.GET)
    days = calendar.calendar()
    shown = disclosure.readable(request.user, page.rows, timezone.now())
    rows = [
        {
            "visit": visit,
            "shows_team": visit.pk in shown,
            "css": VISIT.css[visit.state],
            "due": calendar.due(
                visit.window_to if visit.state in reading.NOT_BEGUN else visit.publish_due,
                today,
                known=days,
            ),
            "is_publication": visit.state not in reading.NOT_BEGUN,
            "tasks": list(dict.fromkeys(item.task.number for item in visit.matters.all())),
        }
        for visit in page.rows
    ]
    context = {
        "form": form,
        "rows": rows,
        "page": page,
        "task": filters.get("task"),
        "is_filtered": any(filters.values()),
        "may_read_late": request.user.has_role(*LATE_READERS),
        "may_see_frequent": request.user.has_role(*FREQUENT_READERS),
    }
    return render(request, "inspections/visit_list.html", context)


@access()
@require_safe
def visit_detail(request: HttpRequest, pk: Any) -> HttpResponse:
    return _page(request, fetch(request, reading.whole(), pk=pk), has_looked=False)


@access()
@require_POST
def visit_look(request: HttpRequest, pk: Any) -> HttpResponse:
    """The page with who goes, before the team knows it; the look is in the trail (DRAW §4)."""
    visit = fetch(request, reading.whole(), pk=pk)
    disclosing.look(visit=visit, actor=request.user, now=timezone.now())
    return _page(request, visit, has_looked=True)


def _page(request: HttpRequest, visit: Visit, *, has_looked: bool) -> HttpResponse:
    today = timezone.localdate()
    matters = records.of_visit(visit.pk)
    standing = disclosure.standing(request.user, visit, timezone.now())
    is_open = has_looked or standing is disclosure.Standing.OPEN
    team = team_reading.current_team(visit) if is_open else []
    due_on = min((m.due_on for m in matters if m.due_on and not m.published_at), default=None)
    tasks = list({item.task_id: item.task for item in matters}.values())
    notice = getattr(visit, "notice", None)
    context = {
        "visit": visit,
        "css": VISIT.css[visit.state],
        "due": calendar.due(due_on, today),
        "due_on": due_on,
        "window_due": calendar.due(visit.window_to, today)
        if visit.state in reading.NOT_BEGUN
        else None,
        "steps": _steps(visit),
        "matters": matters,
        "outcomes": records.outcome_rows(matters, today),
        "tasks": tasks,
        "is_merged": len(tasks) > 1,
        "team": [(member, _certificate(member, visit)) for member in team],
        "is_sealed": not is_open and visit.state != Visit.State.DISPATCHED,
        "may_look": standing is disclosure.Standing.LOOK,
        "known_at": disclosure.known_at(visit)
        if visit.state in disclosure.NOT_BEGUN and not disclosure.is_known(visit, timezone.now())
        else "",
        **_team_notes(visit, team, today),
        "former": visit.replacements.select_related(
            "leaver__inspector",
            "leaver__expert",
            "joiner__inspector",
            "joiner__expert",
            "approved_by",
        )
        if is_open
        else [],
        "my_member": next(
            (m for m in team if m.inspector and m.inspector.user_id == request.user.pk), None
        ),
        "is_replaceable": (replace := VISIT.find(visit.state, "replace")) is not None,
        "may_replace": replace is not None
        and bool(request.user.roles_at(visit.authority_id).intersection(replace.roles)),
        "replacers": role_names(replace.roles) if replace else "",
        "listing": reading.listing_of(visit),
        "usage": reading.usage_of(visit, today),
        "picks": reading.picks_of(visit),
        "notice": notice,
        "told": advance.latest(visit),
        "precheck": precheck_state.card(visit) if is_open else None,
        "check_url": documents.check_url(notice.token) if notice else "",
        "delivery": DeliveryForm()
        if notice and not notice.delivered_at and _may_deliver(visit, request.user)
        else None,
        "is_gone": visit.entity.standing in GONE and visit.state in reading.NOT_BEGUN,
        "deemed": getattr(visit, "deemed_done", None),
        "merge": merges.of_visit(visit, matters, request.user),
        "transfers": reading.transfers_of(visit, request.user),
        "came_by": getattr(visit, "came_by", None),
        "skips": reading.skips_of(visit),
        "parts": visit.parts.order_by("number"),
        "findings": records.findings_of_visit(visit.pk),
        "evidence": records.evidence_of_visit(visit.pk),
        **sources.of_visit(visit),
        "disposals": [
            (row, disposals.measure_label(row.measure), calendar.due(row.due_on, today))
            for row in disposals.of_visit(visit.pk)
        ],
        "actions": _actions(request, visit, tasks, notice),
        "on_site": on_site.of_visit(visit),
        "may_make_code": request.user.has_role_at(visit.authority_id, *CODE_KEEPERS),
        "on_site_hidden": ("dispatched", "teamed", *Visit.NOT_VISITED),
        "events": trail.of(visit, reader=request.user),
        "trail_url": trail.full_url(visit),
    }
    return render(request, "inspections/visit_detail.html", context)


def _team_notes(visit: Visit, team: list[TeamMember], today: Any) -> dict[str, Any]:
    """What the team lacks or who must leave it, while it can still be changed (A52, A54, A57, A105)."""
    if VISIT.find(visit.state, "replace") is None or not team:
        return {}
    labels = team_reading.labels_of(team)
    _, fields = team_reading.demands_of([visit])[visit.pk]
    experts = team_reading.labels_of([m for m in team if m.expert])
    return {
        "lacks_preferred": missing_quals(team_reading.preferred_of(visit), labels),
        "lacks_experts": missing_quals(fields, experts),
        "lacks_parties": joint.lacking([visit]).get(visit.pk, []),
        "must_leave": succession.found_since(visit, team, today),
    }


def _may_deliver(visit: Visit, user: User) -> bool:
    return visit.state in {Visit.State.ORDERED, Visit.State.IN_PROGRESS} and may_issue(visit, user)


def _steps(visit: Visit) -> list[dict[str, str]]:
    """The way of one visit; what was not reached stays open, a visit deemed done ends where it stood."""
    if visit.state in Visit.NOT_VISITED:
        return [
            {
                "label": "派发",
                "state": "done",
                "note": f"{timezone.localtime(visit.created_at):%m-%d}",
            },
            {"label": visit.get_state_display(), "state": "current", "note": ""},
        ]
    at = ORDER.index(visit.state)
    words = ("匹配人员", "检查审批", "现场检查", "现场检查", "录入结果", "审核与公示", "办结")
    current = words[at] if visit.state != Visit.State.CLOSED else ""
    moments = {
        "派发": visit.created_at,
        "检查审批": visit.order.decided_at if visit.order else None,
        "现场检查": visit.started_at,
        "录入结果": visit.ended_at,
    }
    steps = []
    for index, (label, _) in enumerate(STEPS):
        is_done = index <= at and label != current
        moment = moments.get(label)
        steps.append(
            {
                "label": label,
                "state": "current" if label == current else "done" if is_done else "wait",
                "note": f"{timezone.localtime(moment):%m-%d}" if moment else "",
            }
        )
    return steps


def _certificate(member: TeamMember, visit: Visit) -> tuple[str, str]:
    """(status class, word) of the certificate on the last day of the visit's window."""
    person: Inspector | None = member.inspector
    if person is None:
        return "off", "不适用"
    state = certificate_state(person.certificate_expires_on, visit.window_to)
    css = {"valid": "done", "expiring": "soon"}.get(state.value, "bad")
    return css, str(state.label)


def _actions(request: HttpRequest, visit: Visit, tasks: list[Any], notice: Any) -> dict[str, Any]:
    """What this person can do with this visit now, from the transition table."""
    args = [visit.pk]
    urls: dict[str, tuple[str, str]] = {
        "assign": (reverse("inspections:visit-assign", args=args), "get"),
        "deem_done": (reverse("inspections:visit-deem-done", args=args), "get"),
        "transfer": (reverse("inspections:visit-transfer", args=args), "get"),
        "skip": (reverse("inspections:visit-skip", args=args), "get"),
        "start": (reverse("inspections:field-visit", args=args), "get"),
        "finish": (reverse("inspections:field-visit", args=args), "get"),
        "precheck": (reverse("inspections:precheck", args=args), "get"),
    }
    if desk.of(request.user).has(visit):
        urls |= {
            "plan_day": (reverse("inspections:visit-plan-day", args=args), "get"),
            "send_helper": (reverse("inspections:visit-helper", args=args), "get"),
        }
        if any(item.matter.expert_fields for item in visit.matters.all()):
            urls["appoint_expert"] = (reverse("inspections:visit-expert", args=args), "get")
    else:
        urls.pop("assign", None)
    being_drawn = is_being_drawn(visit)
    if being_drawn and visit.team_sitting is not None:
        sitting = reverse("planning:sitting-detail", args=[visit.team_sitting.sitting_id])
        urls["match"] = (sitting, "get")
    elif tasks:
        urls["match"] = (
            reverse("inspections:team-sitting-prepare", args=[tasks[0].pk, visit.unit_id]),
            "get",
        )
    if len(tasks) > 1 and not being_drawn:
        urls["split"] = (reverse("inspections:visit-split", args=args), "get")
    if visit.order is None and tasks:
        address = reverse("inspections:order-request-one", args=args)
        urls["request_order"] = (address, "get")
    elif visit.order is not None:
        urls["approve_order"] = (
            reverse("inspections:order-detail", args=[visit.order.pk]),
            "get",
        )
    deemed = getattr(visit, "deemed_done", None)
    if deemed is not None and deemed.state == "requested":
        del urls["deem_done"], urls["transfer"]
        urls["settle_deemed"] = (reverse("inspections:deemed-detail", args=[deemed.pk]), "get")
    if visit.transfers.filter(state__in=["requested", "offered"]).exists():
        urls.pop("transfer", None)
        urls.pop("deem_done", None)
    in_team = visit.team.filter(is_current=True, inspector__user=request.user).exists()
    if not in_team:
        del urls["start"], urls["finish"], urls["precheck"]
    shown = buttons(VISIT, visit.state, request.user, visit.authority_id, urls)
    if not in_team and visit.state in {Visit.State.ORDERED, Visit.State.IN_PROGRESS}:
        shown["theirs"].append(("现场检查", "由检查组成员办理"))
    if visit.state == Visit.State.ORDERED and (notice is None or not notice.delivered_at):
        label = "重新制作检查通知书" if notice else "制作检查通知书"
        if may_issue(visit, request.user):
            row = (label, reverse("inspections:notice-issue", args=args), "btn-plain", "post")
            shown["mine"].append((*row, None, "内容随即固定，编号和核验码保持不变。"))
        else:
            shown["theirs"].append((label, "由执行单位分派员、任务经办或检查组人员办理"))
    tells = visit.state == Visit.State.ORDERED and may_issue(visit, request.user)
    if tells and advance.workdays(visit.authority, timezone.localdate().year):
        tell = reverse("inspections:visit-tell", args=args)
        shown["mine"].append(("登记预先告知", tell, "btn-plain", "get", None, ""))
    if notice is not None:
        shown["mine"].append(
            (
                "打开检查通知书",
                reverse("inspections:notice-pdf", args=args),
                "btn-plain",
                "get",
                None,
                "",
            )
        )
    return shown
