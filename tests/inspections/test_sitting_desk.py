"""The page of a matching offers its steps to the desk of its unit, and to nobody else (A53: 002 十九)."""

import pytest
from django.urls import reverse

from bureau.errors import Forbidden
from inspections.models import Visit
from planning.services import sittings, slips, voids
from tests.inspections.dispatch_cast import dispatched, give, make_officers, prepared_sitting
from tests.people import make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.rule("A53")]

STEPS = ("锁定名单，发布公告", "取消本次安排", "移除")


@pytest.fixture
def sitting(bureau, station, organiser, witness):
    both = give(organiser, bureau, "coordinator")
    (visit,) = dispatched(bureau, both, unit=station)
    make_officers(bureau, 3, unit=station)
    return prepared_sitting([visit], both, witness)


@pytest.fixture
def stranger(bureau, station):
    other = make_unit(bureau, "SFX-NS", "南山国土所")
    return make_user("elsewhere", "南所分派", other, "coordinator")


def shown(client, user, sitting):
    client.force_login(user)
    page = client.get(reverse("planning:sitting-detail", args=[sitting.pk])).content.decode()
    return [step for step in STEPS if step in page]


def test_only_the_units_own_desk_is_offered_the_steps(client, station, sitting, stranger):
    own = make_user("station", "所分派", station, "coordinator")

    assert shown(client, own, sitting) == list(STEPS)
    assert shown(client, stranger, sitting) == []


def test_an_old_form_of_another_unit_changes_nothing(client, sitting, stranger, witness):
    client.force_login(stranger)
    row = sitting.witnesses.get()
    steps = {
        "sitting-witness-add": [sitting.pk],
        "sitting-witness-remove": [sitting.pk, row.pk],
        "sitting-discard": [sitting.pk],
        "sitting-slip-handed": [sitting.pk],
        "sitting-void": [sitting.pk],
    }

    said = [
        client.post(reverse(f"planning:{name}", args=args), {"reason": "没有理由"}).status_code
        for name, args in steps.items()
    ]

    assert said == [403] * len(steps)
    assert sitting.witnesses.get().user == witness
    assert Visit.objects.get().team_sitting.sitting == sitting


def test_the_services_refuse_what_the_page_does_not_offer(sitting, stranger, witness):
    with pytest.raises(Forbidden, match="您的席位在其他单位"):
        sittings.discard(sitting=sitting, actor=stranger)
    with pytest.raises(Forbidden, match="您的席位在其他单位"):
        sittings.remove_witness(sitting=sitting, witness=sitting.witnesses.get(), actor=stranger)
    type(sitting).objects.filter(pk=sitting.pk).update(state="locked")
    with pytest.raises(Forbidden, match="您的席位在其他单位"):
        slips.mark_handed(sitting=sitting, actor=stranger)
    with pytest.raises(Forbidden, match="您的席位在其他单位"):
        voids.request(sitting=sitting, reason="没有理由", actor=stranger)
