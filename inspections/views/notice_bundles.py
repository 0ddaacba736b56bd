"""The notices of a task: made and bound into one file, and word given in advance (A64)."""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.errors import Forbidden
from bureau.models import Role
from bureau.services import files
from bureau.veils import lift
from bureau.views.forms import bound, made, status_of
from inspections.forms.before import BundleForm, TellForm
from inspections.models import NoticeBundle, Visit
from inspections.rules.processes import VISIT
from inspections.selectors import advance as telling
from inspections.selectors import bundles as reading
from inspections.selectors import desk, disclosure
from inspections.services import advance, notice_bundles
from inspections.services import disclosure as disclosing
from planning.models import Task

DESK = (Role.COORDINATOR, Role.ORGANISER)
FIELD = (*DESK, Role.INSPECTOR)


@access(*DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def task_notices(request: HttpRequest, pk: Any) -> HttpResponse:
    """Which visits of the task wait for their notices; those of one's own desk can be made and bound."""
    task = fetch(request, Task.objects.select_related("authority"), pk=pk, need=DESK)
    own = desk.of(request.user)
    visits = [v for v in lift(reading.of_task(task), request.user) if own.has(v)]
    form = BundleForm(bound(request), rows=reading.of_task(task))
    if request.method == "POST" and form.is_valid():
        job = made(
            form,
            lambda: notice_bundles.start(
                task=task,
                visits=[visit.pk for visit in form.cleaned_data["visits"]],
                actor=request.user,
            ),
        )
        if job is not None:
            return redirect(reverse("bureau:job", args=[job.pk]))
    today = timezone.localdate()
    days = telling.workdays(task.authority, today.year)
    told = telling.of([v for v in visits if v.state == Visit.State.ORDERED], days, today)
    context = {
        "task": task,
        "form": form,
        "rows": [
            (visit, getattr(visit, "notice", None), VISIT.css[visit.state]) for visit in visits
        ],
        "chosen": set(request.POST.getlist("visits")),
        "bundles": reading.made(task),
        "advance_days": days,
        "told": told if days else [],
    }
    return render(request, "inspections/task_notices.html", context, status=status_of(form))


@access(*DESK)
@require_safe
def notice_bundle(request: HttpRequest, pk: Any) -> StreamingHttpResponse:
    """The bound file. It tells who goes where, so a look before the teams know is in the trail (DRAW §4)."""
    bundle = fetch(request, NoticeBundle.objects.select_related("file"), pk=pk, need=DESK)
    rows = bundle.visits.select_related("authority").prefetch_related("matters__task")
    visits = list(rows)
    if len(list(lift(rows, request.user))) < len(visits):
        raise Forbidden("这份合订里有尚未对您公开的检查，请由任务经办下载。")
    now = timezone.now()
    known = disclosure.readable(request.user, visits, now)
    early = [visit for visit in visits if visit.pk not in known]
    if early and request.user.has_role(Role.INSPECTOR):
        raise Forbidden("这份合订里有还没到告知时间的人员安排，请届时下载，或由任务经办下载。")
    disclosing.looked(early, actor=request.user)
    answer = StreamingHttpResponse(
        files.flow(bundle.file, 0, bundle.file.size), content_type="application/pdf"
    )
    answer["Content-Length"] = str(bundle.file.size)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(bundle.file.name)}"
    return answer


@access(*FIELD)
@require_http_methods(["GET", "HEAD", "POST"])
def tell_firm(request: HttpRequest, pk: Any) -> HttpResponse:
    """Notes that the firm was told in advance."""
    rows = Visit.objects.select_related("entity", "authority").prefetch_related("matters__task")
    visit = fetch(request, rows, pk=pk, need=FIELD)
    form = TellForm(bound(request), visit=visit)
    if request.method == "POST" and form.is_valid():
        row = made(form, lambda: advance.tell(visit=visit, actor=request.user, **form.cleaned_data))
        if row is not None:
            messages.success(request, "已登记预先告知。")
            return redirect("inspections:visit-detail", visit.pk)
    context = {
        "visit": visit,
        "form": form,
        "heading": "登记预先告知",
        "consequence": "告知的时间、方式和受告知人记入留痕，企业凭通知书核验页可以看到。",
        "submit": "登记告知",
        "back_url": reverse("inspections:visit-detail", args=[visit.pk]),
    }
    return render(request, "inspections/visit_step.html", context, status=status_of(form))
