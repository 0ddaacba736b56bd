"""工作台: each step waits for exactly the people who can do it, with what is left."""

from datetime import date

import pytest

from bureau.models import Membership
from inspections.models import VisitMatter
from inspections.selectors.waiting_fieldwork import for_user
from inspections.services import disposals, outcomes
from registry.models import ChecklistItem
from tests.inspections.field_case import (
    begun,
    finished,
    ordered_case,
    problem,
    recorded,
    sign,
)
from tests.people import make_unit, make_user

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 16)
COST = 31  # queries of one visit's page on the phone


def verbs(user):
    fresh = type(user).objects.get(pk=user.pk)
    return [item.verb for item in for_user(fresh, TODAY)]


def test_it_follows_the_visit_from_the_door_to_the_review(case, reviewer):
    seen = [verbs(case.leader)]
    finished(case)
    seen.append(verbs(case.leader))
    recorded(case)
    sign(case, case.leader)
    seen.append(verbs(case.leader) + verbs(case.second))
    sign(case, case.second)
    seen.append(verbs(case.second))
    outcomes.submit(visit_matter_pk=case.matter.pk, actor=case.second)
    seen.append(verbs(case.leader) + verbs(reviewer))

    assert seen == [
        ["开始检查"],
        ["录入检查结果"],
        ["签字确认结果"],
        ["提交审核"],
        ["审核检查结果"],
    ]


def test_a_result_waits_with_its_publication_deadline(case):
    finished(case)

    item = for_user(case.leader, TODAY)[0]

    assert (item.due.date, item.due.text) == (date(2026, 4, 14), "剩 20 个工作日")


@pytest.mark.rule("A94b")
def test_an_organiser_sees_what_is_overdue_of_their_division_only(case, organiser, division):
    elsewhere = make_user("elsewhere", "别科经办", division, "organiser")
    recorded(finished(case, first="no"), ["N01"], [problem()])
    disposals.open(
        visit_matter_pk=case.matter.pk,
        actor=case.organiser,
        measure="rectify",
        responsible=case.visit.authority,
        responsible_user=case.second,
        due_on=TODAY,
        today=TODAY,
    )

    days = [[i.verb for i in for_user(organiser, day)] for day in (TODAY, date(2026, 3, 17))]

    assert days == [[], ["制发责令改正通知书"]]
    assert for_user(elsewhere, date(2026, 3, 17)) == []


def test_a_result_waits_for_its_division_s_reviewer(case, division, reviewer):
    recorded(finished(case))
    for member in (case.leader, case.second):
        sign(case, member)
    outcomes.submit(visit_matter_pk=case.matter.pk, actor=case.second)
    VisitMatter.objects.filter(pk=case.matter.pk).update(responsible=division)
    seats = Membership.objects.filter(user=reviewer)
    seats.update(agency=make_unit(division.authority, "SFX-LC", "林业和草原科", "division"))
    before = verbs(reviewer)
    theirs = make_user("theirs", "科内审核", division, "reviewer")

    assert before == ["审核检查结果"]
    assert (verbs(reviewer), verbs(theirs)) == ([], ["审核检查结果"])


def test_the_visit_page_costs_the_same_for_many_items(case, client, django_assert_num_queries):
    begun(case)
    client.force_login(case.leader, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/desk/inspections/field/{case.visit_pk}/"
    client.get(url)
    with django_assert_num_queries(COST):
        client.get(url)
    checklist = case.matter.checklist
    for number in range(4, 30):
        ChecklistItem.objects.create(checklist=checklist, number=number, text=f"第 {number} 条")

    with django_assert_num_queries(COST):
        page = client.get(url).content.decode()

    assert "检查表 0／29 项" in page


def test_the_phone_puts_what_is_under_way_before_what_waits_for_its_result(
    case, client, organiser_coordinator, head
):
    finished(case)
    other = ordered_case(
        case.visit.authority, case.leader, case.second, organiser_coordinator, head, number=2
    )
    begun(other)
    client.force_login(case.leader, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get("/desk/inspections/field/").content.decode()

    first, second = (page.index(one.visit.entity.name) for one in (other, case))
    assert first < second
    assert "公示期限" in page
