"""查我的抽签: a firm enters its code and reads what each draw did with it, on paper too. Exact codes only."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import public
from bureau.models import Agency
from bureau.selectors.paging import keyset
from bureau.services import documents
from bureau.views.downloads import as_pdf
from publication.forms.lookup import LookupForm
from publication.selectors import lookup as reads
from publication.selectors import public_draws
from publication.views.public_page import private
from publication.views.throttle import asked_too_often

DRAWS = 20  # of a page
LOOKUPS, PAPERS, SECONDS = 40, 30, 600


@public
@require_safe
def lookup(request: HttpRequest) -> HttpResponse:
    """Every draw of one authority, the newest first."""
    return _answer(request, None)


@public
@require_safe
def draw_lookup(request: HttpRequest, number: str) -> HttpResponse:
    """One draw."""
    return _answer(request, number)


@public
@require_safe
def lookup_pdf(request: HttpRequest) -> HttpResponse:
    return _paper(request, None)


@public
@require_safe
def draw_lookup_pdf(request: HttpRequest, number: str) -> HttpResponse:
    return _paper(request, number)


def _answer(request: HttpRequest, number: str | None) -> HttpResponse:
    context = _context(request, number)
    if context["form"].is_valid():
        if asked_too_often("lookup", most=LOOKUPS, seconds=SECONDS):
            return _busy(request, context)
        context |= _found(request, context)
    return private(render(request, "public/lookup.html", context))


def _paper(request: HttpRequest, number: str | None) -> HttpResponse:
    context = _context(request, number)
    if not context["form"].is_valid():
        raise Http404("请先在网页上输入代码查询，再下载查询结果单。")
    if asked_too_often("lookup-pdf", most=PAPERS, seconds=SECONDS):
        return _busy(request, context)
    context |= _found(request, context) | {"at": timezone.now()}
    context["check_url"] = (
        f"{settings.PUBLIC_BASE_URL}{context['here']}?code={context['typed'].code}"
    )
    content = documents.pdf("public/documents/lookup.html", context)
    return private(as_pdf(content, f"draw-lookup-{number or context['owner'].code}"))


def _context(request: HttpRequest, number: str | None) -> dict[str, Any]:
    draw = public_draws.get(number) if number else None
    if draw and draw.kind != "entities":
        raise Http404("匹配检查人员的抽取没有检查对象名单，请查抽取检查对象的那一次。")
    owners = [draw.authority] if draw else public_draws.publishing_authorities()
    form = LookupForm(request.GET if "code" in request.GET else None, owners=owners)
    if number:
        here = reverse("public:draw-lookup", kwargs={"number": number})
    else:
        here = reverse("public:lookup")
    return {"draw": draw, "owners": owners, "form": form, "here": here}


def _found(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    typed = context["form"].cleaned_data["code"]
    owner: Agency = context["form"].cleaned_data["owner"]
    page = None
    draws = [context["draw"]]
    if context["draw"] is None:
        page = keyset(
            reads.draws_of(owner.pk), request.GET, order=("-locked_at", "-id"), size=DRAWS
        )
        draws = page.rows
    return {
        "found": reads.find(typed.code, draws),
        "typed": typed,
        "owner": owner,
        "page": page,
        "query": request.GET.urlencode(),
    }


def _busy(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return private(render(request, "public/lookup.html", context | {"busy": True}, status=429))
