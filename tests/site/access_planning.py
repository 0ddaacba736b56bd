"""Access to plans, adjustments and tasks, each with an object on which the right person succeeds."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from bureau.models import User
from planning.models import Filing, Plan, PlanAdjustment, PlanItem
from planning.selectors import plans
from planning.services import pools
from tests.planning.build import make_inspector, make_matter, make_pool, make_task
from tests.site.access import Cell, cell

Cast = dict[str, Any]
ORGANISER, HEAD, DEPUTY, PUBLISHER = "organiser", "head", "deputy", "publisher"


def _plan(cast: Cast, state: str = "draft") -> Plan:
    return Plan.objects.create(
        authority=cast["bureau"], year=2026, title="2026年度抽查计划", state=state
    )


def _item(cast: Cast, state: str = "draft") -> PlanItem:
    item = PlanItem.objects.create(
        plan=_plan(cast, state),
        number=1,
        name="采矿权人抽查",
        scope_text="名录库全部在库对象",
        ratio_mode="percent",
        ratio_value=Decimal("5"),
        ratio_text="5%",
        estimate=1,
        period_from=date(2026, 3, 1),
        period_to=date(2026, 11, 10),
        lead=cast["division"],
    )
    item.matters.add(make_matter(cast["bureau"]))
    return item


def _typed(cast: Cast, item: PlanItem, **changes: Any) -> dict[str, Any]:
    return {
        "name": "采矿权人抽查（修改）",
        "matters": [item.matters.get().pk],
        "is_targeted": "True",
        "ratio_mode": "percent",
        "ratio_value": "8",
        "frequency": "1次/年",
        "period_from": "2026-03-01",
        "period_to": "2026-11-10",
        "lead": cast["division"].pk,
    } | changes


def year(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    return {}, {"year": timezone.localdate().year, "title": "年度计划"}


def plan(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"pk": _item(cast).plan_id}, {"title": "改过的标题", "basis": "", "requirements": ""}


def new_item(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    item = _item(cast)
    return {"pk": item.plan_id}, _typed(cast, item, name="又一项")


def own_item(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    item = _item(cast)
    return {"pk": item.plan_id, "item": item.pk}, _typed(cast, item)


def submitted(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"pk": _item(cast, "submitted").plan_id}, {"note": "请核对"}


def approved(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"pk": _item(cast, "approved").plan_id}, {}


def published(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    item = _item(cast, "published")
    return {"pk": item.plan_id}, _typed(cast, item, name="又一项", reason="上级要求")


def published_item(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    item = _item(cast, "published")
    typed = _typed(cast, item, reason="上级要求", note="上级要求")
    return {"pk": item.plan_id, "item": item.pk}, typed


def filing(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    row = Filing.objects.create(
        plan=_plan(cast, "published"), to_agency=cast["superior_bureau"], version=1
    )
    return {"pk": row.plan_id, "filing": row.pk}, {}


def adjustment(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    item = _item(cast, "published")
    before = plans.values_of(item).as_json()
    row = PlanAdjustment.objects.create(
        plan=item.plan,
        number=1,
        reason="对象已注销",
        changes=[{"op": "remove", "item": item.pk, "before": before, "after": None}],
        requested_by=cast["everyone"],
    )
    return {"pk": row.pk}, {"decision": "approve", "note": ""}


def _ready_parts(cast: Cast, **fields: Any) -> Any:
    make_pool(cast["bureau"], 5)
    make_inspector(cast["bureau"], 1, unit=cast["station"])
    return make_task(
        cast["bureau"],
        by=cast["everyone"],
        matters=[make_matter(cast["bureau"])],
        units=[cast["station"]],
        strata=(("全部对象", {}, "ratio", "20"),),
        window_to=date(2099, 12, 31),
        **fields,
    )


def task(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    row = _ready_parts(cast)
    return {"pk": row.pk}, {
        "name": "改过的名称",
        "unit": cast["division"].pk,
        "matters": [row.matters.get().pk],
        "window_from": "2026-03-10",
        "window_to": "2026-04-30",
        "executing": [cast["station"].pk],
        "team_size": "2",
        "reserve": "0",
        "draw_source": "own",
    }


def ad_hoc(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    matter = make_matter(cast["bureau"])
    return {}, {
        "ad_hoc_reason": "上级部署",
        "name": "临时抽查",
        "unit": cast["division"].pk,
        "matters": [matter.pk],
        "window_from": "2026-03-10",
        "window_to": "2026-04-30",
        "team_size": "2",
        "reserve": "0",
        "draw_source": "own",
    }


def strata(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    layer = {"layers": "1", "s0-label": "全部", "s0-mode": "ratio", "s0-value": "20"}
    return {"pk": _ready_parts(cast).pk}, layer | {"action": "save"}


def scheme(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"pk": _ready_parts(cast).pk}, {"scheme": "一、抽查时间"}


def pool(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"pk": _ready_parts(cast).pk}, {"pool": "entities"}


def confirmed(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    row = _ready_parts(cast)
    keeper: User = cast["division_admin"]
    for name in ("entities", "inspectors"):
        pools.confirm(task=row, pool=name, actor=keeper, today=timezone.localdate())
    return {"pk": row.pk}, {}


def ready(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"pk": _ready_parts(cast, state="ready").pk}, {}


def cancelled(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"pk": _ready_parts(cast).pk}, {"note": "重复"}


def platform(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    row = _ready_parts(cast, draw_source="platform", platform_name="省平台", platform_number="P-1")
    code = row.authority.listings.select_related("entity").first().entity.code
    return {"pk": row.pk}, {"receipt": "回执1", "codes": code}


def drawn(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"pk": _ready_parts(cast, state="drawn").pk}, {}


READERS = (
    "organiser",
    "coordinator",
    "head",
    "deputy",
    "reviewer",
    "publisher",
    "assessor",
    "auditor",
    "superior",
)
# Lists answer everybody with a seat anywhere, with their own bureau's rows.
CELLS: list[Cell] = [
    cell("planning:plan-list", outsider=200),
    cell("planning:plan-create", ORGANISER, outsider=200),
    cell("planning:plan-create", ORGANISER, method="post", ok=302, outsider=302, make=year),
    cell("planning:plan-detail", make=plan),
    cell("planning:plan-print", make=plan),
    cell("planning:plan-docx", make=plan),
    cell("planning:plan-change", ORGANISER, make=plan),
    cell("planning:plan-change", ORGANISER, method="post", ok=302, make=plan),
    cell("planning:plan-item-add", ORGANISER, make=new_item),
    cell("planning:plan-item-add", ORGANISER, method="post", ok=302, make=new_item),
    cell("planning:plan-item-count", ORGANISER, method="post", make=new_item),
    cell("planning:plan-item-change", ORGANISER, make=own_item),
    cell("planning:plan-item-change", ORGANISER, method="post", ok=302, make=own_item),
    cell("planning:plan-item-remove", ORGANISER, make=own_item),
    cell("planning:plan-item-remove", ORGANISER, method="post", ok=302, make=own_item),
    cell("planning:plan-submit", ORGANISER, make=plan),
    cell("planning:plan-submit", ORGANISER, method="post", ok=302, make=plan),
    cell("planning:plan-approve", HEAD, DEPUTY, make=submitted),
    cell("planning:plan-approve", HEAD, DEPUTY, method="post", ok=302, make=submitted),
    cell("planning:plan-return", HEAD, DEPUTY, make=submitted),
    cell("planning:plan-return", HEAD, DEPUTY, method="post", ok=302, make=submitted),
    cell("planning:plan-publish", ORGANISER, PUBLISHER, make=approved),
    cell("planning:plan-publish", ORGANISER, PUBLISHER, method="post", ok=302, make=approved),
    cell("planning:filing-receive", "superior", method="post", ok=302, outsider=403, make=filing),
    cell("planning:adjustment-add", ORGANISER, make=published),
    cell("planning:adjustment-add", ORGANISER, method="post", ok=302, make=published),
    cell("planning:adjustment-change", ORGANISER, make=published_item),
    cell("planning:adjustment-change", ORGANISER, method="post", ok=302, make=published_item),
    cell("planning:adjustment-remove", ORGANISER, make=published_item),
    cell("planning:adjustment-remove", ORGANISER, method="post", ok=302, make=published_item),
    cell("planning:adjustment-detail", make=adjustment),
    cell("planning:adjustment-decide", HEAD, DEPUTY, method="post", ok=302, make=adjustment),
    cell("planning:task-list", outsider=200),
    cell("planning:task-start", ORGANISER, outsider=200),
    cell("planning:task-create", ORGANISER, outsider=200),
    cell("planning:task-create", ORGANISER, method="post", ok=302, outsider=200, make=ad_hoc),
    cell("planning:task-detail", make=task),
    cell("planning:task-change", ORGANISER, make=task),
    cell("planning:task-change", ORGANISER, method="post", ok=302, make=task),
    cell("planning:task-strata", ORGANISER, make=strata),
    cell("planning:task-strata", ORGANISER, method="post", ok=302, make=strata),
    cell("planning:task-pool", make=task),
    cell("planning:task-picks", *READERS, make=drawn),
    cell("planning:task-confirm", "division_admin", method="post", ok=302, make=pool),
    cell("planning:task-scheme", ORGANISER, make=scheme),
    cell("planning:task-scheme", ORGANISER, method="post", ok=302, make=scheme),
    cell("planning:task-scheme-docx", make=task),
    cell("planning:task-ready", ORGANISER, method="post", ok=302, make=confirmed),
    cell("planning:task-reopen", ORGANISER, method="post", ok=302, make=ready),
    cell("planning:task-cancel", ORGANISER, make=cancelled),
    cell("planning:task-cancel", ORGANISER, method="post", ok=302, make=cancelled),
    cell("planning:task-platform", ORGANISER, make=platform),
    cell("planning:task-platform", ORGANISER, method="post", ok=302, make=platform),
]
