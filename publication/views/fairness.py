"""公平情况: for those who assess and audit, with names; for everybody, without."""

import csv
import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import access, fetch, public
from bureau.models import Agency, Role
from bureau.rules.spreadsheets import neutral
from publication.selectors import fairness_page as reads
from publication.selectors import public_draws
from publication.views.public_page import download, page

READERS = (Role.ASSESSOR, Role.AUDITOR, Role.HEAD, Role.DEPUTY, Role.SUPERIOR)
CSV = "text/csv; charset=utf-8"


@access(*READERS)
@require_safe
def fairness(request: HttpRequest) -> HttpResponse:
    """One's own authority's page; a superior's reader finds those below it linked there."""
    return redirect("publication:fairness-of", code=request.user.home.code)


@access(*READERS)
@require_safe
def fairness_of(request: HttpRequest, code: str) -> HttpResponse:
    shown = _shown(request, _owner(request, code), with_names=True)
    below = Agency.objects.filter(pk__in=request.user.subordinate_ids).order_by("code")
    return render(request, "publication/fairness.html", _context(shown) | {"below": below})


@access(*READERS)
@require_safe
def fairness_csv(request: HttpRequest, code: str, name: str) -> HttpResponse:
    owner = _owner(request, code)
    content = _csv(_shown(request, owner, with_names=True), name)
    response = HttpResponse(content, content_type=CSV)
    response["Content-Disposition"] = f'attachment; filename="fairness-{name}.csv"'
    return response


@public
@require_safe
def public_fairness(request: HttpRequest, code: str) -> HttpResponse:
    shown = _shown(request, public_draws.authority(code), with_names=False)
    return page(request, "public/fairness.html", _context(shown))


@public
@require_safe
def public_fairness_csv(request: HttpRequest, code: str, name: str) -> HttpResponse:
    shown = _shown(request, public_draws.authority(code), with_names=False)
    return download(request, _csv(shown, name), name=f"fairness-{name}.csv", kind=CSV)


def _owner(request: HttpRequest, code: str) -> Agency:
    rows = Agency.objects.filter(kind=Agency.Kind.AUTHORITY)
    return fetch(request, rows, code=code, need=READERS)


def _shown(request: HttpRequest, owner: Agency, *, with_names: bool) -> reads.Page:
    asked = request.GET.get("year", "")
    year = timezone.localdate().year
    if asked:
        if not (asked.isascii() and asked.isdigit() and len(asked) == 4):
            raise Http404("年度应写成四位数字，例如 2026。")
        year = int(asked)
    return reads.page(owner, year, with_names=with_names)


def _context(shown: reads.Page) -> dict[str, Any]:
    chips = [
        {"label": f"{year}年", "count": None, "url": f"?year={year}", "current": year == shown.year}
        for year in sorted({*shown.years, shown.year}, reverse=True)
    ]
    return {"shown": shown, "owner": shown.authority, "chips": chips, "tables": reads.TABLES}


def _csv(shown: reads.Page, name: str) -> bytes:
    """With a byte order mark, so that Excel reads it as UTF-8; formulas are neutralised."""
    if name not in reads.TABLES:
        raise Http404("没有这张表，请从页面上的链接下载。")
    out = io.StringIO()
    csv.writer(out).writerows([neutral(str(c)) for c in row] for row in reads.table(shown, name))
    return ("\ufeff" + out.getvalue()).encode()
