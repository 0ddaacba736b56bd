"""抽取记录备案表 as PDF and .docx, from the same data (A50)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bureau.access import access, fetch
from bureau.selectors import audit_trail
from bureau.services import documents
from bureau.views.downloads import as_pdf
from planning.models import Sitting
from planning.selectors import draws
from planning.selectors import sittings as reads
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


def _record(request: HttpRequest, pk: str) -> dict[str, Any]:
    sitting = fetch(request, Sitting.objects.select_related("operator", "unit", "authority"), pk=pk)
    sheet = draws.record_sheet(sitting)
    first = sheet.draws[0].number if sheet.draws else ""
    base = settings.PUBLIC_BASE_URL
    return {
        "sheet": sheet,
        "receipt": reads.superior_receipt(list(sitting.draws.all())),
        "head": audit_trail.head(),
        "check_url": f"{base}/draws/{first}/" if first else base,
    }


def _first(context: dict[str, Any]) -> str:
    sheet = context["sheet"]
    return sheet.draws[0].number if sheet.draws else ""
