"""The sitting's pages: who does what now, and what everybody may see of it."""

from typing import Any

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch, require
from bureau.errors import RuleError
from bureau.models import Role
from bureau.selectors.paging import keyset
from bureau.views.forms import done
from planning.forms.sittings import (
    BeaconForm,
    CommitForm,
    LockForm,
    OpenForm,
    SittingForm,
    VoidDecisionForm,
    VoidForm,
    WitnessForm,
)
from planning.models import Sitting, SittingWitness
from planning.rules.sittings import SITTING, operators
from planning.selectors import sittings as reads
from planning.services import sittings, voids
from planning.views import sitting_page

ROWS = Sitting.objects.select_related("authority", "unit", "operator")
DETAIL = "planning:sitting-detail"


@access()
@require_safe
def sitting_list(request: HttpRequest) -> HttpResponse:
    page = keyset(reads.for_list(request.user), request.GET)
    rows = [(row, *sitting_page.word(row)) for row in page.rows]
    may_prepare = request.user.has_role(Role.ORGANISER)
    return render(
        request,
        "planning/sitting_list.html",
        {"page": page, "rows": rows, "may_prepare": may_prepare},
    )


@access(Role.ORGANISER)
@require_http_methods(["GET", "POST"])
def sitting_new(request: HttpRequest) -> HttpResponse:
    form = SittingForm(
        _posted(request),
        authority=request.user.home,
        initial={"tasks": request.GET.getlist("task")},
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data | {"tasks": list(form.cleaned_data["tasks"])}
        try:
            sitting = sittings.prepare(purpose="entities", actor=request.user, **values)
        except RuleError as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, "摇号会已安排。下一步：指定监督人，然后锁定名单。")
            return redirect(DETAIL, sitting.pk)
    status = 422 if form.errors else 200
    return render(request, "planning/sitting_form.html", {"form": form}, status=status)


@access()
@require_safe
def sitting_detail(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = fetch(request, ROWS, pk=pk)
    return _page(request, sitting)


@access(Role.ORGANISER, Role.COORDINATOR)
@require_POST
def witness_add(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = _operated(request, pk)
    form = WitnessForm(request.POST, sitting=sitting)
    if form.is_valid():
        sittings.add_witness(sitting=sitting, actor=request.user, **form.cleaned_data)
        return redirect(DETAIL, pk)
    return _page(request, sitting, witness_form=form, status=422)


@access(Role.ORGANISER, Role.COORDINATOR)
@require_POST
def witness_remove(request: HttpRequest, pk: str, witness: int) -> HttpResponse:
    sitting = _operated(request, pk)
    row = SittingWitness.objects.select_related("user").filter(sitting=sitting, pk=witness).first()
    if row is not None:
        sittings.remove_witness(sitting=sitting, witness=row, actor=request.user)
    return redirect(DETAIL, pk)


@access(Role.ORGANISER, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = _operated(request, pk)
    if request.method == "POST":
        sittings.discard(sitting=sitting, actor=request.user)
        messages.success(request, "安排已取消，任务可以另行安排。")
        return redirect("planning:sitting-list")
    return _confirm(
        request,
        sitting,
        "discard",
        consequence="取消后这次安排不再保留，任务回到可安排状态；名单还没有锁定，没有任何抽取被改变。",
        css="btn-back",
    )


@access(Role.ORGANISER)
@require_http_methods(["GET", "POST"])
def lock(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = fetch(request, ROWS, pk=pk, need=(Role.ORGANISER,))
    form = LockForm(_posted(request), is_redraw=bool(reads.needs_reason(sitting)))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        if done(form, lambda: sittings.lock(sitting=sitting, actor=request.user, reason=reason)):
            messages.success(request, "名单已锁定，公告已发布。请打印锁定单交给每位监督人。")
            return redirect(DETAIL, pk)
    return _confirm(request, sitting, "lock", form=form, points=sitting_page.lock_points(sitting))


@access()
@require_safe
def slip(request: HttpRequest, pk: str) -> HttpResponse:
    """锁定单, to be printed and held by the witnesses before any digit is given (DRAW §3)."""
    sitting = fetch(request, ROWS, pk=pk)
    draws = list(sitting.draws.select_related("task", "unit").order_by("chain_number"))
    if not draws:
        raise RuleError("名单还没有锁定，没有锁定单可打印。")
    witnesses = list(sitting.witnesses.select_related("user"))
    return render(
        request,
        "planning/sitting_slip.html",
        {"sitting": sitting, "draws": draws, "witnesses": witnesses},
    )


@access(Role.WITNESS)
@require_POST
def commit(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = fetch(request, ROWS, pk=pk, need=(Role.WITNESS,))
    form = CommitForm(request.POST, sitting=sitting)
    if not form.is_valid():
        return _page(request, sitting, commit_form=form, status=422)
    own_device = form.cleaned_data["own_device"]
    if all(form.commitments.values()):
        sittings.commit(
            sitting=sitting,
            commitments=form.commitments,
            actor=request.user,
            own_device=own_device,
        )
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
        return _page(request, sitting, commit_form=form, status=422)
    return render(
        request,
        "planning/sitting_kept.html",
        {"sitting": sitting, "digits": digits, "salt": salt, "commitments": commitments},
    )


@access(Role.WITNESS)
@require_POST
def open_digits(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = fetch(request, ROWS, pk=pk, need=(Role.WITNESS,))
    needs_salt = reads.progress(sitting).needs_commitments
    form = OpenForm(request.POST, has_salt=needs_salt)
    if form.is_valid() and done(
        form, lambda: sittings.open_digits(sitting=sitting, actor=request.user, **form.cleaned_data)
    ):
        messages.success(request, "数字已公布并记录。")
        return redirect(DETAIL, pk)
    return _page(request, sitting, open_form=form, status=422)


@access(Role.ORGANISER, Role.COORDINATOR)
@require_POST
def beacon(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = _operated(request, pk)
    form = BeaconForm(request.POST)
    if form.is_valid() and done(
        form,
        lambda: sittings.set_beacon(
            sitting=sitting, value=form.cleaned_data["value"], actor=request.user
        ),
    ):
        messages.success(request, "公共随机值已登记。")
        return redirect(DETAIL, pk)
    return _page(request, sitting, beacon_form=form, status=422)


@access(Role.ORGANISER)
@require_http_methods(["GET", "POST"])
def compute(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = fetch(request, ROWS, pk=pk, need=(Role.ORGANISER,))
    if request.method == "POST":
        sittings.compute(sitting=sitting, actor=request.user)
        messages.success(request, "抽取完成，结果已记录。")
        return redirect(DETAIL, pk)
    return _confirm(request, sitting, "compute", points=reads.progress(sitting).missing)


@access(Role.ORGANISER, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = _operated(request, pk)
    form = VoidForm(_posted(request), sitting=sitting)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: voids.request(
                sitting=sitting,
                reason=form.cleaned_data["reason"],
                draw=form.cleaned_data.get("draw"),
                actor=request.user,
            ),
        )
    ):
        messages.success(request, "作废申请已提交，等待批准。")
        return redirect(DETAIL, pk)
    return _confirm(
        request,
        sitting,
        "request_void",
        form=form,
        consequence="批准后这次抽取不再有效，但不会消失：公告、名单、结果和作废原因都会公开，以后的重抽编为下一次。",
        css="btn-back",
    )


@access(Role.HEAD, Role.SUPERIOR)
@require_http_methods(["GET", "POST"])
def void_decide(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = fetch(request, ROWS, pk=pk, need=(Role.HEAD, Role.SUPERIOR))
    asked = reads.open_void_request(sitting)
    if asked is None:
        messages.info(request, "没有待批准的作废申请。")
        return redirect(DETAIL, pk)
    form = VoidDecisionForm(_posted(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: voids.decide(
                asked=asked,
                approve=form.cleaned_data["approve"] == "yes",
                note=form.cleaned_data["note"],
                actor=request.user,
            ),
        )
    ):
        messages.success(request, "意见已记录。")
        return redirect(DETAIL, pk)
    status = 422 if form.errors else 200
    context = {"sitting": sitting, "asked": asked, "form": form}
    return render(request, "planning/sitting_void_decide.html", context, status=status)


@access()
@require_safe
def stage(request: HttpRequest, pk: str) -> HttpResponse:
    """The projector: one draw at a time, ten rows a screen; only what is public now."""
    sitting = fetch(request, ROWS, pk=pk)
    context = sitting_page.stage_context(
        sitting, item=_whole(request, "item"), screen=_whole(request, "screen")
    )
    return render(request, "planning/sitting_stage.html", context)


@access()
@require_safe
def offline_page(request: HttpRequest) -> HttpResponse:
    """The page for making commitments as one file, to be opened without a network (DRAW §4)."""
    path = finders.find("js/witness.js")
    with open(str(path), encoding="utf-8") as file:
        script = f"<script>\n{file.read()}</script>"
    page = render_to_string("planning/sitting_offline.html").replace("<!--witness.js-->", script)
    response = HttpResponse(page)
    response["Content-Disposition"] = 'attachment; filename="commitment.html"'
    return response


def _page(
    request: HttpRequest, sitting: Sitting, *, status: int = 200, **forms: Any
) -> HttpResponse:
    context = sitting_page.detail_context(sitting, request.user) | forms
    return render(request, "planning/sitting_detail.html", context, status=status)


def _confirm(
    request: HttpRequest,
    sitting: Sitting,
    action: str,
    *,
    form: Any = None,
    points: list[str] | None = None,
    consequence: str = "",
    css: str = "btn-primary",
) -> HttpResponse:
    step = SITTING.find(sitting.state, action)
    if step is None:
        messages.info(request, f"摇号会现在是“{sitting.get_state_display()}”，不能再办这一步。")
        return redirect(DETAIL, sitting.pk)
    has_errors = form is not None and form.is_bound and not form.is_valid()
    context = {
        "sitting": sitting,
        "step": step,
        "form": form if form is not None and (form.fields or has_errors) else None,
        "points": points,
        "consequence": consequence or step.consequence,
        "css": css,
    }
    return render(
        request, "planning/sitting_confirm.html", context, status=422 if has_errors else 200
    )


def _posted(request: HttpRequest) -> Any:
    """What was sent, also when it is empty; None before anything was."""
    return request.POST if request.method == "POST" else None


def _whole(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _operated(request: HttpRequest, pk: str) -> Sitting:
    """The sitting, for those who may run one of its purpose (A53: teams also by the executing unit)."""
    sitting = fetch(request, ROWS, pk=pk)
    require(request.user, sitting.authority_id, *operators(sitting.purpose))
    return sitting
