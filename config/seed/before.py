"""Before a lock: a draft divided into groups with ratios from the class table, and a small pool inspected whole."""

from functools import partial

from bureau.services import outbox
from config.seed.story import FOREST, Story
from config.seed.tasks import Draft, create, write_scheme
from planning.selectors import builder, pool_parts
from planning.services import direct, groups, tasks
from registry.demo import office


def put(story: Story) -> None:
    _put_grouped(story)
    _put_whole(story)


def _put_grouped(story: Story) -> None:
    """Use of forest land concerns mines and plots, felling and replanting plots only: two draws of one sitting."""
    days = story.days
    draft = Draft(
        key="groups",
        name="使用林地和采伐更新第二批双随机抽查",
        organiser=FOREST,
        unit=office.FOREST,
        matters=("LC-L01", "LC-L02"),
        item=7,
        scope={"kinds": ["mine", "plot"]},
        window=(days.ahead(5), days.until(40)),
    )
    story.agenda.add(days.ago(3), "14:10", partial(create, story, draft))
    story.agenda.add(days.ago(3), "14:20", partial(_divide, story))
    story.agenda.add(days.ago(2), "10:10", partial(write_scheme, story, draft))


def _divide(story: Story) -> None:
    actor = story.user(FOREST)
    groups.split_by_kind(task=story.task("groups"), actor=actor)
    task = story.task("groups")
    part = pool_parts.parts_of(task)[0]
    tasks.set_strata(
        task=task,
        group=task.groups.get(number=part.number),
        strata=builder.by_class(task, part, story.today),
        actor=actor,
    )


def _put_whole(story: Story) -> None:
    """So few that all are inspected: a draw would only put them in order, and the task's page says so."""
    days = story.days
    draft = Draft(
        key="whole",
        name="野生动物人工繁育场所双随机抽查",
        organiser=FOREST,
        unit=office.FOREST,
        matters=("LC-L05",),
        item=9,
        scope={"classes": ["C", "D"], "tags": ["野生动物繁育"]},
        window=(days.ahead(2), days.until(30)),
        reserve=0,
    )
    story.agenda.add(days.ago(7), "9:05", partial(create, story, draft))
    story.agenda.add(days.ago(7), "9:20", partial(_inspect_all, story))
    story.agenda.add(days.ago(7), "9:40", partial(write_scheme, story, draft))


def _inspect_all(story: Story) -> None:
    direct.inspect_all(task=story.task("whole"), actor=story.user(FOREST))
    outbox.deliver_waiting()
