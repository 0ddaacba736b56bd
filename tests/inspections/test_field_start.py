"""到场: two officers or no visit; claims are kept beside what the server knows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent
from inspections.models import Visit
from inspections.services import arrivals
from tests.inspections.field_case import begun
from tests.people import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.rule("A64")
def test_the_visit_begins_with_the_second_officer(case):
    arrivals.arrive(visit_pk=case.visit_pk, actor=case.leader, happened_at=timezone.now())
    after_one = case.visit.state
    arrivals.arrive(visit_pk=case.visit_pk, actor=case.second, happened_at=timezone.now())

    assert (after_one, case.visit.state) == ("ordered", "in_progress")


@pytest.mark.rule("A52")
def test_the_leader_alone_cannot_begin(case):
    with pytest.raises(RuleError, match="不得少于 2 名"):
        arrivals.start(
            visit_pk=case.visit_pk, actor=case.leader, present=[], happened_at=timezone.now()
        )

    assert case.visit.team.filter(present_at__isnull=False).count() == 0


@pytest.mark.rule("A60")
def test_only_the_leader_records_others_presence(case):
    present = list(case.visit.team.values_list("pk", flat=True))

    with pytest.raises(Forbidden, match="组长"):
        arrivals.start(
            visit_pk=case.visit_pk,
            actor=case.second,
            present=present,
            happened_at=timezone.now(),
        )


def test_somebody_outside_the_team_is_refused(case, bureau):
    stranger = make_user("stranger", "测外人", bureau, "inspector")

    with pytest.raises(Forbidden, match="检查组"):
        arrivals.arrive(visit_pk=case.visit_pk, actor=stranger, happened_at=timezone.now())


@pytest.mark.rule("A100")
def test_an_expired_certificate_does_not_inspect(case):
    person = case.second.inspector
    person.certificate_expires_on = timezone.localdate() - timedelta(days=1)
    person.save(update_fields=["certificate_expires_on"])

    with pytest.raises(RuleError, match=r"执法证.*到期"):
        begun(case)

    assert case.visit.state == Visit.State.ORDERED


@pytest.mark.rule("A97")
def test_nobody_was_there_before_the_head_approved(case):
    with pytest.raises(RuleError, match="早于检查审批的时间"):
        begun(case, timezone.now() - timedelta(hours=1))


@pytest.mark.rule("A90")
def test_an_arrival_told_late_is_flagged(case, morning):
    arrived = timezone.now()
    morning.shift(timedelta(hours=25))

    begun(case, arrived)

    event = AuditEvent.objects.get(action="visit.started")
    assert event.detail["entered_late"] is True
    assert case.visit.started_at == arrived
    assert case.visit.started_recorded_at == timezone.now()


def test_an_arrival_in_the_future_is_refused(case):
    with pytest.raises(RuleError, match="将来"):
        begun(case, timezone.now() + timedelta(hours=1))


def test_a_visit_begins_once(case):
    begun(case)

    with pytest.raises(Conflict, match="检查中"):
        begun(case)


def test_the_phone_shows_certificates_and_todays_visits(case, client):
    client.force_login(case.leader, backend="django.contrib.auth.backends.ModelBackend")

    today = client.get("/desk/inspections/field/").content.decode()
    page = client.get(f"/desk/inspections/field/{case.visit_pk}/").content.decode()

    assert "示范企业5001号" in today
    assert case.second.inspector.certificate_no in page


def test_another_teams_visit_is_not_shown(case, client, bureau):
    stranger = make_user("stranger", "测外人", bureau, "inspector")
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")

    response = client.get(f"/desk/inspections/field/{case.visit_pk}/")

    assert response.status_code == 403
