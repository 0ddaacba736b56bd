"""视为完成: request with evidence, decision, list with exports, report to the superior and its receipt (A70)."""

from datetime import date
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import RuleError
from bureau.models import Agency, Role, StoredFile
from bureau.selectors import trail
from bureau.selectors.paging import keyset
from bureau.services import documents, files
from bureau.views.downloads import as_pdf
from bureau.views.forms import bound, done, status_of
from inspections.forms.cases import (
    ACCEPTED,
    AttemptForm,
    DecisionForm,
    DeemedFilterForm,
    DeemForm,
    ReportForm,
)
from inspections.models import DeemedDone, Visit
from inspections.rules.processes import DEEMED, VISIT
from inspections.selectors import deemed as reading
from inspections.selectors import deemed_files
from inspections.selectors.dispatch import GONE
from inspections.services import deemed as service

DESK = (Role.ORGANISER, Role.COORDINATOR, Role.INSPECTOR)
REPORTERS = (Role.ORGANISER, Role.HEAD, Role.DEPUTY)
GET_POST = ["GET", "HEAD", "POST"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def stored(request: HttpRequest, upload: Any, visit: Visit) -> StoredFile | None:
    """The uploaded evidence, checked by content; None where nothing was chosen. Raises RuleError."""
    if not upload:
        return None
    return files.store(
        upload=upload,
        name=upload.name,
        authority=visit.authority,
        by=request.user,  # type: ignore[arg-type]
        accept=ACCEPTED,
    )


@access(*DESK)
@require_http_methods(GET_POST)
def deem_done(request: HttpRequest, pk: Any) -> HttpResponse:
    visit = fetch(request, Visit.objects.select_related("entity", "authority"), pk=pk, need=DESK)
    standing = visit.entity.standing
    form = DeemForm(
        bound(request),
        request.FILES or None,
        initial={"cause": standing if standing in GONE else None},
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: service.request(
                visit=visit,
                cause=form.cleaned_data["cause"],
                note=form.cleaned_data["note"],
                evidence=stored(request, form.cleaned_data["upload"], visit),
                actor=request.user,
            ),
        )
    ):
        messages.success(request, "申请已提交，由主要负责人或分管负责人批准。")
        return redirect("inspections:visit-detail", visit.pk)
    return _request_page(request, visit, form, AttemptForm(), status_of(form))


@access(*DESK)
@require_POST
def attempt(request: HttpRequest, pk: Any) -> HttpResponse:
    visit = fetch(request, Visit.objects.select_related("entity", "authority"), pk=pk, need=DESK)
    form = AttemptForm(request.POST)
    if form.is_valid() and done(
        form,
        lambda: service.add_attempt(
            visit=visit, actor=request.user, today=timezone.localdate(), **form.cleaned_data
        ),
    ):
        messages.success(request, "联系情况已登记。")
        return redirect("inspections:visit-deem-done", visit.pk)
    return _request_page(request, visit, DeemForm(), form, 422)


def _request_page(
    request: HttpRequest, visit: Visit, form: Any, attempt_form: Any, status: int
) -> HttpResponse:
    step = next(t for t in VISIT.transitions if t.action == "deem_done")
    context = {
        "visit": visit,
        "form": form,
        "attempt_form": attempt_form,
        "attempts": visit.attempts.select_related("by"),
        "consequence": step.consequence,
        "heading": step.label,
        "back_url": reverse("inspections:visit-detail", args=[visit.pk]),
    }
    return render(request, "inspections/deemed_request.html", context, status=status)


@access()
@require_http_methods(GET_POST)
def detail(request: HttpRequest, pk: Any) -> HttpResponse:
    """One case; the head's decision is a form on it."""
    row = fetch(request, reading.whole(), pk=pk)
    roles = request.user.roles_at(row.authority_id)
    may_decide = row.state == DeemedDone.State.REQUESTED and bool(roles & {Role.HEAD, Role.DEPUTY})
    is_own = row.recorded_by_id == request.user.pk
    form = None
    if request.method == "POST" or (may_decide and not is_own):
        form = DecisionForm(bound(request), yes="批准，视为完成", no="不批准，继续检查")
    if (
        form is not None
        and request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: service.decide(
                deemed=row,
                approve=form.approved,
                note=form.cleaned_data["note"],
                actor=request.user,
            ),
        )
    ):
        messages.success(request, "已批准，列入汇总上报名单。" if form.approved else "已退回申请。")
        return redirect("inspections:deemed-detail", row.pk)
    context = {
        "row": row,
        "css": DEEMED.css[row.state],
        "form": form,
        "is_own": is_own and may_decide,
        "tasks": list({m.task_id: m.task for m in row.visit.matters.all()}.values()),
        "events": trail.of(row.visit),
        "trail_url": trail.full_url(row.visit),
    }
    status = status_of(form) if form else 200
    return render(request, "inspections/deemed_detail.html", context, status=status)


@access()
@require_safe
def deemed_list(request: HttpRequest) -> HttpResponse:
    form, rows = _filtered(request)
    page = keyset(rows, request.GET)
    mine = request.user.has_role(*REPORTERS) and request.user.home is not None
    context = {
        "form": form,
        "page": page,
        "rows": [
            (
                row,
                DEEMED.css[row.state],
                list({m.task_id: m.task for m in row.visit.matters.all()}.values()),
            )
            for row in page.rows
        ],
        "totals": reading.totals(rows.filter(state=DeemedDone.State.APPROVED)[:2000]),
        "reports": reading.reports(request.user)[:10],
        "report_form": ReportForm() if mine else None,
        "unreported": reading.waiting_count(request.user),
        "query": request.GET.urlencode(),
        "is_superior": request.user.has_role(Role.SUPERIOR),
    }
    return render(request, "inspections/deemed_list.html", context)


@access()
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The filtered list as Excel or Word."""
    _, rows = _filtered(request)
    found = list(rows[: deemed_files.MOST + 1])
    if len(found) > deemed_files.MOST:
        raise RuleError(f"超过 {deemed_files.MOST} 户，请缩小筛选范围后分次导出。")
    content = reading.report_content(found)
    home = request.user.home
    if home is None:
        raise RuleError("您没有任职单位，不能导出名单。")
    title = f"视为完成对象名单（{timezone.localdate():%Y-%m-%d}）"
    return _download(kind, content, title, authority=home)


@access(*REPORTERS)
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    form = ReportForm(request.POST)
    if not form.is_valid():
        raise RuleError("请填写批准日期的起止，写成 2026-01-01。")
    if request.user.home is None:
        raise RuleError("您没有任职单位，不能上报。")
    made = service.report(
        authority=request.user.home,
        actor=request.user,
        today=timezone.localdate(),
        **form.cleaned_data,
    )
    messages.success(request, f"已上报 {made.number}，待上级签收。")
    return redirect("inspections:deemed-report", made.pk)


@access()
@require_safe
def report_detail(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.reports(request.user), pk=pk)
    context = {
        "row": row,
        "heads": reading.HEADS[1:-1],
        "may_receive": row.received_by_id is None
        and request.user.has_role_at(row.superior_id, Role.SUPERIOR),
        "events": trail.of(row),
        "trail_url": trail.full_url(row),
    }
    return render(request, "inspections/deemed_report.html", context)


@access()
@require_safe
def report_file(request: HttpRequest, pk: Any, kind: str) -> HttpResponse:
    row = fetch(request, reading.reports(request.user), pk=pk)
    return _download(
        kind,
        row.content,
        "视为完成对象名单",
        authority=row.authority,
        number=row.number,
        to=row.superior.name,
        on=timezone.localdate(row.sent_at),
    )


@access(Role.SUPERIOR)
@require_POST
def report_receive(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.reports(request.user), pk=pk, need=(Role.SUPERIOR,))
    service.receive(report=row, actor=request.user)
    messages.success(request, "已签收，回执已发给上报单位。")
    return redirect("inspections:deemed-report", row.pk)


def _filtered(request: HttpRequest) -> tuple[DeemedFilterForm, Any]:
    form = DeemedFilterForm(request.GET, user=request.user)
    filters = form.cleaned_data if form.is_valid() else {}
    return form, reading.listed(request.user, filters)


def _download(
    kind: str,
    content: dict[str, Any],
    title: str,
    *,
    authority: Agency,
    number: str = "",
    to: str = "",
    on: date | None = None,
) -> HttpResponse:
    if kind not in {"pdf", "docx", "xlsx"}:
        raise Http404("没有这种格式的文件。")
    form, owner = reading.worded(content, authority), authority.name
    if kind == "pdf":
        context = {"content": content, "form": form, "number": number, "owner": owner, "to": to}
        context["on"] = on
        return as_pdf(documents.pdf("inspections/documents/deemed_list.html", context), "deemed")
    if kind == "docx":
        made, mime = deemed_files.as_docx(content, form, number=number, owner=owner, to=to), DOCX
    else:
        made, mime = deemed_files.as_xlsx(content, title), XLSX
    answer = HttpResponse(made, content_type=mime)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{title}.{kind}')}"
    return answer
