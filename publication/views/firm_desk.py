"""What inspected entities sent, at the desk: received, answered; ratings for the assessor (A57, A82, A98)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch, role_names
from bureau.models import Role
from bureau.selectors import trail
from bureau.selectors.paging import keyset
from bureau.views.forms import bound, done, status_of
from publication.forms.firm_requests import AnswerForm
from publication.models import FirmRequest
from publication.rules.processes import FIRM_REQUEST_ROLES
from publication.selectors import firm_requests as reads
from publication.services import firm_requests

ASSESSORS = (Role.ASSESSOR,)


@access()
@require_safe
def firm_request_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "submitted")
    rows = reads.rows().visible_to(request.user)
    if state in FirmRequest.State.values:
        rows = rows.filter(state=state)
    states = [*FirmRequest.State.choices, ("all", "全部")]
    context = {
        "page": keyset(rows, request.GET),
        "chips": [
            {"label": label, "count": None, "url": f"?state={key}", "current": key == state}
            for key, label in states
        ],
        "may_see_ratings": request.user.has_role(*ASSESSORS),
    }
    return render(request, "publication/firm_request_list.html", context)


@access()
@require_http_methods(["GET", "HEAD", "POST"])
def firm_request_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """GET for whoever the list shows it to (`selectors.firm_requests.hidden`); POST is the answer."""
    row = fetch(request, reads.rows(), pk=pk)
    seats = request.user.roles_at(row.authority_id)
    roles = FIRM_REQUEST_ROLES[row.kind]
    form = AnswerForm(bound(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, lambda: _answer(request, row, form))
    ):
        messages.success(request, "已答复，检查对象可在通知书核验页看到。")
        return redirect("publication:firm-request-detail", pk=row.pk)
    context = {
        "row": row,
        "form": form
        if row.state == FirmRequest.State.SUBMITTED and set(roles) & set(seats)
        else None,
        "roles": role_names(roles),
        "files": row.files.all(),
        "events": trail.of(row),
        "trail_url": trail.full_url(row),
    }
    return render(request, "publication/firm_request_detail.html", context, status=status_of(form))


@access(*ASSESSORS)
@require_safe
def ratings(request: HttpRequest) -> HttpResponse:
    """Only the assessor sees them, and never of which visit (A98)."""
    ids = request.user.authority_ids
    context = {
        "units": reads.ratings_by_unit(ids),
        "page": keyset(reads.rating_texts(ids), request.GET, order=("-month", "id")),
    }
    return render(request, "publication/ratings.html", context)


def _answer(request: HttpRequest, row: FirmRequest, form: AnswerForm) -> None:
    answer: Any = form.cleaned_data["answer"]
    if form.cleaned_data["decision"] == "accept":
        firm_requests.accept(
            firm_request=row.pk, answer=answer, actor=request.user, today=timezone.localdate()
        )
    else:
        firm_requests.decline(firm_request=row.pk, answer=answer, actor=request.user)
