"""执法检查人员名录库 and 专家库: lists, one officer, and keeping them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.errors import Forbidden, RuleError
from bureau.selectors import trail
from bureau.selectors.paging import keyset
from registry.forms.entities import ReasonForm
from registry.forms.people import ExpertForm, InspectorFilter, InspectorForm
from registry.models import Expert, Inspector
from registry.selectors import officers as reading
from registry.services import people
from registry.views.common import authority_shown, choice_of_authority, confirm, crumbs

KEEPERS = people.KEEPERS
LIST = ("执法检查人员名录库", "registry:inspector-list")
EXPERTS = ("专家库", "registry:expert-list")


@access()
@require_safe
def inspector_list(request: HttpRequest) -> HttpResponse:
    authority, today = authority_shown(request), timezone.localdate()
    form = InspectorFilter(request.GET or None, authority=authority)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = keyset(
        reading.filtered(authority, wanted, today), request.GET, order=("unit__code", "pid")
    )
    context = {
        "form": form, "page": page, "officers": reading.officers(page.rows, authority, today),
        "may_keep": request.user.has_role_at(authority.pk, *KEEPERS), "is_inspector": request.user.has_role("inspector"),
        "is_filtered": any(wanted.get(name) for name in form.fields if name != "of"), "crumbs": crumbs(here=LIST[0]), "tab": "inspectors",
    }  # fmt: skip
    return render(
        request, "registry/inspector_list.html", context | choice_of_authority(request, authority)
    )


@access()
@require_safe
def inspector_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(request, Inspector.objects.select_related("unit", "user", "authority"), pk=pk)
    officer = reading.officers([row], row.authority, timezone.localdate())[0]
    context = {
        "officer": officer, "inspector": row, "facts": _facts(row), "recusals": reading.recusals(row),
        "may_lift": request.user.has_role_at(row.authority_id, *KEEPERS) and row.user_id != request.user.pk,
        "actions": _actions(request, row), "events": trail.of(row, reader=request.user), "trail_url": trail.full_url(row),
        "crumbs": crumbs(LIST, here=row.name), "tab": "inspectors",
    }  # fmt: skip
    return render(request, "registry/inspector_detail.html", context)


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def inspector_create(request: HttpRequest) -> HttpResponse:
    form = InspectorForm(request.POST or None, authority=request.user.home)
    page = {
        "heading": "登记执法检查人员", "submit": "登记人员", "back_url": reverse(LIST[1]), "crumbs": crumbs(LIST, here="登记"),
        "lead": "只有持有效执法证的人员参加检查；网格员、临聘人员和第三方只能协助。",
    }  # fmt: skip
    return _inspector_form(request, form, None, page)


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def inspector_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(
        request, Inspector.objects.select_related("unit", "user", "authority"), pk=pk, need=KEEPERS
    )
    initial = {name: getattr(row, name) for name in people.FIELDS}
    initial["seen"] = people.fingerprint(row)
    form = InspectorForm(
        request.POST or None, authority=row.authority, inspector=row, initial=initial
    )
    own = reverse("registry:inspector-detail", kwargs={"pk": pk})
    page = {
        "heading": f"修改：{row.name}", "submit": "保存修改", "back_url": own, "crumbs": crumbs(LIST, (row.name, own), here="修改"),
        "lead": f"人员编码 {row.pid}，不再改变。已冻结的抽取不受影响。",
    }  # fmt: skip
    return _inspector_form(request, form, row, page)


def _inspector_form(
    request: HttpRequest, form: InspectorForm, row: Inspector | None, page: dict[str, Any]
) -> HttpResponse:
    status = 200
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            saved = people.save_inspector(
                actor=request.user, authority=row.authority if row else request.user.home, inspector=row,
                seen=fields.pop("seen"), fields=fields, year=timezone.localdate().year,
            )  # fmt: skip
        except Forbidden:
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, f"{saved.name}的登记已保存。")
            return redirect("registry:inspector-detail", pk=saved.pk)
    context = page | {"form": form, "tab": "inspectors"}
    return render(request, "registry/form.html", context, status=status)


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def inspector_leave(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(request, Inspector, pk=pk, need=KEEPERS)
    return _move(
        request, row, state="left", word="出库",
        consequence=f"{row.name}不再参加今后的人员匹配。",
        points=["已冻结的抽取和正在进行的检查不受影响；检查组要换人的，在检查页面办理更换。", "登录账号不受影响，由系统管理员另行停用。"],
    )  # fmt: skip


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def inspector_return(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(request, Inspector, pk=pk, need=KEEPERS)
    return _move(
        request, row, state="active", word="重新入库",
        consequence=f"{row.name}重新参加人员匹配，前提是执法证有效、不在离岗期间。", points=[],
    )  # fmt: skip


def _move(
    request: HttpRequest,
    row: Inspector,
    *,
    state: str,
    word: str,
    consequence: str,
    points: list[str],
) -> HttpResponse:
    own = reverse("registry:inspector-detail", kwargs={"pk": row.pk})
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        people.set_inspector_state(
            actor=request.user, inspector=row, state=state, reason=form.cleaned_data["reason"]
        )
        messages.success(request, f"{row.name}已{word}。")
        return redirect(own)
    return confirm(
        request, heading=f"{word}：{row.name}", submit=f"办理{word}", back=own, form=form, is_back=state == "left", tab="inspectors",
        consequence=consequence, points=points, trail=crumbs(LIST, (row.name, own), here=word),
    )  # fmt: skip


@access()
@require_safe
def expert_list(request: HttpRequest) -> HttpResponse:
    authority = authority_shown(request)
    page = keyset(reading.experts(authority), request.GET, order=("state", "pid"))
    context = {
        "page": page, "may_keep": request.user.has_role_at(authority.pk, *KEEPERS), "crumbs": crumbs(here=EXPERTS[0]), "tab": "experts",
    }  # fmt: skip
    return render(
        request, "registry/expert_list.html", context | choice_of_authority(request, authority)
    )


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def expert_create(request: HttpRequest) -> HttpResponse:
    return _expert_form(request, ExpertForm(request.POST or None), None, "登记专家")


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def expert_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = fetch(request, Expert, pk=pk, need=KEEPERS)
    initial = {
        name: getattr(row, name)
        for name in ("name", "organisation", "title", "phone", "capacity", "state")
    }
    form = ExpertForm(request.POST or None, initial=initial | {"fields_known": row.fields})
    return _expert_form(request, form, row, f"修改：{row.name}")


def _expert_form(
    request: HttpRequest, form: ExpertForm, row: Expert | None, heading: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        saved = people.save_expert(
            actor=request.user, authority=row.authority if row else request.user.home, expert=row,
            fields=form.values(), year=timezone.localdate().year,
        )  # fmt: skip
        messages.success(request, f"专家{saved.name}的登记已保存。")
        return redirect(EXPERTS[1])
    context = {
        "form": form, "heading": heading, "submit": "保存专家", "back_url": reverse(EXPERTS[1]), "tab": "experts",
        "crumbs": crumbs(EXPERTS, here=heading), "lead": "专家协助检查，不单独检查，也不算检查人员。",
    }  # fmt: skip
    return render(request, "registry/form.html", context)


def _facts(row: Inspector) -> list[tuple[str, Any]]:
    second = row.certificate2_no and "，".join(
        [row.certificate2_no]
        + ([f"至 {row.certificate2_expires_on}"] if row.certificate2_expires_on else [])
    )
    return [
        ("人员编码", row.pid),
        ("所在科室（所）", row.unit.name),
        ("职务", row.post),
        ("手机", row.phone),
        ("登录账号", row.user.username if row.user else "还没有账号"),
        ("执法证", f"{row.certificate_name} {row.certificate_no}"),
        ("发证机关", row.certificate_issuer),
        ("第二证", second),
        ("资质专长", "、".join(row.quals)),
        ("职能范围", "、".join(row.duties)),
        ("可任组长", "是" if row.may_lead else "否"),
        ("每次匹配最多组数", row.capacity),
    ]


def _actions(request: HttpRequest, row: Inspector) -> dict[str, Any]:
    """Buttons of the officer's page; the guards stand in the services."""
    kwargs = {"pk": row.pk}
    mine: list[tuple[str, str, str, str, None, str]] = []
    theirs: list[tuple[str, str]] = []
    if people.may_keep(request.user, row.unit):
        edit = reverse("registry:inspector-edit", kwargs=kwargs)
        mine.append(("修改登记", edit, "btn-primary", "get", None, "换证、离岗、资质变化时"))
        photo = reverse("registry:inspector-photo-edit", kwargs=kwargs)
        word = "更换证件照" if row.photo_id else "设置证件照"
        mine.append((word, photo, "btn-plain", "get", None, "凭通知书核验来人时显示"))
    else:
        theirs.append(("修改、出库", "由本科室（所）或牵头科室的内设机构管理员办理"))
    if request.user.has_role_at(row.authority_id, *people.RECUSAL_KEEPERS):
        recusal = reverse("registry:recusal-create", kwargs=kwargs)
        mine.append(("登记回避", recusal, "btn-plain", "get", None, "与检查对象有利害关系的"))
    elif row.user_id == request.user.pk:
        own = reverse("registry:my-recusals")
        mine.append(("申报本人回避", own, "btn-plain", "get", None, ""))
    if people.may_keep(request.user, row.unit):
        name, css = ("leave", "btn-back") if row.state == "active" else ("return", "btn-plain")
        move = reverse(f"registry:inspector-{name}", kwargs=kwargs)
        mine.append(("办理出库" if name == "leave" else "重新入库", move, css, "get", None, ""))
    return {"mine": mine, "theirs": theirs}
