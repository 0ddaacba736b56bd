"""抽查事项清单: list, one matter with its versions, and keeping it."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bureau.access import access, fetch
from bureau.errors import Forbidden, RuleError
from bureau.rules.typed import whole
from bureau.selectors import trail
from bureau.selectors.paging import keyset
from registry.forms.entities import ReasonForm
from registry.forms.matters import ChecklistFormSet, MatterFilter, NewMatterForm, ReviseMatterForm
from registry.models import Checklist, Matter
from registry.selectors import matter_list as reading
from registry.selectors.differences import shown
from registry.services import matters
from registry.views.common import authority_shown, choice_of_authority, confirm, crumbs

KEEPERS = matters.KEEPERS
LIST = ("抽查事项清单", "registry:matter-list")
ITEM_FIELDS = (
    "text",
    "point",
    "basis",
    "method",
    "needs_photo",
    "unit",
    "minimum",
    "maximum",
    "phrases",
)
ROWS_MORE = 3


@access()
@require_safe
def matter_list(request: HttpRequest) -> HttpResponse:
    authority = authority_shown(request)
    form = MatterFilter(request.GET or None, authority=authority)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = keyset(reading.filtered(authority, wanted), request.GET, order=("code", "id"))
    context = {
        "form": form, "page": page, "states": reading.CSS, "may_keep": request.user.has_role_at(authority.pk, *KEEPERS),
        "is_filtered": any(wanted.get(name) for name in form.fields if name != "of"), "crumbs": crumbs(here=LIST[0]), "tab": "matters",
    }  # fmt: skip
    return render(
        request, "registry/matter_list.html", context | choice_of_authority(request, authority)
    )


@access()
@require_safe
def matter_detail(request: HttpRequest, pk: int) -> HttpResponse:
    matter = fetch(
        request, Matter.objects.select_related("responsible_unit", "claimed_by", "authority"), pk=pk
    )
    checklist = reading.checklist(matter)
    may_keep = request.user.has_role_at(matter.authority_id, *KEEPERS)
    context = {
        "matter": matter, "facts": _facts(matter), "checklist": checklist, "versions": reading.versions(matter), "presets": reading.presets(matter),
        "st": reading.CSS[Matter.State(matter.state)], "actions": _actions(matter, checklist, may_keep),
        "events": trail.of(matter), "trail_url": trail.full_url(matter), "crumbs": crumbs(LIST, here=matter.name), "tab": "matters",
    }  # fmt: skip
    return render(request, "registry/matter_detail.html", context)


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def matter_create(request: HttpRequest) -> HttpResponse:
    authority, status = request.user.home, 200
    form = NewMatterForm(
        request.POST or None, authority=authority, initial={"is_enterprise_related": True}
    )
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            matter = matters.create(
                actor=request.user, authority=authority, unit=fields.pop("unit"), fields=fields
            )
        except Forbidden:
            raise
        except RuleError as refusal:
            form.add_error("code", refusal.message)
            status = refusal.status
        else:
            messages.success(
                request, f"“{matter.name}”已存为草稿。下一步：编制检查表，再列入执行清单。"
            )
            return redirect("registry:matter-detail", pk=matter.pk)
    context = {
        "form": form, "heading": "新增抽查事项", "submit": "存为草稿", "back_url": reverse(LIST[1]), "tab": "matters",
        "crumbs": crumbs(LIST, here="新增抽查事项"), "lead": "先存为草稿；有依据、有检查表，才能列入执行清单。",
    }  # fmt: skip
    return render(request, "registry/form.html", context, status=status)


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def matter_edit(request: HttpRequest, pk: int) -> HttpResponse:
    matter = fetch(request, Matter, pk=pk, need=KEEPERS)
    own, status = reverse("registry:matter-detail", kwargs={"pk": pk}), 200
    form = ReviseMatterForm(
        request.POST or None, initial=matters.content_of(matter) | {"version": matter.version}
    )
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            row = matters.revise(
                actor=request.user, matter=matter, version=fields.pop("version"), reason=fields.pop("reason"), fields=fields,
            )  # fmt: skip
        except Forbidden:
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, f"“{row.name}”已调整为第 {row.version} 版。")
            return redirect(own)
    context = {
        "form": form, "heading": f"调整：{matter.name}", "submit": "保存为新版本", "back_url": own, "tab": "matters",
        "crumbs": crumbs(LIST, (matter.name, own), here="调整"), "lead": f"现在是第 {matter.version} 版；已派发的检查仍按原版本执行。",
    }  # fmt: skip
    return render(request, "registry/form.html", context, status=status)


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def matter_put_in_force(request: HttpRequest, pk: int) -> HttpResponse:
    matter = fetch(request, Matter, pk=pk, need=KEEPERS)
    own = reverse("registry:matter-detail", kwargs={"pk": pk})
    if request.method == "POST":
        matters.put_in_force(actor=request.user, matter=matter, today=timezone.localdate())
        messages.success(request, f"“{matter.name}”已列入执行清单并公布。")
        return redirect(own)
    return confirm(
        request, heading=f"列入执行清单：{matter.name}", submit="列入执行清单", back=own, is_back=False, tab="matters",
        consequence=f"“{matter.name}”自今天起可以编入计划、设为任务，并在公众网站的事项清单中公布。",
        points=["以后的调整都会留下版本和原因。"], trail=crumbs(LIST, (matter.name, own), here="列入执行清单"),
    )  # fmt: skip


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def matter_end(request: HttpRequest, pk: int) -> HttpResponse:
    matter = fetch(request, Matter, pk=pk, need=KEEPERS)
    own = reverse("registry:matter-detail", kwargs={"pk": pk})
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        matters.end(
            actor=request.user,
            matter=matter,
            reason=form.cleaned_data["reason"],
            today=timezone.localdate(),
        )
        messages.success(request, f"“{matter.name}”已停用。")
        return redirect(own)
    return confirm(
        request, heading=f"停用：{matter.name}", submit="停用事项", back=own, form=form, tab="matters",
        consequence=f"“{matter.name}”退出执行清单，不能再编入计划或设为任务。",
        points=["已派发的检查按原版本办完。", "公众网站的清单即时更新，停用原因留痕。"],
        trail=crumbs(LIST, (matter.name, own), here="停用"),
    )  # fmt: skip


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def checklist_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist as a table of rows; without JavaScript too: “more” adds empty rows, 次序 moves, 删除 drops."""
    matter = fetch(request, Matter, pk=pk, need=KEEPERS)
    own, status, refusal_text = reverse("registry:matter-detail", kwargs={"pk": pk}), 200, ""
    current = reading.checklist(matter)
    version = current.version if current else 0
    formset = ChecklistFormSet(_with_more_rows(request), initial=_initial(current))
    if request.method == "POST" and "more" not in request.POST and formset.is_valid():
        seen = request.POST.get("version", "")
        try:
            made = matters.revise_checklist(
                actor=request.user,
                matter=matter,
                items=formset.items(),
                version=whole(seen, otherwise=-1),
            )
        except Forbidden:
            raise
        except RuleError as refusal:
            refusal_text, status, version = refusal.message, refusal.status, seen
        else:
            messages.success(
                request, f"检查表已存为第 {made.version} 版，{made.items.count()} 条。"
            )
            return redirect(own)
    context = {
        "matter": matter, "formset": formset, "version": version, "refusal": refusal_text, "back_url": own, "tab": "matters",
        "crumbs": crumbs(LIST, (matter.name, own), here="检查表"), "is_new": current is None,
        "problems": request.method == "POST" and "more" not in request.POST and not formset.is_valid(),
    }  # fmt: skip
    return render(request, "registry/checklist_form.html", context, status=status)


def _with_more_rows(request: HttpRequest) -> Any:
    if request.method != "POST":
        return None
    posted = request.POST.copy()
    total = whole(posted.get("form-TOTAL_FORMS"), digits=4, otherwise=-1)
    if "more" in posted and total >= 0:
        posted["form-TOTAL_FORMS"] = str(total + ROWS_MORE)
    return posted


def _initial(checklist: Checklist | None) -> list[dict[str, Any]]:
    items = checklist.items.all() if checklist else []
    return [{name: _plain(getattr(item, name)) for name in ITEM_FIELDS} for item in items]


def _plain(value: Any) -> Any:
    """30, not 30.0000."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _facts(matter: Matter) -> list[tuple[str, Any]]:
    claimed = matter.claimed_at and f"{timezone.localtime(matter.claimed_at):%Y-%m-%d}"
    rows: list[tuple[str, Any]] = [
        ("事项编码", matter.code),
        ("事项类别", matter.get_category_display()),
        ("领域", matter.field),
        ("检查对象", matter.object_text),
        ("对象类型", shown(Matter, "object_kinds", matter.object_kinds)),
        ("检查方式", shown(Matter, "methods", matter.methods)),
        ("检查主体", matter.body),
        ("实施层级", matter.level),
        ("抽查比例", matter.ratio_text),
        ("抽查频次", matter.frequency_text),
        ("法定资质要求", "、".join(matter.required_quals) or "无"),
        ("优先专长", "、".join(matter.preferred_quals)),
        ("须专家领域", "、".join(matter.expert_fields)),
        ("涉企检查", "是" if matter.is_enterprise_related else "否"),
        ("责任科室", matter.responsible_unit.name if matter.responsible_unit else ""),
        ("上级清单编码", matter.superior_code),
        ("认领", f"{claimed} {matter.claimed_by or ''}".strip() if claimed else ""),
        ("执行自", matter.in_force_from and matter.in_force_from.isoformat()),
    ]
    if matter.ended_on:
        rows.append(("停用", f"{matter.ended_on.isoformat()}，{matter.end_reason}"))
    return rows


def _actions(matter: Matter, checklist: Checklist | None, may_keep: bool) -> dict[str, Any]:
    """Buttons of the matter's page; the guards stand in the services."""
    if not may_keep:
        return {"mine": [], "theirs": [("调整、停用、检查表", "由内设机构管理员或任务经办办理")]}
    kwargs = {"pk": matter.pk}
    edit, table, force, end = (
        reverse(f"registry:{name}", kwargs=kwargs)
        for name in ("matter-edit", "checklist-edit", "matter-put-in-force", "matter-end")
    )
    in_force = matter.state == Matter.State.IN_FORCE
    mine: list[tuple[str, str, str, str, None, str]] = []
    if not in_force and checklist is None:
        mine.append(("列入执行清单", "", "", "get", None, "还没有检查表，编制后才能列入。"))
    elif not in_force:
        mine.append(("列入执行清单", force, "btn-primary", "get", None, ""))
    words = "修改检查表" if checklist else "编制检查表"
    mine.append((words, table, "btn-plain" if checklist else "btn-primary", "get", None, ""))
    mine.append(("调整事项", edit, "btn-plain", "get", None, "法律法规修订、上级清单变化时"))
    if in_force:
        mine.append(("停用事项", end, "btn-back", "get", None, ""))
    return {"mine": mine, "theirs": []}
