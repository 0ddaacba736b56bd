"""预查比对: the sheet to fill in, and printed (A63)."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.models import Role
from bureau.services import documents, wordings
from bureau.views.downloads import as_pdf
from bureau.views.forms import bound, done, status_of
from inspections.forms.precheck import PreCheckForm
from inspections.models import TeamMember, Visit
from inspections.rules.forms_before import PRECHECK_FORM
from inspections.rules.processes import VISIT
from inspections.selectors import precheck as reading
from inspections.services import disclosure, prechecks

ROWS = Visit.objects.select_related("entity", "unit", "authority").prefetch_related("matters__task")
OFFICERS = (TeamMember.Part.LEADER, TeamMember.Part.MEMBER)


@access()
@require_http_methods(["GET", "HEAD", "POST"])
def precheck(request: HttpRequest, pk: Any) -> HttpResponse:
    need = (Role.INSPECTOR,) if request.method == "POST" else ()
    visit = fetch(request, ROWS.all(), pk=pk, need=need)
    disclosure.look(visit=visit, actor=request.user, now=timezone.now())
    today = timezone.localdate()
    sheet = reading.of(visit, today)
    form = PreCheckForm(bound(request), sheet=sheet)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: prechecks.save(
                visit=visit,
                actor=request.user,
                results=form.results(),
                methods=form.methods(),
                bring=form.cleaned_data["bring"],
                seen=form.cleaned_data["seen"] or 0,
                finish=form.cleaned_data["finish"],
                today=today,
            ),
        )
    ):
        messages.success(
            request, "预查比对已完成。" if form.cleaned_data["finish"] else "已保存，可以接着比对。"
        )
        return redirect("inspections:precheck", visit.pk)
    context = {
        "visit": visit,
        "sheet": sheet,
        "form": form,
        "wording": wordings.of(PRECHECK_FORM.key, visit.authority),
        "may_fill": VISIT.find(visit.state, "precheck") is not None
        and visit.team.filter(
            is_current=True, part__in=OFFICERS, inspector__user=request.user
        ).exists(),
    }
    return render(request, "inspections/precheck.html", context, status=status_of(form))


@access()
@require_safe
def precheck_pdf(request: HttpRequest, pk: Any) -> HttpResponse:
    """As it was finished; before, as it stands."""
    visit = fetch(request, ROWS.all(), pk=pk)
    disclosure.look(visit=visit, actor=request.user, now=timezone.now())
    sheet = reading.of(visit, timezone.localdate())
    content = sheet.row.content if sheet.row and sheet.row.done_at else None
    if content is None:
        content = reading.printed(sheet) | {
            "form": wordings.of(PRECHECK_FORM.key, visit.authority),
            "done_by": "",
            "done_at": "",
        }
    shown = content | {
        "window_from": date.fromisoformat(content["window_from"]),
        "window_to": date.fromisoformat(content["window_to"]),
        "done_at": datetime.fromisoformat(content["done_at"]) if content["done_at"] else None,
    }
    pdf = documents.pdf("inspections/documents/precheck.html", {"sheet": shown})
    return as_pdf(pdf, f"precheck-{visit.number}")
