"""An administrator rules over the accounts of the own bureau, and over no others."""

import pytest
from django.http import Http404

from bureau.errors import Forbidden
from bureau.models import Membership, User
from bureau.selectors import people as who
from bureau.services import people
from tests.people import make_user


def test_somebody_who_moved_on_keeps_the_account_to_themself(bureau, foreign_bureau, system_admin):
    gone = make_user("gone", "测调离", bureau, "inspector")
    Membership.objects.filter(user=gone).update(to_on="2026-01-31", from_on="2026-01-01")
    Membership.objects.create(user=gone, agency=foreign_bureau, role="publisher")

    with pytest.raises(Forbidden, match="其他单位任职"):
        people.reset_password(
            actor=system_admin, person=gone, authority=bureau, password="Xianlin-4821-bei"
        )
    with pytest.raises(Forbidden, match="其他单位任职"):
        people.set_active(actor=system_admin, person=gone, authority=bureau, is_active=False)
    assert User.objects.get(pk=gone.pk).check_password("demo-pass-2026")


def test_the_operator_of_the_platform_is_nobody_s_to_reset(bureau, system_admin):
    root = make_user("root", "平台运维", bureau, "auditor")
    User.objects.filter(pk=root.pk).update(is_superuser=True)
    root = User.objects.get(pk=root.pk)

    with pytest.raises(Forbidden, match="平台运维"):
        people.reset_password(
            actor=system_admin, person=root, authority=bureau, password="Xianlin-4821-bei"
        )


def test_a_new_account_belongs_to_whose_administrator_made_it(bureau, foreign_bureau, system_admin):
    stranger = make_user("stranger", "测外管", foreign_bureau, "system_admin")
    made = people.create(
        actor=system_admin, authority=bureau, username="new.one", full_name="新人", phone="", password="Xianlin-4821-bei"
    )  # fmt: skip
    bare = User.objects.create_superuser("shell", password="Xianlin-4821-bei", full_name="运维")

    assert who.get_or_404(system_admin, made.pk) == made
    with pytest.raises(Http404):
        who.get_or_404(stranger, made.pk)
    for admin in (system_admin, stranger):
        with pytest.raises(Http404):
            who.get_or_404(admin, bare.pk)
