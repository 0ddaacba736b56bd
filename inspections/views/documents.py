"""Printed documents of a visit: 检查通知书 and 抽查情况记录表; both name who goes, so a look before the time is recorded."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import access, fetch
from bureau.services import documents
from bureau.views.downloads import as_pdf
from inspections.models import Visit
from inspections.selectors import documents as notices
from inspections.services import disclosure, photo_annex, sheets


@access()
@require_safe
def notice_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    """The notice as it was frozen; 404 before it is made."""
    visit = fetch(request, Visit.objects.select_related("authority"), pk=pk)
    disclosure.look(visit=visit, actor=request.user, now=timezone.now())
    notice = notices.notice_context(visit)
    if notice is None:
        raise Http404("检查通知书还没有制作。")
    context = notices.printing_context(notice)
    return as_pdf(
        documents.pdf("inspections/documents/notice.html", context), f"notice-{visit.number}"
    )


@access()
@require_safe
def sheet_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    visit = fetch(request, Visit.objects.select_related("entity", "unit", "authority"), pk=pk)
    disclosure.look(visit=visit, actor=request.user, now=timezone.now())
    return as_pdf(
        documents.pdf(
            "inspections/documents/record_sheet.html",
            sheets.content(visit) | photo_annex.of(visit),
        ),
        f"sheet-{visit.number}",
    )
