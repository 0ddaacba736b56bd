"""The second officer confirms on the leader's phone; the certificate is shown or nothing begins (A64)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from bureau.errors import RuleError
from bureau.models import AuditEvent
from inspections.models import TeamMember
from inspections.services import arrivals
from tests.inspections.field_case import begun
from tests.people import make_user

pytestmark = pytest.mark.django_db


def sign_in(client, case, username: str, password: str = "demo-pass-2026"):
    post = {
        "username": username,
        "password": password,
        "happened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "certificates_shown": "on",
    }
    return client.post(reverse("inspections:field-second", args=[case.visit_pk]), post)


@pytest.fixture
def phone(case, client):
    arrivals.arrive(visit_pk=case.visit_pk, actor=case.leader, happened_at=timezone.now())
    client.force_login(case.leader)
    return client


@pytest.mark.rule("A64")
def test_the_second_confirms_and_the_leader_stays_signed_in(case, phone):
    answer = sign_in(phone, case, case.second.username)

    event = AuditEvent.objects.filter(action="presence.confirmed", actor=case.second).get()
    assert answer.status_code == 302
    assert case.visit.state == "in_progress"
    assert event.detail["on_device_of"] == case.leader.full_name
    assert int(phone.session["_auth_user_id"]) == case.leader.pk


def test_a_wrong_password_confirms_nobody_and_is_not_shown_again(case, phone):
    answer = sign_in(phone, case, case.second.username, "wrong-pass-2026")

    assert answer.status_code == 422
    assert "用户名或密码不对" in answer.content.decode()
    assert "wrong-pass-2026" not in answer.content.decode()
    assert case.visit.state == "ordered"


def test_passwords_cannot_be_tried_out_here(case, phone):
    for _ in range(5):
        sign_in(phone, case, case.second.username, "wrong-pass-2026")

    assert sign_in(phone, case, case.second.username).status_code in {403, 422, 429}
    assert case.visit.state == "ordered"


def test_a_colleague_outside_the_team_is_refused(case, phone, bureau):
    make_user("stranger", "测外人", bureau, "inspector")

    answer = sign_in(phone, case, "stranger")

    assert "检查组" in answer.content.decode()
    assert case.visit.state == "ordered"


def test_the_leader_is_not_the_second(case, phone):
    assert "自己的账号" in sign_in(phone, case, case.leader.username).content.decode()


@pytest.mark.rule("A64")
def test_nobody_begins_without_showing_the_certificate(case):
    with pytest.raises(RuleError, match="出示执法证"):
        arrivals.arrive(
            visit_pk=case.visit_pk,
            actor=case.leader,
            happened_at=timezone.now(),
            certificates_shown=False,
        )


def test_when_the_certificate_was_shown_is_kept(case):
    begun(case)

    shown = TeamMember.objects.filter(visit=case.visit_pk).values_list(
        "certificate_shown_at", flat=True
    )
    assert set(shown) == {timezone.now()}
