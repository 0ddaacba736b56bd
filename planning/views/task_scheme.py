"""实施方案 of a task: written, kept, downloaded (A31, A32)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.errors import RuleError
from bureau.models import Role
from bureau.views.forms import done
from planning.forms.tasks import (
    SchemeForm,
)
from planning.selectors import tasks as selectors
from planning.services import documents
from planning.services import tasks as services
from planning.views.common import download
from planning.views.task_pages import crumbs, url_of

GET_POST = ["GET", "HEAD", "POST"]


@access(Role.ORGANISER)
@require_http_methods(GET_POST)
def task_scheme(request: HttpRequest, pk: str) -> HttpResponse:
    """The 实施方案: a draft from the task's facts to begin with, then whatever people write."""
    task = fetch(request, selectors.with_details(), pk=pk, need=(Role.ORGANISER,))
    anew = request.GET.get("draft") == "1" or not task.scheme
    text = selectors.scheme_draft(task, timezone.localdate()) if anew else task.scheme
    form = SchemeForm(request.POST or None, initial={"scheme": text})
    if request.method == "POST" and form.is_valid():
        scheme = form.cleaned_data["scheme"]
        if done(form, lambda: services.set_scheme(task=task, scheme=scheme, actor=request.user)):
            messages.success(request, "实施方案已保存。")
            return redirect("planning:task-detail", pk=pk)
    context = {
        "task": task,
        "form": form,
        "is_draft_text": anew,
        "back_url": url_of(task),
        "crumbs": crumbs(task, "实施方案"),
    }
    return render(request, "planning/task_scheme.html", context)


@access()
@require_safe
def task_scheme_docx(request: HttpRequest, pk: str) -> HttpResponse:
    task = fetch(request, selectors.with_details(), pk=pk)
    if not task.scheme:
        raise RuleError("实施方案还没有编写，请先在任务页编写并保存。")
    return download(documents.scheme_docx(task, timezone.localdate()), f"{task.name}实施方案.docx")
