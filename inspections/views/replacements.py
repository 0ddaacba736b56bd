"""更换检查人员: asked for with a lawful cause, decided by whoever the cause names, by the draw's own order (A51, A56, A57)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch, role_names
from bureau.errors import RuleError
from bureau.models import Role
from bureau.views.forms import bound, done, status_of
from inspections.forms.teams import DesignateForm, NoteForm, PassForm, ReplacementForm
from inspections.models import Replacement, Visit
from inspections.rules.processes import VISIT
from inspections.rules.teams import deciders, may_be_declined
from inspections.selectors import assigning, succession
from inspections.services import disclosure, replacements
from registry.models import Recusal

DESK = (Role.COORDINATOR, Role.ORGANISER)
DECIDERS = (*DESK, Role.HEAD)
DETAIL = "inspections:visit-detail"


@access(*DESK, Role.INSPECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def replacement_request(request: HttpRequest, pk: Any, member_pk: int) -> HttpResponse:
    visit = fetch(
        request,
        Visit.objects.select_related("entity", "unit", "authority"),
        pk=pk,
        need=(*DESK, Role.INSPECTOR),
    )
    disclosure.require_known(visit, request.user, timezone.now())
    member = (
        visit.team.filter(pk=member_pk, is_current=True)
        .select_related("inspector", "expert")
        .first()
    )
    if member is None:
        raise Http404("此人不在检查组内。")
    form = ReplacementForm(bound(request), initial={"code": request.GET.get("code", "")})
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: replacements.request(
                visit=visit,
                member=member,
                actor=request.user,
                today=timezone.localdate(),
                **form.cleaned_data,
            ),
        )
    ):
        messages.success(request, "已登记，请由有权同意的人员办理并递补。")
        return redirect(DETAIL, visit.pk)
    context = {
        "visit": visit,
        "form": form,
        "heading": f"更换检查人员：{member}",
        "consequence": f"{member}将退出这次检查；接替人员按抽取时的次序产生，须经另一人同意，并在公开的变更记录中列出。",
        "submit": "提出更换",
        "back_url": reverse(DETAIL, args=[visit.pk]),
    }
    return render(request, "inspections/visit_step.html", context, status=status_of(form))


@access()
@require_safe
def replacement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _replacement(request, pk)
    if not replacements.is_party_to(request.user, asked):
        disclosure.look(visit=asked.visit, actor=request.user, now=timezone.now())
    return _replacement_page(request, asked)


@access(*DECIDERS)
@require_POST
def replacement_consent(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _replacement(request, pk, need=DECIDERS)
    replacements.consent(
        replacement=asked,
        actor=request.user,
        today=timezone.localdate(),
        expected_pid=request.POST.get("pid", ""),
    )
    messages.success(request, "已同意，接替人员已按次序进入检查组。")
    return redirect(DETAIL, asked.visit_id)


@access(*DECIDERS)
@require_POST
def replacement_pass(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _replacement(request, pk, need=DECIDERS)
    form = PassForm(request.POST)
    if form.is_valid() and done(
        form,
        lambda: replacements.pass_over(
            replacement=asked, actor=request.user, today=timezone.localdate(), **form.cleaned_data
        ),
    ):
        messages.success(request, "已记录跳过，现在轮到次序中的下一人。")
        return redirect("inspections:replacement-detail", asked.pk)
    return _replacement_page(request, asked, pass_form=form)


@access(*DECIDERS)
@require_POST
def replacement_designate(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _replacement(request, pk, need=DECIDERS)
    today = timezone.localdate()
    form = DesignateForm(
        request.POST, replacement=asked, choices=assigning.choices_for(asked.visit, today)
    )
    if form.is_valid() and done(
        form,
        lambda: replacements.designate(
            replacement=asked, actor=request.user, today=today, **form.cleaned_data
        ),
    ):
        messages.success(request, "已另行指派，并在公开的变更记录中注明。")
        return redirect(DETAIL, asked.visit_id)
    return _replacement_page(request, asked, designate_form=form)


@access(*DECIDERS)
@require_POST
def replacement_decline(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _replacement(request, pk, need=DECIDERS)
    form = NoteForm(request.POST)
    if form.is_valid() and done(
        form,
        lambda: replacements.decline(replacement=asked, actor=request.user, **form.cleaned_data),
    ):
        messages.success(request, "已登记不同意，检查组不变。")
        return redirect(DETAIL, asked.visit_id)
    return _replacement_page(request, asked, decline_form=form)


def _replacement(request: HttpRequest, pk: int, need: tuple[str, ...] = ()) -> Replacement:
    """Within the scope of its visit, else 404."""
    found = (
        Replacement.objects.filter(pk=pk)
        .select_related(
            "leaver__inspector",
            "leaver__expert",
            "leaver__draw",
            "requested_by",
            "approved_by",
            "joiner__inspector",
        )
        .first()
    )
    if found is None:
        raise Http404("没有找到这项更换。")
    found.visit = fetch(
        request,
        Visit.objects.select_related("entity", "unit", "authority", "team_draw").prefetch_related(
            "matters__task"
        ),
        pk=found.visit_id,
        need=need,
    )
    return found


def _replacement_page(
    request: HttpRequest,
    asked: Replacement,
    *,
    pass_form: Any = None,
    designate_form: Any = None,
    decline_form: Any = None,
) -> HttpResponse:
    today = timezone.localdate()
    is_open = asked.state == Replacement.State.REQUESTED and VISIT.find(
        asked.visit.state, "replace"
    )
    may_decide = bool(is_open) and replacements.may_decide(request.user, asked)
    following, skipped, problem = None, (), ""
    if may_decide:
        following, skipped, problem = _following(asked)
    context = {
        "asked": asked,
        "visit": asked.visit,
        "may_decide": may_decide,
        "is_barred": is_open and not may_decide and request.user.has_role(*DECIDERS),
        "following": following,
        "skipped": [(pid, code.label) for pid, code in skipped],
        "problem": problem,
        "pass_form": pass_form or (PassForm(initial={"pid": following.pid}) if following else None),
        "designate_form": designate_form
        or (
            DesignateForm(replacement=asked, choices=assigning.choices_for(asked.visit, today))
            if may_decide
            else None
        ),
        "decline_form": decline_form or NoteForm(),
        "can_decline": may_be_declined(asked.code, asked.recusal_reason),
        "who": role_names(deciders(asked.code, asked.recusal_reason)),
        "recusal": Recusal.Reason(asked.recusal_reason).label if asked.recusal_reason else "",
    }
    forms = (pass_form, designate_form, decline_form)
    status = 422 if any(form is not None and form.errors for form in forms) else 200
    return render(request, "inspections/team_replacement.html", context, status=status)


def _following(asked: Replacement) -> tuple[Any, Any, str]:
    try:
        following, skipped = succession.next_in_order(asked, timezone.localdate())
    except RuleError as refused:
        return None, (), refused.message
    return following, skipped, "" if following else "按抽取次序已没有可以递补的人员，请另行指派。"
