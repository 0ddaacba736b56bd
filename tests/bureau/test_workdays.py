"""Working days on the official calendar, and how deadlines read."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bureau.rules.workdays import (
    Calendar,
    WorkdayResult,
    add_workdays,
    due_label,
    from_chinesecalendar,
    is_provisional,
    workdays_between,
)

OFFICIAL = from_chinesecalendar(range(2024, 2028))
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@pytest.mark.rule("A75")
def test_twenty_working_days_over_spring_festival_2026():
    assert add_workdays(date(2026, 1, 23), 20, OFFICIAL) == WorkdayResult(
        date(2026, 2, 27), provisional=False
    )


@pytest.mark.rule("A75")
@pytest.mark.parametrize(
    ("day", "n", "due"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday to Monday
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # an event on Saturday
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a Saturday that is worked
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # over National Day
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 23), -1, date(2026, 11, 20)),
    ],
)
def test_the_day_of_the_event_does_not_count(day, n, due):
    assert add_workdays(day, n, OFFICIAL).date == due


def test_a_date_that_reaches_into_a_year_without_notice_is_provisional():
    assert OFFICIAL.known_years == {2024, 2025, 2026}
    assert add_workdays(date(2026, 12, 28), 3, OFFICIAL) == WorkdayResult(
        date(2026, 12, 31), provisional=False
    )
    assert add_workdays(date(2026, 12, 28), 4, OFFICIAL) == WorkdayResult(
        date(2027, 1, 1), provisional=True
    )


def test_an_entered_notice_makes_the_date_firm():
    entered = from_chinesecalendar(
        range(2024, 2028), {date(2027, 1, 1): False}, official_years=[2027]
    )

    assert add_workdays(date(2026, 12, 28), 4, entered) == WorkdayResult(
        date(2027, 1, 4), provisional=False
    )


def test_a_single_entered_day_changes_the_count_but_not_the_mark():
    entered = from_chinesecalendar([2026], {date(2027, 1, 1): False})

    assert add_workdays(date(2026, 12, 31), 1, entered) == WorkdayResult(
        date(2027, 1, 4), provisional=True
    )


def test_an_admins_row_prevails_over_the_package():
    corrected = from_chinesecalendar([2026], {date(2026, 11, 23): False, date(2026, 11, 21): True})

    assert not corrected.is_workday(date(2026, 11, 23))
    assert corrected.is_workday(date(2026, 11, 21))


@given(days, st.integers(1, 60))
def test_counting_back_gives_what_was_added(day, n):
    due = add_workdays(day, n, OFFICIAL).date

    assert workdays_between(day, due, OFFICIAL) == n
    assert OFFICIAL.is_workday(due)
    assert workdays_between(due, day, OFFICIAL) == -n


@given(days, st.integers(0, 40), st.integers(0, 40))
def test_adding_in_two_steps_is_adding_at_once(day, m, n):
    step = add_workdays(day, m, OFFICIAL)

    assert add_workdays(step.date, n, OFFICIAL).date == add_workdays(day, m + n, OFFICIAL).date


@given(days, st.integers(0, 60))
def test_a_later_event_is_never_due_earlier(day, n):
    assert (
        add_workdays(day, n, OFFICIAL).date
        <= add_workdays(day + timedelta(days=1), n, OFFICIAL).date
    )


@given(days, days)
def test_a_plain_week_has_five_days(a, b):
    first, last = min(a, b), max(a, b)
    weekdays = [first + timedelta(days=i) for i in range(1, (last - first).days + 1)]

    assert workdays_between(first, last, Calendar()) == sum(day.weekday() < 5 for day in weekdays)
    assert is_provisional(first, last, Calendar()) is (first != last)


@pytest.mark.parametrize(
    ("due_on", "css", "text", "left"),
    [
        (date(2026, 11, 18), "due-late", "逾期 2 个工作日", -2),
        (date(2026, 11, 20), "due-today", "今天到期", 0),
        (date(2026, 11, 25), "due-soon", "剩 3 个工作日", 3),
        (date(2026, 11, 27), "due-soon", "剩 5 个工作日", 5),
        (date(2026, 12, 4), "due-calm", "剩 10 个工作日", 10),
        (date(2027, 1, 29), "due-open", "暂定，剩 50 个工作日", 50),
    ],
)
def test_a_deadline_reads_as_the_design_says(due_on, css, text, left):
    label = due_label(due_on, date(2026, 11, 20), OFFICIAL)

    assert (label.css, label.text, label.days_left) == (css, text, left)


def test_the_warning_span_is_the_bureaus_setting():
    assert due_label(date(2026, 11, 25), date(2026, 11, 20), OFFICIAL, soon=2).css == "due-calm"


def test_late_over_a_weekend_is_late_though_no_working_day_has_passed():
    label = due_label(date(2026, 11, 20), date(2026, 11, 22), OFFICIAL)

    assert (label.css, label.text, label.is_late) == ("due-late", "已逾期", True)


def test_a_near_date_in_a_year_without_notice_is_near_and_provisional():
    label = due_label(date(2027, 1, 4), date(2026, 12, 31), OFFICIAL)

    assert (label.css, label.text, label.provisional) == ("due-soon", "暂定，剩 2 个工作日", True)
