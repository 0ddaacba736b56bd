"""检查结果: coded, agreeing with findings and checklist; a change is a new revision."""

import pytest

from bureau.errors import Conflict, Forbidden, RuleError
from inspections.models import Disposal, Finding
from inspections.rules.results import result_problem
from tests.inspections.field_case import (
    begun,
    finished,
    problem,
    recorded,
    sign,
    signed,
)

pytestmark = pytest.mark.django_db


@pytest.mark.rule("A94")
@pytest.mark.parametrize(
    ("codes", "facts", "failed", "sentence"),
    [
        (["1", "N01"], ["越界"], [], "不能与其他检查结果同时选择"),
        (["N01"], [], [], "至少写一条问题"),
        (["1"], ["越界"], [], "没有问题类"),
        (["1"], [], [2], "检查表第 2 项是“不符合”"),
        ([], [], [], "至少选择一项检查结果"),
    ],
)
def test_results_that_do_not_agree_are_refused(codes, facts, failed, sentence):
    found = result_problem(codes, facts=facts, methods=["on_site"], failed_items=failed)

    assert sentence in (found or "")


@pytest.mark.rule("A62")
def test_a_result_names_its_method():
    found = result_problem(["1"], facts=[], methods=[], failed_items=[])

    assert found == "请至少选择一种检查方式。"


def test_several_problems_stand_together():
    found = result_problem(["N01", "N15"], facts=["越界"], methods=["on_site"], failed_items=[1])

    assert found is None


def test_no_result_before_the_visit_has_ended(case):
    begun(case)

    with pytest.raises(RuleError, match="检查还没有结束"):
        recorded(case)


@pytest.mark.rule("A65")
def test_it_is_recorded_with_findings_and_their_disposals(case):
    recorded(finished(case, first="no"), ["N01"], [problem("case"), problem(fact="界桩缺失")])

    matter = case.matter
    assert (matter.state, matter.outcome_revision) == ("recorded", 1)
    assert list(Finding.objects.values_list("number", flat=True)) == [1, 2]
    assert Disposal.objects.get().finding.number == 1


@pytest.mark.rule("A68")
def test_a_change_is_a_new_revision_and_voids_signatures(case):
    recorded(finished(case))
    sign(case, case.leader)

    recorded(case, note="补充说明")

    matter = case.matter
    assert (matter.state, matter.outcome_revision) == ("recorded", 2)
    assert matter.signatures.filter(revision=2).count() == 0


def test_saving_the_same_again_changes_nothing(case):
    signed(recorded(finished(case)))

    recorded(case)

    assert (case.matter.state, case.matter.outcome_revision) == ("signed", 1)


def test_a_colleagues_newer_result_is_not_overwritten(case):
    recorded(finished(case))

    with pytest.raises(Conflict, match="其他成员"):
        recorded(case, note="另一种说明", actor=case.second, seen_revision=0)


def test_a_finding_with_a_disposal_stays(case):
    recorded(finished(case, first="no"), ["N01"], [problem("case")])

    with pytest.raises(RuleError, match="已发起后续处置，不能删除"):
        recorded(case, ["F"], [])


def test_only_the_team_records(case, organiser_coordinator, bureau):
    from tests.people import make_user

    finished(case)
    stranger = make_user("stranger", "测外人", bureau, "inspector")

    with pytest.raises(Forbidden, match="检查组"):
        recorded(case, actor=stranger)


def test_the_form_begins_with_what_the_checklist_found(case, client):
    finished(case, first="no")
    client.force_login(case.leader, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(f"/desk/inspections/matters/{case.matter.pk}/record/").content.decode()

    assert "是否按批准范围开采：现场情况" in page


def test_the_page_records(case, client):
    finished(case, first="no")
    client.force_login(case.leader, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/desk/inspections/matters/{case.matter.pk}/record/"
    post = {
        "codes": ["N01"],
        "methods": ["on_site"],
        "seen_revision": "0",
        "findings-TOTAL_FORMS": "1",
        "findings-INITIAL_FORMS": "1",
        "findings-0-fact": "越界约 6 米",
        "findings-0-basis": "《矿产资源法》第三十九条",
        "findings-0-measure": "case",
    }

    response = client.post(url, post)

    assert response.status_code == 302
    assert case.matter.outcome_codes == ["N01"]
    assert Disposal.objects.get().measure == "case"
