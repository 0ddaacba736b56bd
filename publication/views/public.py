"""The public site: home, results, matters, plans, notices. Nothing here asks who is reading."""

from typing import Any

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.access import public
from bureau.selectors import rule_settings
from bureau.selectors.paging import keyset
from planning.selectors import draws as draw_reads
from publication.forms.public import ResultFilter, doubt_about
from publication.models import PublicEntry, PublicRecord
from publication.rules import frozen
from publication.rules.plain_words import outcome_sentences
from publication.selectors import entries, followups, indicators, public_draws
from publication.views.public_page import download, page
from registry.models import Matter

Kind = PublicRecord.Kind
NEWS = 7


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "today": today,
        "figures": indicators.of_year(today.year, today),
        "news": _news(),
        "results": entries.of_kind(Kind.RESULT).order_by(*entries.ORDER)[:6],
    }
    return page(request, "public/home.html", context)


@public
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    form = ResultFilter(request.GET or None)
    is_asked = form.is_bound
    usable = not is_asked or form.is_valid()
    filters: dict[str, Any] = form.cleaned_data if is_asked and usable else {}
    rows = entries.results(filters)
    found = keyset(rows, request.GET, order=entries.ORDER) if usable else None
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    context = {"form": form, "page": found, "is_asked": is_asked, "query": query.urlencode()}
    if any(filters.values()) and found is not None:
        context |= _how_many(rows, filters, is_empty=not found.rows)
    return page(request, "public/results.html", context)


def _how_many(rows: Any, filters: dict[str, Any], *, is_empty: bool) -> dict[str, Any]:
    """A bounded count; where nothing matches, what may have been meant."""
    if not is_empty:
        count, is_more = entries.counted(rows)
        return {"count": count, "is_more": is_more}
    query = filters.get("q", "")
    return {"doubt": doubt_about(query), "near": entries.names_like(query)}


@public
@require_safe
def result_detail(request: HttpRequest, pk: str) -> HttpResponse:
    entry = entries.detail(Kind.RESULT, pk)
    content = frozen.thaw(bytes(entry.record.content))
    settings = rule_settings.all_for(entry.authority, timezone.localdate().year)
    context = {
        "entry": entry,
        "content": content,
        "sentences": outcome_sentences(content.get("outcome_codes", [])),
        "older": entries.older_digests(entry) if entry.is_corrected else [],
        "followup": followups.of_result(entry),
        "address": f"{django_settings.PUBLIC_BASE_URL}{request.path}",
        "recheck_days": settings["recheck_workdays"].value,
        "reply_days": settings["reply_workdays"].value,
    }
    return page(request, "public/result_detail.html", context)


@public
@require_safe
def record_file(request: HttpRequest, pk: str) -> HttpResponse:
    """The frozen bytes themselves, the newest version: their SHA-256 is the one shown."""
    entry = get_object_or_404(PublicEntry.objects.select_related("record"), pk=pk)
    return download(
        request, bytes(entry.record.content), name=f"{entry.pk}.json", kind="application/json"
    )


@public
@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """抽查事项清单 (A09)."""
    rows = Matter.objects.in_force().select_related("authority")
    found = keyset(rows, request.GET, order=("authority_id", "code", "id"), size=100)
    lists = entries.of_kind(Kind.MATTER_LIST).select_related("authority", "record")
    context = {"page": found, "lists": lists.order_by("authority__code")[:20]}
    return page(request, "public/matters.html", context)


@public
@require_safe
def matter_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Matter.objects.exclude(state=Matter.State.DRAFT).select_related(
        "authority", "responsible_unit"
    )
    matter = get_object_or_404(rows, pk=pk)
    methods = [str(Matter.Method(m).label) for m in matter.methods if m in Matter.Method]
    return page(request, "public/matter_detail.html", {"matter": matter, "methods": methods})


@public
@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    rows = entries.of_kind(Kind.PLAN).select_related("authority", "record")
    return page(
        request, "public/plans.html", {"page": keyset(rows, request.GET, order=entries.ORDER)}
    )


@public
@require_safe
def plan_detail(request: HttpRequest, pk: str) -> HttpResponse:
    entry = entries.detail(Kind.PLAN, pk)
    context = {
        "entry": entry,
        "content": frozen.thaw(bytes(entry.record.content)),
        "adjustments": [
            {"record": record, "content": frozen.thaw(bytes(record.content))}
            for record in entries.adjustments_of(entry.subject)
        ],
        "older": entries.older_digests(entry),
    }
    return page(request, "public/plan_detail.html", context)


@public
@require_safe
def task_notice(request: HttpRequest, pk: str) -> HttpResponse:
    entry = entries.detail(Kind.TASK_NOTICE, pk)
    content = frozen.thaw(bytes(entry.record.content))
    return page(request, "public/task_notice.html", {"entry": entry, "content": content})


def _news() -> list[dict[str, Any]]:
    """The newest announcements of both kinds, in the order of time; three queries."""
    draws = public_draws.listed().order_by("-locked_at", "-id")[:NEWS]
    notices = entries.of_kind(Kind.TASK_NOTICE).order_by(*entries.ORDER)[:NEWS]
    news = [_draw_news(draw) for draw in draws] + [_notice_news(entry) for entry in notices]
    return sorted(news, key=lambda row: row["at"], reverse=True)[:NEWS]


def _draw_news(draw: Any) -> dict[str, Any]:
    st, word = draw_reads.STATE_WORDS[draw_reads.state_of(draw)]
    return {
        "title": f"{draw.task_name}：{draw.get_kind_display()}",
        "url": reverse("public:draw-detail", kwargs={"number": draw.number}),
        "number": f"{draw.task_text}　第 {draw.n} 次",
        "at": draw.locked_at,
        "st": st,
        "word": word,
    }


def _notice_news(entry: PublicEntry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "url": reverse("public:task-notice", kwargs={"pk": entry.pk}),
        "number": entry.task_number,
        "at": entry.published_at,
        "st": "run",
        "word": "任务公告",
    }
