"""Two people take the same step of a disposal at once, on real connections: one does it, the other is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from inspections.models import DisposalAsk, Letter
from inspections.services import disposal_asks, letters
from tests.inspections.disposal_case import opened
from tests.inspections.field_case import ordered_case, second_inspector
from tests.inspections.test_cases_together import at_once
from tests.people import make_authority, make_user


@pytest.fixture
def row(live_db):
    superior = make_authority("SFS", "示范市自然资源和规划局")
    bureau = make_authority("SFX", "示范县自然资源和规划局", superior)
    desk = make_user("desk", "测经办", bureau, "organiser", "coordinator")
    leader = make_user("inspector", "测检查", bureau, "inspector")
    heads = [make_user(name, name, bureau, "head") for name in ("heada", "headb")]
    case = ordered_case(bureau, leader, second_inspector(bureau), desk, heads[0])
    return opened(case, "rectify", timezone.localdate()), case, heads


@pytest.mark.rule("A86")
def test_one_order_is_issued(row):
    disposal, case, _ = row
    day = timezone.localdate()

    def issue(actor):
        letters.issue(
            disposal_pk=disposal.pk,
            recipient="示范采石场",
            due_on=day,
            note="",
            attachments=[],
            actor=actor,
            today=day,
        )

    results = at_once(lambda: issue(case.organiser), lambda: issue(case.leader))

    assert results == [422, "done"]
    assert Letter.objects.count() == 1


def test_one_head_decides_a_request(row):
    disposal, case, heads = row
    day = timezone.localdate()
    made = disposal_asks.ask(
        disposal_pk=disposal.pk,
        kind="extend",
        reason="雨季无法施工",
        new_due_on=day + timedelta(days=60),
        actor=case.organiser,
        today=day,
    )

    results = at_once(
        *[
            lambda head=head: disposal_asks.decide(
                ask_pk=made.pk, approve=True, note="", actor=head, today=day
            )
            for head in heads
        ]
    )

    assert results == [409, "done"]
    assert DisposalAsk.objects.get().state == "approved"
    assert disposal.steps.filter(kind="extend").count() == 1
