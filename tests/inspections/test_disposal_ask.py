"""More time or an early end is asked for by one and decided by another."""

from datetime import date, timedelta

import pytest

from bureau.errors import Conflict, Forbidden, RuleError
from inspections.models import DisposalAsk
from inspections.services import disposal_asks
from tests.inspections.disposal_case import issued, opened
from tests.people import make_user

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 16)
LATER = TODAY + timedelta(days=60)


def ask(row, actor, kind="extend", new_due_on=LATER, reason="雨季无法施工"):
    day = new_due_on if kind == "extend" else None
    return disposal_asks.ask(
        disposal_pk=row.pk, kind=kind, reason=reason, new_due_on=day, actor=actor, today=TODAY
    )


def decide(made, actor, approve=True, note="同意"):
    return disposal_asks.decide(
        ask_pk=made.pk, approve=approve, note=note, actor=actor, today=TODAY
    )


@pytest.mark.rule("A94b")
def test_an_extension_keeps_the_old_deadline_and_who_agreed(case, deputy):
    row = opened(case, "rectify", TODAY)

    decide(ask(row, case.organiser), deputy)

    row.refresh_from_db()
    made = DisposalAsk.objects.get()
    assert row.due_on == LATER
    assert (made.old_due_on, made.decided_by) == (TODAY + timedelta(days=30), deputy)
    assert row.steps.get(kind="extend").text == "由 2026-04-15 延长至 2026-05-15：雨季无法施工"


@pytest.mark.rule("A94b")
def test_an_approval_never_shortens_a_deadline_that_moved_meanwhile(case, deputy):
    row = opened(case, "rectify", TODAY)
    made = ask(row, case.organiser)
    issued(row, case.organiser, TODAY, due_on=LATER + timedelta(days=9))

    with pytest.raises(RuleError, match="不能延长期限"):
        decide(made, deputy)

    row.refresh_from_db()
    assert row.due_on == LATER + timedelta(days=9)


def test_who_asks_does_not_approve(case, bureau):
    both = make_user("both", "测兼任", bureau, "organiser", "head")
    row = opened(case, "rectify", TODAY)

    with pytest.raises(Forbidden, match="不能批准自己"):
        decide(ask(row, both), both)


def test_a_refusal_leaves_the_deadline(case, head):
    row = opened(case, "rectify", TODAY)

    decide(ask(row, case.organiser), head, approve=False, note="没有客观原因")

    row.refresh_from_db()
    assert row.due_on == TODAY + timedelta(days=30)
    assert not row.steps.exists()


def test_the_same_is_asked_once(case):
    row = opened(case, "rectify", TODAY)
    ask(row, case.organiser)

    with pytest.raises(Conflict, match="正在等待批准"):
        ask(row, case.organiser)


def test_it_is_decided_once(case, head, deputy):
    made = ask(opened(case, "rectify", TODAY), case.organiser)
    decide(made, deputy)

    with pytest.raises(Conflict, match=r"已由.*办理"):
        decide(made, head)


@pytest.mark.parametrize("day", [TODAY, TODAY + timedelta(days=30)])
def test_more_time_is_later_than_the_deadline(case, day):
    row = opened(case, "rectify", TODAY)

    with pytest.raises(RuleError, match="晚于原期限"):
        ask(row, case.organiser, new_due_on=day)


def test_an_early_end_closes_with_its_reason(case, deputy):
    row = opened(case, "case", TODAY)

    decide(ask(row, case.organiser, "stop", reason="对象已注销"), deputy)

    row.refresh_from_db()
    assert (row.state, row.result) == ("closed", "终止处置：对象已注销")


def test_a_disposal_that_ended_is_not_extended(case, head, deputy):
    row = opened(case, "case", TODAY)
    more = ask(row, case.organiser)
    decide(ask(row, case.organiser, "stop", reason="对象已注销"), deputy)

    with pytest.raises(Conflict, match="已办结"):
        decide(more, head)
