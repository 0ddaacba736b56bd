"""卷宗 at the desk: what is whole, what is missing and from whom; read, archive, add to, archive many (A89)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
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
from planning.models import Task
from publication.forms.dossiers import SupplementForm
from publication.selectors import dossier_cases, dossier_checks
from publication.selectors import dossiers as reads
from publication.services import dossiers

ARCHIVERS = (Role.ORGANISER, Role.COORDINATOR, Role.PUBLISHER)
PARTS = (("open", "未归档"), ("outgrown", "待续卷"), ("archived", "已归档"))
MOST = 500  # chosen at once


@access()
@require_safe
def dossier_list(request: HttpRequest) -> HttpResponse:
    """Every dossier in one's scope, or those of one task (`?task=`) with what they lack in all."""
    part = request.GET.get("part", "open")
    part = part if part in dict(PARTS) else "open"
    task = _task(request)
    page = keyset(reads.listed(request.user, part, task), request.GET, size=30)
    query = f"&task={task.pk}" if task else ""
    context = {
        "page": page,
        "rows": reads.rows_of(page.rows),
        "part": part,
        "task": task,
        "summary": reads.summary(request.user, task) if task else None,
        "may_archive": request.user.has_role(*ARCHIVERS),
        "chips": [
            {"label": label, "count": None, "url": f"?part={key}{query}", "current": key == part}
            for key, label in PARTS
        ],
    }
    return render(request, "publication/dossier_list.html", context)


@access()
@require_safe
def dossier_of_visit(request: HttpRequest, pk: str) -> HttpResponse:
    """`pk` is a visit: its dossier, that of its first task where several were merged."""
    first = _pairs(request).filter(visit=pk).order_by("id").first()
    if first is None:
        raise Http404("没有找到，或不在您的管辖范围内。")
    return redirect("publication:dossier-detail", pk=pk, task=first.task_id)


@access()
@require_safe
def dossier_detail(request: HttpRequest, pk: str, task: str) -> HttpResponse:
    """A visit that is over: before, its papers would tell who goes to whom (A105, DRAW §4)."""
    return _page(request, _case(request, pk, task), SupplementForm())


@access(*ARCHIVERS)
@require_POST
def dossier_archive(request: HttpRequest, pk: str, task: str) -> HttpResponse:
    _case(request, pk, task, need=ARCHIVERS)
    try:
        row = dossiers.archive(
            visit_pk=pk, task_pk=task, actor=request.user, today=timezone.localdate()
        )
    except (Conflict, Forbidden):
        raise
    except RuleError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"已归档：{row.number}，{row.pages} 页。")
    return redirect("publication:dossier-detail", pk=pk, task=task)


@access(*ARCHIVERS)
@require_POST
def dossier_supplement(request: HttpRequest, pk: str, task: str) -> HttpResponse:
    """续卷 with what came after archiving."""
    case = _case(request, pk, task, need=ARCHIVERS)
    form = SupplementForm(request.POST)
    if form.is_valid():
        try:
            row = dossiers.supplement(
                visit_pk=pk,
                task_pk=task,
                reason=form.cleaned_data["reason"],
                actor=request.user,
                today=timezone.localdate(),
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, f"已续卷：{row.number}，{row.pages} 页。")
            return redirect("publication:dossier-detail", pk=pk, task=task)
    return _page(request, case, form, status=422)


@access(*ARCHIVERS)
@require_POST
def dossier_many(request: HttpRequest) -> HttpResponse:
    """The chosen ones as a job: archived, or packed for handing over."""
    rows, chosen = _pairs(request).select_related("authority"), []
    for text in list(dict.fromkeys(request.POST.getlist("pk")))[:MOST]:
        visit, _, task = text.partition(":")
        chosen.append(fetch(request, rows, visit=visit, task=task, need=ARCHIVERS))
    if not chosen:
        messages.error(request, "请先勾选卷宗。")
        return redirect("publication:dossier-list")
    pairs = [(row.visit_id, row.task_id) for row in chosen]
    start = dossiers.start_packing if request.POST.get("do") == "pack" else dossiers.start_archiving
    job = start(pairs=pairs, actor=request.user)
    return redirect(reverse("bureau:job", args=[job.pk]))


@access()
@require_safe
def dossier_pdf(request: HttpRequest, pk: str, task: str) -> HttpResponse:
    """The archived file, `?volume=` a later one, or what would be archived now."""
    case = _case(request, pk, task)
    number = request.GET.get("volume", "1")
    row = next((v for v in case.volumes if str(v.volume) == number), None)
    if case.volumes and row is None:
        raise Http404("没有这一卷。")
    if row is not None:
        return as_pdf(files.read(row.file), f"dossier-{case.visit.number}-{row.volume}")
    content = dossiers.preview(case, today=timezone.localdate()).content
    return as_pdf(content, f"dossier-{case.visit.number}")


def _page(
    request: HttpRequest, case: dossier_cases.Case, form: SupplementForm, status: int = 200
) -> HttpResponse:
    checks = dossier_checks.of(case)
    may_archive = request.user.has_role_at(case.visit.authority_id, *ARCHIVERS)
    context = {
        "case": case,
        "visit": case.visit,
        "checks": checks,
        "lacking": [check for check in checks if check.lacking],
        "volumes": case.volumes,
        "later": dossiers.later_papers(case) if case.volumes else [],
        "form": form,
        "may_archive": may_archive,
        "events": trail.of(case.visit),
        "trail_url": trail.full_url(case.visit),
    }
    return render(request, "publication/dossier_detail.html", context, status=status)


def _pairs(request: HttpRequest) -> Any:
    return dossier_cases.pairs(request.user)


def _case(
    request: HttpRequest, pk: str, task: str, need: tuple[str, ...] = ()
) -> dossier_cases.Case:
    fetch(request, _pairs(request), visit=pk, task=task, need=need)
    return dossier_cases.one(pk, task)


def _task(request: HttpRequest) -> Task | None:
    if not request.GET.get("task"):
        return None
    return fetch(request, Task, pk=request.GET["task"])
