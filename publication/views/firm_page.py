"""The entity's own page, behind the code of its notice: results, what it may send, what was answered (A57, A82, A86, A98)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bureau.access import public
from bureau.errors import RuleError
from inspections.models import Notice
from publication.forms.firm_requests import FirmRequestForm, RatingForm
from publication.models import FirmRequest
from publication.selectors import firm_requests as reads
from publication.services import firm_requests
from publication.views.public_page import private
from publication.views.throttle import asked_too_often

MOST, SECONDS = 20, 3600  # sent from one address in an hour


@public
@require_http_methods(["GET", "HEAD", "POST"])
def firm_request(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    notice = _notice(token)
    subjects = reads.subjects(notice.visit)
    if kind not in FirmRequest.Kind.values:
        raise Http404("没有这一类申请。")
    if kind not in subjects.kinds:
        return _closed(request, notice, kind)
    form = FirmRequestForm(
        request.POST or None, request.FILES or None, kind=kind, subjects=subjects
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        uploads = [(file.name, file) for file in given.pop("files")]
        try:
            if asked_too_often("firm-request", most=MOST, seconds=SECONDS):
                raise RuleError("提交太频繁，请过一小时再试；急需办理，请拨打通知书上的电话。")
            firm_requests.submit(
                notice=notice, kind=kind, today=timezone.localdate(), uploads=uploads, **given
            )
        except RuleError as refused:
            form.add_error(None, refused.message)
        else:
            return _received(notice, kind)
    context = {"form": form, "notice": notice, "kind": FirmRequest.Kind(kind)}
    status = 422 if form.is_bound and form.errors else 200
    return private(render(request, "public/firm_request.html", context, status=status))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def firm_rating(request: HttpRequest, token: str) -> HttpResponse:
    notice = _notice(token)
    may_rate = reads.subjects(notice.visit).may_rate
    form = RatingForm(request.POST or None)
    if request.method == "POST" and may_rate and form.is_valid():
        firm_requests.rate(notice=notice, today=timezone.localdate(), **form.cleaned_data)
        return _received(notice, "rating")
    context = {"form": form, "notice": notice, "may_rate": may_rate}
    status = 422 if form.is_bound and form.errors else 200
    return private(render(request, "public/firm_rating.html", context, status=status))


def _notice(token: str) -> Notice:
    found = reads.notice(token)
    if found is None:
        raise Http404("没有这个核验码，请对照通知书重新输入。")
    return found


def _received(notice: Notice, kind: str) -> HttpResponse:
    """The page of the notice, with a word that it arrived: nobody is signed in, so the address carries it."""
    page = reverse("public:notice-check", kwargs={"token": notice.token})
    return redirect(f"{page}?sent={kind}")


def _closed(request: HttpRequest, notice: Notice, kind: str) -> HttpResponse:
    context = {"form": None, "notice": notice, "kind": FirmRequest.Kind(kind)}
    return private(render(request, "public/firm_request.html", context, status=409))
