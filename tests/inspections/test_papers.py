"""任务下达单, 人员更换审批表, 递补抽取记录 and the lists: what they say, and that they give nobody away (A47, A51, A56, A70)."""

import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from docx import Document

from bureau.models import User
from bureau.rules.forms import FORMS
from bureau.selectors import wordings as reading
from bureau.services import wordings
from inspections.models import Visit
from inspections.selectors import papers, printed, record_sheets
from inspections.services import replacements
from tests.inspections.dispatch_cast import (
    TODAY,
    assigned,
    computed_sitting,
    dispatched,
    give,
    make_officers,
    task_of,
)
from tests.people import make_user
from tests.site.pdf_reading import read

pytestmark = pytest.mark.django_db
BEFORE = datetime(2026, 3, 1, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def both(organiser, bureau):
    return give(organiser, bureau, "coordinator")


@pytest.fixture
def visit(bureau, both, witness):
    with time_machine.travel(BEFORE, tick=False):
        (row,) = dispatched(bureau, both)
        make_officers(bureau, 6)
        computed_sitting([row], both, witness)
    return Visit.objects.get(pk=row.pk)


def changed(visit, both):
    asker = make_user("asker", "测提出", visit.authority, "coordinator")
    asked = replacements.request(
        visit=visit, member=visit.team.get(part="member"), code="schedule", note="当日另有任务", actor=asker
    )  # fmt: skip
    replacements.consent(replacement=asked, actor=both, today=TODAY)
    asked.refresh_from_db()
    return asked


def signed(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.mark.rule("A47")
def test_an_order_lists_the_units_firms_with_their_people(visit, both):
    with time_machine.travel(BEFORE, tick=False):
        found = printed.task_order(task_of(visit), visit.unit, both, BEFORE)

    leader = str(visit.team.get(part="leader"))
    assert [row["name"] for row in found["rows"]] == [visit.entity.name]
    assert leader in found["rows"][0]["team"]
    assert "共 1 户" in found["form"]["passages"]["order"]


@pytest.mark.rule("A58")
def test_an_order_names_nobody_to_an_inspector_before_the_time(visit, inspector_user):
    with time_machine.travel(BEFORE, tick=False):
        answer = signed(inspector_user).get(
            reverse("inspections:task-order", args=[task_of(visit).pk, visit.unit_id, "pdf"])
        )

    text = read(answer.content).text
    assert "届时告知" in text
    assert [m for m in visit.team.all() if str(m) in text] == []


def test_an_order_goes_on_in_word(visit, both):
    with time_machine.travel(BEFORE, tick=False):
        answer = signed(both).get(
            reverse("inspections:task-order", args=[task_of(visit).pk, visit.unit_id, "docx"])
        )

    table = Document(io.BytesIO(answer.content)).tables[0]
    assert table.rows[1].cells[2].text == visit.entity.name


@pytest.mark.rule("A56")
def test_the_sheet_of_a_change_says_who_why_and_who_agreed(visit, both):
    asked = changed(visit, both)

    sheet = printed.replacement(asked)

    assert (sheet["cause"], sheet["state"]) == ("工作冲突", "已更换")
    assert str(asked.joiner) in sheet["joiner"]
    assert both.full_name in sheet["decided"]


@pytest.mark.rule("A51")
def test_the_record_lists_people_who_came_by_the_draws_order(visit, both):
    asked = changed(visit, both)

    (row,) = printed.reserves(task_of(visit), both, BEFORE)["people"]

    assert (row["old"], row["new"], row["how"]) == (
        str(asked.leaver),
        str(asked.joiner),
        "依次递补",
    )


def test_the_record_hides_a_change_that_the_team_does_not_know(visit, both, auditor):
    with time_machine.travel(BEFORE, tick=False):
        changed(visit, both)

        assert printed.reserves(task_of(visit), auditor, BEFORE)["people"] == []


def test_without_any_reserve_there_is_no_record(visit, both):
    answer = signed(both).get(reverse("inspections:task-reserves", args=[task_of(visit).pk]))

    assert answer.status_code == 422
    assert "没有可以打印的递补" in answer.content.decode()


@pytest.mark.rule("A61")
def test_the_record_sheet_speaks_in_the_bureaus_words(visit, bureau, system_admin):
    form = FORMS["record_sheet"]
    kept = reading.original(form)
    wordings.put(
        actor=system_admin, authority=bureau, form=form, base=0, title="现场检查情况表",
        passages=kept.passages | {"party": "核对无误。"}, head="none", issuer_mark="", seal="none", reason="局务会定",
    )  # fmt: skip

    sheet = record_sheets.of(visit)

    assert (sheet["form"]["title"], sheet["form"]["passages"]["party"]) == (
        "现场检查情况表",
        "核对无误。",
    )


def test_an_order_for_thirty_firms_asks_as_often_as_for_three(
    bureau, both, django_assert_max_num_queries
):
    visits = dispatched(bureau, both, 30)
    assigned(visits[0], both, make_officers(bureau, 2))

    with django_assert_max_num_queries(14):
        found = printed.task_order(task_of(visits[0]), visits[0].unit, both, BEFORE)

    assert len(found["rows"]) == 30


# ---------------------------------------------------------------- 文书


def named(found):
    return {(paper.name, paper.state) for paper in found}


def test_a_tasks_page_lists_what_there_is_and_what_is_missing(visit, both):
    task = task_of(visit)
    task.scheme = ""

    found = named(papers.of_task(task, both))

    assert ("抽查任务下达单", papers.CURRENT) in found
    assert ("抽查实施方案", papers.MISSING) in found
    assert ("抽取记录备案表", papers.CURRENT) in found


@pytest.mark.rule("A58")
def test_a_visits_page_opens_the_notice_to_an_inspector_when_the_time_has_come(
    visit, inspector_user
):
    with time_machine.travel(BEFORE, tick=False):
        closed = papers.of_visit(visit, inspector_user)
    with time_machine.travel(datetime(2026, 3, 20, 9, tzinfo=BEFORE.tzinfo), tick=False):
        opened = papers.of_visit(visit, inspector_user)

    assert [p.links for p in closed if p.name == "抽查情况记录表"] == [()]
    assert [bool(p.links) for p in opened if p.name == "抽查情况记录表"] == [True]


def test_every_link_of_both_pages_leads_to_a_file(visit, both):
    changed(visit, both)
    found = [*papers.of_task(task_of(visit), both), *papers.of_visit(visit, both)]
    client = signed(both)

    answers = [client.get(url) for paper in found for _, url in paper.links]

    assert {answer.status_code for answer in answers} == {200}
    assert len(answers) > 5


def test_more_changes_of_people_cost_no_more_queries(visit, both, django_assert_max_num_queries):
    changed(visit, both)

    with django_assert_max_num_queries(16):
        papers.of_visit(visit, both)
    with django_assert_max_num_queries(14):
        papers.of_task(task_of(visit), both)
