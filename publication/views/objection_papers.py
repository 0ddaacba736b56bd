"""Papers of an objection at the desk: taken up or not, material of the applicant, files, delivery (A82, A83)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.models import Agency, Role, StoredFile
from bureau.services import documents, files
from bureau.views.downloads import as_pdf
from bureau.views.forms import bound, done, status_of
from publication.forms.desk import AttachForm, DeclineForm, PaperDeliveryForm
from publication.models import Objection
from publication.rules.processes import OBJECTION
from publication.selectors import objection_papers as reading
from publication.selectors import objections as reads
from publication.services import objection_papers, objections

RECEIVERS = (Role.PUBLISHER, Role.COORDINATOR)
GET_POST = ["GET", "HEAD", "POST"]
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def stored(request: HttpRequest, authority: Agency, uploads: list[Any]) -> list[StoredFile]:
    """The uploads, checked by content. Raises RuleError naming the file."""
    by: Any = request.user
    return [
        files.store(upload=one, name=one.name, authority=authority, by=by, accept=("image", "pdf"))
        for one in uploads
    ]


@access(*RECEIVERS)
@require_http_methods(GET_POST)
def accept(request: HttpRequest, pk: str) -> HttpResponse:
    row = fetch(request, reads.rows(), pk=pk, need=RECEIVERS)
    if request.method == "POST":
        objections.accept(objection=pk, actor=request.user, today=timezone.localdate())
        messages.success(request, "已受理，受理通知书可以打印送达。")
        return redirect("publication:objection-detail", pk=pk)
    return _page(request, row, None, "accept")


@access(*RECEIVERS)
@require_http_methods(GET_POST)
def decline(request: HttpRequest, pk: str) -> HttpResponse:
    row = fetch(request, reads.rows(), pk=pk, need=RECEIVERS)
    form = DeclineForm(bound(request))
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: objections.decline(
                objection=pk,
                reason=form.cleaned_data["reason"],
                actor=request.user,
                today=timezone.localdate(),
            ),
        )
    ):
        messages.success(request, "已办结，不予受理告知书可以打印送达。")
        return redirect("publication:objection-detail", pk=pk)
    return _page(request, row, form, "decline")


@access(*RECEIVERS)
@require_http_methods(GET_POST)
def attach(request: HttpRequest, pk: str) -> HttpResponse:
    row = fetch(request, reads.rows(), pk=pk, need=RECEIVERS)
    form = AttachForm(bound(request), request.FILES or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: objections.attach(
                objection=pk,
                files=stored(request, row.authority, form.cleaned_data["files"]),
                actor=request.user,
            ),
        )
    ):
        messages.success(request, "材料已附上。")
        return redirect("publication:objection-detail", pk=pk)
    return _page(request, row, form, "", "附申请人材料", "附上后不能取下。")


@access()
@require_safe
def paper_file(request: HttpRequest, pk: str, kind: str) -> HttpResponse:
    """The paper as it was frozen: PDF, or Word from the same content."""
    paper = fetch(request, reading.rows(), pk=pk)
    if kind not in {"pdf", "docx"}:
        raise Http404("没有这种格式的文件。")
    name = f"objection-{paper.kind}-{paper.issued_on:%Y%m%d}-{str(paper.pk)[-6:]}"
    if kind == "pdf":
        context = reading.context(paper)
        return as_pdf(documents.pdf("publication/documents/objection_paper.html", context), name)
    answer = HttpResponse(reading.as_docx(paper.content), content_type=DOCX)
    answer["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    return answer


@access(*RECEIVERS)
@require_http_methods(GET_POST)
def paper_deliver(request: HttpRequest, pk: str) -> HttpResponse:
    paper = fetch(request, reading.rows(), pk=pk, need=RECEIVERS)
    form = PaperDeliveryForm(bound(request), initial={"delivered_on": timezone.localdate()})
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            lambda: objection_papers.deliver(
                paper_pk=paper.pk,
                actor=request.user,
                today=timezone.localdate(),
                **form.cleaned_data,
            ),
        )
    ):
        messages.success(request, f"{paper.number} 的送达已登记。")
        return redirect("publication:objection-detail", pk=paper.objection_id)
    row = reads.rows().get(pk=paper.objection_id)
    heading = f"登记送达：{paper.get_kind_display()}"
    return _page(request, row, form, "", heading, f"{paper.number}，登记后不能修改。")


def _page(
    request: HttpRequest, row: Objection, form: Any, action: str, heading: str = "", say: str = ""
) -> HttpResponse:
    step = OBJECTION.find("received", action)
    context = {
        "form": form,
        "row": row,
        "step": step or {"label": heading, "consequence": say},
        "heading": step.label if step else heading,
    }
    status = status_of(form) if form is not None else 200
    return render(request, "publication/objection_step.html", context, status=status)
