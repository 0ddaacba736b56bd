"""卷宗 at the desk: what is whole, what is missing and from whom; read, archive, archive many (A89)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role
from bureau.selectors import trail
from bureau.selectors.paging import keyset
from bureau.services import files
from bureau.views.downloads import as_pdf
from publication.selectors import dossiers as reads
from publication.services import dossiers

ARCHIVERS = (Role.ORGANISER, Role.COORDINATOR, Role.PUBLISHER)


@access()
@require_safe
def dossier_list(request: HttpRequest) -> HttpResponse:
    part = request.GET.get("part", "open")
    rows = reads.visits(request.user)
    rows = rows.filter(dossier__isnull=part != "archived")
    parts = [("open", "未归档"), ("archived", "已归档")]
    context = {
        "page": keyset(rows, request.GET),
        "part": part,
        "may_archive": request.user.has_role(*ARCHIVERS),
        "chips": [
            {"label": label, "count": None, "url": f"?part={key}", "current": key == part}
            for key, label in parts
        ],
    }
    return render(request, "publication/dossier_list.html", context)


@access()
@require_safe
def dossier_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """`pk` is the visit, one that is over: before, its papers would tell who goes to whom (A105, DRAW §4)."""
    fetch(request, reads.visits(request.user), pk=pk)
    visit = reads.of_visit(pk)
    papers = reads.check(visit)
    context = {
        "visit": visit,
        "papers": papers,
        "lacking": [paper for paper in papers if paper.lacking],
        "dossier": reads.existing(visit),
        "may_archive": request.user.has_role_at(visit.authority_id, *ARCHIVERS),
        "events": trail.of(visit),
        "trail_url": trail.full_url(visit),
    }
    return render(request, "publication/dossier_detail.html", context)


@access(*ARCHIVERS)
@require_POST
def dossier_archive(request: HttpRequest, pk: str) -> HttpResponse:
    visit = fetch(request, reads.visits(request.user), pk=pk, need=ARCHIVERS)
    try:
        row = dossiers.archive(visit_pk=visit.pk, actor=request.user, today=timezone.localdate())
    except (Conflict, Forbidden):
        raise
    except RuleError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"已归档：{row.number}，{row.pages} 页。")
    return redirect("publication:dossier-detail", pk=visit.pk)


@access(*ARCHIVERS)
@require_POST
def archive_many(request: HttpRequest) -> HttpResponse:
    """The chosen ones as a job."""
    rows = reads.visits(request.user).filter(dossier__isnull=True)
    chosen = [
        fetch(request, rows, pk=pk, need=ARCHIVERS).pk
        for pk in list(dict.fromkeys(request.POST.getlist("pk")))[:500]
    ]
    if not chosen:
        messages.error(request, "请先勾选要归档的卷宗。")
        return redirect("publication:dossier-list")
    job = dossiers.start_archiving(visit_pks=chosen, actor=request.user)
    return redirect(reverse("bureau:job", args=[job.pk]))


@access()
@require_safe
def dossier_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    """The archived file, or what would be archived now."""
    visit = fetch(request, reads.visits(request.user), pk=pk)
    row = reads.existing(visit)
    if row is not None:
        content = files.read(row.file)
    else:
        content = dossiers.bind(visit.pk, today=timezone.localdate()).content
    return as_pdf(content, f"dossier-{visit.number}")
