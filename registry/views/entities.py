"""检查对象名录库: list, one entity, and keeping it."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import Forbidden, RuleError
from bureau.rules.typed import whole
from bureau.selectors import calendar, trail
from bureau.selectors.paging import keyset
from registry.exports import entities_workbook
from registry.forms.entities import (
    EntityCreateForm,
    EntityEditForm,
    EntityFilter,
    ReasonForm,
    SaveFilterForm,
    TagForm,
)
from registry.models import Entity, Listing, SavedFilter, SpecialPool
from registry.selectors import ledger, register
from registry.selectors import marks as mark_reads
from registry.selectors.differences import shown
from registry.services import entities
from registry.views.common import authority_shown, choice_of_authority, confirm, crumbs

KEEPERS = entities.KEEPERS
LIST = ("检查对象名录库", "registry:entity-list")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access()
@require_safe
def entity_list(request: HttpRequest) -> HttpResponse:
    authority, today = authority_shown(request), timezone.localdate()
    form = EntityFilter(request.GET or None, authority=authority)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = keyset(
        register.filtered(authority, wanted, today, reader=request.user)
        .select_related("entity", "unit")
        .prefetch_related("special_pools"),
        request.GET,
        order="id",
    )
    query = _query(request)
    context = {
        "form": form, "page": page, "rows": register.rows(page.rows, authority, today, reader=request.user),
        "facets": register.facets(authority, request.GET, today, reader=request.user),
        "chips": register.saved_filters(request.user, query), "query": query, "save_form": SaveFilterForm(initial={"query": query}),
        "tag_form": TagForm(auto_id="bulk_%s"), "count": register.in_pool_count(authority), "may_keep": request.user.has_role_at(authority.pk, *KEEPERS),
        "is_filtered": any(wanted.get(name) for name in form.fields if name != "of"),
        "crumbs": crumbs(here=LIST[0]), "tab": "entities",
    }  # fmt: skip
    return render(
        request, "registry/entity_list.html", context | choice_of_authority(request, authority)
    )


@access()
@require_safe
def entity_export(request: HttpRequest) -> HttpResponse:
    """The filtered list as a workbook, at most 50,000 rows."""
    authority, today = authority_shown(request), timezone.localdate()
    form = EntityFilter(request.GET or None, authority=authority)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = register.filtered(authority, wanted, today, reader=request.user)
    response = HttpResponse(entities_workbook(rows), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="entities-{today:%Y%m%d}.xlsx"'
    return response


@access()
@require_safe
def entity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    listing = fetch(
        request, Listing.objects.select_related("entity__region", "unit", "authority"), pk=pk
    )
    entity, today = listing.entity, timezone.localdate()
    may_keep = request.user.has_role_at(listing.authority_id, *KEEPERS)
    context = {
        "listing": listing, "entity": entity, "row": register.rows([listing], listing.authority, today, reader=request.user)[0],
        "ledger": ledger.of_entity(entity, listing.authority, request.user), "revisions": register.revisions(listing), "recusals": register.recusals(listing),
        "flags": shown(Listing, "risk_flags", listing.risk_flags), "scale": shown(Entity, "scale", entity.scale),
        "marks": mark_reads.of_listing(listing), "may_keep": may_keep,
        "pools": listing.special_pools.all(), "events": trail.of(entity, authority=listing.authority, reader=request.user), "trail_url": trail.full_url(entity),
        "actions": _actions(listing, may_keep), "crumbs": crumbs(LIST, here=entity.name), "tab": "entities",
        "licence_due": _licence_due(entity, today),
    }  # fmt: skip
    return render(request, "registry/entity_detail.html", context)


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def entity_create(request: HttpRequest) -> HttpResponse:
    authority = request.user.home
    form = EntityCreateForm(
        request.POST or None,
        authority=authority,
        initial={"credit_class": "-", "unit": request.user.seats[0].agency},
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            row = entities.create(
                actor=request.user, authority=authority, id_kind=data.pop("id_kind"), code=data.pop("code").strip(),
                facts=_pick(data, entities.ENTITY_FIELDS), listing=_pick(data, entities.LISTING_FIELDS), today=timezone.localdate(),
            )  # fmt: skip
        except Forbidden:
            raise
        except RuleError as refusal:
            form.add_error("code", refusal.message)
            status = refusal.status
        else:
            if row.entity.name == data["name"]:
                messages.success(request, f"“{row.entity.name}”已入库。")
            else:
                messages.warning(
                    request,
                    f"这个代码早已登记为“{row.entity.name}”，已按原有信息入库；名称等如有变化，请在本页修改。",
                )
            return redirect("registry:entity-detail", pk=row.pk)
    context = {
        "form": form,
        "heading": "新增检查对象",
        "submit": "登记入库",
        "back_url": reverse("registry:entity-list"),
        "crumbs": crumbs(LIST, here="新增检查对象"),
        "tab": "entities",
        "lead": "同一代码在全系统只登记一次；已有的对象只加入本单位名录库。",
    }
    return render(request, "registry/form.html", context, status=status)


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def entity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    listing = fetch(
        request, Listing.objects.select_related("entity", "unit", "authority"), pk=pk, need=KEEPERS
    )
    entity, status = listing.entity, 200
    initial = {n: getattr(entity, n) for n in entities.ENTITY_FIELDS} | {
        n: getattr(listing, n) for n in entities.LISTING_FIELDS
    }
    form = EntityEditForm(
        request.POST or None,
        authority=listing.authority,
        initial=initial | {"version": entity.version},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            entities.change(
                actor=request.user, listing=listing, version=data["version"],
                facts=_pick(data, entities.ENTITY_FIELDS), about_listing=_pick(data, entities.LISTING_FIELDS),
            )  # fmt: skip
        except Forbidden:
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, f"“{data['name']}”已修改。")
            return redirect("registry:entity-detail", pk=pk)
    own = reverse("registry:entity-detail", kwargs={"pk": pk})
    context = {
        "form": form, "heading": f"修改：{entity.name}", "submit": "保存修改", "back_url": own, "tab": "entities",
        "crumbs": crumbs(LIST, (entity.name, own), here="修改"), "lead": f"代码 {entity.shown_code}，第 {entity.version} 版。每次修改都留下差异。",
    }  # fmt: skip
    return render(request, "registry/form.html", context, status=status)


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def entity_leave(request: HttpRequest, pk: int) -> HttpResponse:
    listing = fetch(request, Listing.objects.select_related("entity"), pk=pk, need=KEEPERS)
    own = reverse("registry:entity-detail", kwargs={"pk": pk})
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entities.leave(
            actor=request.user,
            listing=listing,
            reason=form.cleaned_data["reason"],
            today=timezone.localdate(),
        )
        messages.success(request, f"“{listing.entity.name}”已出库，历史记录保留。")
        return redirect(own)
    return confirm(
        request, heading=f"出库：{listing.entity.name}", submit="办理出库", back=own, form=form,
        consequence=f"“{listing.entity.name}”不再参加本单位今后的抽查。",
        points=["已冻结的抽取名单和已派发的检查不受影响。", "登记信息、检查台账和留痕都保留，以后可以重新入库。"],
        trail=crumbs(LIST, (listing.entity.name, own), here="出库"),
    )  # fmt: skip


@access(*KEEPERS)
@require_POST
def entity_return(request: HttpRequest, pk: int) -> HttpResponse:
    listing = fetch(request, Listing, pk=pk, need=KEEPERS)
    entities.put_back(actor=request.user, listing=listing)
    messages.success(request, "已重新入库。")
    return redirect("registry:entity-detail", pk=pk)


@access(*KEEPERS)
@require_POST
def entity_tag(request: HttpRequest) -> HttpResponse:
    pks = [n for pk in request.POST.getlist("pk") if (n := whole(pk, digits=18))][:2000]
    if not pks:
        raise RuleError("还没有选中任何对象，请先勾选再打标签。")
    form = TagForm(request.POST)
    if not form.is_valid():
        raise RuleError("请填写标签（1–40 个字），再打标签或取消标签。")
    changed = entities.tag(
        actor=request.user,
        authority=request.user.home,
        pks=pks,
        name=form.cleaned_data["tag"],
        remove=request.POST.get("action") == "untag",
    )
    messages.success(request, f"标签已更新：{changed} 家。")
    return redirect(f"{reverse('registry:entity-list')}?{request.POST.get('query', '')}")


@access()
@require_POST
def filter_save(request: HttpRequest) -> HttpResponse:
    form = SaveFilterForm(request.POST)
    if not form.is_valid():
        raise RuleError("请给这个筛选起一个名称（不超过 40 字）。")
    data = form.cleaned_data
    try:
        with transaction.atomic():
            SavedFilter.objects.create(user=request.user, authority=request.user.home, **data)
    except IntegrityError as error:
        raise RuleError(f"您已有名为“{data['name']}”的筛选，请换一个名称。") from error
    messages.success(request, f"筛选“{data['name']}”已保存。")
    return redirect(f"{reverse('registry:entity-list')}?{data['query']}")


@access()
@require_safe
def pool_list(request: HttpRequest) -> HttpResponse:
    authority = authority_shown(request)
    context = {
        "pools": register.pools(authority),
        "crumbs": crumbs(here="专项名录库"),
        "tab": "pools",
    }
    return render(
        request, "registry/pool_list.html", context | choice_of_authority(request, authority)
    )


@access()
@require_safe
def pool_detail(request: HttpRequest, pk: int) -> HttpResponse:
    pool = fetch(request, SpecialPool.objects.select_related("unit"), pk=pk)
    page = keyset(pool.listings.select_related("entity", "unit"), request.GET, order="id")
    context = {
        "pool": pool,
        "page": page,
        "crumbs": crumbs(("专项名录库", "registry:pool-list"), here=pool.name),
        "tab": "pools",
    }
    return render(request, "registry/pool_detail.html", context)


def _actions(listing: Listing, may_keep: bool) -> dict[str, Any]:
    """Buttons of the entity's page; the guards stand in the services."""
    kwargs = {"pk": listing.pk}
    if not may_keep:
        return {"mine": [], "theirs": [("修改、出库", "由内设机构管理员或任务经办办理")]}
    mine: list[tuple[str, str, str, str, None, str]] = [
        (
            "修改登记信息",
            reverse("registry:entity-edit", kwargs=kwargs),
            "btn-primary",
            "get",
            None,
            "",
        )
    ]
    if listing.state == Listing.State.IN_POOL:
        leave = reverse("registry:entity-leave", kwargs=kwargs)
        mine.append(("办理出库", leave, "btn-back", "get", None, "注销、迁出或不再由本单位监管的"))
    else:
        back = reverse("registry:entity-return", kwargs=kwargs)
        mine.append(("重新入库", back, "btn-plain", "post", None, ""))
    return {"mine": mine, "theirs": []}


def _licence_due(entity: Entity, today: date) -> calendar.Due | None:
    """Only where a look is needed: within sixty days, or past."""
    on = entity.licence_expires_on
    return calendar.due(on, today) if on and on <= today + timedelta(days=60) else None


def _query(request: HttpRequest) -> str:
    """The filters in force, without the place in the list and without empty fields."""
    copy = request.GET.copy()
    for name in list(copy):
        if name in ("after", "before") or not copy.get(name):
            copy.pop(name)
    return copy.urlencode()


def _pick(data: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: data[name] for name in names}
