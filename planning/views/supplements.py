"""补抽 of a task: what fell out, why, and arranging the sitting for it (DRAW §5)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bureau.access import access, fetch, require
from bureau.models import Role
from bureau.views.forms import bound, done, status_of
from planning.forms.supplements import SupplementForm
from planning.models import Pick, Sitting
from planning.rules.processes import TASK
from planning.selectors import picks as selectors
from planning.selectors import pool_confirmations, tasks
from planning.services import supplements
from planning.services.pools import keepers_text


@access()
@require_http_methods(["GET", "HEAD", "POST"])
def task_supplement(request: HttpRequest, pk: str) -> HttpResponse:
    """Everybody of the bureau sees what was left out; the organiser arranges the 补抽, the keepers confirm the pools."""
    task = fetch(request, tasks.with_details(), pk=pk)
    if request.method == "POST":
        require(request.user, task.authority_id, Role.ORGANISER)
    roles = request.user.roles_at(task.authority_id)
    rows = selectors.shortfalls(task)
    prepared = supplements.open_of(task)
    running = task.supplements.filter(sitting__state="locked").exists()
    may_arrange = (
        Role.ORGANISER in roles
        and TASK.find(task.state, "supplement") is not None
        and prepared is None
        and not running
        and any(row.open for row in rows)
    )
    form = (
        SupplementForm(bound(request), task=task, rows=rows)
        if may_arrange or request.method == "POST"
        else None
    )
    made: list[Sitting] = []
    if (
        form is not None
        and request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: made.append(
                supplements.prepare(
                    task=task, counts=form.counts, actor=request.user, **form.values()
                )
            ),
        )
    ):
        messages.success(request, "补抽摇号会已安排。下一步：重新确认两库，指定监督人，锁定名单。")
        return redirect("planning:sitting-detail", made[0].pk)
    confirmations = pool_confirmations.confirmations(task, timezone.localdate()) if prepared else []
    context = {
        "task": task,
        "rows": rows,
        "skips": selectors.skips_of(task).filter(
            pick__in=Pick.objects.visible_to(request.user).filter(task=task)
        )[:200],
        "supplements": task.supplements.select_related("sitting").prefetch_related(
            "sitting__draws"
        ),
        "prepared": prepared,
        "form": form,
        "confirmations": confirmations,
        "may_confirm": Role.DIVISION_ADMIN in roles and task.created_by_id != request.user.pk,
        "keepers": keepers_text(task) if any(not c.is_fresh for c in confirmations) else "",
        "crumbs": [
            ("任务与摇号", reverse("planning:task-list")),
            (task.number, reverse("planning:task-detail", args=[task.pk])),
            ("未检查和补抽", ""),
        ],
    }
    return render(
        request,
        "planning/task_supplement.html",
        context,
        status=status_of(form) if form else 200,
    )
