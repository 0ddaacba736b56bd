"""Two tasks in execution: a visit in every state, one result due tomorrow, one overdue."""

from collections.abc import Sequence
from functools import partial

from config.seed import cases, people
from config.seed.sittings import Arrangement, Held, put_dispatch
from config.seed.story import FOREST, LAND, Story
from config.seed.tasks import Draft, put_ready
from config.seed.teams import put_matches, put_order, replace
from config.seed.visits import Course, Follow, Walk
from inspections.models import Visit
from registry.demo import office


def put(story: Story) -> None:
    days = story.days
    window = (days.ago(29), days.until(20))
    timber = Draft(
        key="timber",
        name="木材经营加工企业双随机抽查",
        organiser=FOREST,
        unit=office.FOREST,
        matters=("LC-L03",),
        item=8,
        scope={"pools": ["ZX-MC"]},
        window=window,
        strata=(
            ("D类", {"classes": ["D"]}, "all", None),
            ("C类", {"classes": ["C"]}, "count", 3),
            ("A、B类", {"classes": ["A", "B"]}, "count", 5),
        ),
    )
    land = Draft(
        key="land",
        name="房地产开发用地情况双随机抽查",
        organiser=LAND,
        unit=office.LAND,
        matters=("ZR-T01",),
        item=4,
        scope={"tags": ["用地单位"]},
        window=window,
        executing=(office.ENFORCEMENT,),
        strata=(
            ("C、D类", {"classes": ["C", "D"]}, "count", 2),
            ("A、B类", {"classes": ["A", "B"]}, "count", 3),
        ),
    )
    put_ready(story, timber, days.ago(38))
    put_ready(story, land, days.ago(38))
    Held(story, Arrangement(("timber",), "木材经营加工企业抽查摇号会", FOREST)).put(days.ago(35))
    Held(story, Arrangement(("land",), "房地产开发用地抽查摇号会", LAND)).put(days.ago(35), "10")
    put_dispatch(story, "timber", days.ago(34), "9:30")
    put_dispatch(story, "land", days.ago(34), "9:50")
    cases.put_checked(story, ("timber", "land"), days.ago(33))
    story.agenda.add(days.ago(33), "8:50", partial(_match, story))


def _match(story: Story) -> None:
    days = story.days
    timber, land = story.visits("timber"), story.visits("land")
    put_matches(story, "timber", timber[:-2], days.ago(33))  # the last one waits for its team
    cases.put_skip(story, "timber", timber[-2])
    story.agenda.add(days.ago(32), "8:50", partial(put_matches, story, "land", land, days.ago(32)))
    put_order(story, "timber", timber[:-2], days.ago(32), decided=days.ago(31))
    put_order(story, "land", land[:2] + land[4:], days.ago(31), decided=days.ago(30))
    put_order(story, "land", land[2:3], days.ago(3), decided=None)  # land[3] is not asked for yet
    story.agenda.add(
        days.ago(30), "9:10", partial(_recuse, story, timber[3])
    )  # after the order: the team may change until the visit begins
    _walk_timber(story, timber)
    cases.put_transfer(story, timber[-1])
    _walk_land(story, land)


def _recuse(story: Story, visit: Visit) -> None:
    note = "该店经营者系本人配偶的表兄，申请回避。"
    replace(story, visit, code="recusal", note=note, recusal="kin")


def _walk_timber(story: Story, visits: Sequence[Visit]) -> None:
    days = story.days
    bad = {"LC-L03": Follow(days.ahead(6))}
    courses = (
        Course(
            "published",
            days.ago(27),
            entry="scanned",
            on_glass=True,
            was_returned=True,
            has_sources=True,
        ),
        Course(
            "returned", days.ago(23), bad=bad, reviewed=9, entry="late"
        ),  # late: due two working days ago
        Course(
            "approved", days.ago(20), hour=10, reviewed=5, is_paused=True
        ),  # due on the next working day
        Course("submitted", days.ago(13)),
        Course("recorded", days.ago(8), bad={"LC-L03": Follow(days.ahead(3))}),
        Course("finished", days.ago(4), has_sources=True),
        Course("in_progress", days.ago(2), entry="scanned", has_sources=True),
    )
    for visit, course in zip(visits, courses, strict=False):
        Walk(story, visit, course).put()


def _walk_land(story: Story, visits: Sequence[Visit]) -> None:
    """Corrected on the spot and published; ordered with its notice; two before the order; one that nobody could reach."""
    days = story.days
    Walk(
        story, visits[0], Course("published", days.ago(26), bad={"ZR-T01": None}, is_corrected=True)
    ).put()
    Walk(story, visits[1], Course("noticed", days.ago(3))).put()
    cases.put_unreachable(story, visits[4])
    people.put_helper(story, visits[3], days.ago(2), days.ahead(6))
