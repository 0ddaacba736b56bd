"""The published 抽查事项清单 with its versions, as a page and on paper (A02, A07, A09)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from bureau.access import public
from bureau.services import documents
from bureau.views.downloads import as_pdf
from publication.models import PublicRecord
from publication.rules import frozen
from publication.selectors import entries
from publication.selectors import matter_lists as reads
from publication.views.public_page import cached, page, private
from publication.views.throttle import asked_too_often

PAPERS, SECONDS = 30, 600


@public
@require_safe
def matter_list(request: HttpRequest, pk: str) -> HttpResponse:
    context = _context(pk)
    context["changes"] = reads.changes(context["entry"].subject)
    return page(request, "public/matter_list.html", context)


@public
@require_safe
def matter_list_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    """随机抽查事项清单 (DOMAIN E), the newest version; rendering is work, so an address may ask only so often."""
    context = _context(pk)
    if asked_too_often("matter-list-pdf", most=PAPERS, seconds=SECONDS):
        return private(render(request, "public/matter_list.html", context, status=429))
    context["check_url"] = settings.PUBLIC_BASE_URL + reverse("public:matter-list", args=[pk])
    content = documents.pdf("public/documents/matter_list.html", context)
    name = f"matters-{context['entry'].authority.code}-{context['entry'].record.version}"
    return cached(request, as_pdf(content, name))


def _context(pk: str) -> dict[str, Any]:
    entry = entries.detail(PublicRecord.Kind.MATTER_LIST, pk)
    return {"entry": entry, "content": frozen.thaw(bytes(entry.record.content))}
