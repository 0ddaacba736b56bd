"""Inspectors learn whom they visit when the setting says; before that, each look by others is in the trail (DRAW §4; A58)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, RuleSetting
from bureau.selectors import trail
from inspections.models import Visit
from inspections.selectors import disclosure as reading
from inspections.selectors import fieldwork
from inspections.services import disclosure, notices
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    dispatched,
    give,
    make_officers,
    ordered,
    sign_in_as,
)
from tests.people import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A58")]
BACKEND = "django.contrib.auth.backends.ModelBackend"
DAY = date(2026, 3, 20)


def at(day: int, hour: int):
    moment = datetime(2026, 3, day, hour, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
    return time_machine.travel(moment, tick=False)


@pytest.fixture
def both(organiser, bureau):
    return give(organiser, bureau, "coordinator")


@pytest.fixture
def visit(bureau, both, inspector_user, head):
    """Approved, planned for 20 March, the inspector leads."""
    with at(12, 9):
        (row,) = dispatched(bureau, both)
        disclosure.plan_day(visit=row, day=DAY, actor=both, today=TODAY)
        officers = make_officers(bureau, 2)
        sign_in_as(officers[0], inspector_user)
        assigned(row, both, officers)
        return ordered(row, both, head)


def choose(bureau, mode, hour=18):
    RuleSetting.objects.create(authority=bureau, key="visit_disclosure", value=mode)
    RuleSetting.objects.create(authority=bureau, key="visit_disclosure_hour", value=hour)


def knows(user):
    return fieldwork.of_user(user).exists()


def test_the_team_knows_from_the_evening_before(visit, inspector_user):
    with at(19, 17):
        assert not knows(inspector_user)
    with at(19, 18):
        assert knows(inspector_user)


def test_or_from_that_morning(visit, bureau, inspector_user):
    choose(bureau, "morning", 7)
    with at(19, 23):
        assert not knows(inspector_user)
    with at(20, 6):
        assert not knows(inspector_user)
    with at(20, 7):
        assert knows(inspector_user)


def test_or_at_once(visit, bureau, inspector_user):
    choose(bureau, "immediately")
    with at(12, 9):
        assert knows(inspector_user)


def test_without_a_planned_day_the_first_of_the_window_counts(bureau, both, inspector_user):
    with at(12, 9):
        (row,) = dispatched(bureau, both)
        officers = make_officers(bureau, 2)
        sign_in_as(officers[0], inspector_user)
        assigned(row, both, officers)

        assert row.window_from < date(2026, 3, 12)
        assert reading.is_known(Visit.objects.get(), reading.timezone.now())
        assert inspector_user.notifications.filter(text__contains="匹配到新的检查").count() == 1


def test_phone_and_notice_stay_shut_until_then(visit, inspector_user, client):
    client.force_login(inspector_user, backend=BACKEND)
    with at(18, 9):
        phone = client.get("/desk/inspections/field/").content.decode()
        opened = client.get(f"/desk/inspections/field/{visit.pk}/").status_code
        with pytest.raises(Forbidden):
            notices.issue(visit=visit, actor=inspector_user, today=date(2026, 3, 18))
    with at(19, 18):
        client.force_login(inspector_user, backend=BACKEND)
        later = client.get(f"/desk/inspections/field/{visit.pk}/").status_code
        notices.issue(visit=visit, actor=inspector_user, today=date(2026, 3, 19))

    assert visit.entity.name not in phone
    assert (opened, later) == (403, 200)


def test_the_visit_s_page_and_list_do_not_name_the_team_to_an_inspector(
    visit, inspector_user, client
):
    client.force_login(inspector_user, backend=BACKEND)
    with at(18, 9):
        page = client.get(f"/desk/inspections/visits/{visit.pk}/").content.decode()
        listed = client.get("/desk/inspections/visits/").content.decode()
        mine = client.get("/desk/inspections/visits/?mine=on").content.decode()

    assert "检查员1" not in page + listed
    assert "人员安排到3月19日18时告知检查人员" in page
    assert "查看人员安排" not in page
    assert visit.number not in mine


def test_an_inspector_cannot_read_it_in_the_trail(visit, inspector_user, auditor):
    with at(18, 9):
        hidden = trail.of(visit, reader=inspector_user)
        shown = trail.of(visit, reader=auditor)

    assert not any("检查员1" in item["text"] for item in hidden)
    assert any("检查员1" in item["text"] for item in shown)


def test_the_coordinator_sees_it_and_leaves_no_trace(visit, both, client):
    client.force_login(both, backend=BACKEND)
    with at(18, 9):
        page = client.get(f"/desk/inspections/visits/{visit.pk}/").content.decode()

    assert "检查员1" in page
    assert not AuditEvent.objects.filter(action="team.sealed-viewed").exists()


def test_a_coordinator_of_another_unit_who_inspects_is_an_inspector_here(visit, station):
    neighbour = give(make_user("neighbour", "测邻所", station, "coordinator"), station, "inspector")

    with at(18, 9):
        assert reading.standing(neighbour, visit, reading.timezone.now()) == "closed"


def test_a_look_by_others_is_in_the_trail(visit, auditor, client):
    client.force_login(auditor, backend=BACKEND)
    with at(18, 9):
        page = client.get(f"/desk/inspections/visits/{visit.pk}/").content.decode()
        looked = client.post(f"/desk/inspections/visits/{visit.pk}/look/").content.decode()

    event = AuditEvent.objects.get(action="team.sealed-viewed")
    assert "检查员1" not in page.split("经过")[0]
    assert "检查员1" in looked
    assert event.actor == auditor
    assert event.detail["visits"] == [visit.number]


def test_an_inspector_s_look_is_refused(visit, inspector_user, client):
    client.force_login(inspector_user, backend=BACKEND)
    with at(18, 9):
        answer = client.post(f"/desk/inspections/visits/{visit.pk}/look/")

    assert answer.status_code == 403
    assert not AuditEvent.objects.filter(action="team.sealed-viewed").exists()


def test_who_approves_sees_whom_they_send_and_that_is_recorded(visit, head, client):
    client.force_login(head, backend=BACKEND)
    with at(18, 9):
        page = client.get(f"/desk/inspections/orders/{visit.order_id}/").content.decode()

    assert "检查员1" in page
    assert AuditEvent.objects.get(action="team.sealed-viewed").actor == head


def test_what_prints_the_team_is_shut_too(visit, inspector_user, auditor, client):
    url = f"/desk/inspections/visits/{visit.pk}/sheet.pdf"
    with at(18, 9):
        client.force_login(inspector_user, backend=BACKEND)
        refused = client.get(url).status_code
        client.force_login(auditor, backend=BACKEND)
        printed = client.get(url).status_code

    assert (refused, printed) == (403, 200)
    assert AuditEvent.objects.get(action="team.sealed-viewed").actor == auditor


def test_each_is_told_once_that_evening(visit, inspector_user):
    told = inspector_user.notifications.filter(text__contains="3月20日检查")
    with at(19, 17):
        disclosure.tell_due(now=reading.timezone.now())
    assert told.count() == 0

    with at(19, 18):
        disclosure.tell_due(now=reading.timezone.now())
        disclosure.tell_due(now=reading.timezone.now())

    assert told.count() == 1


def test_matching_tells_nobody_whose_time_has_not_come(visit, inspector_user):
    texts = list(inspector_user.notifications.values_list("text", flat=True))

    assert not any("匹配到新的检查" in text or "已批准" in text for text in texts)


def test_a_day_is_planned_within_the_window_and_before_the_start(visit, both, station):
    stranger = make_user("stranger", "测他所", station, "coordinator")
    with pytest.raises(RuleError, match="须在检查期内"):
        disclosure.plan_day(visit=visit, day=date(2026, 6, 1), actor=both, today=TODAY)
    with pytest.raises(Forbidden):
        disclosure.plan_day(visit=visit, day=DAY, actor=stranger, today=TODAY)
    disclosure.plan_day(visit=visit, day=None, actor=both, today=TODAY)
    assert Visit.objects.get().planned_on is None

    Visit.objects.update(state="in_progress")
    with pytest.raises(Conflict):
        disclosure.plan_day(visit=visit, day=DAY, actor=both, today=TODAY)
