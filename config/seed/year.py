"""This year's work of the demo bureau, done through the real services, each step by its person on its day."""

from datetime import date

from config.seed import (
    above,
    aftermath,
    announcements,
    archive,
    autumn,
    before,
    chance,
    others,
    penalties,
    plan,
    preparing,
    pushing,
    spring,
    summer,
    wordings,
)
from config.seed.days import Days
from config.seed.story import Story

# With fewer entities some strata of the story are empty; with more it has visits by the hundred: registers only.
SIZES = range(600, 2001)


def seed(*, today: date) -> None:
    """Everything after `office.seed`, which must have run; nothing here writes a row itself.

    The trail is sealed afterwards, by `sealing.seal`, when all this is committed.
    """
    story = Story(Days(today))
    with chance.settled(today.isoformat()):
        for part in (
            plan,
            spring,
            summer,
            autumn,
            others,
            above,
            before,
            aftermath,
            penalties,
            announcements,
            archive,
            wordings,
        ):
            part.put(story)
        preparing.put(story)
        pushing.put(story)
        with pushing.platform(story):
            story.agenda.run()
            aftermath.finish(story)
