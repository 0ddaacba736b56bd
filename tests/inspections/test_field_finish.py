"""结束检查: only when everything is there; the publication clock begins."""

from datetime import date

import pytest
from django.utils import timezone

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import RuleSetting
from inspections.services import clock, finishing, party
from tests.inspections.field_case import begun, filled, finished, give_answer

pytestmark = pytest.mark.django_db


def end(case, actor=None):
    return finishing.finish(
        visit_pk=case.visit_pk, actor=actor or case.leader, happened_at=timezone.now()
    )


@pytest.mark.rule("A66")
def test_it_names_everything_that_is_missing(case):
    begun(case)
    give_answer(case, 3, "yes")

    with pytest.raises(RuleError) as refusal:
        end(case)

    sentence = refusal.value.message
    assert "第 1 项“是否按批准范围开采”还没有结论" in sentence
    assert "第 2 项“台阶高度”还没有结论" in sentence
    assert "第 3 项“界桩”须拍照" in sentence
    assert "当事人还没有签字盖章" in sentence
    assert "有 4 处没有完成" in sentence


@pytest.mark.rule("A66")
def test_a_signature_needs_its_page_and_a_refusal_its_reason_and_witness(case):
    begun(case)
    given = {"visit_pk": case.visit_pk, "actor": case.leader, "happened_at": timezone.now()}

    with pytest.raises(RuleError, match="拍照上传"):
        party.sign(signed="signed", **given)
    with pytest.raises(RuleError, match="写明原因"):
        party.sign(signed="refused", witness_name="村主任 李某", **given)
    with pytest.raises(RuleError, match="见证人"):
        party.sign(signed="refused", refusal_note="负责人离场", **given)

    assert case.visit.party_signed == ""


@pytest.mark.rule("A69")
def test_a_step_left_out_with_a_reason_is_not_missing(case):
    begun(case)
    for number, value in ((1, "yes"), (2, "na"), (3, "yes")):
        give_answer(case, number, value)
    for step in ("photos", "party_signature"):
        finishing.trim(
            visit_pk=case.visit_pk, actor=case.leader, step=step, reason="书面检查，不到现场"
        )

    end(case)

    assert case.visit.state == "finished"


def test_the_leader_ends_it(case):
    filled(begun(case))

    with pytest.raises(Forbidden, match="组长"):
        end(case, case.second)


def test_it_ends_once(case):
    finished(case)

    with pytest.raises(Conflict, match="检查结束"):
        end(case)


@pytest.mark.rule("A75")
def test_the_clock_runs_twenty_working_days_from_the_end(case):
    finished(case)

    matter = case.matter
    # 16 March 2026; 4–6 April are 清明 (Saturday to Monday).
    assert (matter.clock_from, matter.due_on) == (date(2026, 3, 16), date(2026, 4, 14))
    assert matter.due_is_provisional is False


@pytest.mark.rule("A75")
def test_a_bureau_may_count_from_the_end_of_the_task(case, bureau):
    RuleSetting.objects.create(
        authority=bureau, key="publication_clock", value="task_end", citation="临淄指引"
    )

    finished(case)

    # The task's only visit has ended: the task has, too.
    assert case.matter.clock_from == date(2026, 3, 16)


@pytest.mark.rule("A75")
def test_open_clocks_follow_a_changed_setting(case, bureau):
    finished(case)
    RuleSetting.objects.create(
        authority=bureau, key="publication_workdays", value=5, citation="本局规定"
    )

    moved = [clock.recompute_open(authority=bureau), clock.recompute_open(authority=bureau)]

    assert moved == [1, 0]
    assert case.matter.due_on == date(2026, 3, 23)


def test_the_page_lists_what_is_missing(case, client):
    begun(case)
    client.force_login(case.leader, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(f"/desk/inspections/field/{case.visit_pk}/finish/").content.decode()

    assert "还不能结束，有 4 处没有完成" in page
