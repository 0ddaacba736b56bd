"""检查审批: the head approves before every visit; who asks does not approve (A97)."""

import pytest
from django.db import IntegrityError, transaction

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent
from inspections.models import InspectionOrder, Visit
from inspections.selectors import orders as reading
from inspections.services import orders, replacements
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    dispatched,
    give,
    make_drawn_task,
    make_officers,
    task_of,
)
from tests.planning.build import hit

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(organiser, bureau):
    return give(organiser, bureau, "coordinator")


@pytest.fixture
def visits(bureau, both):
    """Two visits of one task with their teams."""
    officers = make_officers(bureau, 2)
    return [assigned(visit, both, officers) for visit in dispatched(bureau, both, 2)]


def ask(visits, actor, **options):
    return orders.request(task=task_of(visits[0]), visits=visits, actor=actor, year=2026, **options)


def states():
    return sorted(Visit.objects.values_list("state", flat=True))


@pytest.mark.rule("A97")
def test_a_batch_is_approved_by_the_head(visits, both, head):
    order = ask(visits, both)
    assert states() == ["teamed", "teamed"]

    orders.decide(order=order, approve=True, actor=head)

    assert states() == ["ordered", "ordered"]
    assert head.notifications.filter(text__contains=order.number).count() == 1
    event = AuditEvent.objects.get(action="order.approved")
    assert f"inspections.visit:{visits[0].pk}" in event.about


@pytest.mark.rule("A97")
def test_the_database_knows_no_visit_without_an_order(visits):
    with pytest.raises(IntegrityError, match="visit_has_order"), transaction.atomic():
        Visit.objects.filter(pk=visits[0].pk).update(state="in_progress")


@pytest.mark.rule("A97")
def test_who_asks_does_not_approve(bureau, visits, both):
    asker = give(both, bureau, "head")
    order = ask(visits, asker)

    with pytest.raises(Forbidden, match="不能审批自己的申请"):
        orders.decide(order=order, approve=True, actor=asker)

    assert InspectionOrder.objects.get().state == "requested"


@pytest.mark.rule("A97")
def test_only_the_head_decides(visits, both, deputy):
    order = ask(visits, both)

    with pytest.raises(Forbidden, match="主要负责人"):
        orders.decide(order=order, approve=True, actor=deputy)


def test_a_refusal_needs_a_reason_and_sends_the_visits_back(visits, both, head):
    order = ask(visits, both)

    with pytest.raises(RuleError, match="须写明意见"):
        orders.decide(order=order, approve=False, actor=head)
    orders.decide(order=order, approve=False, actor=head, note="人员经验不足，请调整")

    assert states() == ["teamed", "teamed"]
    assert ask(visits, both).number != order.number


@pytest.mark.rule("A97")
def test_an_emergency_begins_at_once_and_is_decided_afterwards(visits, both, head):
    with pytest.raises(RuleError, match="须写明紧急情况"):
        ask(visits, both, is_emergency=True)
    order = ask(visits, both, is_emergency=True, reason="群众举报正在越界开采")
    assert states() == ["ordered", "ordered"]
    Visit.objects.filter(pk=visits[0].pk).update(state="in_progress")

    orders.decide(order=order, approve=False, actor=head, note="不属紧急")

    assert states() == ["in_progress", "teamed"]


def test_a_visit_is_asked_for_once(visits, both):
    ask(visits, both)

    with pytest.raises(Conflict, match="已在审批"):
        ask(visits, both)


def test_a_team_in_change_is_not_asked_for(visits, both):
    member = visits[0].team.get(part="member")
    replacements.request(visit=visits[0], member=member, code="health", note="住院", actor=both)

    with pytest.raises(RuleError, match="有人员更换待办理"):
        ask(visits, both)


def test_an_empty_batch_and_visits_of_another_task_are_refused(bureau, visits, both):
    other = make_drawn_task(bureau, [], by=both, matters=task_of(visits[0]).matters.all())

    with pytest.raises(RuleError, match="请至少选择一户"):
        orders.request(task=task_of(visits[0]), visits=[], actor=both)
    with pytest.raises(RuleError, match="不属于这个任务"):
        orders.request(task=other, visits=visits, actor=both)


@pytest.mark.rule("A97")
@pytest.mark.rule("A99")
def test_the_form_shows_how_often_each_was_inspected_this_year(bureau, visits, both):
    hit(visits[0].entity.listings.get(), day=TODAY, source="earlier")

    found = reading.usage(bureau, visits, TODAY)

    ledger_year = {str(found[v.entity_id]) for v in visits}
    assert ledger_year == {"本年第 2 次（上限 2 次）", "本年第 1 次（上限 2 次）"}
    assert not found[visits[0].entity_id].is_over
