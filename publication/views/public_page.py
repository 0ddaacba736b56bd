"""How every public answer is made: no session, no cookie, one cache policy for all and one for what is private."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def cached(request: HttpRequest, response: HttpResponse, *, seconds: int = 60) -> HttpResponse:
    """Shared caches may keep the answer for a minute, browsers ask again each time.

    Somebody signed in at the desk carries a session cookie that is renewed with every answer: theirs is never shared.
    """
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        response["Cache-Control"] = "private, no-cache"
    else:
        response["Cache-Control"] = f"public, max-age=0, s-maxage={seconds}"
    return response


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return cached(request, render(request, template, context, status=status))


def download(
    request: HttpRequest, content: bytes, *, name: str, kind: str, inline: bool = False
) -> HttpResponse:
    """Exact bytes under a plain file name; a browser never guesses what they are."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return cached(request, response)


def private(response: HttpResponse) -> HttpResponse:
    """Who asks about which firm or notice, and what it writes, stays between them and the bureau: nobody keeps a copy."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
