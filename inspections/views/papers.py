"""Papers of a task and of its people: 任务下达单, 人员更换审批表, 递补抽取记录 (A47, A51, A56)."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import access, fetch
from bureau.errors import RuleError
from bureau.services import documents
from bureau.views.downloads import as_pdf
from inspections.models import Visit
from inspections.selectors import paper_files, printed
from inspections.selectors import papers as reading
from inspections.services import disclosure
from planning.models import Task
from planning.views.common import download


@access()
@require_safe
def of_task(request: HttpRequest, pk: str) -> HttpResponse:
    """Every document of a task, made or still to be made."""
    task = fetch(request, Task.objects.select_related("authority", "plan_item__plan"), pk=pk)
    context = {
        "heading": f"{task.number} {task.name}",
        "papers": reading.of_task(task, request.user),  # type: ignore[arg-type]
        "crumbs": [
            ("任务", reverse("planning:task-list")),
            (task.name, reverse("planning:task-detail", args=[task.pk])),
            ("文书", ""),
        ],
    }
    return render(request, "inspections/papers.html", context)


@access()
@require_safe
def of_visit(request: HttpRequest, pk: str) -> HttpResponse:
    """Every document of a visit; those that name who goes open when their time has come."""
    rows = Visit.objects.select_related("authority", "entity", "order")
    visit: Visit = fetch(request, rows.prefetch_related("matters__task"), pk=pk)
    tasks = {item.task_id: item.task for item in visit.matters.all()}
    context = {
        "heading": f"{visit.entity.name} {visit.number}",
        "papers": reading.of_visit(visit, request.user),  # type: ignore[arg-type]
        "task_links": [
            (str(task), reverse("inspections:task-papers", args=[pk])) for pk, task in tasks.items()
        ],
        "crumbs": [
            ("检查", reverse("inspections:visit-list")),
            (visit.number, reverse("inspections:visit-detail", args=[visit.pk])),
            ("文书", ""),
        ],
    }
    return render(request, "inspections/papers.html", context)


@access()
@require_safe
def task_order(request: HttpRequest, pk: str, unit: int, kind: str) -> HttpResponse:
    """One unit's list of a task, from its dispatch on."""
    task = fetch(request, Task.objects.select_related("authority"), pk=pk)
    agency = get_object_or_404(printed.units_of(task, request.user), pk=unit)  # type: ignore[arg-type]
    found = printed.task_order(task, agency, request.user, timezone.now())  # type: ignore[arg-type]
    if kind == "docx":
        return download(paper_files.task_order(found), f"任务下达单 {agency.name}.docx")
    if kind != "pdf":
        raise Http404("没有这种格式的文件。")
    return as_pdf(documents.pdf("inspections/documents/task_order.html", found), "task-order")


@access()
@require_safe
def reserves(request: HttpRequest, pk: str) -> HttpResponse:
    task = fetch(request, Task.objects.select_related("authority"), pk=pk)
    found = printed.reserves(task, request.user, timezone.now())  # type: ignore[arg-type]
    if not found["entities"] and not found["people"]:
        raise RuleError("这项任务没有可以打印的递补：没有对象或人员递补，或者还没有到告知的时间。")
    return as_pdf(documents.pdf("inspections/documents/reserves.html", found), "reserves")


@access()
@require_safe
def replacement(request: HttpRequest, pk: str, number: int) -> HttpResponse:
    """One change of people; before the team itself knows, the look is recorded."""
    visit: Visit = fetch(request, Visit.objects.select_related("authority"), pk=pk)
    disclosure.look(visit=visit, actor=request.user, now=timezone.now())  # type: ignore[arg-type]
    rows: Any = printed.replacements_of(Visit.objects.filter(pk=visit.pk))
    row = get_object_or_404(rows, number=min(number, 30_000))
    context = printed.replacement(row)
    return as_pdf(documents.pdf("inspections/documents/replacement.html", context), "replacement")
