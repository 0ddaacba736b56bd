"""The first step of an empty installation."""

import io

import pytest
from django.core.management import CommandError, call_command

from bureau.models import AuditEvent, User

ARGUMENTS = [
    "SFX",
    "示范县自然资源和规划局",
    "--short",
    "县局",
    "--mark",
    "示自然资",
    "--region",
    "990101",
    "示范县",
    "--username",
    "first.admin",
    "--full-name",
    "纪砚青",
]


@pytest.fixture
def password(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("Xianlin-4821-bei\n"))


def test_the_first_administrator_must_change_the_password(db, password):
    call_command("open_bureau", *ARGUMENTS, stdout=io.StringIO())

    admin = User.objects.get()
    assert (admin.must_change_password, admin.roles) == (True, {"system_admin"})


def test_it_leaves_an_event(db, password):
    call_command("open_bureau", *ARGUMENTS, stdout=io.StringIO())

    assert AuditEvent.objects.get().action == "office.opened"


def test_a_second_time_is_refused(db, password, monkeypatch):
    call_command("open_bureau", *ARGUMENTS, stdout=io.StringIO())
    monkeypatch.setattr("sys.stdin", io.StringIO("Xianlin-4821-bei\n"))

    with pytest.raises(CommandError, match="已经存在"):
        call_command("open_bureau", *ARGUMENTS)


def test_a_weak_password_is_refused(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("12345678\n"))

    with pytest.raises(CommandError, match="初始密码不合要求"):
        call_command("open_bureau", *ARGUMENTS)
