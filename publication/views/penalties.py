"""行政处罚信息 at the desk: list, entry, review; and on the public site (A88)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch, public, role_names
from bureau.models import Role
from bureau.selectors import calendar, trail
from bureau.selectors.paging import keyset
from bureau.views.forms import bound, made, status_of
from inspections.models import Disposal
from inspections.selectors import disposals
from publication.forms.penalties import NewPenaltyForm, PenaltyForm, ReviewForm, SearchForm
from publication.forms.public import doubt_about
from publication.models import Penalty, PublicRecord
from publication.rules import frozen
from publication.rules.processes import PENALTY, PENALTY_RECORDERS
from publication.selectors import entries
from publication.selectors import penalties as reads
from publication.services import penalties
from publication.views.public_page import page

GET_POST = ["GET", "HEAD", "POST"]
REVIEWERS = (Role.REVIEWER, Role.DEPUTY, Role.HEAD)


@access()
@require_safe
def penalty_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    rows = reads.rows().visible_to(request.user)  # type: ignore[attr-defined]
    state = request.GET.get("state", "")
    if state in Penalty.State.values:
        rows = rows.filter(state=state)
    found = keyset(rows, request.GET)
    days = calendar.calendar()
    context = {
        "page": found,
        "rows": [
            {
                "row": row,
                "css": PENALTY.css[row.state],
                "due": calendar.due(row.due_on, today, known=days)
                if row.state != Penalty.State.PUBLISHED
                else None,
            }
            for row in found.rows
        ],
        "chips": [
            {"label": label, "count": None, "url": f"?state={key}", "current": key == state}
            for key, label in [("", "全部"), *Penalty.State.choices]
        ],
        "may_record": request.user.has_role(*PENALTY_RECORDERS),
    }
    return render(request, "publication/penalty_list.html", context)


@access(*PENALTY_RECORDERS)
@require_http_methods(GET_POST)
def penalty_create(request: HttpRequest) -> HttpResponse:
    """With ?disposal= the entity and the fact come from there."""
    disposal = _disposal(request)
    authority = disposal.authority if disposal else request.user.home
    initial: dict[str, Any] = {"decided_by_name": authority.name}
    if disposal:
        initial["entity_code"] = disposal.visit_matter.visit.entity.public_code
        if disposal.finding:
            initial |= {"fact": disposal.finding.fact, "basis": disposal.finding.basis}
    form = NewPenaltyForm(bound(request), authority=authority, initial=initial)
    if request.method == "POST" and form.is_valid():
        row = made(
            form,
            lambda: penalties.record(
                entity=form.entity,
                authority=authority,
                decision=form.decision(),
                disposal=disposal,
                actor=request.user,
                today=timezone.localdate(),
            ),
        )
        if row:
            messages.success(request, f"已录入，须在 {row.due_on} 前由其他人审核公示。")
            return redirect("publication:penalty-detail", row.pk)
    context = {"form": form, "heading": "录入行政处罚信息", "disposal": disposal}
    return render(request, "publication/penalty_form.html", context, status=status_of(form))


@access()
@require_http_methods(GET_POST)
def penalty_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """One penalty; the reviewer decides on this page."""
    need = REVIEWERS if request.method == "POST" else ()
    row = fetch(request, reads.rows(), pk=pk, need=need)
    form = ReviewForm(bound(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and made(
            form,
            lambda: penalties.review(
                penalty_pk=row.pk,
                approve=form.cleaned_data["approve"] == "yes",
                note=form.cleaned_data["note"],
                actor=request.user,
                today=timezone.localdate(),
            ),
        )
    ):
        messages.success(request, "审核意见已记录。")
        return redirect("publication:penalty-detail", row.pk)
    may = bool({"approve"} & {t.action for t in _open_to(request, row)})
    own = row.recorded_by_id == request.user.pk
    is_open = row.state != Penalty.State.PUBLISHED
    context = {
        "row": row,
        "css": PENALTY.css[row.state],
        "due": calendar.due(row.due_on, timezone.localdate()) if is_open else None,
        "form": form if may and not own else None,
        "is_own": may and own,
        "may_amend": any(t.action == "amend" for t in _open_to(request, row)),
        "reviewers": role_names(REVIEWERS),
        "consequence": PENALTY.find("recorded", "approve").consequence,  # type: ignore[union-attr]
        "events": trail.of(row),
        "trail_url": trail.full_url(row),
    }
    return render(request, "publication/penalty_detail.html", context, status=status_of(form))


@access(*PENALTY_RECORDERS)
@require_http_methods(GET_POST)
def penalty_amend(request: HttpRequest, pk: str) -> HttpResponse:
    row = fetch(request, reads.rows(), pk=pk, need=PENALTY_RECORDERS)
    initial = {name: getattr(row, name) for name in PenaltyForm.base_fields}
    form = PenaltyForm(bound(request), initial=initial)
    if (
        request.method == "POST"
        and form.is_valid()
        and made(
            form,
            lambda: penalties.amend(
                penalty_pk=row.pk,
                decision=form.decision(),
                actor=request.user,
                today=timezone.localdate(),
            ),
        )
    ):
        messages.success(request, "已补正，重新等待审核。")
        return redirect("publication:penalty-detail", row.pk)
    context = {"form": form, "heading": f"补正 {row.number}", "row": row}
    return render(request, "publication/penalty_form.html", context, status=status_of(form))


@public
@require_safe
def public_list(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET or None)
    query = form.cleaned_data["q"] if form.is_valid() else ""
    found = keyset(reads.public(query), request.GET, order=entries.ORDER)
    context = {
        "page": found,
        "form": form,
        "q": query,
        "doubt": doubt_about(query) if query and not found.rows else "",
    }
    return page(request, "public/penalties.html", context)


@public
@require_safe
def public_detail(request: HttpRequest, pk: str) -> HttpResponse:
    entry = entries.detail(PublicRecord.Kind.PENALTY, pk)
    content = frozen.thaw(bytes(entry.record.content))
    return page(request, "public/penalty_detail.html", {"entry": entry, "content": content})


def _disposal(request: HttpRequest) -> Disposal | None:
    wanted = request.GET.get("disposal", "")
    return fetch(request, disposals.detailed(), pk=wanted) if wanted else None


def _open_to(request: HttpRequest, row: Penalty) -> list[Any]:
    return PENALTY.available(row.state, request.user.roles_at(row.authority_id))
