"""The other tasks: a platform's list, a special one past its window, drawn and sealed, locked, ready, a draft."""

from functools import partial

from bureau.services import outbox
from config.seed import cases
from config.seed.sittings import Arrangement, Held, put_dispatch
from config.seed.story import FOREST, LAND, MINING, Story
from config.seed.tasks import Draft, create, put_ready, write_scheme
from config.seed.teams import assign, put_order
from config.seed.visits import Course, Follow, Walk
from planning.services import platform, tasks
from registry.demo import office
from registry.models import Listing

ASSIGNED = "市局督办件，由执法监察大队与责任国土所联合检查，不再随机匹配。"


def put(story: Story) -> None:
    _put_platform(story)
    _put_special(story)
    _put_sealed(story)
    _put_locked(story)
    _put_ready(story)
    _put_draft(story)


def _put_platform(story: Story) -> None:
    """Drawn on the province's platform: its list with its receipt, its teams as it matched them (不可复算)."""
    days = story.days
    draft = Draft(
        key="platform",
        name="林木种苗生产经营双随机抽查（省级平台抽取）",
        organiser=FOREST,
        unit=office.FOREST,
        matters=("LC-L04",),
        item=8,
        scope={"pools": ["ZX-ZM"]},
        window=(days.ago(26), days.until(12)),
        executing=(office.ENFORCEMENT,),
        reserve=0,
        platform=("示范省“双随机、一公开”综合监管平台", f"SFS-{days.year}-ZM-0317"),
    )
    story.agenda.add(days.ago(30), "14:10", partial(create, story, draft))
    story.agenda.add(days.ago(30), "14:40", partial(_import, story))
    put_dispatch(story, "platform", days.ago(29), "10:10")
    cases.put_checked(story, ("platform",), days.ago(28))
    story.agenda.add(days.ago(28), "9:30", partial(_platform_teams, story))


def _import(story: Story) -> None:
    listings = (
        Listing.objects.filter(
            special_pools__code="ZX-ZM", entity__standing="active", entity__kind="enterprise"
        )
        .select_related("entity")
        .order_by("entity__code")
    )
    codes = [
        platform.CodeRow(number, row.entity.code) for number, row in enumerate(listings[3:5], 1)
    ]
    tasks.import_platform_lists(
        task=story.task("platform"),
        codes=codes,
        receipt=f"示省双随机回执〔{story.days.year}〕1182号",
        actor=story.user(FOREST),
    )


def _platform_teams(story: Story) -> None:
    days = story.days
    visits = story.visits("platform")
    for visit in visits:
        assign(story, visit, "省级平台匹配的检查组，按平台下发名单录入。", by=FOREST)
    put_order(story, "platform", visits, days.ago(28), decided=days.ago(27))
    Walk(
        story, visits[0], Course("published", days.ago(24), bad={"LC-L04": Follow(days.ahead(9))})
    ).put()
    Walk(story, visits[1], Course("signed", days.ago(7))).put()


def _put_special(story: Story) -> None:
    """专项: its window is over and one of its two visits has not begun."""
    days = story.days
    draft = Draft(
        key="special",
        name="临时用地超期使用专项抽查",
        organiser=LAND,
        unit=office.LAND,
        matters=("ZR-T02",),
        reason="群众通过县长信箱反映临时用地期满不恢复，县政府要求开展专项抽查。",
        special="示范县人民政府办公室关于开展临时用地超期使用专项整治的通知",
        scope={"tags": ["临时用地"]},
        window=(days.ago(28), days.ago(5)),
        executing=(office.ENFORCEMENT,),
        strata=(("临时用地项目", {"tags": ["临时用地"]}, "count", 2),),
        is_risk=False,
        reserve=0,
    )
    put_ready(story, draft, days.ago(33))
    Held(story, Arrangement(("special",), "临时用地专项抽查摇号会", LAND)).put(days.ago(31), "11")
    put_dispatch(story, "special", days.ago(31), "15:30")
    cases.put_checked(story, ("special",), days.ago(30))
    story.agenda.add(days.ago(29), "9:40", partial(_special_teams, story))


def _special_teams(story: Story) -> None:
    days = story.days
    visits = story.visits("special")
    for visit in visits:
        assign(story, visit, ASSIGNED, by=LAND)
    put_order(story, "special", visits, days.ago(29), decided=days.ago(28))
    Walk(
        story, visits[0], Course("published", days.ago(25), bad={"ZR-T02": Follow(days.ago(6))})
    ).put()
    Walk(story, visits[1], Course("noticed", days.ago(6))).put()


def _put_sealed(story: Story) -> None:
    """Drawn and waiting for dispatch; its list stays sealed until the visits are over."""
    days = story.days
    draft = Draft(
        key="wildlife",
        name="人工繁育陆生野生动物双随机抽查",
        organiser=FOREST,
        unit=office.FOREST,
        matters=("LC-L05",),
        item=9,
        scope={"tags": ["野生动物繁育"]},
        window=(days.ahead(3), days.until(30)),
        strata=(
            ("C类", {"classes": ["C"]}, "count", 1),
            ("A、B类", {"classes": ["A", "B"]}, "count", 1),
        ),
    )
    put_ready(story, draft, days.ago(9))
    sealed = Arrangement(
        ("wildlife",), "人工繁育野生动物抽查摇号会", FOREST, reveal_by=days.after(days.until(30), 2)
    )
    Held(story, sealed).put(days.ago(5))


def _put_locked(story: Story) -> None:
    """The list is locked; the witness has not given the digits yet."""
    days = story.days
    draft = Draft(
        key="reserves",
        name="矿产资源储量报告和地质资料汇交双随机抽查",
        organiser=MINING,
        unit=office.MINING,
        matters=("ZR-K05",),
        item=2,
        scope={"kinds": ["mine"]},
        window=(days.ahead(4), days.until(40)),
        strata=(
            ("D类", {"classes": ["D"]}, "all", None),
            ("C类", {"classes": ["C"]}, "ratio", 10),
            ("A、B类", {"classes": ["A", "B"]}, "ratio", 3),
        ),
    )
    put_ready(story, draft, days.ago(6))
    locked = Arrangement(("reserves",), "矿产资源储量报告抽查摇号会", MINING, until="locked")
    Held(story, locked).put(days.ago(2), "15")


def _put_ready(story: Story) -> None:
    """Everything is set: the next thing is to arrange its sitting."""
    days = story.days
    draft = Draft(
        key="permits",
        name="建设工程规划许可实施情况双随机抽查",
        organiser=LAND,
        unit=office.LAND,
        matters=("ZR-G01",),
        item=5,
        scope={"kinds": ["project"], "tags": ["建设用地"]},
        window=(days.ahead(2), days.until(40)),
        strata=(("建设用地项目", {"tags": ["建设用地"]}, "ratio", 10),),
        is_risk=False,
    )
    put_ready(story, draft, days.ago(4))


def _put_draft(story: Story) -> None:
    days = story.days
    draft = Draft(
        key="reclaim",
        name="土地复垦义务履行情况双随机抽查",
        organiser=MINING,
        unit=office.MINING,
        matters=("ZR-K04",),
        item=3,
        scope={"kinds": ["mine"]},
        window=(days.ahead(6), days.until(40)),
        strata=(
            ("C、D类矿山", {"classes": ["C", "D"]}, "ratio", 20),
            ("A、B类矿山", {"classes": ["A", "B"]}, "ratio", 5),
        ),
    )
    story.agenda.add(days.ago(3), "10:50", partial(create, story, draft))
    story.agenda.add(days.ago(2), "11:20", partial(write_scheme, story, draft))
    story.agenda.add(days.ago(2), "11:30", outbox.deliver_waiting)
