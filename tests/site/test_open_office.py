"""A new installation gets its first authority and administrator, once, and everything else by the pages."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from bureau.models import Agency, AuditEvent, User

pytestmark = pytest.mark.django_db

PASSWORD = "qingshan-lvshui-26"
WORDS = [
    "--code=330421",
    "--name=某县自然资源和规划局",
    "--short-name=县局",
    "--region=330421",
    "--region-name=某县",
    "--username=linqing",
    "--full-name=林青",
    "--superuser",
]


@pytest.fixture
def typed(monkeypatch):
    def as_password(password):
        monkeypatch.setattr("config.management.commands.open_office.getpass", lambda _: password)

    return as_password


def test_the_first_administrator_changes_the_password_and_reaches_people_and_reference_data(
    client, typed
):
    typed(PASSWORD)
    call_command("open_office", *WORDS, verbosity=0)
    client.post(reverse("bureau:login"), {"username": "linqing", "password": PASSWORD})

    first = client.get(reverse("bureau:members"))
    User.objects.update(must_change_password=False)

    assert first.url == reverse("bureau:password-change")
    assert client.get(reverse("bureau:members")).status_code == 200
    assert client.get(reverse("admin:bureau_agency_add")).status_code == 200
    assert AuditEvent.objects.filter(action="office.opened").count() == 1


def test_it_refuses_a_database_that_has_an_authority(typed):
    typed(PASSWORD)
    call_command("open_office", *WORDS, verbosity=0)

    with pytest.raises(CommandError, match="库中已有单位"):
        call_command("open_office", *WORDS)


def test_a_weak_password_or_an_impossible_code_leaves_nothing(typed):
    typed("12345678")
    with pytest.raises(CommandError, match="密码"):
        call_command("open_office", *WORDS)
    typed(PASSWORD)
    with pytest.raises(CommandError, match="单位代码"):
        call_command("open_office", "--code=县局", *WORDS[1:])

    assert not Agency.objects.exists()
    assert not User.objects.exists()
