"""Two tasks drawn in one sitting before two witnesses; the same mines stand in both, so each is visited once for both."""

from collections.abc import Sequence
from functools import partial

from config.seed import cases
from config.seed.sittings import Arrangement, Held, put_dispatch
from config.seed.story import FOREST, MINING, PUBLISHER, WITNESS, Story
from config.seed.tasks import Draft, put_ready
from config.seed.teams import put_matches, put_order, replace
from config.seed.visits import Course, Follow, Walk
from inspections.models import Visit
from registry.demo import office

SHARE = 0.6
LARGE = ("大型矿山", {"kinds": ["mine"], "scales": ["large"]}, "all", None)
CLASS_D = ("D类矿山", {"kinds": ["mine"], "classes": ["D"]}, "all", None)


def put(story: Story) -> None:
    days = story.days
    window = (days.part(SHARE, 4), days.part(SHARE, 28))
    mining = Draft(
        key="mining",
        name="矿产资源开采和矿区生态修复双随机抽查",
        organiser=MINING,
        unit=office.MINING,
        matters=("ZR-K01", "ZR-K03"),
        item=1,
        scope={"kinds": ["mine"]},
        window=window,
        strata=(LARGE, CLASS_D, ("C类矿山", {"classes": ["C"]}, "count", 1)),
        names_in_notice=True,
    )
    forest = Draft(
        key="forest",
        name="使用林地情况双随机抽查",
        organiser=FOREST,
        unit=office.FOREST,
        matters=("LC-L01",),
        item=7,
        scope={"kinds": ["mine", "plot"]},
        window=(days.part(SHARE, 4), days.part(SHARE, 32)),
        strata=(LARGE, CLASS_D, ("地块、小班", {"kinds": ["plot"]}, "count", 2)),
    )
    put_ready(story, mining, days.part(SHARE))
    put_ready(story, forest, days.part(SHARE))
    both = Arrangement(
        ("mining", "forest"), "矿山和使用林地抽查摇号会", MINING, witnesses=(WITNESS, PUBLISHER)
    )
    Held(story, both).put(days.part(SHARE, 2))
    put_dispatch(story, "mining", days.part(SHARE, 2), "14:30")
    put_dispatch(story, "forest", days.part(SHARE, 2), "15:10")
    cases.put_split(story, days.part(SHARE, 2), "mining", "forest")
    story.agenda.add(days.part(SHARE, 3), "8:50", partial(_match, story))
    cases.put_checked(story, ("mining", "forest"), days.part(SHARE, 3))


def _match(story: Story) -> None:
    days = story.days
    mining = story.visits("mining")
    rest = [visit for visit in story.visits("forest") if visit not in mining]
    put_matches(story, "mining", mining, days.part(SHARE, 3))
    story.agenda.add(
        days.part(SHARE, 3),
        "13:30",
        partial(put_matches, story, "forest", rest, days.part(SHARE, 4)),
    )
    story.agenda.add(days.part(SHARE, 4), "14:00", partial(_replace, story, mining))
    put_order(story, "mining", mining, days.part(SHARE, 4), decided=days.part(SHARE, 5))
    put_order(story, "forest", rest, days.part(SHARE, 5), decided=days.part(SHARE, 6))
    _walk(story, [*mining, *rest])


def _replace(story: Story, visits: Sequence[Visit]) -> None:
    note = "检查当日须出庭参加行政诉讼，申请更换。"
    replace(story, visits[0], code="schedule", note=note)


def _walk(story: Story, visits: Sequence[Visit]) -> None:
    """The first is closed, the second late, the third has time left; the others are in order."""
    days = story.days
    shut = Follow(days.part(SHARE, 40), days.part(SHARE, 26), "已补设界桩和标识牌，现场复核合格。")
    late = Follow(_later(story, days.ago(5), SHARE))
    running = Follow(days.ahead(14))
    bad = (
        {"ZR-K01": shut},
        {"ZR-K03": late},
        {"ZR-K03": running},
    )
    for place, visit in enumerate(visits):
        on = days.part(SHARE, 8 + place % 12)
        found = bad[place] if place < len(bad) else {}
        Walk(story, visit, Course("published", on, hour=9 + place % 2, bad=found)).put()


def _later(story: Story, day, share):  # type: ignore[no-untyped-def]
    return max(day, story.days.part(share, 12))
