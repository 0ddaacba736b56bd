"""The phone without a signal: what it keeps, and how what it kept is delivered, each piece once (A60–A69).

The service worker sends the very forms of the field pages, with a number of its own (`X-Field-Replay`); the same views
and services answer, in JSON. Nothing is accepted offline that would be refused online.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from bureau import audit
from bureau.access import access, fetch
from bureau.errors import Conflict, RuleError
from bureau.models import Role
from inspections.models import ChecklistAnswer, FieldDelivery, VisitMatter
from inspections.selectors import fieldwork as reading
from inspections.selectors import on_site as seeing
from inspections.services import answers, revisions

HEADER = "X-Field-Replay"
ASSETS = (
    "vendor/bootstrap-5.3.8.min.css",
    "vendor/htmx-2.0.10.min.js",
    "css/tokens.css",
    "css/portal.css",
    "js/portal.js",
    "js/field.js",
    "js/field_glass.js",
    "js/offline.js",
    "img/mark.svg",
)
MORE = ("recordings", "samples", "note")  # inspections/urls_evidence.py
View = Callable[..., HttpResponse]


def delivery_number(request: HttpRequest) -> UUID | None:
    """The number of this sending; None for a form that the browser itself posted."""
    try:
        return UUID(request.headers.get(HEADER, ""))
    except ValueError:
        return None


def claimed_at(request: HttpRequest) -> datetime:
    """When the person pressed the button: now, or what a delivery says; the service refuses an impossible time."""
    said = request.POST.get("claimed_at", "") if delivery_number(request) else ""
    try:
        moment = parse_datetime(said)
    except ValueError:
        moment = None
    return moment if moment is not None and timezone.is_aware(moment) else timezone.now()


def seen_by(request: HttpRequest, stored: ChecklistAnswer | None, seen: str) -> str:
    """One's own earlier answer, delivered meanwhile, is no conflict with one's own later one."""
    if stored is None or delivery_number(request) is None:
        return seen
    is_own = stored.answered_by_id == request.user.pk
    return answers.version(stored) if is_own and claimed_at(request) > stored.happened_at else seen


def page(request: HttpRequest, template: str, context: dict[str, Any], form: Any) -> HttpResponse:
    """A page with a form; for a delivery, what was wrong with it, as sentences."""
    refused = form.is_bound and bool(form.errors)
    if delivery_number(request):
        errors = [str(error) for found in form.errors.values() for error in found]
        return JsonResponse({"refused": errors}, status=422)
    return render(request, template, context, status=422 if refused else 200)


def delivered_once(view: View) -> View:
    """Answers a delivery in JSON and notes its number in the same transaction as the change itself."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        number = delivery_number(request)
        if number is None or request.method != "POST":
            return view(request, *args, **kwargs)
        try:
            with transaction.atomic():
                if _is_known(request, number):
                    return JsonResponse({"done": True})
                response = view(request, *args, **kwargs)
                if not isinstance(response, HttpResponseRedirect):
                    transaction.set_rollback(True)
                    return response
        except Conflict as stopped:
            now = _now(kwargs) if "number" in kwargs else None
            return JsonResponse({"conflict": stopped.message, "now": now}, status=409)
        except RuleError as stopped:
            return JsonResponse({"refused": [stopped.message]}, status=422)
        except Http404:
            return JsonResponse(
                {"refused": ["这次检查已不在您名下，或者这一页不存在。"]}, status=422
            )
        return JsonResponse({"done": True, "next": response.url})

    return answer


@access(Role.INSPECTOR)
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker stands at the head of the pages that it keeps."""
    script = (settings.ROOT / "static/js/field_worker.js").read_text("utf-8")
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@access(Role.INSPECTOR)
@require_safe
def web_app(request: HttpRequest) -> HttpResponse:
    """Lets a phone keep the field pages on its home screen."""
    icon = {"src": staticfiles_storage.url("img/mark.svg"), "sizes": "any", "type": "image/svg+xml"}
    sizes = [
        {"src": staticfiles_storage.url(f"img/mark-{side}.png"), "sizes": f"{side}x{side}"}
        for side in (192, 512)
    ]
    content = {
        "name": "双随机现场检查",
        "short_name": "现场检查",
        "lang": "zh-CN",
        "display": "standalone",
        "start_url": reverse("inspections:field-today"),
        "scope": reverse("inspections:field-today"),
        "background_color": "#f3f5f9",
        "theme_color": "#14365a",
        "icons": [icon, *({**size, "type": "image/png"} for size in sizes)],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@access(Role.INSPECTOR)
@require_safe
def pages(request: HttpRequest) -> HttpResponse:
    """What a phone needs for today's visits: every page of them, and what the pages are made of."""
    found = [reverse("inspections:field-today"), reverse("inspections:field-unsent")]
    visits = reading.today_for(request.user, timezone.localdate())
    for visit in visits:
        names = (
            *("visit", "arrive", "start", "evidence", "signature", "finish", "trim"),
            *("entry", "late", "route", "pause", "resume"),
            *MORE,
        )
        found += [reverse(f"inspections:field-{name}", kwargs={"pk": visit.pk}) for name in names]
    for matter_pk, numbers in reading.item_numbers(visits).items():
        found.append(reverse("inspections:field-checklist", kwargs={"pk": matter_pk}))
        found += [
            reverse("inspections:field-item", kwargs={"pk": matter_pk, "number": number})
            for number in numbers
        ]
    found += [reverse("inspections:field-scan", args=[code]) for code in seeing.codes_of(visits)]
    assets = [staticfiles_storage.url(name) for name in ASSETS]
    return JsonResponse({"pages": found, "assets": assets, "visits": len(visits)})


@access(Role.INSPECTOR)
@require_safe
def ping(request: HttpRequest) -> HttpResponse:
    """Whose session this is, and its token: a phone sends only what the same person wrote."""
    return JsonResponse({"user": request.user.pk, "token": get_token(request)})


@access(Role.INSPECTOR)
@require_safe
def unsent(request: HttpRequest) -> HttpResponse:
    """The list itself is on the phone; offline.js shows it."""
    return render(request, "inspections/field_unsent.html")


@access(Role.INSPECTOR)
@require_POST
def settle(request: HttpRequest, pk: Any, number: int) -> HttpResponse:
    """The person keeps the answer that stands; theirs goes into the trail, so that both are kept."""
    rows = VisitMatter.objects.select_related("visit__entity", "matter", "authority")
    matter = fetch(request, rows, pk=pk, need=(Role.INSPECTOR,))
    revisions.officer(matter.visit, request.user)
    mine = {name: request.POST.get(name, "")[:500] for name in ("value", "number", "remark")}
    with transaction.atomic():
        audit.record(
            "conflict.settled",
            f"检查表第 {number} 项：两部手机填写不一致，保留先送达的一份",
            target=matter,
            actor=request.user,
            about=[matter.visit],
            detail={
                "item": number,
                "set_aside": mine,
                "claimed_at": request.POST.get("claimed_at", "")[:40],
            },
        )
    messages.success(request, f"第 {number} 项保留已登记的内容，您填写的一份记入留痕。")
    return JsonResponse({"done": True})


def _is_known(request: HttpRequest, number: UUID) -> bool:
    try:
        with transaction.atomic():
            FieldDelivery.objects.create(
                id=number,
                user=request.user,
                path=request.path[:200],
                claimed_at=claimed_at(request),
            )
    except IntegrityError:
        return True
    return False


def _now(kwargs: dict[str, Any]) -> dict[str, Any] | None:
    """The answer that stands, for the person to compare with theirs."""
    stored = (
        ChecklistAnswer.objects.filter(visit_matter_id=kwargs["pk"], item__number=kwargs["number"])
        .select_related("answered_by")
        .first()
    )
    if stored is None:
        return None
    number = stored.number.normalize() if stored.number is not None else None
    return {
        "value": stored.value,
        "label": stored.get_value_display(),
        "number": format(number, "f") if number is not None else "",
        "remark": stored.remark,
        "by": stored.answered_by.full_name,
        "at": timezone.localtime(stored.happened_at).strftime("%m-%d %H:%M"),
        "seen": answers.version(stored),
    }
