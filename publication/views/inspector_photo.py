"""The photo of an inspector named on a notice, for whoever holds its code (A98)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bureau.access import public
from bureau.services import files
from inspections.selectors import portraits
from publication.views.public_page import private
from publication.views.throttle import asked_too_often

LOOKUPS, SECONDS = 120, 600  # per address: a page shows a handful at a time


@public
@require_safe
def photo(request: HttpRequest, token: str, number: int) -> HttpResponse:
    if asked_too_often("notice-photo", most=LOOKUPS, seconds=SECONDS):
        return private(HttpResponse(status=429))
    found = portraits.portrait(token, number)
    if found is None:
        raise Http404("没有这张照片，或者本次检查已经结束。")
    response = HttpResponse(files.read(found), content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    return private(response)
