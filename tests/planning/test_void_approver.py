"""Who may throw a draw away: not who ran, asked or witnessed it, and after the digits the superior where the setting says so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bureau.errors import Forbidden
from bureau.models import Agency, RuleSetting, User
from planning.models import Sitting
from planning.services import voids
from tests.people import make_authority, make_user
from tests.planning import sitting_cast as cast


@pytest.fixture
def operator(bureau):
    operator = cast.operator_of(bureau)
    cast.fill_pool(bureau)
    return operator


@pytest.fixture
def superior_decides(bureau, everyone):
    RuleSetting.objects.create(
        authority=bureau, key="void_approver", value="superior", citation="测试", set_by=everyone
    )


def test_a_witness_does_not_approve_the_void_of_what_they_witnessed(bureau, operator):
    both = make_user("both", "兼任人", bureau, "witness", "head")
    sitting = cast.computed(bureau, operator, both)
    asked = voids.request(sitting=sitting, reason="名录未更新", actor=operator)

    with pytest.raises(Forbidden, match="监督人，不能批准作废"):
        voids.decide(asked=asked, approve=True, actor=both)


def test_after_the_result_only_the_superior_s_own_reader_approves(
    bureau, superior_bureau, operator, witness, head, superior, superior_decides
):
    sitting = cast.computed(bureau, operator, witness)
    asked = voids.request(sitting=sitting, reason="名录未更新", actor=operator)
    # The superior role at one's own authority reads those below; it does not stand above itself.
    own = make_user("own", "本局上级角色", bureau, "superior", "head")
    # Superior of somebody else, and working here.
    elsewhere = make_user(
        "elsewhere", "别处上级", make_authority("QTS", "其他市自然资源和规划局"), "superior"
    )
    make_seat(elsewhere, bureau, "inspector")

    for nobody in (head, own, elsewhere):
        with pytest.raises(Forbidden):
            voids.decide(asked=asked, approve=True, actor=User.objects.get(pk=nobody.pk))
    voids.decide(asked=asked, approve=True, actor=superior)
    assert Sitting.objects.get(pk=sitting.pk).state == "voided"


def test_a_draw_by_beacon_alone_needs_the_superior_once_its_value_is_known(
    bureau, operator, superior_decides
):
    RuleSetting.objects.create(
        authority=bureau, key="min_witnesses", value=0, citation="测试", set_by=operator
    )
    begin = timezone.now() + timedelta(minutes=10)
    sitting = cast.locked(
        bureau, operator, beacon_source="drand-quicknet", beacon_not_before=begin, digits_each=12
    )
    before = voids.needs_superior(sitting)
    for draw in sitting.draws.all():
        draw.events.create(kind="beacon", actor=operator, detail={"value": "0" * 64})

    assert (before, voids.needs_superior(sitting)) == (False, True)


def test_without_a_superior_the_head_is_left(bureau, operator, witness, head, superior_decides):
    sitting = cast.computed(bureau, operator, witness)
    Agency.objects.filter(pk=bureau.pk).update(superior=None)

    assert voids.needs_superior(Sitting.objects.get(pk=sitting.pk)) is False


def make_seat(user, agency, role):
    user.memberships.create(agency=agency, role=role)
