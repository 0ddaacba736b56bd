"""后续处置 on its way: letters and receipts, checks of material, 立案, escalation, requests and their decision."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch, role_names
from bureau.models import Agency, Role, StoredFile
from bureau.services import documents, files
from bureau.views.downloads import as_pdf
from bureau.views.forms import bound, made, status_of
from inspections.forms.disposal_steps import (
    AskDecisionForm,
    AskForm,
    EscalateForm,
    LetterForm,
    ReceiptForm,
    StepForm,
)
from inspections.models import Disposal, DisposalAsk, DisposalStep
from inspections.rules.disposal_paths import ASK_DECIDERS, DOERS, LETTERS, STAGES, blocked, path_of
from inspections.selectors import disposals as reading
from inspections.selectors import letters as letter_reading
from inspections.services import disposal_asks, disposal_steps, letters

GET_POST = ["GET", "HEAD", "POST"]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DECIDERS = (Role.HEAD, Role.DEPUTY)
ASKS = {
    "extend": "批准后期限改为新的日期，原期限和理由保留。",
    "stop": "批准后处置随即办结，结果写明终止的理由。",
    "judicial": "批准后才能制发移送函。",
}


@access(*DOERS)
@require_http_methods(GET_POST)
def letter(request: HttpRequest, pk: Any) -> HttpResponse:
    """The letter of this measure, shown as it will be before it is numbered and frozen."""
    row = fetch(request, reading.detailed(), pk=pk, need=DOERS)
    if row.measure not in LETTERS:
        raise Http404("这项处置没有文书。")
    today = timezone.localdate()
    start = {"recipient": _recipient(row), "due_on": max(row.due_on, today)}
    form = LetterForm(bound(request), initial=start)
    if request.method == "POST" and form.is_valid():
        found = made(
            form,
            lambda: letters.issue(
                disposal_pk=row.pk,
                recipient=form.cleaned_data["recipient"],
                due_on=form.cleaned_data["due_on"],
                note=form.cleaned_data["note"],
                attachments=form.lines(),
                actor=request.user,
                today=today,
            ),
        )
        if found:
            messages.success(request, f"已制发 {found.number}，可以打印、送达；送达后登记回执。")
            return redirect("inspections:disposal-detail", row.pk)
    return _page(request, row, form, "issue", submit="编号并制发", heading=_letter_title(row))


@access(*DOERS)
@require_http_methods(GET_POST)
def receipt(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.detailed(), pk=pk, need=DOERS)
    form = ReceiptForm(
        bound(request), request.FILES or None, initial={"receipt_on": timezone.localdate()}
    )
    return _do(
        request,
        row,
        form,
        "receipt",
        lambda: letters.receive(
            disposal_pk=row.pk,
            receipt_on=form.cleaned_data["receipt_on"],
            note=form.cleaned_data["note"],
            document=_stored(request, row.authority, form.cleaned_data["upload"]),
            actor=request.user,
            today=timezone.localdate(),
        ),
    )


@access(*DOERS)
@require_http_methods(GET_POST)
def step(request: HttpRequest, pk: Any, action: str) -> HttpResponse:
    """A plain step with its day, words and paper: pass, fail, file, not_file."""
    row = fetch(request, reading.detailed(), pk=pk, need=DOERS)
    if action not in disposal_steps.WORDS:
        raise Http404("没有这一步。")
    form = StepForm(
        bound(request), request.FILES or None, initial={"happened_on": timezone.localdate()}
    )
    form.fields["text"].help_text = disposal_steps.WORDS[DisposalStep.Kind(action)]
    return _do(
        request,
        row,
        form,
        action,
        lambda: disposal_steps.take(
            disposal_pk=row.pk,
            action=action,
            text=form.cleaned_data["text"],
            happened_on=form.cleaned_data["happened_on"],
            document=_stored(request, row.authority, form.cleaned_data["upload"]),
            actor=request.user,
            today=timezone.localdate(),
        ),
    )


@access(*DOERS)
@require_http_methods(GET_POST)
def escalate(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, reading.detailed(), pk=pk, need=DOERS)
    today = timezone.localdate()
    form = EscalateForm(bound(request), row=row, initial={"due_on": today + timedelta(days=30)})
    return _do(
        request,
        row,
        form,
        "escalate",
        lambda: disposal_steps.escalate(
            disposal_pk=row.pk, actor=request.user, today=today, **form.cleaned_data
        ),
    )


@access(*DOERS)
@require_http_methods(GET_POST)
def ask(request: HttpRequest, pk: Any, kind: str) -> HttpResponse:
    row = fetch(request, reading.detailed(), pk=pk, need=DOERS)
    if kind not in ASKS:
        raise Http404("没有这一种申请。")
    form = AskForm(bound(request), kind=kind)
    if request.method == "POST" and form.is_valid():
        found = made(
            form,
            lambda: disposal_asks.ask(
                disposal_pk=row.pk,
                kind=kind,
                actor=request.user,
                today=timezone.localdate(),
                **form.cleaned_data,
            ),
        )
        if found:
            messages.success(request, f"已提交，由{role_names(ASK_DECIDERS[kind])}办理。")
            return redirect("inspections:disposal-detail", row.pk)
    label = dict(DisposalAsk.Kind.choices)[kind]
    return _page(request, row, form, "", heading=f"申请{label}", submit="提交申请", say=ASKS[kind])


@access()
@require_http_methods(GET_POST)
def ask_decide(request: HttpRequest, pk: Any) -> HttpResponse:
    """The request with its reason; the form is there for those who may decide it."""
    rows = DisposalAsk.objects.select_related("disposal", "requested_by", "decided_by")
    found = fetch(request, rows, pk=pk, need=DECIDERS if request.method == "POST" else ())
    row = reading.detailed().get(pk=found.disposal_id)
    form = AskDecisionForm(bound(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and made(
            form,
            lambda: disposal_asks.decide(
                ask_pk=found.pk,
                approve=form.cleaned_data["approve"] == "yes",
                note=form.cleaned_data["note"],
                actor=request.user,
                today=timezone.localdate(),
            ),
        )
    ):
        messages.success(request, "意见已记录，申请人收到通知。")
        return redirect("inspections:disposal-detail", row.pk)
    may = request.user.has_role_at(found.authority_id, *ASK_DECIDERS[found.kind])
    own = found.requested_by_id == request.user.pk
    context = {
        "ask": found,
        "row": row,
        "measure": reading.measure_label(row.measure),
        "form": form if may and not own and found.state == "requested" else None,
        "is_own": own and may,
        "deciders": role_names(ASK_DECIDERS[found.kind]),
        "consequence": ASKS[found.kind],
    }
    return render(request, "inspections/disposal_ask.html", context, status=status_of(form))


@access()
@require_safe
def letter_file(request: HttpRequest, pk: Any, kind: str) -> HttpResponse:
    """The letter as it was frozen: PDF, or Word from the same content."""
    found = fetch(request, letter_reading.rows(), pk=pk)
    if kind not in {"pdf", "docx"}:
        raise Http404("没有这种格式的文件。")
    name = f"letter-{found.kind}-{found.sent_on:%Y%m%d}-{str(found.pk)[-6:]}"
    if kind == "pdf":
        context = letter_reading.context(found)
        return as_pdf(documents.pdf("inspections/documents/letter.html", context), name)
    answer = HttpResponse(letter_reading.as_docx(found.content), content_type=DOCX)
    answer["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    return answer


def _do(
    request: HttpRequest, row: Disposal, form: Any, action: str, act: Callable[[], Any]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and made(form, act):
        messages.success(request, f"{row.number}：已登记。")
        return redirect("inspections:disposal-detail", row.pk)
    return _page(request, row, form, action)


def _page(
    request: HttpRequest,
    row: Disposal,
    form: Any,
    action: str,
    *,
    heading: str = "",
    submit: str = "",
    say: str = "",
) -> HttpResponse:
    transition = path_of(row.measure).find(row.stage, action)
    label = transition.label if transition else ""
    # A form whose step is not ahead says so at once, before anything is typed; what was typed stays on the page.
    problem = blocked(row.measure, row.stage, action) if action and not form.is_bound else None
    context = {
        "row": row,
        "form": form,
        "heading": heading or label or "后续处置",
        "submit": submit or label or "登记",
        "consequence": say
        or (transition.consequence if transition else "")
        or "登记后不能修改，记入处置经过。",
        "problem": problem,
        "stage": STAGES.get(row.stage, row.stage),
        "measure": reading.measure_label(row.measure),
        "back_url": reverse("inspections:disposal-detail", kwargs={"pk": row.pk}),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "inspections/disposal_step.html", context, status=status)


def _letter_title(row: Disposal) -> str:
    return f"制发{dict(letter_reading.KINDS)[LETTERS[row.measure]]}"


def _recipient(row: Disposal) -> str:
    """An order goes to the firm itself, everything else to the responsible office."""
    return row.visit_matter.visit.entity.name if row.measure == "rectify" else row.responsible.name


def _stored(request: HttpRequest, authority: Agency, upload: Any) -> StoredFile | None:
    if not upload:
        return None
    by: Any = request.user
    return files.store(
        upload=upload, name=upload.name, authority=authority, by=by, accept=("image", "pdf")
    )
