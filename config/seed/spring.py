"""The first task: surveying firms. Drawn, voided, drawn again; inspected, reviewed, published, one result withheld by law."""

from functools import partial

from config.seed import cases
from config.seed.sittings import Arrangement, Held, put_dispatch
from config.seed.story import HEAD, LICENSING, Story
from config.seed.tasks import Draft, put_ready
from config.seed.teams import put_matches, put_order
from config.seed.visits import Course, Follow, Walk
from inspections.models import Visit
from registry.demo import office

REASON = "监督人中途离场，见证不完整，作废后重抽"


def put(story: Story) -> None:
    days = story.days
    draft = Draft(
        key="survey",
        name="测绘资质单位第一批双随机抽查",
        organiser=LICENSING,
        unit=office.LICENSING,
        matters=("ZR-C01",),
        item=6,
        scope={"pools": ["ZX-CH"]},
        window=(days.part(0.2, 5), days.part(0.2, 22)),
        executing=(office.ENFORCEMENT,),
        strata=(
            ("D类", {"classes": ["D"]}, "all", None),
            ("C类", {"classes": ["C"]}, "count", 1),
            ("A、B类", {"classes": ["A", "B"]}, "count", 1),
        ),
    )
    put_ready(story, draft, days.part(0.2))
    first = Arrangement(("survey",), "测绘资质单位第一批抽查摇号会", LICENSING)
    held = Held(story, first).put(days.part(0.2, 2))
    story.agenda.add(days.part(0.2, 2), "10:30", partial(held.request_void, REASON))
    story.agenda.add(days.part(0.2, 2), "16:00", partial(held.approve_void, HEAD))
    again = Arrangement(
        ("survey",), "测绘资质单位第一批抽查摇号会（重抽）", LICENSING, reason=REASON
    )
    Held(story, again).put(days.part(0.2, 3))
    put_dispatch(story, "survey", days.part(0.2, 3))
    cases.put_checked(story, ("survey",), days.part(0.2, 4))
    story.agenda.add(days.part(0.2, 4), "8:50", partial(_visit, story))


def _visit(story: Story) -> None:
    days = story.days
    visits = list(Visit.objects.filter(matters__task=story.tasks["survey"]).order_by("number"))
    put_matches(story, "survey", visits, days.part(0.2, 4))
    put_order(story, "survey", visits, days.part(0.2, 4), decided=days.part(0.2, 5))
    found = Follow(
        due_on=days.part(0.2, 30),
        closed_on=days.part(0.2, 19),
        result="已修订制度并补齐检查记录，复核合格。",
    )
    courses = (
        Course("published", days.part(0.2, 7), bad={"ZR-C01": found}),
        Course("published", days.part(0.2, 8)),
        Course("withheld", days.part(0.2, 9)),
    )
    for place, visit in enumerate(visits):
        course = (
            courses[place]
            if place < len(courses)
            else Course("published", days.part(0.2, 7 + place % 6))
        )
        Walk(story, visit, course).put()
