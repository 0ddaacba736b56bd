"""录音录像 of the whole process and large documents: sent in pieces where a script runs, whole where none does (A67)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bureau.access import access, fetch
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role
from inspections.forms.evidence import BeginForm, PieceForm, RecordingForm
from inspections.models import LargeUpload
from inspections.selectors import media
from inspections.services import uploads
from inspections.views.delivery import delivered_once, page
from inspections.views.field import FORM, own_visit

View = Callable[..., HttpResponse]


def as_json(view: View) -> View:
    """What a rule says, for a script: the sentence, and the offset from which to go on."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except RuleError as stopped:
            said: dict[str, Any] = {"message": stopped.message}
            if isinstance(stopped, uploads.Gap):
                said["offset"] = stopped.offset
            return JsonResponse(said, status=stopped.status)

    return answer


@access(Role.INSPECTOR)
@require_http_methods(FORM)
@delivered_once
def recordings(request: HttpRequest, pk: Any) -> HttpResponse:
    """The page, and the plain form."""
    row, _ = own_visit(request, pk)
    form = RecordingForm(
        request.POST or None,
        request.FILES or None,
        matters=row.matters.select_related("matter"),
        initial={"happened_at": timezone.localtime()},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            uploads.take(
                visit_pk=row.pk,
                actor=request.user,
                file=given["file"].file,
                name=given["file"].name,
                happened_at=given["happened_at"],
                visit_matter_pk=given["visit_matter_pk"] or None,
                note=given["note"],
                place=form.place(),
            )
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已收到“{given['file'].name}”，正在核对并登记指纹。")
            return redirect("inspections:field-recordings", pk=row.pk)
    context = {
        "visit": row,
        "form": form,
        "uploads": media.uploads_of(row),
        "recordings": media.recordings_of(row),
        "piece_size": uploads.PIECE,
    }
    return page(request, "inspections/field_recordings.html", context, form)


@access(Role.INSPECTOR)
@require_POST
@as_json
def begin(request: HttpRequest, pk: Any) -> HttpResponse:
    row, _ = own_visit(request, pk)
    form = BeginForm(request.POST, matters=row.matters.select_related("matter"))
    given = _valid(form)
    upload = uploads.begin(
        visit_pk=row.pk,
        actor=request.user,
        visit_matter_pk=given.pop("visit_matter_pk") or None,
        place=form.place(),
        **{name: given[name] for name in ("fingerprint", "name", "size", "happened_at", "note")},
    )
    return _state(upload)


@access(Role.INSPECTOR)
@require_POST
@as_json
def piece(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, LargeUpload, pk=pk, need=(Role.INSPECTOR,))
    given = _valid(PieceForm(request.POST, request.FILES))
    upload = uploads.put(
        upload_pk=row.pk,
        actor=request.user,
        offset=given["offset"],
        sha256=given["sha256"],
        content=given["piece"].read(uploads.MOST_PIECE + 1),
    )
    return _state(upload)


@access(Role.INSPECTOR)
@require_POST
def give_up(request: HttpRequest, pk: Any) -> HttpResponse:
    row = fetch(request, LargeUpload, pk=pk, need=(Role.INSPECTOR,))
    uploads.give_up(upload_pk=row.pk, actor=request.user)
    messages.success(request, f"没有传完的“{row.name}”已作废。")
    return redirect("inspections:field-recordings", pk=row.visit_id)


def _valid(form: forms.Form) -> dict[str, Any]:
    if not form.is_valid():
        found = [str(error) for errors in form.errors.values() for error in errors]
        raise RuleError("上传的内容不完整，请刷新页面重新选择文件。" + "".join(found[:2]))
    return dict(form.cleaned_data)


def _state(upload: LargeUpload) -> JsonResponse:
    is_refused = upload.state == LargeUpload.State.REFUSED
    said = {
        "upload": str(upload.pk),
        "offset": upload.received,
        "state": upload.state,
        "is_whole": upload.received == upload.size,
        "message": upload.refusal,
    }
    return JsonResponse(said, status=422 if is_refused else 200)
