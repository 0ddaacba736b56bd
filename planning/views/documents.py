"""抽取记录备案表, plan, adjustment and 实施方案 as PDF and .docx, from the same data (A30–A32, A50)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import access, fetch
from bureau.errors import RuleError
from bureau.selectors import audit_trail
from bureau.services import documents
from bureau.views.downloads import as_pdf
from planning.models import Plan, PlanAdjustment, Sitting
from planning.selectors import draws, printed, tasks
from planning.selectors import sittings as reads
from planning.services import documents as own
from planning.services import record_documents
from planning.views.common import download


@access()
@require_safe
def record_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    """The written record of a sitting, to be signed and filed."""
    context = _record(request, pk)
    return as_pdf(
        documents.pdf("planning/documents/draw_record.html", context),
        f"draw-record-{_first(context) or pk}",
    )


@access()
@require_safe
def record_docx(request: HttpRequest, pk: str) -> HttpResponse:
    """The same record for offices that go on writing in it."""
    context = _record(request, pk)
    name = f"抽取记录备案表 {_first(context) or context['sheet'].sitting.title}.docx"
    return download(record_documents.record_docx(**context), name)


@access()
@require_safe
def plan_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    plan = fetch(request, Plan.objects.select_related("authority"), pk=pk)
    return as_pdf(
        documents.pdf("planning/plan_print.html", printed.plan(plan)), f"plan-{plan.year}"
    )


@access()
@require_safe
def adjustment_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    row = _adjustment(request, pk)
    content = documents.pdf("planning/documents/adjustment.html", printed.adjustment(row))
    return as_pdf(content, f"plan-{row.plan.year}-adjustment-{row.number}")


@access()
@require_safe
def adjustment_docx(request: HttpRequest, pk: int) -> HttpResponse:
    row = _adjustment(request, pk)
    return download(own.adjustment_docx(row), f"{row}前后对照表.docx")


@access()
@require_safe
def scheme_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    task = fetch(request, tasks.with_details(), pk=pk)
    if not task.scheme:
        raise RuleError("实施方案还没有编写，请先在任务页编写并保存。")
    context = printed.scheme(task, timezone.localdate())
    return as_pdf(documents.pdf("planning/documents/scheme.html", context), "scheme")


def _adjustment(request: HttpRequest, pk: int) -> PlanAdjustment:
    """An adjustment has its plan's scope."""
    rows = PlanAdjustment.objects.select_related("plan__authority", "decided_by")
    row = get_object_or_404(rows, pk=pk)
    fetch(request, Plan, pk=row.plan_id)
    return row


def _record(request: HttpRequest, pk: str) -> dict[str, Any]:
    sitting = fetch(request, Sitting.objects.select_related("operator", "unit", "authority"), pk=pk)
    sheet = draws.record_sheet(sitting)
    first = sheet.draws[0].number if sheet.draws else ""
    base = settings.PUBLIC_BASE_URL
    return {
        "sheet": sheet,
        "form": printed.draw_record_form(sitting.authority),
        "receipt": reads.superior_receipt(list(sitting.draws.all())),
        "head": audit_trail.head(),
        "check_url": f"{base}/draws/{first}/" if first else base,
    }


def _first(context: dict[str, Any]) -> str:
    sheet = context["sheet"]
    return sheet.draws[0].number if sheet.draws else ""
