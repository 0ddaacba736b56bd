"""Draws: the authority's chain, one draw with its files, and the looks at what is still sealed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bureau.access import access, fetch
from bureau.selectors import trail
from bureau.selectors.paging import keyset
from planning.models import Draw
from planning.rules import sittings as rules
from planning.selectors import draws as reads
from planning.selectors import shares
from planning.services import draws
from planning.views import offline
from planning.views.common import SEALED_READERS


@access()
@require_safe
def draw_list(request: HttpRequest) -> HttpResponse:
    """The chain: every announcement of the authorities in one's scope, newest first."""
    page = keyset(reads.for_user(request.user), request.GET)
    rows = [(draw, *reads.STATE_WORDS[reads.state_of(draw)]) for draw in page.rows]
    return render(request, "planning/draw_list.html", {"page": page, "rows": rows})


@access()
@require_safe
def draw_detail(request: HttpRequest, number: str) -> HttpResponse:
    try:
        draw = fetch(request, reads.for_user(request.user), number=number)
    except Http404:
        task = shares.shared_with(request.user).filter(draws__number=number).first()
        if task is None:
            raise
        return redirect("planning:share-detail", pk=task.pk)
    st, word = reads.STATE_WORDS[reads.state_of(draw)]
    revealed = reads.is_revealed(draw)
    before, after = reads.neighbours(draw)
    witnesses = draw.sitting.witnesses.count()
    verdict = reads.verdict(draw) if request.GET.get("check") else None
    context = {
        "draw": draw,
        "st": st,
        "word": word,
        "files": reads.file_rows(draw),
        "is_revealed": revealed,
        "may_open_sealed": request.user.has_role_at(draw.authority_id, *SEALED_READERS),
        "strata": reads.strata_with_result(draw, with_rows=revealed, first=reads.ON_A_PAGE),
        "teams": reads.team_rows(draw) if revealed else [],
        "exclusions": reads.exclusions(draw),
        "waits_for": [] if revealed else reads.betrayed_by(draw),
        "before": before,
        "after": after,
        "timeline": reads.timeline(draw),
        "verdict": verdict,
        "verdict_text": rules.verdict_text(*verdict) if verdict else "",
        "promises": rules.promises(witnesses, draw.sitting.beacon_source != "none"),
        "not_promised": rules.NOT_PROMISED,
        "offline_sha256": offline.sha256(),
        "events": trail.of(draw, reader=request.user),
        "trail_url": trail.full_url(draw),
        "now": timezone.localtime(),
    }
    return render(request, "planning/draw_detail.html", context)


@access()
@require_safe
def draw_file(request: HttpRequest, number: str, name: str) -> HttpResponse:
    """One file as everybody may have it now; what is sealed does not exist here."""
    draw = fetch(request, reads.for_user(request.user), number=number)
    content = reads.public_file(draw, name)
    if content is None:
        raise Http404("没有这个文件，或还没有到公开的时间。")
    return _download(draw, name, content)


@access(*SEALED_READERS)
@require_POST
def draw_sealed(request: HttpRequest, number: str) -> HttpResponse:
    """A sealed file for those who work with it: each look is in the trail."""
    draw = fetch(request, reads.for_user(request.user), number=number, need=SEALED_READERS)
    name = request.POST.get("name", "")
    if name not in {row.name for row in reads.file_rows(draw)}:
        raise Http404("没有这个文件。")
    return _download(draw, name, draws.open_sealed(draw, name=name, actor=request.user))


def _download(draw: Draw, name: str, content: bytes) -> HttpResponse:
    kind = "text/tab-separated-values" if name.endswith(".tsv") else "text/plain"
    response = HttpResponse(content, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{draw.number}-{name}"'
    return response
