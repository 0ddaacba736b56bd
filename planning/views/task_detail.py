"""The task's own page: where it stands, what it needs, what comes next."""

from contextlib import suppress
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import access, fetch, may, role_names
from bureau.models import Role
from bureau.selectors import trail
from planning.models import Sitting, Task
from planning.rules.processes import TASK
from planning.selectors import builder, groups, pool_confirmations, pool_parts, shares
from planning.selectors import tasks as selectors
from planning.selectors.picks import shortfalls
from planning.services.pools import keepers_text
from planning.views.common import READERS, SEALED_READERS, buttons
from registry.selectors.entities import scope_label


@access()
@require_safe
def task_detail(request: HttpRequest, pk: str) -> HttpResponse:
    try:
        task = fetch(request, selectors.with_details(), pk=pk)
    except Http404:
        if shares.is_shared_with(
            request.user, pk=pk
        ):  # a subordinate's link to its superior's task
            return redirect("planning:share-detail", pk=pk)
        raise
    today = timezone.localdate()
    is_open = task.state in {Task.State.DRAFT, Task.State.READY}
    is_own = task.draw_source == Task.DrawSource.OWN
    roles = request.user.roles_at(task.authority_id)
    confirmations = pool_confirmations.confirmations(task, today) if is_open and is_own else []
    parts = pool_parts.parts_of(task) if is_open and is_own else []
    built = [builder.built(task, part, today) for part in parts]
    is_draft = task.state == Task.State.DRAFT
    counts = selectors.pick_counts(task)
    sitting = selectors.live_sitting(task)
    context = {
        "task": task,
        "css": TASK.css[task.state],
        "is_own": is_own,
        "is_open": is_open,
        "built": built,
        "groups": task.groups.all(),
        "proposed": groups.proposed(task) if is_draft and is_own else [],
        "may_group": is_draft and not task.draws.exists(),
        "chance": selectors.chance_note(task),
        "gaps": selectors.gaps(task, today, [(b.part, b.preview) for b in built])
        if built and is_draft
        else [],
        "confirmations": confirmations,
        "may_confirm": Role.DIVISION_ADMIN in roles
        and task.created_by_id != request.user.pk
        and not pool_parts.owners_of(task),
        "keepers": keepers_text(task) if any(not c.is_fresh for c in confirmations) else "",
        "sitting": sitting,
        "draws": [d for s in task.sittings.all() for d in s.draws.all() if d.task_id == task.pk],
        "counts": counts,
        "readers": _readers(request, task) if counts.selected or counts.reserves else "",
        "scope": scope_label(pool_parts.whole_scope(task)),
        "executing": selectors.units_of(task, "executing"),
        "participants": selectors.units_of(task, "participant"),
        "may_choose_pools": is_own and shares.subordinates(task.authority).exists(),
        "may_edit": task.state == Task.State.DRAFT and Role.ORGANISER in roles,
        "steps": _steps(task, sitting, confirmations),
        "actions": _actions(request, task, sitting, counts),
        "origin": selectors.origin(task),
        "events": trail.of(task, reader=request.user),
        "trail_url": trail.full_url(task),
        "crumbs": [("任务与摇号", reverse("planning:task-list")), (task.number, "")],
    }
    return render(request, "planning/task_detail.html", context)


def _readers(request: HttpRequest, task: Task) -> str:
    """Empty for somebody who may read the list of the picked, else the roles that may."""
    if not may(request.user, task.authority_id, READERS):
        return role_names(READERS)
    is_sealed = selectors.is_sealed(task)
    if is_sealed and not may(request.user, task.authority_id, SEALED_READERS):
        return role_names(SEALED_READERS)
    return ""


def _actions(
    request: HttpRequest, task: Task, sitting: Sitting | None, counts: selectors.PickCounts
) -> dict[str, Any]:
    """The task's own steps, then the way on to sitting and dispatch, each by the roles of its table."""
    offered = {"make_ready": "task-ready", "reopen": "task-reopen", "cancel": "task-cancel"}
    if task.draw_source == Task.DrawSource.PLATFORM:
        offered = {"import_lists": "task-platform", "cancel": "task-cancel"}
    urls = {a: reverse(f"planning:{name}", args=[task.pk]) for a, name in offered.items()}
    # A group whose draw was voided alone is drawn again in a sitting of its own.
    is_free = sitting is None or (
        task.state == Task.State.READY and sitting.state == Sitting.State.COMPUTED
    )
    if is_free and task.draw_source == Task.DrawSource.OWN:
        urls["lock"] = f"{reverse('planning:sitting-new')}?task={task.pk}"
    with suppress(NoReverseMatch):  # where inspections is served by another host
        urls["dispatch"] = reverse("inspections:dispatch", args=[task.pk])
        urls["notices"] = reverse("inspections:task-notices", args=[task.pk])
        if counts.waiting:
            urls["dispatch_more"] = urls["dispatch"]
    if counts.fell_out and any(row.open for row in shortfalls(task)):
        urls["supplement"] = reverse("planning:task-supplement", args=[task.pk])

    def refused(action: str) -> str:
        if sitting is not None and action in {"reopen", "cancel"}:
            return f"任务已列入“{sitting.title}”，须先取消该安排。"
        return ""

    found = buttons(TASK, task.state, request.user, task.authority_id, urls, refused=refused)
    found["mine"] = [_as_shown(row) for row in found["mine"]]
    return found


def _as_shown(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Moves without a page of their own are posted; the lock begins with arranging a sitting."""
    label, url, css, method, hidden, why = row
    if url.endswith(("/ready/", "/reopen/")):
        method = "post"
    if label == "锁定名单":
        label, why = "安排摇号会", "名单在摇号会上锁定；锁定前可指定监督人。"
    return label, url, css, method, hidden, why


def _steps(
    task: Task, sitting: Sitting | None, confirmations: "list[pool_confirmations.Confirmed]"
) -> list[dict[str, str]]:
    if task.draw_source == Task.DrawSource.PLATFORM:
        labels = ["设置任务", "导入平台名单", "派发", "检查", "完成"]
        place = {"draft": 1, "drawn": 2, "dispatched": 3, "closed": 4, "cancelled": 0}
        notes = ["", task.platform_number, "", "", ""]
    else:
        labels = ["事项、范围与分层", "两库确认", "锁定与摇号", "派发", "检查", "完成"]
        place = {"draft": 0, "ready": 2, "locked": 2, "drawn": 3, "dispatched": 4, "closed": 5}
        fresh = sum(c.is_fresh for c in confirmations)
        asked = f"已确认 {fresh} 个库" if confirmations else ""
        notes = [
            f"{len(task.matters.all())} 个事项，{len(task.strata.all())} 层"
            + (f"，分 {n} 组" if (n := len(task.groups.all())) else ""),
            asked,
            sitting.title if sitting else "",
            "",
            "",
            "",
        ]
    now = place.get(task.state, 0)
    words = {True: "done"}
    return [
        {
            "label": label,
            "note": note,
            "state": "off"
            if task.state == "cancelled"
            else words.get(n < now or task.state == "closed", "current" if n == now else "wait"),
        }
        for n, (label, note) in enumerate(zip(labels, notes, strict=True))
    ]
