"""证件照 of an officer: shown to colleagues, set and taken off by who keeps the register."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.errors import Forbidden, RuleError
from bureau.views.downloads import as_stored
from registry.forms.people import PhotoForm
from registry.models import Inspector
from registry.services import photos
from registry.views.common import crumbs

LIST = ("执法检查人员名录库", "registry:inspector-list")


@access()
@require_safe
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(request, Inspector.objects.select_related("photo"), pk=pk)
    if row.photo is None:
        raise Http404("没有设置证件照。")
    return as_stored(request, row.photo)


@access(*photos.KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def photo_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose a photo, or take the present one off."""
    row = fetch(request, Inspector.objects.select_related("unit"), pk=pk, need=photos.KEEPERS)
    own = reverse("registry:inspector-detail", kwargs={"pk": pk})
    is_removal = request.POST.get("action") == "remove"
    is_post = request.method == "POST"
    form = PhotoForm(request.POST, request.FILES) if is_post and not is_removal else PhotoForm()
    status = 200
    if is_removal:
        photos.remove_photo(inspector=row, actor=request.user)
        messages.success(request, f"{row.name}的证件照已撤下。")
        return redirect(own)
    if is_post and form.is_valid():
        upload = form.cleaned_data["photo"]
        try:
            photos.set_photo(inspector=row, upload=upload, name=upload.name, actor=request.user)
        except Forbidden:
            raise
        except RuleError as refusal:
            form.add_error("photo", refusal.message)
            status = refusal.status
        else:
            messages.success(request, f"{row.name}的证件照已保存。")
            return redirect(own)
    context = {
        "inspector": row,
        "form": form,
        "back_url": own,
        "crumbs": crumbs(LIST, (row.name, own), here="证件照"),
        "tab": "inspectors",
    }
    return render(request, "registry/inspector_photo.html", context, status=status)
