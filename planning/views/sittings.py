"""The sitting's pages: who does what now, and what everybody may see of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch, require
from bureau.errors import Conflict, RuleError
from bureau.models import Job, Role
from bureau.selectors.paging import keyset
from bureau.services import documents, transitions
from bureau.views.downloads import as_pdf
from bureau.views.forms import bound, done, made
from planning.forms.sittings import (
    BeaconForm,
    LockForm,
    SittingForm,
    VoidDecisionForm,
    VoidForm,
    WitnessForm,
)
from planning.models import Sitting, SittingWitness
from planning.rules.sittings import SITTING, operators
from planning.selectors import sittings as reads
from planning.services import large_sittings, sittings, voids
from planning.services.sitting_desks import require_desk
from planning.views import sitting_page
from planning.views.late import tells_what_happened

ROWS = Sitting.objects.select_related("authority", "unit", "operator")
DETAIL = "planning:sitting-detail"


@access()
@require_safe
def sitting_list(request: HttpRequest) -> HttpResponse:
    found = keyset(reads.for_list(request.user), request.GET)
    rows = [(row, *sitting_page.word(row)) for row in found.rows]
    may_prepare = request.user.has_role(Role.ORGANISER)
    return render(
        request,
        "planning/sitting_list.html",
        {"page": found, "rows": rows, "may_prepare": may_prepare},
    )


@access(Role.ORGANISER)
@require_http_methods(["GET", "POST"])
def sitting_new(request: HttpRequest) -> HttpResponse:
    form = SittingForm(
        bound(request),
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
    """The page asks again while it waits; once the sitting has moved on it is told to load anew, not in parts."""
    sitting = fetch(request, ROWS, pk=pk)
    if request.headers.get("HX-Request") and request.GET.get("was", sitting.state) != sitting.state:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return page(request, sitting)


@access(Role.ORGANISER, Role.COORDINATOR)
@require_POST
@tells_what_happened
def witness_add(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = operated(request, pk)
    form = WitnessForm(request.POST, sitting=sitting)
    if form.is_valid() and done(
        form,
        lambda: sittings.add_witness(sitting=sitting, actor=request.user, **form.cleaned_data),
    ):
        return redirect(DETAIL, pk)
    return page(request, sitting, witness_form=form, status=422)


@access(Role.ORGANISER, Role.COORDINATOR)
@require_POST
@tells_what_happened
def witness_remove(request: HttpRequest, pk: str, witness: int) -> HttpResponse:
    sitting = operated(request, pk)
    row = SittingWitness.objects.select_related("user").filter(sitting=sitting, pk=witness).first()
    if row is not None:
        sittings.remove_witness(sitting=sitting, witness=row, actor=request.user)
    return redirect(DETAIL, pk)


@access(Role.ORGANISER, Role.COORDINATOR)
@require_POST
@tells_what_happened
def witness_take_over(request: HttpRequest, pk: str) -> HttpResponse:
    """Those who watched the entity draws of the same tasks watch the matching too."""
    sitting = operated(request, pk)
    before = fetch(request, ROWS, pk=request.POST.get("before", ""))
    made = sittings.take_over(sitting=sitting, before=before, actor=request.user)
    messages.success(
        request, f"已沿用上一场的监督人：{'、'.join(w.user.full_name for w in made)}。"
    )
    return redirect(DETAIL, pk)


@access(Role.ORGANISER, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
@tells_what_happened
def discard(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = operated(request, pk)
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
@tells_what_happened
def lock(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = fetch(request, ROWS, pk=pk, need=(Role.ORGANISER,))
    form = LockForm(bound(request), is_redraw=bool(reads.needs_reason(sitting)))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        outcome = made(
            form,
            lambda: large_sittings.lock(sitting=sitting, actor=request.user, reason=reason),
        )
        if outcome is not None:
            return _onward(request, outcome, "名单已锁定，公告已发布。请打印锁定单交给每位监督人。")
    return _confirm(request, sitting, "lock", form=form, points=sitting_page.lock_points(sitting))


@access()
@require_safe
def slip(request: HttpRequest, pk: str) -> HttpResponse:
    """锁定单 on the screen; printing it goes through `slip_print`, which is in the trail (DRAW §3)."""
    sitting = fetch(request, ROWS, pk=pk)
    return render(request, "planning/sitting_slip.html", slip_context(sitting))


@access(Role.ORGANISER, Role.COORDINATOR)
@require_POST
@tells_what_happened
def slip_print(request: HttpRequest, pk: str) -> HttpResponse:
    """锁定单 as PDF, A4 or A5, to be printed and held by the witnesses before any digit is given (DRAW §3)."""
    sitting = operated(request, pk)
    context = slip_context(sitting) | {"is_a5": request.POST.get("size") == "a5"}
    content = documents.pdf("planning/sitting_slip.html", context)
    if sitting.state == Sitting.State.LOCKED:
        sittings.mark_printed(sitting=sitting, actor=request.user)
    return as_pdf(content, f"lock-slip-{context['draws'][0].number}")


@access(Role.ORGANISER, Role.COORDINATOR)
@require_POST
@tells_what_happened
def slip_handed(request: HttpRequest, pk: str) -> HttpResponse:
    sittings.mark_handed(sitting=operated(request, pk), actor=request.user)
    messages.success(request, "已记录：锁定单在监督人手中，可以报数了。")
    return redirect(DETAIL, pk)


def slip_context(sitting: Sitting) -> dict[str, Any]:
    """Raises RuleError before the lock."""
    draws = list(sitting.draws.select_related("task", "unit").order_by("chain_number"))
    if not draws:
        raise RuleError("名单还没有锁定，没有锁定单可打印。")
    return {
        "sitting": sitting,
        "draws": draws,
        "witnesses": list(sitting.witnesses.select_related("user")),
    }


@access(Role.ORGANISER, Role.COORDINATOR)
@require_POST
@tells_what_happened
def beacon(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = operated(request, pk)
    if SITTING.find(sitting.state, "beacon") is None:  # an old form, however it is filled in
        raise Conflict(transitions.moved_on(SITTING, sitting))
    form = BeaconForm(request.POST)
    if form.is_valid() and done(
        form,
        lambda: sittings.set_beacon(
            sitting=sitting, value=form.cleaned_data["value"], actor=request.user
        ),
    ):
        messages.success(request, "公共随机值已登记。")
        return redirect(DETAIL, pk)
    return page(request, sitting, beacon_form=form, status=422)


@access(Role.ORGANISER)
@require_http_methods(["GET", "POST"])
@tells_what_happened
def compute(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = fetch(request, ROWS, pk=pk, need=(Role.ORGANISER,))
    if request.method == "POST":
        outcome = large_sittings.compute(sitting=sitting, actor=request.user)
        return _onward(request, outcome, "抽取完成，结果已记录。")
    return _confirm(request, sitting, "compute", points=reads.progress(sitting).missing)


@access(Role.ORGANISER, Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
@tells_what_happened
def void(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = operated(request, pk)
    form = VoidForm(bound(request), sitting=sitting, initial=_void_reason(request, sitting))
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
@tells_what_happened
def void_decide(request: HttpRequest, pk: str) -> HttpResponse:
    sitting = fetch(request, ROWS, pk=pk, need=(Role.HEAD, Role.SUPERIOR))
    asked = reads.open_void_request(sitting)
    if asked is None:
        messages.info(request, "没有待批准的作废申请。")
        return redirect(DETAIL, pk)
    form = VoidDecisionForm(bound(request))
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


def page(
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
    if step is None and request.method == "POST":
        raise Conflict(transitions.moved_on(SITTING, sitting))
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


def _void_reason(request: HttpRequest, sitting: Sitting) -> dict[str, str]:
    """The sentence for a cause that the page knows: the beacon's round was not held, or a witness did not open in time."""
    cause = request.GET.get("cause", "")
    if cause == "round" and sitting.beacon_source != Sitting.Beacon.NONE:
        return {
            "reason": f"约定的公共随机源{sitting.get_beacon_source_display()}第 {sitting.beacon_round} 期没有开出"
        }
    if cause == "late" and (uncommitted := reads.progress(sitting).uncommitted):
        return {"reason": f"监督人{'、'.join(uncommitted)}没有在公共随机值公布之前作出承诺"}
    if cause == "witness" and (unopened := reads.progress(sitting).unopened):
        return {"reason": f"监督人{'、'.join(unopened)}在规定时限内没有公布数字"}
    return {}


def _onward(request: HttpRequest, outcome: Sitting | Job, done_text: str) -> HttpResponse:
    """Back to the sitting; over a large pool to the job, which leads back to it."""
    if isinstance(outcome, Job):
        return redirect("bureau:job", outcome.pk)
    messages.success(request, done_text)
    return redirect(DETAIL, outcome.pk)


def operated(request: HttpRequest, pk: str) -> Sitting:
    """The sitting, for those who may run one of its purpose (A53: teams also by the executing unit)."""
    sitting = fetch(request, ROWS, pk=pk)
    require(request.user, sitting.authority_id, *operators(sitting.purpose))
    require_desk(sitting, request.user)
    return sitting
