"""扫码入企、亮码入企, and how to get there: pages of the phone; the firm's printed code; the list of late entries (A98)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role
from bureau.selectors.paging import keyset
from bureau.services import documents
from bureau.views.downloads import as_pdf
from inspections.forms.entry import EntryForm, LateEntryForm, RouteForm
from inspections.models import EntryLog, FirmCode
from inspections.selectors import fieldwork as reading
from inspections.selectors import on_site as seeing
from inspections.selectors.documents import check_url
from inspections.services import entries
from inspections.services.entries import CODE_KEEPERS, LATE_READERS
from inspections.views.delivery import claimed_at, delivered_once, page
from inspections.views.field import FORM, own_visit
from registry.models import Listing


@access(Role.INSPECTOR)
@require_safe
def scan(request: HttpRequest, token: str) -> HttpResponse:
    """Where the firm's printed code leads: the open visit there, ready to be entered."""
    code = FirmCode.objects.filter(token=token[:32]).first()
    if code is None:
        raise Http404("没有这个企业码。")
    visits = [
        visit
        for visit in reading.today_for(request.user, timezone.localdate())
        if visit.entity_id == code.entity_id and visit.state in entries.AT_THE_DOOR
    ]
    form = EntryForm(initial={"way": EntryLog.Way.SCANNED, "token": token})
    context = {"visits": visits, "form": form, "is_scan": True}
    return render(request, "inspections/field_scan.html", context)


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def entry(request: HttpRequest, pk: Any) -> HttpResponse:
    """Shows our code for the firm to scan; takes the entry, by that or by the firm's code."""
    row, member = own_visit(request, pk)
    form = EntryForm(request.POST or None, initial={"way": EntryLog.Way.SHOWN})
    if request.method == "POST" and form.is_valid():
        try:
            logged = entries.enter(
                visit_pk=row.pk,
                actor=request.user,
                way=form.cleaned_data["way"],
                token=form.cleaned_data["token"],
                happened_at=claimed_at(request),
                place=form.place(),
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            at = f"{timezone.localtime(logged.happened_at):%H:%M}"
            messages.success(request, f"已登记 {at} 进入（{logged.get_way_display()}）。")
            return redirect("inspections:field-visit", pk=row.pk)
    notice = getattr(row, "notice", None)
    context = {
        "visit": row,
        "member": member,
        "form": form,
        "notice": notice,
        "check_url": check_url(notice.token) if notice else "",
    }
    return page(request, "inspections/field_entry.html", context, form)


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def late(request: HttpRequest, pk: Any) -> HttpResponse:
    row, _ = own_visit(request, pk)
    initial = {"happened_at": row.started_at and timezone.localtime(row.started_at)}
    form = LateEntryForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            entries.enter_late(visit_pk=row.pk, actor=request.user, **form.cleaned_data)
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已补录进入时间，标为事后补录，考核员可以看到。")
            return redirect("inspections:field-visit", pk=row.pk)
    return page(request, "inspections/field_late.html", {"visit": row, "form": form}, form)


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def route(request: HttpRequest, pk: Any) -> HttpResponse:
    row, _ = own_visit(request, pk)
    known = seeing.route_to(row)
    form = RouteForm(request.POST or None, initial={"text": known.text if known else ""})
    if request.method == "POST" and form.is_valid():
        entries.note_route(visit_pk=row.pk, actor=request.user, text=form.cleaned_data["text"])
        messages.success(request, "已记下怎么去，下一次检查的人能看到。")
        return redirect("inspections:field-visit", pk=row.pk)
    context = {"visit": row, "form": form, "known": known}
    return page(request, "inspections/field_route.html", context, form)


@access(*CODE_KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def firm_code(request: HttpRequest, pk: int) -> HttpResponse:
    """The firm's code: made once, printed as often as it is lost."""
    listing = _listing(request, pk)
    if request.method == "POST":
        entries.code_of(listing=listing, actor=request.user)
        messages.success(request, "企业码已制作，请打印后交企业张贴在入口处。")
        return redirect("inspections:firm-code", pk=listing.pk)
    code = FirmCode.objects.filter(entity=listing.entity).first()
    context = {
        "listing": listing,
        "code": code,
        "scan_url": _scan_url(request, code) if code else "",
    }
    return render(request, "inspections/firm_code.html", context)


@access(*CODE_KEEPERS)
@require_safe
def firm_code_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    listing = _listing(request, pk)
    code = FirmCode.objects.filter(entity=listing.entity).first()
    if code is None:
        raise Http404("这家单位还没有制作企业码。")
    context = {"listing": listing, "code": code, "scan_url": _scan_url(request, code)}
    return as_pdf(
        documents.pdf("inspections/documents/firm_code.html", context), f"firm-code-{listing.pk}"
    )


@access(*LATE_READERS)
@require_safe
def late_entries(request: HttpRequest) -> HttpResponse:
    rows = keyset(seeing.late_entries(request.user), request.GET, order=("-happened_at", "-id"))
    return render(request, "inspections/late_entries.html", {"page": rows})


def _listing(request: HttpRequest, pk: int) -> Listing:
    rows = Listing.objects.select_related("entity", "authority", "unit")
    return fetch(request, rows, pk=pk, need=CODE_KEEPERS)


def _scan_url(request: HttpRequest, code: FirmCode) -> str:
    return request.build_absolute_uri(reverse("inspections:field-scan", args=[code.token]))
