"""Coded results and what follows from each (A94)."""

import pytest

from inspections.models import VisitMatter
from inspections.rules.outcomes import (
    DISPOSALS,
    OUTCOMES,
    OutcomeGroup,
    choices,
    preset_disposals,
    public_label,
    selection_problem,
)

pytestmark = pytest.mark.rule("A94")


def test_every_result_leads_to_a_disposal_that_exists_and_fits_its_column():
    assert {o.default_disposal for o in OUTCOMES.values()} <= set(DISPOSALS)
    assert all(
        len(code) <= VisitMatter._meta.get_field("outcome_codes").base_field.max_length
        for code in OUTCOMES
    )
    assert len({o.label for o in OUTCOMES.values()}) == len(OUTCOMES) == 28


def test_the_results_of_the_peer_system_are_all_there():
    assert {"1", "A", "B", "C", "E", "F", "6", "7", "8", "9", "10", "11", "12"} <= set(OUTCOMES)


def test_problems_need_a_disposal_and_clean_results_do_not():
    assert all(o.needs_disposal for o in OUTCOMES.values() if o.group is OutcomeGroup.PROBLEM)
    assert not OUTCOMES["1"].needs_disposal
    assert not OUTCOMES["E"].needs_disposal
    assert OUTCOMES["E"].is_problem


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        ([], "请至少选择一项检查结果。"),
        (["N99"], "没有“N99”这项检查结果，请从列表中选择。"),
        (["N03", "1"], "“未发现问题”不能与其他检查结果同时选择，请只保留一项或去掉它。"),
        (["9", "12"], "“注销”不能与其他检查结果同时选择，请只保留一项或去掉它。"),
    ],
)
def test_results_that_exclude_each_other_are_refused(codes, sentence):
    assert selection_problem(codes) == sentence


def test_several_problems_may_stand_together():
    assert selection_problem(["N03", "N15", "E"]) is None


def test_each_disposal_follows_once_and_none_only_alone():
    assert preset_disposals(["N03", "N15", "E"]) == ("rectify",)
    assert preset_disposals(["E"]) == ("none",)
    assert preset_disposals(["N01", "N14"]) == ("case", "notify")


def test_a_matters_own_preset_prevails():
    assert preset_disposals(["N02"], {"N02": "case"}) == ("case",)


def test_the_public_line_follows_the_order_of_the_list():
    assert public_label(["N15", "E"]) == "发现问题经责令已改正；档案、台账、标识牌或界桩不规范"


def test_choices_can_be_taken_by_group():
    assert choices(OutcomeGroup.REFUSED) == [("8", "不配合检查情节严重")]
    assert len(choices()) == 28
