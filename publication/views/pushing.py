"""推送 at the desk: what did not arrive, the platforms, and packages for those without interface."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import Conflict
from bureau.models import Role
from bureau.selectors import trail
from bureau.selectors.paging import keyset
from bureau.views.forms import bound, done, made, status_of
from publication.forms.pushing import HandOverForm, PackageForm, PastForm, TargetForm, initial_of
from publication.models import Push, PushPackage, PushTarget
from publication.rules.pushing import PATHS
from publication.selectors import pushing as reads
from publication.services import push_packages, push_targets, pushing

GET_POST = ["GET", "HEAD", "POST"]


@access()
@require_safe
def push_list(request: HttpRequest) -> HttpResponse:
    part = request.GET.get("part", "failed")
    part = part if part in reads.PARTS else "failed"
    page, counts = keyset(reads.rows(request.user, part), request.GET), reads.counts(request.user)
    context = {
        "part": part,
        "page": page,
        "rows": [reads.told(push) for push in page.rows],
        "may_send": request.user.has_role(*pushing.SENDERS),
        "may_pack": request.user.has_role(Role.PUBLISHER),
        "chips": [
            {
                "label": label,
                "count": counts.get(key),
                "url": f"?part={key}",
                "current": key == part,
            }
            for key, (label, _) in reads.PARTS.items()
        ],
    }
    return render(request, "publication/push_list.html", context)


@access(*pushing.SENDERS)
@require_POST
def push_resend(request: HttpRequest) -> HttpResponse:
    pks = list(dict.fromkeys(request.POST.getlist("pk")))[:200]
    rows = [fetch(request, Push, pk=pk, need=pushing.SENDERS) for pk in pks]
    arrived = 0
    for row in rows:
        try:
            pushing.resend(push=row, actor=request.user)
        except Conflict:  # it has arrived, or somebody else was quicker: the others still go
            arrived += 1
    if len(rows) > arrived:
        messages.success(request, f"{len(rows) - arrived} 条已重新发送，稍后看回执。")
    if arrived:
        messages.warning(request, f"{arrived} 条已经送达，没有再发。")
    if not rows:
        messages.error(request, "请先勾选要重新发送的记录。")
    return redirect("publication:push-list")


@access()
@require_safe
def target_list(request: HttpRequest) -> HttpResponse:
    context = {
        "targets": reads.targets(request.user),
        "may_edit": request.user.has_role(*push_targets.KEEPERS),
    }
    return render(request, "publication/push_target_list.html", context)


@access(*push_targets.KEEPERS)
@require_http_methods(GET_POST)
def target_create(request: HttpRequest) -> HttpResponse:
    form = TargetForm(bound(request), initial={"kind": "http", "receives": ["result"]})
    if request.method == "POST" and form.is_valid():
        row = made(
            form,
            lambda: push_targets.save(
                authority=request.user.home, actor=request.user, **form.cleaned_data
            ),
        )
        if row is not None:
            messages.success(request, f"已登记“{row.name}”，今后公示的内容会送到那里。")
            return redirect("publication:push-target-edit", pk=row.pk)
    context = {"form": form, "paths": PATHS}
    return render(request, "publication/push_target.html", context, status=status_of(form))


@access(*push_targets.KEEPERS)
@require_http_methods(GET_POST)
def target_edit(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, PushTarget, pk=pk, need=push_targets.KEEPERS)
    form = TargetForm(bound(request), initial=initial_of(row))
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: push_targets.save(
                authority=row.authority, actor=request.user, target=row, **form.cleaned_data
            ),
        )
    ):
        messages.success(request, "已保存。")
        return redirect("publication:push-target-list")
    context = {
        "form": form,
        "paths": PATHS,
        "target": row,
        "past": PastForm(initial={"since": timezone.localdate().replace(month=1, day=1)}),
        "events": trail.of(row),
    }
    return render(request, "publication/push_target.html", context, status=status_of(form))


@access(*push_targets.KEEPERS)
@require_POST
def target_past(request: HttpRequest, pk: Any) -> HttpResponse:
    """What was published before the platform was registered, as a job."""
    row = fetch(request, PushTarget, pk=pk, need=push_targets.KEEPERS)
    form = PastForm(request.POST)
    if not form.is_valid():
        messages.error(request, "补送的起始日期认不出，请写成 2026-01-01。")
        return redirect("publication:push-target-edit", pk=row.pk)
    job = push_targets.start_past(target=row, since=form.cleaned_data["since"], actor=request.user)
    return redirect(reverse("bureau:job", args=[job.pk]))


@access()
@require_http_methods(GET_POST)
def package_list(request: HttpRequest) -> HttpResponse:
    """The packages, and the form that makes one."""
    mine = request.user.has_role(Role.PUBLISHER)
    targets = reads.excel_targets(request.user.own_authority_ids if mine else [])
    today = timezone.localdate()
    initial = {"period_from": today.replace(day=1), "period_to": today, "target": targets.first()}
    form = PackageForm(bound(request), targets=targets, initial=initial)
    if request.method == "POST" and form.is_valid():
        row = made(
            form, lambda: push_packages.make(actor=request.user, today=today, **form.cleaned_data)
        )
        if row is not None:
            messages.success(request, f"已制作 {row.number}，{row.count} 条。请下载后报送平台。")
            return redirect("publication:push-package-detail", pk=row.pk)
    context = {
        "page": keyset(reads.packages(request.user), request.GET),
        "form": form if mine else None,
        "has_targets": mine and targets.exists(),
    }
    return render(request, "publication/push_package_list.html", context, status=status_of(form))


@access()
@require_http_methods(GET_POST)
def package_detail(request: HttpRequest, pk: Any) -> HttpResponse:
    need = (Role.PUBLISHER,) if request.method == "POST" else ()
    row = fetch(request, reads.packages(request.user), pk=pk, need=need)
    today = timezone.localdate()
    form = HandOverForm(bound(request), initial={"handed_over_on": today})
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: push_packages.hand_over(
                package=row, actor=request.user, today=today, **form.cleaned_data
            ),
        )
    ):
        messages.success(request, "已登记报送，数据包里的每条记录都记上了回执编号。")
        return redirect("publication:push-package-detail", pk=row.pk)
    context = {
        "package": row,
        "form": form,
        "may_act": request.user.has_role_at(row.authority_id, Role.PUBLISHER),
        "rows": row.pushes.select_related("record").order_by("id")[:200],
        "events": trail.of(row),
    }
    return render(request, "publication/push_package.html", context, status=status_of(form))


@access(Role.PUBLISHER)
@require_POST
def package_discard(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, PushPackage, pk=pk, need=(Role.PUBLISHER,))
    push_packages.discard(package=row, actor=request.user)
    messages.success(request, f"已作废 {row.number}，里面的记录重新等待报送。")
    return redirect("publication:push-package-list")
