"""现场检查 on a phone: today, one visit, arrival, checklist item by item, evidence, signature, end."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.ids import uuid7
from bureau.models import Role, StoredFile, User
from bureau.rules.workdays import Calendar
from bureau.selectors import calendar
from bureau.services import files
from inspections.forms.fieldwork import (
    AnswerForm,
    ArriveForm,
    EvidenceForm,
    FinishForm,
    PartyForm,
    StartForm,
    TrimForm,
)
from inspections.models import TeamMember, Visit, VisitMatter
from inspections.rules.answers import STEPS
from inspections.rules.places import Place
from inspections.rules.processes import VISIT
from inspections.selectors import fieldwork as reading
from inspections.selectors import lacking, party_text, precheck_state, records
from inspections.selectors import on_site as seeing
from inspections.services import answers, arrivals, disclosure, finishing, on_site, party, revisions
from inspections.services import evidence as materials
from inspections.views.delivery import claimed_at, delivered_once, page, seen_by

FORM = ["GET", "HEAD", "POST"]


def own_visit(request: HttpRequest, pk: Any) -> tuple[Visit, TeamMember]:
    """A visit in whose team the person is; 404 outside the scope, Forbidden for other teams' visits."""
    rows = Visit.objects.select_related("entity", "unit", "authority", "order")
    visit = fetch(request, rows, pk=pk, need=(Role.INSPECTOR,))
    member = revisions.officer(visit, request.user)
    disclosure.require_known(visit, request.user, timezone.now())
    return visit, member


def own_matter(request: HttpRequest, pk: Any) -> tuple[VisitMatter, Visit]:
    rows = VisitMatter.objects.select_related("matter", "checklist", "task", "authority")
    matter = fetch(request, rows, pk=pk, need=(Role.INSPECTOR,))
    matter.visit, _ = own_visit(request, matter.visit_id)
    return matter, matter.visit


@access(Role.INSPECTOR)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    day = timezone.localdate()
    visits, days = reading.today_for(request.user, day), calendar.calendar()
    routes, paused = seeing.routes_to(visits), seeing.open_pauses(visits)
    rows = sorted((_today_row(visit, day, days) for visit in visits), key=_nearest)
    context = {
        "day": day,
        "rows": [
            (*row, routes.get((row[0].entity_id, row[0].authority_id)), paused.get(row[0].pk))
            for row in rows
        ],
        "coming": reading.coming_for(request.user, day),
    }
    return render(request, "inspections/field_today.html", context)


@access(Role.INSPECTOR)
@require_safe
def visit(request: HttpRequest, pk: Any) -> HttpResponse:
    row, member = own_visit(request, pk)
    return render(request, "inspections/field_visit.html", _visit_page(row, member, request.user))


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def arrive(request: HttpRequest, pk: Any) -> HttpResponse:
    """One confirms one's own presence."""
    row, member = own_visit(request, pk)
    form = ArriveForm(request.POST or None, initial={"happened_at": timezone.localtime()})
    if request.method == "POST" and form.is_valid():
        try:
            moved = arrivals.arrive(
                visit_pk=row.pk,
                actor=request.user,
                happened_at=form.cleaned_data["happened_at"],
                certificates_shown=form.cleaned_data["certificates_shown"],
                place=form.place(),
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            begun = moved.state == Visit.State.IN_PROGRESS
            messages.success(
                request,
                "已确认到场，检查开始。" if begun else "已确认您到场，还须另一名检查人员确认。",
            )
            return redirect("inspections:field-visit", pk=row.pk)
    context = {"visit": row, "member": member, "form": form}
    return page(request, "inspections/field_arrive.html", context, form)


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def start(request: HttpRequest, pk: Any) -> HttpResponse:
    """The leader records who is there."""
    row, member = own_visit(request, pk)
    officers = reading.officers(row)
    form = StartForm(
        request.POST or None,
        officers=officers,
        initial={"happened_at": timezone.localtime(), "present": [m.pk for m in officers]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            arrivals.start(
                visit_pk=row.pk,
                actor=request.user,
                present=form.cleaned_data["present"],
                happened_at=form.cleaned_data["happened_at"],
                certificates_shown=form.cleaned_data["certificates_shown"],
                place=form.place(),
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已登记到场，检查开始。请出示执法证，送达检查通知书。")
            return redirect("inspections:field-visit", pk=row.pk)
    context = {"visit": row, "member": member, "form": form}
    return page(request, "inspections/field_start.html", context, form)


@access(Role.INSPECTOR)
@require_safe
def checklist(request: HttpRequest, pk: Any) -> HttpResponse:
    matter, row = own_matter(request, pk)
    sheet = reading.sheet(matter)
    context = {"visit": row, "sheet": sheet, "next_line": sheet.next_line}
    return render(request, "inspections/field_checklist.html", context)


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def item(request: HttpRequest, pk: Any, number: int) -> HttpResponse:
    matter, row = own_matter(request, pk)
    sheet = reading.sheet(matter)
    line = next((line for line in sheet.lines if line.item.number == number), None)
    if line is None:
        raise Http404("检查表没有这一项。")
    form = AnswerForm(request.POST or None, request.FILES or None, initial=_initial(line))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        given["seen"] = seen_by(request, line.answer, given["seen"])
        try:
            answers.give(
                visit_matter_pk=matter.pk,
                item_number=number,
                actor=request.user,
                happened_at=claimed_at(request),
                place=form.place(),
                **{
                    name: given[name]
                    for name in ("value", "number", "remark", "photos", "key", "seen")
                },
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            following = reading.sheet(matter).next_after(number)
            if following == number:
                messages.warning(request, f"第 {number} 项已保存，还差照片，请拍照后再保存。")
            if following is None:
                messages.success(request, f"“{matter.matter.name}”的检查表已全部填写。")
                return redirect("inspections:field-visit", pk=row.pk)
            return redirect("inspections:field-item", pk=matter.pk, number=following)
    numbers = [one.item.number for one in sheet.lines]
    context = {
        "visit": row,
        "sheet": sheet,
        "line": line,
        "form": form,
        "previous": max((n for n in numbers if n < number), default=None),
        "is_open": matter.state in reading.OPEN_STATES,
    }
    return page(request, "inspections/field_item.html", context, form)


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def evidence(request: HttpRequest, pk: Any) -> HttpResponse:
    row, _ = own_visit(request, pk)
    form = EvidenceForm(request.POST or None, request.FILES or None, sheets=reading.sheets(row))
    if request.method == "POST" and form.is_valid():
        try:
            added = materials.add(
                visit_pk=row.pk,
                actor=request.user,
                uploads=form.cleaned_data["files"],
                kind=form.cleaned_data["kind"],
                happened_at=claimed_at(request),
                note=form.cleaned_data["note"],
                place=form.place(),
                **form.link(),
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已上传 {len(added)} 件材料，指纹已登记。")
            return redirect("inspections:field-evidence", pk=row.pk)
    context = {"visit": row, "form": form, "evidence": records.evidence_of_visit(row.pk)}
    return page(request, "inspections/field_evidence.html", context, form)


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def signature(request: HttpRequest, pk: Any) -> HttpResponse:
    """The party's signature, on paper and photographed or on glass, or the refusal."""
    row, _ = own_visit(request, pk)
    names = {"signed": "party_signed", "opinion": "party_opinion"}
    initial = {
        n: getattr(row, names.get(n, n))
        for n in PartyForm.base_fields
        if hasattr(row, names.get(n, n))
    }
    form = PartyForm(request.POST or None, request.FILES or None, initial=initial)
    sheets = reading.sheets(row)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            party.sign(
                visit_pk=row.pk,
                actor=request.user,
                happened_at=claimed_at(request),
                place=form.place(),
                stroke=form.stroke(),
                **{
                    n: given[n]
                    for n in ("signed", "opinion", "refusal_note", "witness_name", "pages")
                },
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "已登记当事人签字情况。")
            return redirect("inspections:field-visit", pk=row.pk)
    context = {
        "visit": row,
        "form": form,
        "shown": party_text.lines(row, sheets),
        "opinion_line": party_text.opinion_line(row.party_opinion),
        "glass": party_text.latest(row),
    }
    return page(request, "inspections/field_signature.html", context, form)


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def finish(request: HttpRequest, pk: Any) -> HttpResponse:
    row, member = own_visit(request, pk)
    form = FinishForm(request.POST or None, initial={"happened_at": timezone.localtime()})
    if request.method == "POST" and form.is_valid():
        try:
            finishing.finish(
                visit_pk=row.pk, actor=request.user, happened_at=form.cleaned_data["happened_at"]
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "检查已结束，公示期限开始计算。请录入检查结果。")
            return redirect("inspections:field-visit", pk=row.pk)
    sheets = reading.sheets(row)
    context = {
        "visit": row,
        "member": member,
        "form": form,
        "missing": lacking.missing(row, sheets),
        "unfinished": next((sheet for sheet in sheets if sheet.next_line), None),
    }
    return page(request, "inspections/field_finish.html", context, form)


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def trim(request: HttpRequest, pk: Any) -> HttpResponse:
    row, member = own_visit(request, pk)
    form = TrimForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        finishing.trim(visit_pk=row.pk, actor=request.user, **form.cleaned_data)
        messages.success(request, "已记下程序删减的情况。")
        return redirect("inspections:field-visit", pk=row.pk)
    context = {"visit": row, "member": member, "form": form}
    return page(request, "inspections/field_trim.html", context, form)


@access()
@require_safe
def thumbnail(request: HttpRequest, pk: Any) -> HttpResponse:
    """A small copy of a stored photo: the whole one is too heavy for a phone's list."""
    row = fetch(request, StoredFile.objects.all(), pk=pk)
    if not row.kind.startswith("image/"):
        raise Http404("这份材料不是照片。")
    key = f"thumbnail:{row.sha256}"
    small = cache.get(key)
    if small is None:
        small = files.reencoded_image(files.read(row), longest=320)
        cache.set(key, small, 3600)
    response = HttpResponse(small, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _today_row(row: Visit, day: date, days: Calendar) -> tuple[Any, ...]:
    """The visit, its shape, and what is due: the visit, or once it has ended its publication."""
    lead, on = "检查期限", row.window_to
    if row.state == Visit.State.FINISHED:
        open_on = [m.due_on for m in row.matters.all() if m.due_on and m.state not in records.FINAL]
        lead, on = ("公示期限", min(open_on)) if open_on else (lead, on)
    return row, VISIT.css[row.state], lead, calendar.due(on, day, known=days), on


def _nearest(row: tuple[Any, ...]) -> tuple[bool, int]:
    """The one under way first, then by what is left: the latest on top."""
    visit, _, _, due, _ = row
    return visit.state != Visit.State.IN_PROGRESS, due.days_left if due else 10_000


def _initial(line: reading.Line) -> dict[str, Any]:
    stored = line.answer
    fresh = {"key": uuid7(), "seen": answers.version(stored)}
    if stored is None:
        return fresh
    number = stored.number.normalize() if stored.number is not None else None
    shown = format(number, "f") if number is not None else ""
    return fresh | {"value": stored.value, "number": shown, "remark": stored.remark}


def _visit_page(row: Visit, member: TeamMember, user: User) -> dict[str, Any]:
    day, seen = timezone.localdate(), seeing.of_visit(row)
    sheets = reading.sheets(row)
    officers = reading.officers(row)
    evidence = records.evidence_of_visit(row.pk)
    moments = (row.started_at, row.started_recorded_at), (row.ended_at, row.ended_recorded_at)
    return {
        "visit": row,
        "member": member,
        "is_leader": member.part == TeamMember.Part.LEADER,
        "css": VISIT.css[row.state],
        "officers": officers,
        "is_somebody_absent": any(m.present_at is None for m in officers),
        "experts": reading.experts(row),
        "notice": getattr(row, "notice", None),
        "precheck": precheck_state.card(row),
        "precheck_required": precheck_state.is_required(row),
        "due": calendar.due(row.window_to, day),
        "unfinished": next((sheet for sheet in sheets if sheet.next_line), None),
        "sheets": [(sheet, calendar.due(sheet.matter.due_on, day)) for sheet in sheets],
        "answered": sum(sheet.answered for sheet in sheets),
        "asked": sum(len(sheet.lines) for sheet in sheets),
        "evidence": evidence,
        "missing": lacking.missing(row, sheets) if row.state == Visit.State.IN_PROGRESS else [],
        "trimmed": [(STEPS.get(step, step), why) for step, why in row.trimmed_steps.items()],
        "entered_late": [on_site.is_entered_late(row, *pair) for pair in moments],
        "place": Place(row.latitude, row.longitude),
        "on_site": seen,
        "my_entry": next(
            (one for one in seen.entries if one.by_id == user.pk and one.on == day), None
        ),
    }
