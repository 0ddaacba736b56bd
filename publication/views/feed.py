"""订阅: the newest announcements as Atom (RFC 4287), of all or of one authority (A79)."""

import hashlib
from datetime import UTC
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from bureau.access import public
from bureau.models import Agency
from publication.selectors import news
from publication.views.public_page import cached


@public
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    return _answer(request, None)


@public
@require_safe
def authority_feed(request: HttpRequest, code: str) -> HttpResponse:
    authority = get_object_or_404(Agency, code=code, kind=Agency.Kind.AUTHORITY)
    return _answer(request, authority)


def _answer(request: HttpRequest, authority: Agency | None) -> HttpResponse:
    """304 for a reader that has all of it: feeds are asked for every few minutes."""
    found = news.newest(authority)
    tag = f'"{hashlib.sha256("".join(n.key for n in found).encode()).hexdigest()[:32]}"'
    changed = int(found[0].at.timestamp()) if found else None
    same = get_conditional_response(request, etag=tag, last_modified=changed)
    response = same or _document(request, found, authority)
    response["ETag"] = tag
    if changed is not None:
        response["Last-Modified"] = http_date(changed)
    return cached(request, response)


def _document(
    request: HttpRequest, found: list[news.News], authority: Agency | None
) -> HttpResponse:
    base = settings.PUBLIC_BASE_URL
    context: dict[str, Any] = {
        "title": f"{authority.name if authority else settings.SITE_NAME}：抽查结果和公告",
        "base": base,
        "address": f"{base}{request.path}",
        "home": base + reverse("public:home"),
        "updated": found[0].at.astimezone(UTC) if found else None,
        "news": [
            (row, base + reverse(f"public:{row.page}", kwargs=row.place), row.at.astimezone(UTC))
            for row in found
        ],
    }
    kind = "application/atom+xml; charset=utf-8"
    return render(request, "public/feed.xml", context, content_type=kind)
