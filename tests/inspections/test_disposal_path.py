"""Each measure has its own way to its end, step by step, with letter, receipt and result."""

from datetime import date, timedelta

import pytest

from bureau.errors import Conflict, Forbidden, RuleError
from inspections.models import Disposal, DisposalStep, Letter
from inspections.services import disposal_asks, disposal_steps, disposals
from tests.inspections.disposal_case import issued, opened, received, stepped
from tests.people import make_user

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 16)


def kinds(row: Disposal) -> list[str]:
    return list(row.steps.values_list("kind", flat=True))


def close(row, actor):
    return disposals.close(
        disposal_pk=row.pk, actor=actor, result="已处理", closed_on=TODAY, today=TODAY
    )


@pytest.mark.rule("A84")
def test_a_case_goes_by_letter_receipt_and_filing_to_its_result(case):
    row = opened(case, "case", TODAY)

    letter = issued(row, case.organiser, TODAY, recipient="县自然资源综合执法大队")
    received(row, case.organiser, TODAY, "大队内勤签收")
    stepped(row, "file", case.organiser, TODAY, "2026年3月16日立案，案号 7 号")
    close(row, case.organiser)

    row.refresh_from_db()
    letter.refresh_from_db()
    assert kinds(row) == ["issue", "receipt", "file", "close"]
    assert (row.state, row.stage, row.result) == ("closed", "closed", "已处理")
    assert (letter.number, letter.receipt_note) == ("示自然资移送〔2026〕1号", "大队内勤签收")


@pytest.mark.rule("A84")
def test_a_case_that_is_not_filed_keeps_the_reason(case):
    row = opened(case, "case", TODAY)
    issued(row, case.organiser, TODAY)
    received(row, case.organiser, TODAY)

    stepped(row, "not_file", case.organiser, TODAY, "违法行为轻微并已改正")

    row.refresh_from_db()
    assert row.stage == "not_filed"
    assert row.steps.get(kind="not_file").text == "违法行为轻微并已改正"


@pytest.mark.parametrize("measure", ["daily", "notify", "case", "rectify", "judicial"])
def test_no_measure_ends_before_its_letter(case, measure):
    row = opened(case, measure, TODAY)

    with pytest.raises(RuleError, match=r"待处理.*制发"):
        close(row, case.organiser)


def test_a_letter_waits_for_its_receipt_before_the_result(case):
    row = opened(case, "notify", TODAY)
    issued(row, case.organiser, TODAY)

    with pytest.raises(RuleError, match="登记签收回执"):
        close(row, case.organiser)


def test_a_receipt_is_entered_once(case):
    row = opened(case, "rectify", TODAY)
    issued(row, case.organiser, TODAY)
    received(row, case.organiser, TODAY)

    with pytest.raises(Conflict, match="已于 2026-03-16 登记"):
        received(row, case.organiser, TODAY)


@pytest.mark.rule("A86")
def test_an_order_sets_the_deadline_and_says_fact_basis_and_day(case):
    row = opened(case, "rectify", TODAY)

    letter = issued(row, case.organiser, TODAY, due_on=date(2026, 4, 15))

    row.refresh_from_db()
    fact = letter.content["facts"][0]
    assert (row.due_on, row.stage) == (date(2026, 4, 15), "ordered")
    assert fact["basis"] == "《矿产资源法》第三十九条"
    assert "2026年4月15日 前改正" in letter.content["form"]["passages"]["demand"]


@pytest.mark.rule("A86")
def test_material_that_shows_it_put_right_ends_the_order(case):
    row = opened(case, "rectify", TODAY)
    issued(row, case.organiser, TODAY)

    stepped(row, "pass", case.organiser, TODAY, "界桩照片与坐标相符")

    row.refresh_from_db()
    assert (row.state, row.result) == ("closed", "界桩照片与坐标相符")


@pytest.mark.rule("A86")
def test_what_is_not_put_right_is_ordered_again_or_becomes_a_case(case, bureau):
    row = opened(case, "rectify", TODAY)
    issued(row, case.organiser, TODAY)
    stepped(row, "fail", case.organiser, TODAY, "仍未恢复")
    issued(row, case.organiser, TODAY)
    stepped(row, "fail", case.organiser, TODAY, "第二次仍未恢复")

    made = disposal_steps.escalate(
        disposal_pk=row.pk,
        text="逾期不改正",
        responsible=bureau,
        due_on=TODAY + timedelta(days=60),
        actor=case.organiser,
        today=TODAY,
    )

    row.refresh_from_db()
    assert Letter.objects.filter(disposal=row).count() == 2
    assert (row.state, made.measure, made.parent, made.finding) == (
        "closed",
        "case",
        row,
        row.finding,
    )
    assert made.number in row.result


@pytest.mark.rule("A84")
def test_a_crime_goes_to_the_prosecutor_only_with_the_heads_approval(case, head):
    row = opened(case, "judicial", TODAY)
    with pytest.raises(RuleError, match="主要负责人批准"):
        issued(row, case.organiser, TODAY)
    asked = disposal_asks.ask(
        disposal_pk=row.pk, kind="judicial", reason="数额巨大", actor=case.organiser, today=TODAY
    )

    disposal_asks.decide(ask_pk=asked.pk, approve=True, note="", actor=head, today=TODAY)

    assert issued(row, case.organiser, TODAY).kind == "judicial"


def test_another_unit_takes_no_step(case, bureau, station):
    from tests.people import make_unit

    stranger = make_user(
        "stranger", "测邻所", make_unit(bureau, "SFX-NS", "南山国土所"), "inspector"
    )
    row = opened(case, "rectify", TODAY, responsible=station)

    with pytest.raises(Forbidden, match="北山国土所负责"):
        issued(row, stranger, TODAY)


@pytest.mark.parametrize(("action", "sentence"), [("pass", "核查了什么"), ("fail", "没有改正")])
def test_a_check_without_words_is_refused(case, action, sentence):
    row = opened(case, "rectify", TODAY)
    issued(row, case.organiser, TODAY)

    with pytest.raises(RuleError, match=sentence):
        stepped(row, action, case.organiser, TODAY, "  ")


def test_a_step_lies_between_the_visit_and_today(case):
    row = opened(case, "rectify", TODAY)
    issued(row, case.organiser, TODAY)

    with pytest.raises(RuleError, match="不能早于检查当天"):
        disposal_steps.take(
            disposal_pk=row.pk,
            action="pass",
            text="已改正",
            happened_on=TODAY - timedelta(days=1),
            actor=case.organiser,
            today=TODAY,
        )


def test_steps_are_never_changed(case):
    from django.db import ProgrammingError

    row = opened(case, "rectify", TODAY)
    issued(row, case.organiser, TODAY)

    with pytest.raises(ProgrammingError, match="permission denied"):
        DisposalStep.objects.filter(disposal=row).update(text="改写")
