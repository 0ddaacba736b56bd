"""更正 at the desk: asked for with the whole corrected result, signed by the head (A81)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch, role_names
from bureau.models import Role
from bureau.selectors import trail
from bureau.selectors.paging import keyset
from bureau.services import documents
from bureau.views.downloads import as_pdf
from bureau.views.forms import bound, done, status_of
from publication.forms.corrections import CorrectionForm, SignForm, finding_forms, initial_of
from publication.models import Correction, Objection
from publication.rules.processes import CORRECTION
from publication.selectors import corrections as reads
from publication.selectors import objections, queue
from publication.services import corrections

CORRECTORS = (Role.PUBLISHER, Role.REVIEWER, Role.COORDINATOR, Role.INSPECTOR)


@access()
@require_safe
def correction_list(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    rows = reads.rows().visible_to(request.user)
    if state in Correction.State.values:
        rows = rows.filter(state=state)
    states = [("", "全部"), *Correction.State.choices]
    context = {
        "page": keyset(rows, request.GET),
        "process": CORRECTION,
        "chips": [
            {"label": label, "count": None, "url": f"?state={key}", "current": key == state}
            for key, label in states
        ],
    }
    return render(request, "publication/correction_list.html", context)


@access(*CORRECTORS)
@require_http_methods(["GET", "HEAD", "POST"])
def correction_create(request: HttpRequest, pk: str) -> HttpResponse:
    """`pk` is the published result; `?objection=` the upheld objection that led here."""
    matter = fetch(request, queue.results(request.user.authority_ids), pk=pk, need=CORRECTORS)
    objection = _objection(request, matter.pk)
    form = CorrectionForm(bound(request), initial=initial_of(matter) | _reason(objection))
    rows = finding_forms(matter, bound(request))
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        made: list[Correction] = []
        if done(
            form,
            lambda: made.append(
                corrections.request(
                    visit_matter=matter.pk,
                    findings=[row.finding() for row in rows],
                    objection=objection,
                    actor=request.user,
                    today=timezone.localdate(),
                    **form.cleaned_data,
                )
            ),
        ):
            messages.success(
                request, f"已提请主要负责人签字：{made[0].number}。签字前公示内容不变。"
            )
            return redirect("publication:correction-detail", pk=made[0].pk)
    context = {"form": form, "findings": rows, "matter": matter, "objection": objection}
    status = 422 if form.is_bound and not rows.is_valid() else status_of(form)
    return render(request, "publication/correction_create.html", context, status=status)


@access()
@require_safe
def correction_detail(request: HttpRequest, pk: str) -> HttpResponse:
    row = fetch(request, reads.rows(), pk=pk)
    return _page(request, row, SignForm())


@access(Role.HEAD)
@require_http_methods(["POST"])
def correction_decide(request: HttpRequest, pk: str) -> HttpResponse:
    row = fetch(request, reads.rows(), pk=pk, need=(Role.HEAD,))
    form = SignForm(request.POST)
    if form.is_valid():
        approve = form.cleaned_data["decision"] == "approve"
        if done(
            form,
            lambda: corrections.decide(
                correction=row.pk,
                approve=approve,
                note=form.cleaned_data["note"],
                actor=request.user,
                today=timezone.localdate(),
            ),
        ):
            messages.success(
                request,
                "已签字，更正后的结果已公示，原结果的指纹保留在公示页。"
                if approve
                else "已退回，公示内容不变。",
            )
            return redirect("publication:correction-detail", pk=row.pk)
    return _page(request, row, form, status=422)


@access()
@require_safe
def correction_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    """结果更正审批表, with the place for the head's signature until it is given."""
    row = fetch(request, reads.rows(), pk=pk)
    context = reads.printed(row)
    name = f"correction-{timezone.localdate(row.requested_at):%Y%m%d}-{str(row.pk)[-6:]}"
    return as_pdf(documents.pdf("publication/documents/correction.html", context), name)


def _page(request: HttpRequest, row: Correction, form: SignForm, status: int = 200) -> HttpResponse:
    seats = request.user.roles_at(row.authority_id)
    may_sign = bool(CORRECTION.available(row.state, seats))
    own = row.requested_by_id == request.user.pk
    context = {
        "row": row,
        "st": CORRECTION.css[row.state],
        "differences": reads.differences(row),
        "form": form,
        "may_sign": may_sign and not own,
        "is_own": may_sign and own,
        "consequence": CORRECTION.find("requested", "approve").consequence,  # type: ignore[union-attr]
        "sign_url": reverse("publication:correction-decide", kwargs={"pk": row.pk}),
        "signer": role_names((Role.HEAD,)),
        "events": trail.of(row),
        "trail_url": trail.full_url(row),
    }
    return render(request, "publication/correction_detail.html", context, status=status)


def _objection(request: HttpRequest, matter_pk: Any) -> Objection | None:
    wanted = request.GET.get("objection", "")
    if not wanted:
        return None
    row = fetch(request, objections.rows(), pk=wanted)
    return row if row.visit_matter_id == matter_pk and row.is_upheld else None


def _reason(objection: Objection | None) -> dict[str, str]:
    return {"reason": f"异议 {objection.number} 复查成立。"} if objection else {}
