"""上级任务: a superior chooses whose pools it draws from; a subordinate sees its part and confirms its pools (A15)."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import RuleError
from bureau.models import Role
from bureau.selectors import paging
from bureau.views.forms import bound, done, status_of
from planning.forms.subordinates import SubordinatesForm
from planning.models import PoolConfirmation, Task
from planning.rules.processes import TASK
from planning.selectors import pool_parts, shares
from planning.services import pools as pool_service
from planning.services import subordinates
from registry.selectors.entities import scope_label


@access(Role.ORGANISER)
@require_http_methods(["GET", "HEAD", "POST"])
def task_subordinates(request: HttpRequest, pk: str) -> HttpResponse:
    """Of a draft: whose listings are the pool."""
    task = fetch(request, Task.objects.select_related("authority"), pk=pk, need=(Role.ORGANISER,))
    form = SubordinatesForm(
        bound(request), authority=task.authority, initial={"owners": pool_parts.owners_of(task)}
    )
    if form.is_valid() and done(
        form,
        lambda: subordinates.choose(
            task=task, owners=form.cleaned_data["owners"], actor=request.user
        ),
    ):
        messages.success(request, "名录来源已保存。")
        return redirect("planning:task-detail", pk=pk)
    context = {
        "task": task,
        "form": form,
        "back_url": reverse("planning:task-detail", args=[task.pk]),
        "crumbs": [
            ("任务与摇号", reverse("planning:task-list")),
            (task.number, reverse("planning:task-detail", args=[task.pk])),
            ("名录来源", ""),
        ],
    }
    return render(request, "planning/task_subordinates.html", context, status=status_of(form))


@access()
@require_safe
def share_list(request: HttpRequest) -> HttpResponse:
    """Superiors' tasks that draw from one's own pool."""
    page = paging.keyset(shares.shared_with(request.user), request.GET, order="-id")
    for task in page.rows:
        task.css = TASK.css[task.state]
    return render(request, "planning/share_list.html", {"page": page})


@access()
@require_safe
def share_detail(request: HttpRequest, pk: str) -> HttpResponse:
    if Task.objects.visible_to(request.user).filter(pk=pk).exists():  # the superior's own people
        return redirect("planning:task-detail", pk=pk)
    task = _shared(request, pk)
    found = shares.share(task, request.user, timezone.localdate())
    roles = request.user.roles_at(found.owner.pk)
    context = {
        "share": found,
        "task": task,
        "css": TASK.css[task.state],
        "scope": scope_label(pool_parts.whole_scope(task)),
        "public_base": settings.PUBLIC_BASE_URL,
        "may_confirm": Role.DIVISION_ADMIN in roles and task.created_by_id != request.user.pk,
        "keepers": pool_service.keepers_text(task),
        "crumbs": [
            ("任务与摇号", reverse("planning:task-list")),
            ("上级任务", reverse("planning:share-list")),
            (task.number, ""),
        ],
    }
    return render(request, "planning/share_detail.html", context)


@access(Role.DIVISION_ADMIN)
@require_POST
def share_confirm(request: HttpRequest, pk: str) -> HttpResponse:
    """One's own part of a pool, as it stands (A18)."""
    task = _shared(request, pk)
    pool = request.POST.get("pool", "")
    if pool not in PoolConfirmation.Pool.values:
        raise RuleError("没有指明确认哪个名录库，请返回任务页重新点击。")
    pool_service.confirm(task=task, pool=pool, actor=request.user, today=timezone.localdate())
    messages.success(request, f"已确认本单位{PoolConfirmation.Pool(pool).label}。")
    return redirect("planning:share-detail", pk=pk)


def _shared(request: HttpRequest, pk: str) -> Task:
    task = shares.shared_with(request.user).filter(pk=pk).first()
    if task is None:
        raise Http404("没有找到，或本单位的名录库不在这个任务里。")
    return task
