"""按期公示率: published by the deadline, of all that were published or should have been (A76)."""

from datetime import date, timedelta

import pytest
import time_machine

from inspections.models import VisitMatter
from publication.selectors import indicators, waiting
from tests.inspections.conftest import MORNING
from tests.publication.cast import approved_matter, publish

pytestmark = pytest.mark.django_db


@pytest.mark.rule("A76")
def test_the_share_counts_late_and_unpublished_ones_against_it(bureau, people):
    matters = [approved_matter(bureau, people, number) for number in (1, 2, 3)]
    due = matters[0].due_on
    publish(matters[0], people["publisher"])
    with time_machine.travel(MORNING + timedelta(days=60), tick=False):
        publish(matters[1], people["publisher"])

    found = indicators.on_time(bureau, 2026, due + timedelta(days=30))

    assert (found.in_time, found.due, found.late, found.overdue) == (1, 3, 1, 1)
    assert found.share == pytest.approx(1 / 3)


@pytest.mark.rule("A76")
def test_on_the_last_day_is_in_time_and_nothing_is_not_zero(bureau, people):
    matter = approved_matter(bureau, people)
    before = indicators.on_time(bureau, 2026, matter.due_on)
    VisitMatter.objects.filter(pk=matter.pk).update(due_on=MORNING.date())
    publish(matter, people["publisher"])

    assert before.share is None
    assert indicators.on_time(bureau, 2026, MORNING.date()).share == 1.0
    assert indicators.on_time(bureau, 2025, date(2026, 3, 16)).share is None


def test_what_waits_is_offered_to_the_publisher_with_its_deadline(bureau, people):
    approved_matter(bureau, people)
    today = MORNING.date()

    (item,) = waiting.for_user(people["publisher"], today)

    assert (item.verb, item.module, item.due.days_left) == ("公示检查结果", "公示", 20)
    assert waiting.for_user(people["leader"], today) == []
