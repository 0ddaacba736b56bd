"""出人同意: another unit's officers in a team draw, answered by that unit or from its letter (A55, A59)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from bureau.access import access
from bureau.views.forms import bound, done, status_of
from inspections.forms.teams import AnswerForm, LetterForm
from inspections.models import PoolConsent
from inspections.selectors import desk, joint
from inspections.services import consents
from planning.models import Sitting
from registry.selectors import inspectors


@access()
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked for and why; the form for whoever may answer. No firm is named here."""
    asked: PoolConsent | None = joint.visible_to(request.user).filter(pk=pk).first()
    if asked is None:
        raise Http404("没有找到，或不在您的管辖范围内。")
    prepared = asked.team_sitting
    is_open = (
        asked.state == PoolConsent.State.REQUESTED
        and prepared.sitting.state == Sitting.State.PREPARED
    )
    by_paper = is_open and not consents.answerers(asked.agency)
    form: Any = None
    if is_open and joint.may_answer(request.user, asked):
        form = AnswerForm(bound(request))
    elif by_paper and desk.of(request.user).covers(
        prepared.unit_id, prepared.unit.authority_id, [prepared.task]
    ):
        form = LetterForm(bound(request))
    if request.method == "POST":
        service = consents.enter_letter if isinstance(form, LetterForm) else consents.decide
        given = form or AnswerForm(request.POST)
        if given.is_valid() and done(
            given,
            lambda: service(consent=asked, actor=request.user, **given.values()),
        ):
            messages.success(request, "答复已记录。")
            return redirect("inspections:pool-consent", asked.pk)
        form = given
    context = {
        "asked": asked,
        "prepared": prepared,
        "visits": prepared.visits.count(),
        "officers": inspectors.registered(asked.agency).count(),
        "form": form,
        "by_paper": by_paper,
        "is_open": is_open,
        "is_own": prepared.sitting.authority_id in request.user.authority_ids,
    }
    return render(
        request,
        "inspections/team_consent.html",
        context,
        status=status_of(form) if form is not None else 200,
    )
