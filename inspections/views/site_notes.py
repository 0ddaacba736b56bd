"""现场检查笔录 on the phone, and as a PDF (A65, A66)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role
from bureau.services import documents
from bureau.views.downloads import as_pdf
from inspections.forms.evidence import NoteForm, NoteSignedForm
from inspections.models import Visit
from inspections.selectors import site_notes as reading
from inspections.services import disclosure, site_notes
from inspections.views.delivery import claimed_at, delivered_once, page
from inspections.views.field import FORM, own_visit


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def note(request: HttpRequest, pk: Any) -> HttpResponse:
    """The recorder's words beside what the system already knows."""
    row, _ = own_visit(request, pk)
    stored = reading.existing(row)
    initial = {
        "text": stored.text if stored else "",
        "place": (stored.place if stored else "") or row.place or row.entity.address,
        "party": stored.party if stored else "",
        "seen": stored.revision if stored else 0,
    }
    form = NoteForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            site_notes.write(
                visit_pk=row.pk,
                actor=request.user,
                happened_at=claimed_at(request),
                **form.cleaned_data,
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "笔录已保存。打印或当面出示，请当事人看过后签字。")
            return redirect("inspections:field-note", pk=row.pk)
    context = {"visit": row, "form": form, "stored": stored, "note": reading.shown(row, stored)}
    return page(request, "inspections/field_note.html", context, form)


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def sign(request: HttpRequest, pk: Any) -> HttpResponse:
    """The signed page photographed, or the refusal; then the record stays as it is."""
    row, _ = own_visit(request, pk)
    stored = reading.existing(row)
    content = reading.compose(row, stored)
    form = NoteSignedForm(
        request.POST or None, request.FILES or None, initial={"seen": reading.digest(content)}
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            site_notes.freeze(
                visit_pk=row.pk,
                actor=request.user,
                signed=given["signed"],
                seen=given["seen"],
                happened_at=claimed_at(request),
                pages=given["pages"],
                place=form.place(),
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "笔录已固定，以后不能更改。")
            return redirect("inspections:field-note", pk=row.pk)
    context = {"visit": row, "form": form, "stored": stored, "note": content}
    return page(request, "inspections/field_note_sign.html", context, form)


@access()
@require_safe
def note_pdf(request: HttpRequest, pk: Any) -> HttpResponse:
    """Frozen once signed, else as it reads now."""
    row = fetch(request, Visit.objects.select_related("entity", "unit", "authority"), pk=pk)
    disclosure.look(visit=row, actor=request.user, now=timezone.now())
    content = reading.shown(row, reading.existing(row))
    made = documents.pdf("inspections/documents/site_note.html", {"note": content})
    return as_pdf(made, f"note-{row.number}")
