"""Accounts, seats, settings, notices, files: the office's own rules."""

import io
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, CalendarDay, Membership, Notification, RuleSetting
from bureau.selectors import calendar, rule_settings
from bureau.services import files, notifications, people
from tests.people import make_user

YEAR = 2026


def picture(kind: str = "PNG") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(out, kind)
    out.seek(0)
    return out


# ---------------------------------------------------------------- signing in


def test_five_wrong_passwords_lock_the_account(organiser):
    client = Client()
    for _ in range(5):
        client.post(reverse("bureau:login"), {"username": "organiser", "password": "wrong"})

    answer = client.post(
        reverse("bureau:login"), {"username": "organiser", "password": "demo-pass-2026"}
    )

    assert (answer.status_code, "锁定" in answer.content.decode()) == (429, True)


def test_a_wrong_password_is_said_in_chinese(organiser):
    answer = Client().post(reverse("bureau:login"), {"username": "organiser", "password": "wrong"})

    assert "账号或密码不对" in answer.content.decode()


def test_a_busy_session_ends_after_its_absolute_limit(client, organiser):
    client.force_login(organiser, backend="django.contrib.auth.backends.ModelBackend")
    client.get(reverse("home"))
    session = client.session
    session["signed_in_at"] -= 13 * 3600
    session.save()

    assert client.get(reverse("home"))["Location"].startswith(reverse("bureau:login"))


def test_a_first_password_must_be_changed_before_anything_else(client, organiser):
    organiser.must_change_password = True
    organiser.save(update_fields=["must_change_password"])
    client.force_login(organiser, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(reverse("home"))["Location"] == reverse("bureau:password-change")


# ---------------------------------------------------------------- seats


def test_nobody_gives_themselves_a_role(bureau, system_admin):
    with pytest.raises(Forbidden):
        people.give_seat(actor=system_admin, person=system_admin, agency=bureau, role="head")


@pytest.mark.rule("A24")
def test_a_divisions_administrator_seats_only_its_own_inspectors(bureau, division, inspector_user):
    keeper = make_user("keeper", "测科室", division, "division_admin")

    with pytest.raises(Forbidden):
        people.give_seat(actor=keeper, person=inspector_user, agency=division, role="head")


def test_the_last_system_administrator_stays(system_admin):
    with pytest.raises(RuleError, match="最后一位系统管理员"):
        people.end_seat(actor=system_admin, seat=Membership.objects.get(user=system_admin))


def test_a_role_given_twice_is_a_conflict(bureau, system_admin, inspector_user):
    with pytest.raises(Conflict):
        people.give_seat(actor=system_admin, person=inspector_user, agency=bureau, role="inspector")


def test_strict_separation_keeps_administrators_out_of_the_work(
    bureau, system_admin, inspector_user
):
    RuleSetting.objects.create(
        authority=bureau, key="separation", value="strict", citation="等保三级"
    )

    with pytest.raises(RuleError, match="三权分立"):
        people.give_seat(
            actor=system_admin, person=inspector_user, agency=bureau, role="system_admin"
        )


def test_an_ended_seat_is_gone_at_once_and_told_in_the_trail(bureau, system_admin, inspector_user):
    people.end_seat(actor=system_admin, seat=Membership.objects.get(user=inspector_user))

    assert AuditEvent.objects.latest("id").action == "seat.ended"
    assert type(inspector_user).objects.get(pk=inspector_user.pk).roles == frozenset()


# ---------------------------------------------------------------- settings


def in_force(key, bureau):
    return rule_settings.all_for(bureau, YEAR)[key]


def test_without_a_row_the_catalogue_speaks_with_its_citation(bureau):
    found = in_force("publication_workdays", bureau)

    assert (found.value, found.origin) == (20, "系统默认")
    assert "迁林字〔2024〕11号" in found.citation


def test_the_years_own_row_wins_over_the_row_for_every_year(bureau):
    RuleSetting.objects.create(authority=bureau, key="yearly_limit", value=3, citation="a")
    RuleSetting.objects.create(
        authority=bureau, key="yearly_limit", value=4, year=YEAR, citation="b"
    )

    assert in_force("yearly_limit", bureau).value == 4


@pytest.mark.rule("A94a")
@pytest.mark.parametrize(
    ("mode", "expected"), [("mandatory", 5), ("floor", 5), ("ceiling", 3), ("default", 3)]
)
def test_a_superiors_setting_binds_as_its_mode_says(bureau, superior_bureau, mode, expected):
    RuleSetting.objects.create(
        authority=superior_bureau, key="coverage_goal", value=5, mode=mode, citation="市局"
    )
    RuleSetting.objects.create(authority=bureau, key="coverage_goal", value=3, citation="县局")

    assert in_force("coverage_goal", bureau).value == expected


def test_a_setting_below_the_superiors_floor_is_refused(bureau, superior_bureau, system_admin):
    RuleSetting.objects.create(
        authority=superior_bureau, key="min_witnesses", value=2, mode="floor", citation="市局"
    )

    with pytest.raises(RuleError, match="上级的规定"):
        people.put_setting(
            actor=system_admin,
            authority=bureau,
            key="min_witnesses",
            year=None,
            value=1,
            mode="default",
            citation="x",
        )


def test_a_setting_needs_its_citation(bureau, system_admin):
    with pytest.raises(RuleError, match="依据"):
        people.put_setting(
            actor=system_admin,
            authority=bureau,
            key="yearly_limit",
            year=None,
            value=2,
            mode="default",
            citation=" ",
        )


# ---------------------------------------------------------------- days


def test_a_date_in_a_year_without_notice_is_provisional_until_the_notice_is_entered(db):
    before = calendar.due_after(date(2027, 12, 1), 5)
    CalendarDay.objects.create(day=date(2027, 12, 3), is_workday=False, citation="示例通知")

    after = calendar.due_after(date(2027, 12, 1), 5)

    assert (before.provisional, after.provisional) == (True, False)
    assert (after.date - before.date).days == 1


# ---------------------------------------------------------------- notices


def test_a_notice_is_told_once_however_often_the_job_runs(bureau, organiser):
    for _ in range(3):
        notifications.notify(users=[organiser], key="due:1", text="明天到期", authority=bureau)

    assert Notification.objects.filter(user=organiser).count() == 1


def test_only_the_holders_of_a_role_at_the_unit_are_told(bureau, division, organiser):
    here = make_user("here", "测在科", division, "organiser")

    assert notifications.holders(authority=bureau, roles=["organiser"], unit=division) == [here]


# ---------------------------------------------------------------- files


def test_a_picture_keeps_both_digests(bureau):
    stored = files.store(
        upload=picture(), name="现场.png", authority=bureau, by=None, accept=("image",)
    )

    assert (stored.kind, len(stored.sha256), len(stored.sm3)) == ("image/png", 64, 64)


@pytest.mark.parametrize(
    "content", [b"<svg onload=alert(1)>", b"%PDF-1.7", b"MZ\x90\x00", b"GIF89a"]
)
def test_what_is_no_photo_is_refused_whatever_its_name(bureau, content):
    with pytest.raises(RuleError, match=r"照片"):
        files.store(
            upload=io.BytesIO(content),
            name="photo.jpg",
            authority=bureau,
            by=None,
            accept=("image",),
        )


def test_a_path_in_the_name_is_dropped(bureau):
    stored = files.store(
        upload=picture(),
        name="..\\..\\etc/passwd.png",
        authority=bureau,
        by=None,
        accept=("image",),
    )

    assert (stored.name, ".." in stored.path) == ("passwd.png", False)


def test_a_stored_file_that_was_changed_is_not_served(bureau, settings):
    stored = files.store(
        upload=picture(), name="a.png", authority=bureau, by=None, accept=("image",)
    )
    (settings.MEDIA_ROOT / stored.path).write_bytes(b"x")

    with pytest.raises(RuleError, match="指纹不符"):
        files.read(stored)


def test_an_old_excel_file_is_told_what_to_do(bureau):
    with pytest.raises(RuleError, match="另存为"):
        files.store(
            upload=io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
            name="a.xls",
            authority=bureau,
            by=None,
            accept=("xlsx",),
        )


def test_a_zip_bomb_is_refused(bureau):
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 5_000_000)
    out.seek(0)

    with pytest.raises(RuleError, match="异常庞大"):
        files.store(upload=out, name="a.xlsx", authority=bureau, by=None, accept=("xlsx",))
