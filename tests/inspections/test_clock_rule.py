"""公示期限 and reminders, without a database."""

from datetime import UTC, date, datetime

import pytest

from inspections.rules.clock import claim_problem, is_entered_late, reminder, starts_on

ENDED, WINDOW = date(2026, 3, 16), date(2026, 4, 30)


@pytest.mark.rule("A75")
@pytest.mark.parametrize(
    ("rule", "task_ended_on", "expected"),
    [
        ("visit_end", None, ENDED),
        ("task_end", date(2026, 4, 2), date(2026, 4, 2)),
        ("task_end", None, WINDOW),
    ],
)
def test_where_the_period_begins(rule, task_ended_on, expected):
    begins = starts_on(
        rule, visit_ended_on=ENDED, task_window_to=WINDOW, task_ended_on=task_ended_on
    )

    assert begins == expected


def test_it_never_begins_before_ones_own_visit_ended():
    late = date(2026, 5, 8)

    begins = starts_on("task_end", visit_ended_on=late, task_window_to=WINDOW, task_ended_on=None)

    assert begins == late


@pytest.mark.parametrize(
    ("left", "is_late", "mark"),
    [(6, False, None), (5, False, "5"), (4, False, "5"), (3, False, "3"), (2, False, "3"),
     (1, False, "1"), (0, False, "1"), (-1, True, "late"), (0, True, "late")],
)  # fmt: skip
def test_which_reminder_is_due(left, is_late, mark):
    assert reminder(left, is_late, [5, 3, 1]) == mark


def test_a_gap_beyond_the_setting_is_flagged():
    happened = datetime(2026, 3, 16, 9, tzinfo=UTC)

    assert is_entered_late(happened, datetime(2026, 3, 17, 9, 1, tzinfo=UTC), 24) is True
    assert is_entered_late(happened, datetime(2026, 3, 17, 9, 0, tzinfo=UTC), 24) is False


def test_moments_are_compared_by_the_minute():
    order = datetime(2026, 3, 16, 9, 30, 45, tzinfo=UTC)
    claimed = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)

    assert claim_problem(claimed, order, not_before=order, before="审批") is None
