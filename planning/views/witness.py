"""What a witness gives: on their own device, by signing in again on the operator's, or from the offline page (DRAW §4.2)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import RuleError
from bureau.models import Role
from bureau.views.forms import done
from planning.forms.sittings import CommitForm, CommitHereForm, OpenForm, OpenHereForm
from planning.models import Sitting, SittingWitness
from planning.selectors import sittings as reads
from planning.services import sittings
from planning.views import offline
from planning.views.late import tells_what_happened
from planning.views.sittings import DETAIL, ROWS, operated, page


@access(Role.WITNESS)
@require_POST
@tells_what_happened
def commit(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = fetch(request, ROWS, pk=pk, need=(Role.WITNESS,))
    form = CommitForm(request.POST, sitting=sitting)
    if not form.is_valid():
        return page(request, sitting, commit_form=form, status=422)
    own_device = form.cleaned_data["own_device"]
    if all(form.commitments.values()):
        if not done(
            form,
            lambda: sittings.commit(
                sitting=sitting,
                commitments=form.commitments,
                actor=request.user,
                own_device=own_device,
            ),
        ):
            return page(request, sitting, commit_form=form, status=422)
        messages.success(request, "承诺已提交。请妥善保存数字和盐值，全部监督人提交后再公布。")
        return redirect(DETAIL, pk)
    digits = form.cleaned_data["digits"]
    try:
        salt, commitments = sittings.commit_on_server(
            sitting=sitting, digits=digits, actor=request.user, own_device=own_device
        )
    except RuleError as refused:
        if refused.status != 422:
            raise
        form.add_error("digits", refused.message)
        return page(request, sitting, commit_form=form, status=422)
    return render(
        request,
        "planning/sitting_kept.html",
        {
            "sitting": sitting,
            "digits": digits,
            "salt": salt,
            "commitments": commitments,
            "own_device": own_device,
            "open_code": f"ssj1-open|{salt}|{digits}",
        },
    )


@access(Role.WITNESS)
@require_POST
@tells_what_happened
def open_digits(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = fetch(request, ROWS, pk=pk, need=(Role.WITNESS,))
    form = OpenForm(request.POST, has_salt=reads.progress(sitting).needs_commitments)
    if form.is_valid() and done(
        form, lambda: sittings.open_digits(sitting=sitting, actor=request.user, **form.cleaned_data)
    ):
        messages.success(request, "数字已公布并记录。")
        return redirect(DETAIL, pk)
    return page(request, sitting, open_form=form, status=422)


@access(Role.ORGANISER, Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
@tells_what_happened
def here(request: HttpRequest, pk: str, witness: int) -> HttpResponse:
    """A witness signs in again on the operator's device; the operator stays signed in and the record says which device it was."""
    sitting = operated(request, pk)
    row = (
        SittingWitness.objects.select_related("user")
        .filter(sitting=sitting, pk=witness, user__is_active=True)
        .first()
    )
    if row is None:
        raise Http404("没有这位监督人。")
    progress = reads.progress(sitting)
    is_to_commit = progress.needs_commitments and row.committed_at is None
    sent = request.POST if request.method == "POST" else None
    form: Any
    if is_to_commit:
        form = CommitHereForm(sent, request=request, user=row.user, sitting=sitting)
    else:
        form = OpenHereForm(
            sent, request=request, user=row.user, has_salt=progress.needs_commitments
        )
    if sent is not None and form.is_valid() and done(form, lambda: _give(sitting, row, form)):
        what = "承诺已提交" if is_to_commit else "数字已公布并记录"
        messages.success(request, f"{row.user.full_name}的{what}（在操作人设备上）。")
        return redirect(DETAIL, pk)
    context = {
        "sitting": sitting,
        "here": row,
        "progress": progress,
        "draws": [
            {"draw": draw} for draw in sitting.draws.select_related("task").order_by("chain_number")
        ],
        "commit_form" if is_to_commit else "open_form": form,
        "is_done": row.opened_at is not None,
        "waits_for": progress.uncommitted if not is_to_commit else [],
    }
    status = 422 if form.errors else 200
    return render(request, "planning/sitting_here.html", context, status=status)


def _give(sitting: Sitting, row: SittingWitness, form: Any) -> None:
    """The form's commitments or digits, in the witness's own name. Without a script the digits would reach the server first."""
    if isinstance(form, CommitHereForm):
        if not all(form.commitments.values()):
            raise RuleError(
                "本页的计算程序没有运行，没有记录任何数字。请用能运行脚本的浏览器，或用离线页面算好承诺码后粘贴。"
            )
        sittings.commit(
            sitting=sitting, commitments=form.commitments, actor=row.user, own_device=False
        )
        return
    given = form.cleaned_data
    sittings.open_digits(
        sitting=sitting,
        digits=given["digits"],
        salt=given.get("salt", ""),
        actor=row.user,
        own_device=False,
    )


@access()
@require_safe
def offline_page(request: HttpRequest) -> HttpResponse:
    """The page for making commitments as one file, to be opened without a network (DRAW §4)."""
    response = HttpResponse(offline.content())
    response["Content-Disposition"] = 'attachment; filename="commitment.html"'
    return response
