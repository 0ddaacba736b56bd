"""回避: entered for a person, declared by oneself, lifted (A57)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bureau.access import access, fetch
from bureau.errors import Forbidden, RuleError
from bureau.models import Role
from registry.forms.people import RecusalForm
from registry.models import Inspector, Recusal
from registry.selectors import inspectors as pool
from registry.selectors import officers as reading
from registry.selectors import register
from registry.services import people
from registry.views.common import confirm, crumbs
from registry.views.people import LIST


@access(*people.RECUSAL_KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def recusal_create(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(
        request,
        Inspector.objects.select_related("authority"),
        pk=pk,
        need=people.RECUSAL_KEEPERS,
    )
    own = reverse("registry:inspector-detail", kwargs={"pk": pk})
    form = RecusalForm(request.POST or None)
    made, status = _declare(request, form, row)
    if made:
        return redirect(own)
    context = {
        "form": form, "heading": f"登记回避：{row.name}", "submit": "登记回避", "back_url": own, "tab": "inspectors",
        "crumbs": crumbs(LIST, (row.name, own), here="登记回避"), "lead": f"登记后，{row.name}不会被匹配去检查这个对象。",
    }  # fmt: skip
    return render(request, "registry/form.html", context, status=status)


@access(Role.INSPECTOR)
@require_http_methods(["GET", "HEAD", "POST"])
def my_recusals(request: HttpRequest) -> HttpResponse:
    """An officer declares an interest themself; lifting it is somebody else's."""
    row = pool.of_user(request.user.pk)
    form = RecusalForm(request.POST or None)
    if row is None and request.method == "POST":
        raise RuleError(
            "您的账号还没有对应到执法检查人员的登记，不能申报；请联系本科室的内设机构管理员。"
        )
    made, status = _declare(request, form, row) if row else (None, 200)
    if made:
        return redirect("registry:my-recusals")
    context = {
        "form": form, "inspector": row, "recusals": reading.recusals(row) if row else [], "tab": "inspectors",
        "crumbs": crumbs(LIST, here="我的回避申报"),
    }  # fmt: skip
    return render(request, "registry/my_recusals.html", context, status=status)


def _declare(request: HttpRequest, form: RecusalForm, row: Inspector) -> tuple[Recusal | None, int]:
    """The recusal made, or None with the status of the page that shows the form again."""
    if request.method != "POST" or not form.is_valid():
        return None, 200
    data = form.cleaned_data
    try:
        entity = register.find_listed(row.authority, data["code"])
        made = people.declare_recusal(
            actor=request.user,
            inspector=row,
            entity=entity,
            reason=data["reason"],
            note=data["note"],
        )
    except Forbidden:
        raise
    except RuleError as refusal:
        form.add_error("code", refusal.message)
        return None, refusal.status
    messages.success(request, f"已登记：{row.name}回避“{entity.name}”。")
    return made, 200


@access(*people.KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def recusal_lift(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(
        request,
        Recusal.objects.select_related("inspector", "expert", "entity"),
        pk=pk,
        need=people.KEEPERS,
    )
    person = row.inspector or row.expert
    back = (
        reverse("registry:inspector-detail", kwargs={"pk": row.inspector_id})
        if row.inspector_id
        else reverse("registry:expert-list")
    )
    if request.method == "POST":
        people.lift_recusal(actor=request.user, recusal=row)
        messages.success(request, f"已解除{person}对“{row.entity.name}”的回避。")
        return redirect(back)
    return confirm(
        request, heading="解除回避", submit="解除回避", back=back, tab="inspectors",
        consequence=f"{person}今后可能被匹配去检查“{row.entity.name}”。",
        points=["解除前请核实利害关系确已不存在；解除人和时间都留痕。"], trail=crumbs(LIST, here="解除回避"),
    )  # fmt: skip
