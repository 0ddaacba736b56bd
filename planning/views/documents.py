"""抽取记录备案表 as PDF (A50)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bureau.access import access, fetch
from bureau.selectors import audit_trail
from bureau.services import documents
from bureau.views.downloads import as_pdf
from planning.models import Sitting
from planning.selectors import draws


@access()
@require_safe
def record_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    """The written record of a sitting, to be signed and filed."""
    sitting = fetch(request, Sitting.objects.select_related("operator", "unit", "authority"), pk=pk)
    sheet = draws.record_sheet(sitting)
    first = sheet.draws[0].number if sheet.draws else ""
    context = {
        "sheet": sheet,
        "head": audit_trail.head(),
        "check_url": f"{settings.PUBLIC_BASE_URL}/draws/{first}/"
        if first
        else settings.PUBLIC_BASE_URL,
    }
    return as_pdf(
        documents.pdf("planning/documents/draw_record.html", context),
        f"draw-record-{first or sitting.pk}",
    )
