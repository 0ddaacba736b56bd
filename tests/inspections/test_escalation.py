"""What is overdue goes up step by step, once each, and the trail names the unit and the person."""

from datetime import date, timedelta

import pytest

from bureau.models import AuditEvent, Notification
from inspections.models import Disposal
from inspections.services import escalation
from tests.inspections.disposal_case import opened
from tests.people import make_user

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 16)  # a Monday
DUE = date(2026, 3, 18)


@pytest.fixture
def late(case, station) -> Disposal:
    worker = make_user("worker", "测所员", station, "inspector")
    return opened(case, "rectify", TODAY, due_on=DUE, responsible=station, responsible_user=worker)


def told(row):
    found = Notification.objects.filter(key__startswith=f"disposal-reported:{row.pk}")
    return sorted(note.user.username for note in found)


@pytest.mark.rule("A94b")
def test_it_goes_to_the_division_then_to_the_head(late, head, station):
    make_user("chief", "测所长", station, "division_admin")

    first = escalation.run(today=DUE + timedelta(days=1))
    between = escalation.run(today=DUE + timedelta(days=2))
    second = escalation.run(today=DUE + timedelta(days=7))

    assert (first, between, second) == (1, 0, 1)
    assert told(late) == ["chief", "head"]


@pytest.mark.rule("A94b")
def test_the_trail_names_unit_and_person(late, head):
    escalation.run(today=DUE + timedelta(days=1))

    event = AuditEvent.objects.get(action="disposal.overdue-reported")
    assert (event.detail["unit"], event.detail["person"]) == ("北山国土所", "测所员")


def test_on_the_last_day_nothing_goes_up(late, head):
    assert escalation.run(today=DUE) == 0


def test_after_an_extension_it_may_go_up_again(late, head):
    escalation.run(today=DUE + timedelta(days=1))
    Disposal.objects.update(due_on=DUE + timedelta(days=2))

    assert escalation.run(today=DUE + timedelta(days=5)) == 1


def test_without_a_leader_of_the_division_the_deputy_is_told(late, deputy, head):
    escalation.run(today=DUE + timedelta(days=1))

    assert told(late) == ["deputy"]
