"""变更检查单位转交: request, decision, the other side's answer, and the written notice (A71)."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.errors import RuleError
from bureau.models import Role
from bureau.selectors import trail
from bureau.selectors.paging import keyset
from bureau.services import documents
from bureau.views.downloads import as_pdf
from bureau.views.forms import bound, done, status_of
from inspections.forms.cases import AcceptForm, DecisionForm, ReasonForm, TransferForm
from inspections.models import Transfer, Visit
from inspections.rules.processes import TRANSFER, VISIT
from inspections.selectors import transfer_files
from inspections.selectors import transfers as reading
from inspections.services import transfer_accepting
from inspections.services import transfers as service
from inspections.views.deemed import DOCX, stored

DESK = (Role.ORGANISER, Role.COORDINATOR)
GET_POST = ["GET", "HEAD", "POST"]


@access(*DESK)
@require_http_methods(GET_POST)
def transfer_request(request: HttpRequest, pk: Any) -> HttpResponse:
    visit = fetch(
        request, Visit.objects.select_related("entity", "authority", "unit"), pk=pk, need=DESK
    )
    form = TransferForm(bound(request), request.FILES or None, visit=visit)
    made: list[Transfer] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: made.append(
                service.request(
                    visit=visit,
                    to=form.cleaned_data["to"],
                    moved_on=form.cleaned_data["moved_on"],
                    new_address=form.cleaned_data["new_address"],
                    reason=form.cleaned_data["reason"],
                    evidence=stored(request, form.cleaned_data["upload"], visit),
                    actor=request.user,
                    today=timezone.localdate(),
                )
            ),
        )
    ):
        messages.success(request, "转交申请已提交，由主要负责人批准。")
        return redirect("inspections:transfer-detail", made[0].pk)
    step = next(t for t in VISIT.transitions if t.action == "transfer")
    context = {
        "visit": visit,
        "form": form,
        "heading": step.label,
        "consequence": step.consequence,
        "submit": "提交转交申请",
        "back_url": reverse("inspections:visit-detail", args=[visit.pk]),
    }
    return render(request, "inspections/visit_step.html", context, status=status_of(form))


@access()
@require_safe
def transfer_list(request: HttpRequest) -> HttpResponse:
    page = keyset(reading.listed(request.user), request.GET)
    rows = [(row, TRANSFER.css[row.state]) for row in page.rows]
    return render(request, "inspections/transfer_list.html", {"page": page, "rows": rows})


@access()
@require_http_methods(GET_POST)
def transfer_detail(request: HttpRequest, pk: Any) -> HttpResponse:
    """One transfer; the head's decision is a form on it."""
    row = fetch(request, reading.whole(), pk=pk)
    user = request.user
    is_open = row.state == Transfer.State.REQUESTED
    may_decide = is_open and user.has_role_at(row.authority_id, Role.HEAD)
    is_own = row.requested_by_id == user.pk
    form = None
    if request.method == "POST" or (may_decide and not is_own):
        form = DecisionForm(bound(request), yes="批准转交", no="不批准")
    if (
        form is not None
        and request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: service.decide(
                transfer=row,
                approve=form.approved,
                note=form.cleaned_data["note"],
                actor=user,
            ),
        )
    ):
        messages.success(request, "审批意见已记录。")
        return redirect("inspections:transfer-detail", row.pk)
    here = row.authority_id in user.authority_ids
    context = {
        "row": row,
        "css": TRANSFER.css[row.state],
        "form": form,
        "is_own": is_own and may_decide,
        "matters": reading.open_matters(row),
        "sees_old": here,
        "sees_new": row.to_authority_id in user.authority_ids,
        "actions": _actions(request, row),
        "events": trail.of(row),
        "trail_url": trail.full_url(row) if here else "",
    }
    status = status_of(form) if form else 200
    return render(request, "inspections/transfer_detail.html", context, status=status)


@access(*DESK)
@require_http_methods(GET_POST)
def accept(request: HttpRequest, pk: Any) -> HttpResponse:
    row = _received(request, pk)
    form = AcceptForm(bound(request), transfer=row)
    made: list[Visit] = []
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: made.append(
                transfer_accepting.accept(
                    transfer=row,
                    unit=form.cleaned_data["unit"],
                    matters=form.matters,
                    actor=request.user,
                    today=timezone.localdate(),
                )
            ),
        )
    ):
        messages.success(request, "已接收，请匹配检查人员。")
        return redirect("inspections:visit-detail", made[0].pk)
    return _step(request, row, form, "accept", "接收并安排检查")


@access(*DESK)
@require_http_methods(GET_POST)
def decline(request: HttpRequest, pk: Any) -> HttpResponse:
    row = _received(request, pk)
    form = ReasonForm(bound(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: service.decline(
                transfer=row, note=form.cleaned_data["note"], actor=request.user
            ),
        )
    ):
        messages.success(request, "已退回原单位。")
        return redirect("inspections:transfer-detail", row.pk)
    return _step(request, row, form, "decline", "退回原单位")


@access(*DESK)
@require_http_methods(GET_POST)
def withdraw(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.whole(), pk=pk, need=DESK)
    form = ReasonForm(bound(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: service.withdraw(
                transfer=row, note=form.cleaned_data["note"], actor=request.user
            ),
        )
    ):
        messages.success(request, "已撤回，检查仍由原单位办理。")
        return redirect("inspections:transfer-detail", row.pk)
    return _step(request, row, form, "withdraw", "撤回")


@access()
@require_safe
def notice(request: HttpRequest, pk: Any, kind: str) -> HttpResponse:
    """The written notice, from the approval on."""
    row = fetch(request, reading.whole(), pk=pk)
    if kind not in {"pdf", "docx"}:
        raise Http404("没有这种格式的文件。")
    if row.decided_at is None or row.state == Transfer.State.REFUSED:
        raise RuleError("转交还没有批准，没有转交通知可以打印。")
    content = reading.printed(row)
    if kind == "pdf":
        return as_pdf(
            documents.pdf("inspections/documents/transfer.html", {"notice": content}), "transfer"
        )
    answer = HttpResponse(transfer_files.as_docx(content), content_type=DOCX)
    name = quote(f"转交通知 {row.number}.docx")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


def _received(request: HttpRequest, pk: Any) -> Transfer:
    """For the receiving side: the role counts at the authority that it was offered to."""
    row: Transfer = fetch(request, reading.whole(), pk=pk)
    service.require_receiving(row, request.user)
    return row


def _step(request: HttpRequest, row: Transfer, form: Any, action: str, submit: str) -> HttpResponse:
    step = next(t for t in TRANSFER.transitions if t.action == action)
    context = {
        "row": row,
        "form": form,
        "heading": step.label,
        "consequence": step.consequence
        or {
            "accept": "接收后本单位对此户立检查任务并按期检查、公示；原单位的检查随即结束。",
            "decline": "原单位收到退回原因后继续由其检查。",
            "withdraw": "撤回后检查仍由原单位办理，转交记录保留。",
        }[action],
        "submit": submit,
        "back_url": reverse("inspections:transfer-detail", args=[row.pk]),
    }
    return render(request, "inspections/transfer_step.html", context, status=status_of(form))


def _actions(request: HttpRequest, row: Transfer) -> dict[str, list[Any]]:
    mine: list[Any] = []
    user = request.user
    if row.state == Transfer.State.OFFERED and user.has_role_at(row.to_authority_id, *DESK):
        for label, name, css in (
            ("接收并安排检查", "transfer-accept", "btn-primary"),
            ("退回原单位", "transfer-decline", "btn-back"),
        ):
            mine.append(
                (label, reverse(f"inspections:{name}", args=[row.pk]), css, "get", None, "")
            )
    if row.state in {Transfer.State.REQUESTED, Transfer.State.OFFERED} and user.has_role_at(
        row.authority_id, *DESK
    ):
        url = reverse("inspections:transfer-withdraw", args=[row.pk])
        mine.append(("撤回转交", url, "btn-back", "get", None, ""))
    if row.decided_at is not None and row.state != Transfer.State.REFUSED:
        for label, kind in (("转交通知 PDF", "pdf"), ("转交通知 Word", "docx")):
            url = reverse("inspections:transfer-notice", args=[row.pk, kind])
            mine.append((label, url, "btn-plain", "get", None, ""))
    theirs = []
    if row.state == Transfer.State.REQUESTED and not user.has_role_at(row.authority_id, Role.HEAD):
        theirs.append(("审批转交", "由主要负责人办理"))
    if row.state == Transfer.State.OFFERED and not user.has_role_at(row.to_authority_id, *DESK):
        theirs.append(("接收或退回", f"由{row.to_authority.name}办理"))
    return {"mine": mine, "theirs": theirs}
