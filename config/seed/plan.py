"""The annual plan: nine items over all matters, approved and published in January, adjusted once, filed with the city bureau."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial

from bureau.services import outbox
from config.seed.story import DEPUTY, FOREST, HEAD, LICENSING, PUBLISHER, SUPERIOR, Story
from planning.models import Filing, Plan, PlanAdjustment
from planning.rules.items import ItemValues
from planning.selectors import plans as reads
from planning.services import adjustments, plans
from planning.services.adjustments import Change
from registry.demo import office


@dataclass(frozen=True)
class Item:
    name: str
    matters: tuple[str, ...]
    lead: str
    scope: dict[str, list[str]]
    mode: str
    value: str | None
    months: tuple[int, int]
    is_joint: bool = False
    is_risk: bool = True
    remark: str = ""


ITEMS = (
    Item(
        "矿产资源开采和矿区生态修复抽查", ("ZR-K01", "ZR-K03"), office.MINING, {"kinds": ["mine"]}, "percent", "8", (3, 12),
        is_joint=True, remark="与县生态环境局联合，对同一矿山一次上门完成。",
    ),
    Item("矿产资源勘查和储量报告抽查", ("ZR-K02", "ZR-K05"), office.MINING, {"kinds": ["mine"]}, "min", "5", (9, 12)),
    Item("土地复垦和地质灾害防治措施抽查", ("ZR-K04", "ZR-D01"), office.MINING, {"kinds": ["mine"]}, "percent", "5", (10, 12)),
    Item("建设用地和临时用地抽查", ("ZR-T01", "ZR-T02"), office.LAND, {"tags": ["用地单位", "临时用地"]}, "percent", "8", (3, 12)),
    Item(
        "建设工程规划许可和规划核实抽查", ("ZR-G01", "ZR-G02"), office.LAND, {"kinds": ["project"]}, "percent", "10", (5, 12),
        is_risk=False, remark="项目没有信用风险分类，不作差异化。",
    ),
    Item("测绘资质和地图市场抽查", ("ZR-C01", "ZR-C02"), office.LICENSING, {"tags": ["测绘单位", "地图经营"]}, "percent", "5", (2, 10)),
    Item("使用林地和采伐更新抽查", ("LC-L01", "LC-L02"), office.FOREST, {"kinds": ["mine", "plot"]}, "percent", "5", (4, 11)),
    Item("木材经营加工和林木种苗抽查", ("LC-L03", "LC-L04"), office.FOREST, {"pools": ["ZX-MC", "ZX-ZM"]}, "min", "3", (3, 12)),
    Item(
        "野生动物人工繁育和植物检疫抽查", ("LC-L05", "LC-L06"), office.FOREST,
        {"tags": ["种苗", "野生动物繁育"]}, "percent", "2", (9, 12),
    ),
)  # fmt: skip
BASIS = (
    "《国务院关于在市场监管领域全面推行部门联合“双随机、一公开”监管的意见》（国发〔2019〕5号）；"
    "示范市自然资源和规划局年度抽查工作安排；本局权责清单和随机抽查事项清单。"
)
REQUIREMENTS = (
    "一、事项全覆盖，能合并的合并，进一次门、查多项事。\n"
    "二、按信用风险分类确定抽查比例和频次，对 D 类对象全部列入。\n"
    "三、检查结果在检查结束后 20 个工作日内公示，发现的问题依法处置到位。"
)


def put(story: Story) -> None:
    """Everything of the plan on the agenda."""
    days, agenda = story.days, story.agenda
    agenda.add(days.opening(3), "9:10", partial(_create, story))
    agenda.add(days.opening(5), "16:20", partial(_submit, story))
    agenda.add(days.opening(6), "10:40", partial(_approve, story))
    agenda.add(days.opening(7), "9:30", partial(_publish, story))
    agenda.add(days.opening(7), "9:40", outbox.deliver_waiting)
    agenda.add(days.opening(8), "15:10", partial(_receive, story, 1))
    agenda.add(days.part(0.5), "9:20", partial(_propose_longer, story))
    agenda.add(days.part(0.5, 2), "11:00", partial(_decide, story))
    agenda.add(days.part(0.5, 2), "11:10", outbox.deliver_waiting)
    agenda.add(days.ago(6), "10:30", partial(_propose_more, story))
    if days.today.month >= 11 or days.year < days.today.year:
        agenda.add(days.ago(3), "14:20", partial(_next_year, story))


def current(story: Story) -> Plan:
    rows = Plan.objects.select_related("authority__superior")
    found: Plan = rows.get(year=story.days.year)
    return found


def _create(story: Story) -> None:
    actor = story.user(LICENSING)
    plan = plans.create(
        authority=story.authority,
        year=story.days.year,
        title=f"示范县自然资源和规划局{story.days.year}年度“双随机、一公开”抽查工作计划",
        basis=BASIS,
        requirements=REQUIREMENTS,
        actor=actor,
    )
    for item in ITEMS:
        plans.add_item(plan=plan, values=_values(story, item, story.days.year), actor=actor)


def _values(story: Story, item: Item, year: int) -> ItemValues:
    methods = {method for code in item.matters for method in story.matters[code].methods}
    return ItemValues(
        name=item.name,
        matters=story.matter_ids(*item.matters),
        scope=item.scope,
        ratio_mode=item.mode,
        ratio_value=None if item.value is None else Decimal(item.value),
        period_from=date(year, item.months[0], 1),
        period_to=date(year, item.months[1], 30),
        lead=story.unit(item.lead).pk,
        methods=sorted(methods),
        participants=story.units(office.PARTNER) if item.is_joint else [],
        is_joint=item.is_joint,
        is_risk_differentiated=item.is_risk,
        initiation="部门联合" if item.is_joint else "本局发起",
        remark=item.remark,
    )


def _submit(story: Story) -> None:
    plans.submit(plan=current(story), actor=story.user(LICENSING))


def _approve(story: Story) -> None:
    plans.approve(plan=current(story), actor=story.user(HEAD))


def _publish(story: Story) -> None:
    plans.publish(plan=current(story), actor=story.user(PUBLISHER))


def _receive(story: Story, version: int) -> None:
    filing = Filing.objects.get(plan=current(story), version=version)
    plans.receive_filing(filing=filing, actor=story.user(SUPERIOR))


def _propose_longer(story: Story) -> None:
    item = story.item(6)
    values = reads.values_of(item)
    longer = replace(
        values, period_to=date(story.days.year, 12, 20), remark="地图市场抽查推迟到第四季度。"
    )
    adjustments.propose_adjustment(
        plan=current(story),
        reason="全省地图市场专项整治延至第四季度，相应推迟本项的完成时间。",
        changes=[Change("change", item, longer)],
        actor=story.user(LICENSING),
    )


def _decide(story: Story) -> None:
    adjustments.decide_adjustment(
        adjustment=_open(story), approve=True, note="同意。", actor=story.user(DEPUTY)
    )


def _propose_more(story: Story) -> None:
    """Left open: it waits for head or deputy."""
    item = story.item(9)
    values = reads.values_of(item)
    adjustments.propose_adjustment(
        plan=current(story),
        reason="市局通报松材线虫病疫情，提高应施检疫的林业植物及其产品抽查比例。",
        changes=[Change("change", item, replace(values, ratio_value=Decimal(5), estimate=None))],
        actor=story.user(FOREST),
    )


def _open(story: Story) -> PlanAdjustment:
    return current(story).adjustments.get(state=PlanAdjustment.State.SUBMITTED)


def _next_year(story: Story) -> None:
    """The coming year's plan, as far as the lead division has got."""
    year, actor = story.days.year + 1, story.user(LICENSING)
    plan = plans.create(
        authority=story.authority,
        year=year,
        title=f"示范县自然资源和规划局{year}年度“双随机、一公开”抽查工作计划（征求意见稿）",
        basis=BASIS,
        actor=actor,
    )
    for item in ITEMS[:4]:
        plans.add_item(plan=plan, values=_values(story, item, year), actor=actor)
