"""Reminders: on the right day, to the right people, once however often the job runs."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from bureau.models import Notification
from inspections.jobs import warn_due_disposals, warn_due_publications
from inspections.models import VisitMatter
from inspections.services import disposals
from tests.inspections.field_case import finished, problem, recorded, submitted
from tests.inspections.test_disposal import TODAY

pytestmark = pytest.mark.django_db


def at(year, month, day):
    return time_machine.travel(datetime(year, month, day, 1, tzinfo=UTC), tick=False)


def told(prefix):
    rows = Notification.objects.filter(key__startswith=prefix)
    return sorted((row.key.rsplit(":", 1)[1], row.user.username) for row in rows)


@pytest.mark.rule("A75")
def test_a_publication_is_announced_five_three_and_one_day_before(case):
    finished(case)  # due on 14 April; 7 April is 5 working days before it

    seen = []
    for day in (3, 7, 7, 8, 9, 13):
        with at(2026, 4, day):
            seen.append(warn_due_publications())

    assert seen == [0, 2, 0, 0, 2, 2]
    assert {mark for mark, _ in told("publication-due:")} == {"5", "3", "1"}


@pytest.mark.rule("A94b")
def test_an_overdue_publication_also_goes_to_the_heads_once(case, head, deputy):
    finished(case)

    with at(2026, 4, 15):
        new = [warn_due_publications(), warn_due_publications()]

    assert new == [4, 0]
    assert ("late", "head") in told("publication-due:")
    assert ("late", "deputy") in told("publication-due:")


def test_a_submitted_result_reminds_the_reviewers(case, reviewer):
    submitted(recorded(finished(case)))

    with at(2026, 4, 13):
        warn_due_publications()

    assert told("publication-due:") == [("1", "reviewer")]


def test_a_published_result_reminds_nobody(case):
    finished(case)
    VisitMatter.objects.update(state="published", outcome_codes=["1"])

    with at(2026, 4, 15):
        assert warn_due_publications() == 0


@pytest.mark.rule("A85")
def test_a_disposal_is_announced_and_goes_up_when_overdue(case, head):
    recorded(finished(case, first="no"), ["N01"], [problem()])
    row = disposals.open(
        visit_matter_pk=case.matter.pk,
        actor=case.organiser,
        measure="rectify",
        responsible=case.visit.authority,
        responsible_user=case.second,
        due_on=TODAY + timedelta(days=4),
        today=TODAY,
    )

    new = []
    for day in (16, 16, 20, 23):
        with at(2026, 3, day):
            new.append(warn_due_disposals())

    assert new == [1, 0, 1, 2]
    assert told(f"disposal-due:{row.pk}") == [
        ("0", "inspector2"),
        ("5", "inspector2"),
        ("late", "inspector2"),
    ]
    assert (
        row.steps.get(kind="report").text == "逾期 1 个工作日，报科室负责人或分管负责人：测主要负"
    )


def test_a_moved_deadline_is_announced_anew(case):
    finished(case)
    with at(2026, 4, 13):
        first = warn_due_publications()
        VisitMatter.objects.update(due_on=datetime(2026, 4, 17, tzinfo=UTC).date())
        from bureau.models import RuleSetting

        RuleSetting.objects.create(
            authority=case.visit.authority,
            key="publication_workdays",
            value=23,
            citation="本局规定",
        )
        again = warn_due_publications()

    assert (first, again) == (2, 2)
