"""Import pages: batches, upload, preview, rows, write, drop; template and error workbook."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import RuleError
from bureau.models import Agency, Job
from bureau.selectors import trail
from bureau.selectors.paging import keyset
from registry.forms.imports import CommitForm, RowFilter, UploadForm
from registry.models import ImportBatch, ImportRow
from registry.rules.columns import ImportKind
from registry.selectors import imports as selectors
from registry.services import imports
from registry.services.imports import workbooks

ROLES = imports.ROLES


@access()
@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    page = keyset(selectors.batches(request.user), request.GET)
    context = {
        "page": page,
        "may_upload": request.user.has_role(*ROLES),
        "kinds": ImportBatch.Kind.choices,
        "crumbs": [("一单两库", reverse("registry:entity-list")), ("导入", "")],
    }
    return render(request, "registry/import_list.html", context)


@access(*ROLES)
@require_http_methods(["GET", "POST"])
def import_upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        initial={"kind": request.GET.get("kind", "entities")},
    )
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            batch = imports.receive(
                kind=form.cleaned_data["kind"],
                upload=upload,
                name=upload.name,
                authority=_authority(request),
                actor=request.user,
            )
            return redirect("registry:import-detail", batch.pk)
        except RuleError as refusal:
            form.add_error("file", refusal.message)
    context = {
        "form": form,
        "kinds": ImportBatch.Kind.choices,
        "crumbs": _crumbs("上传"),
    }
    return render(request, "registry/import_form.html", context, status=_status(form))


@access()
@require_safe
def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    try:
        wanted = ImportKind(kind)
    except ValueError:
        raise Http404("没有这种导入模板。") from None
    content = workbooks.template(wanted, _authority(request))
    return _workbook(content, f"{ImportBatch.Kind(kind).label}导入模板.xlsx")


@access()
@require_safe
def import_detail(request: HttpRequest, pk: str) -> HttpResponse:
    batch = _batch(request, pk)
    context: dict[str, Any] = {
        "batch": batch,
        "crumbs": _crumbs("导入预览"),
        "steps": _steps(batch),
        "may_act": _may_act(request, batch),
        "is_open": batch.state == ImportBatch.State.STAGED,
        "busy": imports.is_busy(batch),
        "to_write": batch.new + batch.changed,
        "events": trail.of(batch),
        "outcome": imports.importer_of(batch.kind).outcome(batch),
    }
    if batch.state in {"staged", "committed", "dropped"}:
        context |= _preview(request, batch)
    return render(request, "registry/import_detail.html", context)


@access()
@require_safe
def import_rows(request: HttpRequest, pk: str) -> HttpResponse:
    batch = _batch(request, pk)
    form = RowFilter(request.GET)
    filters = form.cleaned_data if form.is_valid() else {}
    page = keyset(selectors.rows(batch, **filters), request.GET, order="id")
    values = selectors.Values.of(batch.kind, batch.authority)
    context = {
        "batch": batch,
        "form": form,
        "page": page,
        "rows": [_shown_row(row, values) for row in page.rows],
        "crumbs": _crumbs("逐行查看", ("导入预览", reverse("registry:import-detail", args=[pk]))),
    }
    return render(request, "registry/import_rows.html", context)


@access(*ROLES)
@require_http_methods(["GET", "POST"])
def import_commit(request: HttpRequest, pk: str) -> HttpResponse:
    batch = _batch(request, pk, need=ROLES)
    if request.method == "GET" and batch.state != ImportBatch.State.STAGED:
        return redirect("registry:import-detail", batch.pk)
    form = CommitForm(request.POST if request.method == "POST" else None, batch=batch)
    if request.method == "POST" and form.is_valid():
        try:
            job = imports.start_commit(
                batch=batch,
                skip_errors=form.cleaned_data.get("skip_errors", False),
                actor=request.user,
            )
            return _after_job(request, batch, job)
        except RuleError as refusal:
            if refusal.status != 422:
                raise
            form.add_error(None, refusal.message)
    context = {
        "batch": batch,
        "form": form,
        "crumbs": _crumbs("写入", ("导入预览", reverse("registry:import-detail", args=[pk]))),
    } | _consequence(batch)
    return render(request, "registry/import_commit.html", context, status=_status(form))


@access(*ROLES)
@require_POST
def import_drop(request: HttpRequest, pk: str) -> HttpResponse:
    batch = imports.drop(batch=_batch(request, pk, need=ROLES), actor=request.user)
    place = imports.importer_of(batch.kind).place
    messages.success(request, f"已放弃“{batch.file.name}”，{place}没有改动。")
    return redirect("registry:import-detail", batch.pk)


@access(*ROLES)
@require_POST
def import_restage(request: HttpRequest, pk: str) -> HttpResponse:
    batch = imports.restage(batch=_batch(request, pk, need=ROLES), actor=request.user)
    return redirect("registry:import-detail", batch.pk)


@access()
@require_safe
def import_errors(request: HttpRequest, pk: str) -> HttpResponse:
    batch = _batch(request, pk)
    stem = batch.file.name.rsplit(".", 1)[0]
    return _workbook(workbooks.errors(batch), f"{stem}_错误清单.xlsx")


def _batch(request: HttpRequest, pk: str, need: tuple[str, ...] = ()) -> ImportBatch:
    rows = ImportBatch.objects.select_related(
        "authority__region", "file", "job", "uploaded_by", "committed_by"
    )
    return fetch(request, rows, pk=pk, need=need)


def _authority(request: HttpRequest) -> Agency:
    """Where the person keeps a pool; readers get their own bureau's template."""
    for seat in request.user.seats:
        if seat.role in ROLES:
            return seat.agency.authority
    return request.user.home


def _may_act(request: HttpRequest, batch: ImportBatch) -> bool:
    return request.user.has_role_at(batch.authority_id, *imports.importer_of(batch.kind).roles)


def _after_job(request: HttpRequest, batch: ImportBatch, job: Job) -> HttpResponse:
    job.refresh_from_db()
    if job.state == Job.State.DONE:
        messages.success(request, f"已写入 {batch.new + batch.changed} 行。")
    return redirect("registry:import-detail", batch.pk)


def _preview(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    values = selectors.Values.of(batch.kind, batch.authority)
    field = request.GET.get("field", "")
    rows = selectors.rows(batch, verdict=ImportRow.Verdict.CHANGED, field=field)
    page = keyset(rows, request.GET, order="id", size=20)
    fields = selectors.changed_fields(batch)
    counter = imports.importer_of(batch.kind).counter
    places = sum(count for _, _, count in fields)
    own = reverse("registry:import-rows", args=[batch.pk])
    causes = selectors.causes(batch)
    return {
        "counter": counter,
        "causes": causes,
        "noticed": selectors.rows(batch, noticed=True).count(),
        "page": page,
        "pager_summary": f"本页 {len(page.rows)} {counter}",
        "changed": [_shown_row(row, values) for row in page.rows],
        "chips": _chips(batch, fields, field),
        "field": field,
        "leaving": selectors.leaving(batch),
        "figures": [
            _figure("新增", batch.new, f"{counter}，库内没有", f"{own}?verdict=new"),
            _figure(
                "变更", batch.changed, f"{counter}，共 {places} 处不同", f"{own}?verdict=changed"
            ),
            _figure("不变", batch.unchanged, f"{counter}，跳过", f"{own}?verdict=unchanged"),
            _figure("有错误", batch.errors, f"行，分 {len(causes)} 类", f"{own}?verdict=error")
            | {"st": "bad" if batch.errors else ""},
        ],
    }


def _consequence(batch: ImportBatch) -> dict[str, Any]:
    """What will be so after the batch is written, named before it is."""
    importer = imports.importer_of(batch.kind)
    counter, place = importer.counter, importer.place
    leaving, in_tasks = selectors.leaving(batch)
    points = [
        "要么全部写入，要么一行也不写；写入记入留痕，文件和每一行都保留。",
        *importer.points,
    ]
    if leaving:
        in_task = (
            f"，其中 {in_tasks} 家在进行中的任务里，须由经办按“视为完成”或“转交”办理"
            if in_tasks
            else ""
        )
        points.append(f"{leaving} 家改为注销、吊销、撤销或迁出{in_task}。")
    if batch.errors:
        points.append(f"有 {batch.errors} 行有错误，不会写入。")
    return {
        "heading": f"写入{place}",
        "consequence": f"{place}将新增 {batch.new} {counter}，变更 {batch.changed} {counter}。",
        "points": points,
        "submit": f"写入 {batch.new + batch.changed} {counter}",
    }


def _figure(label: str, value: int, unit: str, url: str) -> dict[str, Any]:
    return {"label": label, "value": value, "unit": unit, "url": url if value else ""}


def _chips(
    batch: ImportBatch, fields: list[tuple[str, str, int]], current: str
) -> list[dict[str, Any]]:
    chips = [{"label": "全部字段", "count": None, "url": "?", "current": not current}]
    chips += [
        {"label": label, "count": count, "url": f"?field={key}", "current": key == current}
        for key, label, count in fields
    ]
    return chips if fields else []


def _shown_row(row: ImportRow, values: selectors.Values) -> dict[str, Any]:
    return {
        "row": row,
        "subject": selectors.subject(row),
        "number": selectors.numbers(row),
        "changes": values.changes(row),
        "sentences": [(imports.sentence(row.row, p), p["remedy"]) for p in row.problems],
    }


def _steps(batch: ImportBatch) -> list[dict[str, str]]:
    refused = batch.state == "refused"
    read = batch.state not in {"received", "refused"}
    known = sum(bool(column["key"]) for column in batch.mapping.get("columns", []))
    unknown = len(batch.mapping.get("unknown", []))
    columns = f"{known} 列认出" + (f"，{unknown} 列不导入" if unknown else "")
    last = {"committed": "done", "dropped": "off"}.get(batch.state, "")
    return [
        {"label": "上传", "state": "done", "note": Truncator(batch.file.name).chars(24)},
        _step(
            "识别列", "bad" if refused else "done" if read else "current", columns if read else ""
        ),
        _step("逐行核对", "done" if read else "", f"{batch.total} 行" if read else ""),
        _step(
            "预览",
            "current"
            if batch.state == "staged"
            else "done"
            if last == "done"
            else "off"
            if last
            else "",
            "请核对后写入" if batch.state == "staged" else "",
        ),
        _step("写入", last, {"committed": "已写入", "dropped": "已放弃"}.get(batch.state, "")),
    ]


def _step(label: str, state: str, note: str) -> dict[str, str]:
    return {"label": label, "state": state, "note": note}


def _crumbs(here: str, *between: tuple[str, str]) -> list[tuple[str, str]]:
    return [
        ("一单两库", reverse("registry:entity-list")),
        ("导入", reverse("registry:import-list")),
        *between,
        (here, ""),
    ]


def _workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=workbooks.XLSX_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _status(form: Any) -> int:
    return 422 if form.errors else 200
