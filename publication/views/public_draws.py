"""Draws in public: announcements from the lock on, their files byte for byte, the chain, the verifier."""

import io
import zipfile
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import public
from bureau.selectors.paging import keyset
from planning.selectors import draws as reads
from planning.selectors.picks import public_changes
from publication.models import PublicRecord
from publication.rules.lookup import Typed
from publication.rules.lookup import read as read_code
from publication.selectors import entries, public_draws, tickets
from publication.views.public_page import download, page
from publication.views.throttle import asked_too_often
from publication.views.verifiers import digests

TICKETS, SECONDS = 40, 600  # of one address
TEXT = {"txt": "text/plain; charset=utf-8", "tsv": "text/tab-separated-values; charset=utf-8"}


@public
@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    """Two lists, one at a time: draws from the moment of the lock, and the notices of dispatched tasks."""
    part = "notices" if request.GET.get("part") == "notices" else "draws"
    context: dict[str, Any] = {"part": part}
    if part == "notices":
        rows = entries.of_kind(PublicRecord.Kind.TASK_NOTICE).select_related("authority")
        context["page"] = keyset(rows, request.GET, order=entries.ORDER, size=30)
    else:
        found = keyset(public_draws.listed(), request.GET, order=("-locked_at", "-id"), size=30)
        context["page"] = found
        context["rows"] = [_row(draw) for draw in found.rows]
    context["chips"] = [
        {"label": label, "count": None, "url": f"?part={key}", "current": key == part}
        for key, label in (("draws", "抽取公告"), ("notices", "任务公告"))
    ]
    return page(request, "public/draws.html", context)


@public
@require_safe
def draw_detail(request: HttpRequest, number: str) -> HttpResponse:
    draw = public_draws.get(number)
    shown = public_draws.shown(draw)
    context = {
        "shown": shown,
        "draw": draw,
        "files": [{"row": row, "what": public_draws.WHAT[row.name]} for row in shown.files],
        "limit": public_draws.SHOWN_ROWS,
        "pick_changes": public_changes(draw),
    } | digests()
    return page(request, "public/draw_detail.html", context)


@public
@require_safe
def draw_file(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """The exact bytes of one file, if it is public now; changes.tsv of a team draw beside them."""
    draw = public_draws.get(number)
    if name == "changes.tsv" and draw.kind == "teams" and reads.is_revealed(draw):
        return download(
            request, public_draws.shown(draw).changes, name=name, kind=TEXT["tsv"], inline=True
        )
    content = reads.files(draw, audience="public").get(name)
    if content is None:
        raise Http404("没有这个文件，或它还没有公开。")
    return download(request, content, name=name, kind=TEXT[name.rpartition(".")[2]], inline=True)


@public
@require_safe
def draw_zip(request: HttpRequest, number: str) -> HttpResponse:
    """Every public file in one folder, the same bytes each time, ready for `verify.py`."""
    draw = public_draws.get(number)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in reads.files(draw, audience="public").items():
            entry = zipfile.ZipInfo(f"{draw.number}/{name}", _zip_time(draw.locked_at))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return download(request, packed.getvalue(), name=f"{draw.number}.zip", kind="application/zip")


@public
@require_safe
def draw_ticket(request: HttpRequest, number: str) -> HttpResponse:
    """One id of a public draw: lines to paste that give its ticket, and where the ticket stands."""
    draw = public_draws.get(number)
    typed = read(request.GET.get("id", ""), visits=draw.kind == "teams")
    is_sealed = not reads.is_revealed(draw)
    context: dict[str, Any] = {"draw": draw, "typed": typed, "is_sealed": is_sealed}
    status = 200
    if typed.code and not is_sealed and asked_too_often("lookup", most=TICKETS, seconds=SECONDS):
        context["busy"], status = True, 429
    elif typed.code and not is_sealed:
        context |= {"asked": True, "ticket": tickets.of(draw, typed.code)}
    response = render(request, "public/draw_ticket.html", context, status=status)
    response["Cache-Control"] = "no-store"  # who asks about which firm stays between them
    response["X-Robots-Tag"] = "noindex"
    return response


@public
@require_safe
def chain(request: HttpRequest, code: str) -> HttpResponse:
    owner = public_draws.authority(code)
    context = {"owner": owner, "chain": public_draws.chain(owner)}
    return page(request, "public/chain.html", context)


@public
@require_safe
def chain_file(request: HttpRequest, code: str) -> HttpResponse:
    owner = public_draws.authority(code)
    return download(
        request, public_draws.chain_tsv(owner), name="chain.tsv", kind=TEXT["tsv"], inline=True
    )


def read(text: str, *, visits: bool) -> Typed:
    """What somebody typed, as it stands in the draw's lists; a visit's number is taken as it is."""
    return Typed(text.strip()[:96]) if visits or not text.strip() else read_code(text)


def _row(draw: Any) -> dict[str, Any]:
    st, word = reads.STATE_WORDS[reads.state_of(draw)]
    return {"draw": draw, "st": st, "word": word}


def _zip_time(moment: datetime) -> tuple[int, int, int, int, int, int]:
    local = timezone.localtime(moment)
    return (local.year, local.month, local.day, local.hour, local.minute, local.second)
