"""The merge rule alone, without a database (A49)."""

from datetime import date

import pytest

from inspections.rules.merging import (
    Newcomer,
    OpenVisit,
    Window,
    common_window,
    obstacle,
    visit_to_join,
)

TODAY = date(2026, 3, 12)
APRIL = Window(date(2026, 4, 1), date(2026, 4, 30))
MAY = Window(date(2026, 5, 1), date(2026, 5, 31))
SPRING = Window(date(2026, 3, 1), date(2026, 5, 31))


def a_visit(**changes):
    values = {"id": "v1", "entity_id": 7, "unit_id": 3, "window": APRIL, "number": "J0001"}
    return OpenVisit(**values | changes)


NEW = Newcomer(entity_id=7, unit_id=3, window=SPRING)


@pytest.mark.rule("A49")
def test_a_pick_joins_the_open_visit_of_the_same_unit_and_days():
    assert visit_to_join([a_visit()], NEW, TODAY) == a_visit()


@pytest.mark.rule("A49")
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"entity_id": 8}, "不是同一检查对象"),
        ({"unit_id": 4}, "执行单位不同"),
        ({"has_outcome": True}, "那次检查已有结果"),
        ({"has_team": True}, "那次检查的人员已匹配或正在匹配"),
        ({"is_open": False}, "那次检查已经办结"),
        (
            {"window": Window(date(2026, 6, 1), date(2026, 6, 30))},
            "检查时段没有重合",
        ),
        (
            {"window": Window(date(2026, 2, 1), date(2026, 3, 5))},
            "重合的检查时段已经过去",
        ),
    ],
)
def test_it_says_why_a_pick_stays_apart(changes, why):
    assert obstacle(a_visit(**changes), NEW, TODAY) == why


def test_windows_that_touch_on_one_day_overlap():
    last_of_april = Window(date(2026, 4, 30), date(2026, 5, 9))

    assert APRIL.overlaps(last_of_april)
    assert APRIL.within(last_of_april) == Window(date(2026, 4, 30), date(2026, 4, 30))


def test_three_windows_that_overlap_with_the_visit_have_a_common_day():
    assert common_window([SPRING, APRIL, Window(date(2026, 4, 20), date(2026, 6, 1))]) == Window(
        date(2026, 4, 20), date(2026, 4, 30)
    )


def test_no_common_window_is_refused():
    with pytest.raises(ValueError):
        common_window([APRIL, MAY])


def test_of_several_it_joins_the_one_that_ends_first():
    late = a_visit(id="v2", window=SPRING, number="J0002")

    assert visit_to_join([late, a_visit()], NEW, TODAY) == a_visit()
