"""The pages of a disposal's way: buttons of the path only, the letter as a file, what is overdue as a table."""

import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from inspections.models import Disposal
from tests.inspections.disposal_case import issued, opened, received
from tests.people import make_user

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 16)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def page(client, user, name, **kwargs):
    client.force_login(user, backend=BACKEND)
    return client.get(reverse(f"inspections:{name}", kwargs=kwargs))


def test_only_the_next_steps_of_the_path_are_offered(case, client):
    row = opened(case, "notify", TODAY)
    issued(row, case.organiser, TODAY)

    shown = page(client, case.organiser, "disposal-detail", pk=row.pk).content.decode()

    assert "登记签收回执" in shown
    assert "登记处理结果并办结" not in shown
    assert "登记立案" not in shown


def test_a_delivered_order_is_not_delivered_again(case, client):
    row = opened(case, "rectify", TODAY)
    issued(row, case.organiser, TODAY)
    received(row, case.organiser, TODAY)

    shown = page(client, case.organiser, "disposal-detail", pk=row.pk).content.decode()

    assert "登记送达</a>" not in shown
    assert "提请复查" in shown


def test_a_form_whose_step_is_not_ahead_says_what_is(case, client):
    row = opened(case, "case", TODAY)

    shown = page(client, case.organiser, "disposal-step", pk=row.pk, action="file")

    assert "下一步：制发文书" in shown.content.decode()
    assert b"<textarea" not in shown.content


def test_what_was_typed_stays_when_it_is_refused(case, client):
    row = opened(case, "rectify", TODAY)
    client.force_login(case.organiser, backend=BACKEND)
    url = reverse("inspections:disposal-letter", kwargs={"pk": row.pk})

    answer = client.post(
        url, {"recipient": "示范采石场", "due_on": "2026-03-01", "note": "请附照片"}
    )

    assert answer.status_code == 422
    assert "不能早于今天" in answer.content.decode()
    assert "请附照片" in answer.content.decode()


@pytest.mark.rule("A86")
def test_the_letter_is_a_file_of_what_was_frozen(case, client):
    row = opened(case, "rectify", TODAY)
    letter = issued(row, case.organiser, TODAY, note="请附整改后照片")
    row.finding.fact = "后来改写"
    row.finding.save(update_fields=["fact"])

    answer = page(client, case.organiser, "letter-file", pk=letter.pk, kind="pdf")

    text = "".join(part.extract_text() for part in PdfReader(io.BytesIO(answer.content)).pages)
    assert letter.number in text
    assert "采场东侧越界约 6 米" in text
    assert "送达回证" in text
    assert "后来改写" not in text


@pytest.fixture
def two_late(case, station, morning):
    worker = make_user("worker", "测所员", station, "inspector")
    opened(case, "rectify", TODAY, due_on=TODAY, responsible=station, responsible_user=worker)
    opened(case, "other", TODAY, due_on=TODAY, finding=None)
    morning.shift(timedelta(days=3))


@pytest.mark.rule("A94b")
def test_what_is_overdue_is_counted_by_unit_and_person(two_late, client, assessor):
    shown = page(client, assessor, "disposal-overdue").content.decode()

    assert "测所员" in shown
    assert "未指定责任人" in shown
    assert shown.count('class="is-late"') == 2


@pytest.mark.rule("A94b")
def test_the_workbook_holds_the_list_and_the_totals(two_late, client, head):
    Disposal.objects.filter(measure="other").update(number="=1+1")

    answer = page(client, head, "disposal-overdue-file", kind="xlsx")

    book = load_workbook(io.BytesIO(answer.content))
    lines = list(book["逾期清单"].iter_rows(min_row=2, values_only=True))
    assert len(lines) == 2
    assert {line[1][0] for line in lines} == {"示", "'"}
    assert [row[3] for row in book["按责任单位"].iter_rows(min_row=2, values_only=True)] == [1, 1]


def test_an_inspector_does_not_read_the_overdue_list(two_late, client, case):
    assert page(client, case.leader, "disposal-overdue").status_code == 403


def test_the_list_of_overdue_costs_the_same_for_many(
    two_late, case, client, head, morning, django_assert_max_num_queries
):
    client.force_login(head, backend=BACKEND)
    url = reverse("inspections:disposal-overdue")
    client.get(url)  # the calendar is read once
    with django_assert_max_num_queries(40) as few:
        client.get(url)
    day = date(2026, 3, 19)
    for _ in range(12):
        opened(case, "other", day, due_on=day, finding=None)
    morning.shift(timedelta(days=3))

    with django_assert_max_num_queries(len(few)):
        client.get(url)
