"""核验检查通知书: the address behind the QR code, and a box to type the code by hand (A64, A101)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import public
from inspections.selectors import notices, portraits
from publication.forms.public import TokenForm
from publication.selectors import firm_requests, firm_year
from publication.views.public_page import private
from publication.views.throttle import asked_too_often

LOOKUPS, SECONDS = 30, 600  # per address; the code itself cannot be guessed


@public
@require_safe
def check_form(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.GET if "token" in request.GET else None)
    if form.is_valid():
        return redirect("public:notice-check", token=form.cleaned_data["token"])
    return render(request, "public/notice_form.html", {"form": form})


@public
@require_safe
def notice_check(request: HttpRequest, token: str) -> HttpResponse:
    if asked_too_often("notice-check", most=LOOKUPS, seconds=SECONDS):
        return private(
            render(request, "public/notice_form.html", {"form": None, "busy": True}, status=429)
        )
    found = notices.by_token(token)
    template = "public/notice_check.html" if found else "public/notice_unknown.html"
    shown: dict[str, Any] = {"found": found, "token": token}
    if found and (made := firm_requests.notice(token)):
        online = firm_requests.subjects(made.visit)
        shown |= {
            "online": online,
            "open_disposals": [firm_requests.disposal_label(row) for row in online.disposals],
            "sent": (sent := firm_requests.of_visit(made.visit)),
            "received": next((row for row in sent if row.kind == request.GET.get("sent")), None),
            "is_rated": request.GET.get("sent") == "rating" and not online.may_rate,
            "results": firm_requests.results_of(made.visit),
            "year": firm_year.of_notice(made, timezone.localdate()),
            "entered": list(made.visit.entries.order_by("happened_at", "id")),
            "objections": firm_year.objections_of(made.visit),
            "portraits": portraits.numbers(token),
        }
    return private(render(request, template, shown, status=200 if found else 404))
