"""检查对象名录库: list, one entity, and keeping it."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bureau.access import access, fetch
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role
from bureau.selectors import trail
from bureau.selectors.paging import keyset
from registry.exports import entities_workbook
from registry.forms.entities import (
    EntityCreateForm,
    EntityFactsForm,
    EntityFilter,
    ReasonForm,
    SaveFilterForm,
)
from registry.models import Listing, SavedFilter, SpecialPool
from registry.selectors import ledger, register
from registry.services import entities

KEEPERS = (Role.DIVISION_ADMIN, Role.ORGANISER)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access()
@require_safe
def entity_list(request: HttpRequest) -> HttpResponse:
    authority, today = request.user.home, timezone.localdate()
    form = EntityFilter(request.GET or None, authority=authority)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = keyset(
        register.filtered(authority, wanted, today)
        .select_related("entity", "unit")
        .prefetch_related("special_pools"),
        request.GET,
        order="id",
    )
    context = {
        "form": form, "page": page, "rows": register.rows(page.rows, authority, today), "facets": register.facets(authority, request.GET),
        "chips": register.saved_filters(request.user, request.GET), "query": request.GET.urlencode(), "save_form": SaveFilterForm(initial={"query": request.GET.urlencode()}),
        "may_keep": request.user.has_role_at(authority.pk, *KEEPERS), "pools": register.pools(authority),
    }  # fmt: skip
    return render(request, "registry/entity_list.html", context)


@access()
@require_safe
def entity_export(request: HttpRequest) -> HttpResponse:
    """The filtered list as a workbook, at most 50,000 rows."""
    authority, today = request.user.home, timezone.localdate()
    form = EntityFilter(request.GET or None, authority=authority)
    rows = register.filtered(authority, form.cleaned_data if form.is_valid() else {}, today)
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
    context = {
        "listing": listing, "entity": entity, "row": register.rows([listing], listing.authority, today)[0], "ledger": ledger.of_entity(entity),
        "revisions": entity.revisions.select_related("by")[:20], "recusals": entity.recusals.filter(state="in_force").select_related("inspector", "expert"),
        "pools": listing.special_pools.all(), "events": trail.of(entity), "trail_url": trail.full_url(entity),
        "may_keep": request.user.has_role_at(listing.authority_id, *KEEPERS), "leave_form": ReasonForm(),
    }  # fmt: skip
    return render(request, "registry/entity_detail.html", context)


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def entity_create(request: HttpRequest) -> HttpResponse:
    authority = request.user.home
    form = EntityCreateForm(
        request.POST or None, authority=authority, initial={"credit_class": "-"}
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            row = entities.create(
                actor=request.user, authority=authority, id_kind=data.pop("id_kind"), code=data.pop("code").strip(),
                facts=_pick(data, entities.ENTITY_FIELDS), listing=_pick(data, entities.LISTING_FIELDS), today=timezone.localdate(),
            )  # fmt: skip
        except (Conflict, Forbidden):
            raise
        except RuleError as refusal:
            form.add_error("code", refusal.message)
        else:
            messages.success(request, f"“{row.entity.name}”已入库。")
            return redirect("registry:entity-detail", pk=row.pk)
    return render(request, "registry/entity_form.html", {"form": form, "heading": "新增检查对象"})


@access(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def entity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    listing = fetch(request, Listing.objects.select_related("entity", "unit"), pk=pk, need=KEEPERS)
    entity = listing.entity
    initial = {n: getattr(entity, n) for n in entities.ENTITY_FIELDS} | {
        n: getattr(listing, n) for n in entities.LISTING_FIELDS
    }
    form = EntityFactsForm(request.POST or None, authority=listing.authority, initial=initial)
    seen = request.POST.get("version") or entity.version
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            entities.change(
                actor=request.user, listing=listing, version=int(seen) if str(seen).isdigit() else 0,
                facts=_pick(data, entities.ENTITY_FIELDS), about_listing=_pick(data, entities.LISTING_FIELDS),
            )  # fmt: skip
        except Forbidden:
            raise
        except RuleError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"“{entity.name}”已修改。")
            return redirect("registry:entity-detail", pk=pk)
    return render(
        request,
        "registry/entity_form.html",
        {"form": form, "listing": listing, "heading": f"修改：{entity.name}", "version": seen},
    )


@access(*KEEPERS)
@require_POST
def entity_leave(request: HttpRequest, pk: int) -> HttpResponse:
    listing = fetch(request, Listing, pk=pk, need=KEEPERS)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise RuleError("请写明出库原因，再办理出库。")
    entities.leave(
        actor=request.user,
        listing=listing,
        reason=form.cleaned_data["reason"],
        today=timezone.localdate(),
    )
    messages.success(request, "已出库，历史记录保留。")
    return redirect("registry:entity-detail", pk=pk)


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
    pks = [int(pk) for pk in request.POST.getlist("pk") if pk.isdigit()][:2000]
    if not pks:
        raise RuleError("还没有选中任何对象，请先勾选再打标签。")
    changed = entities.tag(
        actor=request.user,
        authority=request.user.home,
        pks=pks,
        name=request.POST.get("tag", ""),
        remove=request.POST.get("action") == "untag",
    )
    messages.success(request, f"标签已更新：{changed} 家。")
    query = request.POST.get("query", "")
    return redirect(f"{request.path.removesuffix('tags/')}?{query}")


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
    return redirect(f"{request.path.removesuffix('filters/')}?{data['query']}")


@access()
@require_safe
def pool_detail(request: HttpRequest, pk: int) -> HttpResponse:
    pool = fetch(request, SpecialPool.objects.select_related("unit"), pk=pk)
    page = keyset(pool.listings.select_related("entity", "unit"), request.GET, order="id")
    return render(request, "registry/pool_detail.html", {"pool": pool, "page": page})


def _pick(data: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: data[name] for name in names}
