"""What the bureau publishes at the year's beginning beside its plan: the list of matters in force (A09)."""

from functools import partial

from config.seed.story import Story
from publication.services import matter_lists


def put(story: Story) -> None:
    story.agenda.add(story.days.opening(1), "10:05", partial(_matter_list, story))


def _matter_list(story: Story) -> None:
    matter_lists.publish(authority=story.authority.pk)
