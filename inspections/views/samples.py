"""样品: taken on the phone; its chain, its results and its sheet at the desk (A62, A65, A73)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.ids import uuid7
from bureau.models import Role
from bureau.selectors import calendar, trail
from bureau.services import documents
from bureau.views.downloads import as_pdf
from inspections.forms.evidence import HandoverForm, ReasonForm, SampleForm, SampleResultForm
from inspections.models import Sample
from inspections.rules.processes import SAMPLE
from inspections.selectors import sample_sheets
from inspections.selectors import sources as reading
from inspections.services import samples
from inspections.services.samples import Taken
from inspections.views.common import buttons
from inspections.views.delivery import delivered_once, page
from inspections.views.field import FORM, own_visit

HANDLERS = (Role.INSPECTOR, Role.COORDINATOR, Role.ORGANISER)
TAKEN = ("name", "quantity", "place", "seal_number", "is_party_present", "witness", "specification", "batch", "base", "reserve")  # fmt: skip


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def field_samples(request: HttpRequest, pk: Any) -> HttpResponse:
    """The samples of a visit, and the form for another, without a signal too."""
    row, _ = own_visit(request, pk)
    initial = {"taken_at": timezone.localtime(), "key": uuid7(), "place": row.place}
    form = SampleForm(
        request.POST or None, matters=row.matters.select_related("matter"), initial=initial
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = samples.take(
                visit_pk=row.pk,
                visit_matter_pk=given["visit_matter_pk"],
                actor=request.user,
                taken=Taken(**{name: given[name] for name in TAKEN}),
                taken_at=given["taken_at"],
                key=given["key"],
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"样品已登记，编号 {made.number}。请打印抽样取证凭证签字。")
            return redirect("inspections:field-samples", pk=row.pk)
    context = {"visit": row, "form": form, **reading.of_visit(row)}
    return page(request, "inspections/field_samples.html", context, form)


@access()
@require_safe
def detail(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.samples(), pk=pk)
    is_open = row.state in {Sample.State.TAKEN, Sample.State.AT_LAB}
    context = {
        "row": row,
        "visit": row.visit,
        "css": SAMPLE.css[row.state],
        "holder": reading.holder(row),
        "due": calendar.due(row.due_on, timezone.localdate()) if is_open else None,
        "actions": _actions(request, row),
        "events": trail.of(row),
        "trail_url": trail.full_url(row),
    }
    return render(request, "inspections/sample_detail.html", context)


@access(*HANDLERS)
@require_http_methods(FORM)
def hand_over(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.samples(), pk=pk, need=HANDLERS)
    initial = {"happened_at": timezone.localtime(), "seen": len(row.handovers.all())}
    form = HandoverForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            samples.hand_over(sample_pk=row.pk, actor=request.user, **form.cleaned_data)
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "交接已登记。")
            return redirect("inspections:sample-detail", pk=row.pk)
    giver = reading.holder(row)
    return _step(request, row, form, "登记交接", f"样品现在由{giver}保管，由其交出。")


@access(*HANDLERS)
@require_http_methods(FORM)
def record_result(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.samples(), pk=pk, need=HANDLERS)
    form = SampleResultForm(
        request.POST or None, request.FILES or None, initial={"laboratory": reading.holder(row)}
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        report = given.pop("report")
        try:
            samples.record_result(
                sample_pk=row.pk,
                actor=request.user,
                report=report,
                report_name=report.name,
                today=timezone.localdate(),
                **given,
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "检测结果已登记。")
            return redirect("inspections:sample-detail", pk=row.pk)
    return _step(
        request, row, form, "登记检测结果", "结果不合格的，检查结果不能认定为“未发现问题”。"
    )


@access(*HANDLERS)
@require_http_methods(FORM)
def cancel(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.samples(), pk=pk, need=HANDLERS)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        samples.cancel(sample_pk=row.pk, actor=request.user, **form.cleaned_data)
        messages.success(request, "已登记不再检测。样品的退还或处理请继续登记交接。")
        return redirect("inspections:sample-detail", pk=row.pk)
    return _step(request, row, form, "不再检测", "样品不再送检或不再等待结果，原因记入留痕。")


@access()
@require_safe
def sheet_pdf(request: HttpRequest, pk: Any) -> HttpResponse:
    """抽样取证凭证, with the chain as far as it goes."""
    row = fetch(request, reading.samples(), pk=pk)
    content = documents.pdf("inspections/documents/sample_sheet.html", sample_sheets.of(row))
    return as_pdf(content, f"sample-{row.pk}")


def _step(
    request: HttpRequest, row: Sample, form: Any, heading: str, consequence: str
) -> HttpResponse:
    context = {
        "heading": heading,
        "consequence": consequence,
        "form": form,
        "submit": heading,
        "visit": row.visit,
        "subject": str(row),
        "back_url": reverse("inspections:sample-detail", args=[row.pk]),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "inspections/source_step.html", context, status=status)


def _actions(request: HttpRequest, row: Sample) -> dict[str, Any]:
    args = [row.pk]
    urls = {
        "hand_over": (reverse("inspections:sample-handover", args=args), "get"),
        "record_result": (reverse("inspections:sample-result", args=args), "get"),
        "cancel": (reverse("inspections:sample-cancel", args=args), "get"),
    }
    shown = buttons(SAMPLE, row.state, request.user, row.authority_id, urls)
    sheet = reverse("inspections:sample-sheet", args=args)
    shown["mine"].append(("打印抽样取证凭证", sheet, "btn-plain", "get", None, ""))
    return shown
