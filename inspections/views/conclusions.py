"""Others' conclusions: entrusted, delivered, adopted, withdrawn; shown on the result's page (A62, A100)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bureau.access import access, fetch
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role
from inspections.forms.evidence import ConclusionForm, EntrustForm, PaperForm, ReasonForm
from inspections.models import VisitMatter
from inspections.selectors import records
from inspections.selectors import sources as reading
from inspections.services import conclusions
from inspections.services.conclusions import Paper
from inspections.views.field import FORM

HANDLERS = (Role.INSPECTOR, Role.COORDINATOR, Role.ORGANISER)


@access(*HANDLERS)
@require_http_methods(FORM)
def entrust(request: HttpRequest, pk: Any) -> HttpResponse:
    matter = fetch(request, records.matters(), pk=pk, need=HANDLERS)
    today = timezone.localdate()
    form = EntrustForm(
        request.POST or None, supervisors=reading.supervisors(matter.authority, today)
    )
    if request.method == "POST" and form.is_valid():
        try:
            conclusions.entrust(
                visit_matter_pk=matter.pk, actor=request.user, today=today, **form.cleaned_data
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "委托已登记，出具后请登记结论。")
            return redirect("inspections:outcome-detail", pk=matter.pk)
    told = "受委托机构只提供专业辅助，检查和认定由检查人员作出；监督人员对委托的工作负责监督。"
    return _step(request, matter, form, "委托第三方", told)


@access(*HANDLERS)
@require_http_methods(FORM)
def adopt(request: HttpRequest, pk: Any) -> HttpResponse:
    matter = fetch(request, records.matters(), pk=pk, need=HANDLERS)
    form = ConclusionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            conclusions.adopt(
                visit_matter_pk=matter.pk,
                actor=request.user,
                source=form.cleaned_data["source"],
                issuer=form.cleaned_data["issuer"],
                paper=_paper(form),
                today=timezone.localdate(),
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "结论已登记。")
            return redirect("inspections:outcome-detail", pk=matter.pk)
    told = "其他部门的检查结论、司法文书和专业意见作为本次检查的依据，文书原样保存。"
    return _step(request, matter, form, "采用其他结论", told)


@access(*HANDLERS)
@require_http_methods(FORM)
def deliver(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.conclusions(), pk=pk, need=HANDLERS)
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            conclusions.deliver(
                conclusion_pk=row.pk,
                actor=request.user,
                paper=_paper(form),
                today=timezone.localdate(),
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "出具的结论已登记。")
            return redirect("inspections:outcome-detail", pk=row.visit_matter_id)
    return _step(request, row.visit_matter, form, "登记出具的结论", f"{row.issuer}：{row.service}")


@access(*HANDLERS)
@require_http_methods(FORM)
def withdraw(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.conclusions(), pk=pk, need=HANDLERS)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        conclusions.withdraw(conclusion_pk=row.pk, actor=request.user, **form.cleaned_data)
        messages.success(request, "已登记不再采用。")
        return redirect("inspections:outcome-detail", pk=row.visit_matter_id)
    return _step(
        request, row.visit_matter, form, "不再采用", f"{row}：文书仍然保存，不再作为依据。"
    )


def _paper(form: Any) -> Paper:
    given = form.cleaned_data
    return Paper(
        text=given["text"],
        issued_on=given["issued_on"],
        file=given["file"],
        file_name=given["file"].name,
        document_number=given["document_number"],
    )


def _step(
    request: HttpRequest, matter: VisitMatter, form: Any, heading: str, consequence: str
) -> HttpResponse:
    context = {
        "heading": heading,
        "consequence": consequence,
        "form": form,
        "submit": heading,
        "visit": matter.visit,
        "subject": matter.matter.name,
        "back_url": reverse("inspections:outcome-detail", args=[matter.pk]),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "inspections/source_step.html", context, status=status)
