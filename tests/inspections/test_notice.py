"""检查通知书: frozen as printed, checked by its code (A64, A74, A97, A101)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bureau.errors import Conflict, Forbidden, RuleError
from inspections.models import Visit
from inspections.selectors import documents
from inspections.selectors import notices as checking
from inspections.services import notices, replacements
from registry.models import Entity, Matter
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    dispatched,
    give,
    make_officers,
    ordered,
    sign_in_as,
)
from tests.people import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(organiser, bureau):
    return give(organiser, bureau, "coordinator")


@pytest.fixture
def visit(bureau, both, head):
    """Approved, with a team of two."""
    (visit,) = dispatched(bureau, both)
    return ordered(assigned(visit, both, make_officers(bureau, 2)), both, head)


@pytest.mark.rule("A101")
@pytest.mark.rule("A74")
def test_the_notice_names_basis_people_rights_and_frequency(visit, both):
    notice = notices.issue(visit=visit, actor=both, today=TODAY)

    content = notice.content
    assert content["matters"][0]["basis"] == "《中华人民共和国矿产资源法》"
    assert [(p["certificate_no"], p["is_leader"]) for p in content["inspectors"]] == [
        ("990100001", True),
        ("990100002", False),
    ]
    assert any("回避" in right for right in content["rights"])
    assert any("陈述、申辩" in right for right in content["rights"])
    assert any("未发现问题" in duty for duty in content["duties"])
    assert content["usage"]["text"] == "本年第 1 次（上限 2 次）"
    assert content["order"]["number"] == visit.order.number


@pytest.mark.rule("A72")
def test_it_says_that_nothing_is_charged_and_work_is_not_disturbed(visit, both):
    conduct = "".join(notices.issue(visit=visit, actor=both, today=TODAY).content["conduct"])

    assert "转嫁检查费用" in conduct
    assert "严禁干扰企业正常生产经营" in conduct
    assert "与检查无关" in conduct


def test_it_stays_as_printed_when_the_register_changes(visit, both):
    notices.issue(visit=visit, actor=both, today=TODAY)
    Matter.objects.update(legal_basis="别的依据")
    Entity.objects.update(name="改名公司")

    context = documents.notice_context(visit)

    assert context["matters"][0]["basis"] == "《中华人民共和国矿产资源法》"
    assert context["entity"]["name"] == "示范企业9000号"
    assert context["check_url"].endswith(f"/check/{context['token']}/")


@pytest.mark.rule("A97")
def test_there_is_no_notice_before_the_approval(bureau, both):
    (visit,) = dispatched(bureau, both)
    assigned(visit, both, make_officers(bureau, 2))

    with pytest.raises(Conflict, match="待检查审批"):
        notices.issue(visit=visit, actor=both, today=TODAY)


def test_the_leader_may_make_it_and_an_outsider_of_the_team_may_not(
    bureau, visit, inspector_user, reviewer
):
    sign_in_as(visit.team.get(part="leader").inspector, inspector_user)

    with pytest.raises(Forbidden):
        notices.issue(visit=visit, actor=reviewer, today=TODAY)
    assert notices.issue(visit=visit, actor=inspector_user, today=TODAY).issued_by == inspector_user


@pytest.mark.rule("A98")
def test_the_code_opens_what_the_public_may_see(visit, both):
    Entity.objects.update(kind="person", name="纪砚青")
    notice = notices.issue(visit=visit, actor=both, today=TODAY)

    seen = checking.by_token(notice.token)

    assert (seen.entity_name, seen.is_delivered, seen.word) == ("纪**", False, "检查尚未开始")
    assert [p["certificate_no"] for p in seen.inspectors] == ["990100001", "990100002"]
    assert checking.by_token("0" * 24) is None
    assert len(notice.token) == 24
    assert set(notice.token) <= set(notices.ALPHABET)


def test_delivery_is_marked_once_and_not_in_the_future(visit, both):
    with pytest.raises(RuleError, match="还没有制作"):
        notices.deliver(visit=visit, actor=both, at=timezone.now())
    notices.issue(visit=visit, actor=both, today=TODAY)
    with pytest.raises(RuleError, match="不能晚于现在"):
        notices.deliver(visit=visit, actor=both, at=timezone.now() + timedelta(hours=1))

    notices.deliver(visit=visit, actor=both, at=timezone.now())

    with pytest.raises(Conflict, match="已登记送达"):
        notices.deliver(visit=visit, actor=both, at=timezone.now())
    with pytest.raises(Conflict, match="已经送达"):
        notices.issue(visit=visit, actor=both, today=TODAY)


def test_after_a_replacement_it_is_made_again_under_the_same_code(bureau, visit, both):
    first = notices.issue(visit=visit, actor=both, today=TODAY)
    (helper,) = make_officers(bureau, 1, start=7)
    asked = replacements.request(
        visit=visit,
        member=visit.team.get(part="member"),
        code="health",
        note="住院",
        actor=make_user("asker", "测提出", bureau, "coordinator"),
    )
    with pytest.raises(RuleError, match="人员更换待办理"):
        notices.issue(visit=visit, actor=both, today=TODAY)
    replacements.designate(
        replacement=asked, person=helper, reason="人员不足", actor=both, today=TODAY
    )

    again = notices.issue(visit=Visit.objects.get(pk=visit.pk), actor=both, today=TODAY)

    assert (again.token, again.number) == (first.token, first.number)
    assert [p["name"] for p in again.content["inspectors"]] == ["检查员1", "检查员7"]
