"""审核经过: each submission stays with its decision, its remarks line by line and what was changed (A80)."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bureau.errors import Forbidden, RuleError
from bureau.models import Membership, RuleSetting, User
from inspections.models import Review
from inspections.selectors import records, reviews
from inspections.services import review
from tests.inspections.field_case import (
    approved,
    finished,
    give_answer,
    photo,
    problem,
    recorded,
    submitted,
)
from tests.people import make_unit, make_user

pytestmark = pytest.mark.django_db
REMARKS = {"note": "没有写整改时限", "item:1": "说明太简单"}


@pytest.fixture
def returned(case, reviewer):
    submitted(recorded(finished(case, first="no"), ["N01"], [problem()]))
    review.send_back(visit_matter_pk=case.matter.pk, actor=reviewer, note="请补正", remarks=REMARKS)
    return case


def signed_in(client, user: User):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def only_responsible_unit(case, unit) -> None:
    RuleSetting.objects.create(
        authority=case.visit.authority, key="review_unit", value="responsible", citation="测试文件"
    )
    matter = case.matter
    matter.responsible = unit
    matter.save(update_fields=["responsible"])


@pytest.mark.rule("A80")
def test_a_returned_submission_stays_with_its_remarks(returned, reviewer):
    (row,) = Review.objects.all()

    assert (row.number, row.decision, row.decided_by) == (1, "returned", reviewer)
    assert row.remarks == REMARKS
    assert row.content["codes"] == ["N01"]


@pytest.mark.rule("A80")
def test_the_next_submission_shows_what_was_changed(returned, reviewer):
    recorded(
        returned, ["N01"], [problem(fact="采场东侧越界约 6 米，面积 40 平方米")], note="三日内整改"
    )

    approved(returned, reviewer)

    newest, first = reviews.history(returned.matter)
    assert [change.label for change in newest.changes] == ["结果说明", "问题 1"]
    assert (newest.changes[0].before, newest.changes[0].after) == ("（没有）", "三日内整改")
    assert first.changes == []
    assert [remark.label for remark in first.remarks] == [
        "结果说明",
        "检查表第 1 项 是否按批准范围开采",
    ]


def test_a_changed_answer_and_a_new_photo_are_changes(returned):
    give_answer(returned, 1, "no", remark="台账缺三页", photos=[photo("yellow")])

    found = reviews.since_return(returned.matter, records.content(returned.matter))

    assert [change.label for change in found][-1] == "照片和证据"
    assert found[-1].after == "补充 1 件"


def test_nothing_has_to_be_typed_again(returned, client):
    page = signed_in(client, returned.leader).get(
        reverse("inspections:outcome-record", args=[returned.matter.pk])
    )

    assert "采场东侧越界约 6 米" in page.content.decode()
    assert "没有写整改时限" in page.content.decode()


def test_inspector_and_reviewer_see_the_history(returned, client, reviewer):
    url = reverse("inspections:outcome-detail", args=[returned.matter.pk])

    for_reviewer = signed_in(client, reviewer).get(url).content.decode()
    for_inspector = signed_in(client, returned.leader).get(url).content.decode()

    assert "审核经过" in for_reviewer
    assert "没有写整改时限" in for_inspector


def test_remarks_can_be_made_line_by_line_on_the_page(case, client, reviewer):
    submitted(recorded(finished(case)))

    answer = signed_in(client, reviewer).post(
        reverse("inspections:review-return", args=[case.matter.pk]), {"line:item:2": "实测值存疑"}
    )

    assert answer.status_code == 302
    assert Review.objects.get().remarks == {"item:2": "实测值存疑"}
    assert case.matter.review_note == "见逐项意见（1 条）。"


def test_an_empty_return_is_refused_on_the_page(case, client, reviewer):
    submitted(recorded(finished(case)))

    answer = signed_in(client, reviewer).post(
        reverse("inspections:review-return", args=[case.matter.pk]), {"note": " "}
    )

    assert answer.status_code == 422
    assert "请写总的意见" in answer.content.decode()


def test_a_result_that_no_longer_agrees_is_not_submitted(case):
    recorded(finished(case))
    give_answer(case, 1, "no")

    with pytest.raises(RuleError, match="不能认定为“未发现问题”"):
        submitted(case)


def test_one_submission_waits_at_a_time(case):
    submitted(recorded(finished(case)))

    with pytest.raises(IntegrityError, match="review_one_open"), transaction.atomic():
        Review.objects.create(visit_matter=case.matter, number=2, revision=1, content={})


@pytest.mark.rule("A94b")
def test_a_bureau_may_leave_the_review_to_the_responsible_unit(case, bureau, division):
    elsewhere = make_unit(bureau, "SFX-LY", "林业科", "division")
    own = make_user("own", "测科审", division, "reviewer")
    other = make_user("other", "测林审", elsewhere, "reviewer")
    submitted(recorded(finished(case)))
    only_responsible_unit(case, division)

    with pytest.raises(Forbidden, match="责任单位是矿产资源管理科"):
        review.approve(visit_matter_pk=case.matter.pk, actor=other, today=timezone.localdate())
    review.approve(visit_matter_pk=case.matter.pk, actor=own, today=timezone.localdate())

    assert case.matter.reviewed_by == own


def test_another_unit_reviews_what_everybody_there_worked_on(case, bureau, division):
    elsewhere = make_unit(bureau, "SFX-LY", "林业科", "division")
    other = make_user("other", "测林审", elsewhere, "reviewer")
    Membership.objects.create(user=case.leader, agency=division, role="reviewer")
    submitted(recorded(finished(case)))
    only_responsible_unit(case, division)

    review.approve(visit_matter_pk=case.matter.pk, actor=other, today=timezone.localdate())

    assert case.matter.reviewed_by == other


def test_the_queue_says_whose_turn_it_is(case, bureau, division, client):
    elsewhere = make_unit(bureau, "SFX-LY", "林业科", "division")
    other = make_user("other", "测林审", elsewhere, "reviewer")
    make_user("own", "测科审", division, "reviewer")
    submitted(recorded(finished(case)))
    only_responsible_unit(case, division)

    page = signed_in(client, other).get(reverse("inspections:review-list")).content.decode()

    assert "由矿产资源管理科审核" in page
    assert "data-select>" not in page


def test_what_lacks_a_paper_is_not_approved_in_bulk(case, reviewer):
    submitted(recorded(finished(case)))
    case.visit.evidence.filter(kind="signed_page").delete()

    with pytest.raises(RuleError, match="资料不全（已签字的检查表还没有拍照上传"):
        review.approve_clean(pks=[case.matter.pk], actor=reviewer, today=timezone.localdate())
