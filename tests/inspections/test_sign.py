"""结果签字: every responsible inspector, own account, over what they saw."""

import pytest

from bureau.errors import Conflict, Forbidden
from inspections.models import Signature
from inspections.services import outcomes
from tests.inspections.field_case import finished, recorded, sign, signed

pytestmark = pytest.mark.django_db


@pytest.mark.rule("A68")
def test_it_is_signed_when_everybody_has(case):
    recorded(finished(case))
    sign(case, case.leader)
    after_one = case.matter.state
    sign(case, case.second)

    assert (after_one, case.matter.state) == ("recorded", "signed")


@pytest.mark.rule("A68")
def test_what_was_not_seen_is_not_signed(case):
    recorded(finished(case))

    with pytest.raises(Conflict, match="内容有变动"):
        outcomes.sign(visit_matter_pk=case.matter.pk, actor=case.leader, digest="0" * 64)

    assert Signature.objects.count() == 0


def test_nobody_signs_twice(case):
    recorded(finished(case))
    sign(case, case.leader)

    with pytest.raises(Conflict, match="不必再签"):
        sign(case, case.leader)


def test_nobody_signs_for_another(case, everyone):
    recorded(finished(case))

    with pytest.raises(Forbidden, match="检查组"):
        sign(case, everyone)


def test_it_is_not_submitted_before_everybody_signed(case):
    recorded(finished(case))
    sign(case, case.leader)

    with pytest.raises(Conflict, match="待签字"):
        outcomes.submit(visit_matter_pk=case.matter.pk, actor=case.leader)


def test_a_new_member_must_sign_too(case, bureau):
    from tests.inspections.dispatch_cast import make_officers

    signed(recorded(finished(case)))
    newcomer = make_officers(bureau, 1, start=300)[0]
    case.visit.team.create(inspector=newcomer, part="member", source="replacement", position=3)

    with pytest.raises(Conflict, match=newcomer.name):
        outcomes.submit(visit_matter_pk=case.matter.pk, actor=case.leader)


def test_the_visit_is_recorded_when_its_results_are_submitted(case):
    signed(recorded(finished(case)))

    outcomes.submit(visit_matter_pk=case.matter.pk, actor=case.leader)

    assert (case.matter.state, case.visit.state) == ("submitted", "recorded")
