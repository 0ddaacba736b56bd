"""The city bureau draws from the county's pool: its own matter, which the county has claimed, and the county's keeper confirms (A15)."""

from decimal import Decimal
from functools import partial

from config.seed import chance
from config.seed.sittings import Arrangement, Held
from config.seed.story import MINING, Story
from planning.models import PoolConfirmation
from planning.rules.strata import Stratum
from planning.services import subordinates, tasks
from planning.services.tasks import TaskValues
from registry.demo import matters, office
from registry.services import matters as matter_service

ORGANISER, WITNESS = "peizhilan", "yuzhaoye"
CLAIMED = "ZR-K02"  # the county's; its superior code is the city's
KEY = "above"
SCHEME = "一、抽查对象：所属县局名录库中的矿山。\n二、检查单位：对象登记所在的县局。\n三、检查期内一次上门完成。"


def put(story: Story) -> None:
    days, agenda = story.days, story.agenda
    agenda.add(days.ago(16), "9:35", partial(_list_matter, story))
    agenda.add(days.ago(15), "9:35", partial(_create, story))
    agenda.add(days.ago(14), "9:55", partial(_confirm, story))
    agenda.add(days.ago(14), "15:35", partial(_ready, story))
    sitting = Arrangement((KEY,), "市局矿产勘查抽查摇号会", ORGANISER, witnesses=(WITNESS,))
    _Apart(story, sitting).put(days.ago(12), "16")


class _Apart(Held):
    """With chance of its own: the city's draw leaves every draw of the county as it was."""

    def lock(self) -> None:
        with chance.settled(f"above|lock|{self.story.days.year}"):
            super().lock()

    def compute(self) -> None:
        with chance.settled(f"above|compute|{self.story.days.year}"):
            super().compute()


def _list_matter(story: Story) -> None:
    """The city's matter with its checklist, from which the county's was claimed."""
    row = next(row for row in matters.MATTERS if row.code == CLAIMED)
    actor, city = story.user(ORGANISER), story.unit(office.SUPERIOR)
    fields = {
        "code": row.superior_code, "name": row.name, "field": row.area, "category": row.category,
        "object_kinds": list(row.object_kinds), "object_text": row.object_text, "content": row.content,
        "methods": list(row.methods), "body": row.body, "level": row.level, "legal_basis": row.legal_basis,
        "ratio_text": row.ratio_text, "frequency_text": row.frequency_text, "materials": row.materials, "guide": row.guide,
    }  # fmt: skip
    matter = matter_service.create(actor=actor, authority=city, fields=fields, unit=city)
    items = [
        {"text": item.text, "point": item.point, "basis": item.basis, "method": item.method}
        for item in row.checklist
    ]
    matter_service.revise_checklist(actor=actor, matter=matter, version=0, items=items)
    matter_service.put_in_force(actor=actor, matter=matter, today=story.today)
    story.matters[matter.code] = matter


def _create(story: Story) -> None:
    actor, days = story.user(ORGANISER), story.days
    city = story.unit(office.SUPERIOR)
    matter = next(row for row in matters.MATTERS if row.code == CLAIMED).superior_code
    values = TaskValues(
        name="矿产资源勘查活动市级抽查",
        unit=city.pk,
        matters=story.matter_ids(matter),
        window_from=days.ahead(4),
        window_to=days.until(40),
        scope={"kinds": ["mine"]},
        is_risk_differentiated=True,
    )
    reason = "省厅部署的矿产资源勘查活动抽查，由市局抽取、县局检查。"
    task = tasks.create_ad_hoc(authority=city, reason=reason, values=values, actor=actor)
    county = [story.authority.pk]
    subordinates.choose(task=task, owners=county, actor=actor)
    tasks.set_strata(task=task, strata=[Stratum("全部矿山", {}, "count", Decimal(2))], actor=actor)
    tasks.set_scheme(task=task, scheme=SCHEME, actor=actor)
    story.tasks[KEY] = task


def _confirm(story: Story) -> None:
    for pool in PoolConfirmation.Pool.values:
        tasks.confirm_pool(
            task=story.task(KEY), pool=pool, actor=story.user(MINING), today=story.today
        )


def _ready(story: Story) -> None:
    tasks.make_ready(task=story.task(KEY), actor=story.user(ORGANISER), today=story.today)
