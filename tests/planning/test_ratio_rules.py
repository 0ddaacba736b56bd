"""Ratios: bounds, batches, the class table and what lies outside it, and where nothing is left to chance."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bureau.rules import bands
from planning.rules import chance, class_ratios
from planning.rules.quotas import batch_of, quota, quota_text

BUSY = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
LINDIAN = bands.read("A 0-5；B 5-20；C 21-60；D 61-100")


@pytest.mark.rule("A104")
@pytest.mark.parametrize(
    ("name", "mode", "value"),
    [("A", "at_most", "5"), ("B", "ratio", "5"), ("C", "ratio", "21"), ("D", "ratio", "61")],
)
def test_the_table_suggests_the_lightest_ratio_it_allows(name, mode, value):
    found = class_ratios.suggestion(LINDIAN[name])

    assert (found.mode, found.value) == (mode, Decimal(value))


@pytest.mark.rule("A104")
@pytest.mark.parametrize(
    ("name", "k", "population", "said"),
    [
        ("A", 5, 100, ""),
        ("A", 6, 100, "A类 100 户抽 6 户，为 6%；本单位比例表为不超过 5%，请核对或说明理由。"),
        ("A", 1, 3, ""),
        ("B", 4, 100, "B类 100 户抽 4 户，为 4%；本单位比例表为5% 至 20%，请核对或说明理由。"),
        ("D", 2, 3, ""),
        ("D", 1, 3, "D类 3 户抽 1 户，为 33.3%；本单位比例表为不低于 61%，请核对或说明理由。"),
        ("C", 0, 0, ""),
    ],
)
def test_outside_the_band_there_is_a_plain_warning(name, k, population, said):
    assert class_ratios.warning(LINDIAN[name], k, population) == said


@pytest.mark.rule("A104")
def test_a_ceiling_for_all_classes_together_can_be_part_of_the_table():
    nanfen = bands.read("合计：0%—20%")

    assert bands.written(nanfen) == "合计 0-20"
    assert "各层合计 100 户抽 21 户" in class_ratios.warning(nanfen["合计"], 21, 100)


@pytest.mark.parametrize(
    "text", ["", "A", "A 5", "E 0-5", "A 6-5", "A 0-101", "A 0-5；A 1-2", "A 0-0"]
)
def test_a_table_that_cannot_be_read_is_refused(text):
    assert not bands.is_readable(text)


@pytest.mark.rule("A104")
@BUSY
@given(
    population=st.integers(1, 5000),
    low=st.integers(0, 100),
    width=st.integers(0, 100),
)
def test_what_the_table_suggests_is_never_warned_of(population, low, width):
    high = max(1, min(100, low + width))
    band = bands.Band("B", Decimal(min(low, high)), Decimal(high))
    found = class_ratios.suggestion(band)

    k = quota(population, found.mode, found.value, at_least_one=True)

    assert class_ratios.warning(band, k, population) == ""


@pytest.mark.rule("A46")
@pytest.mark.parametrize(
    ("population", "least", "most", "k"),
    [(100, None, None, 5), (100, 8, None, 8), (100, None, 3, 3), (4, 8, None, 4), (0, 2, None, 0)],
)
def test_bounds_hold_what_a_ratio_gives(population, least, most, k):
    found = quota(population, "ratio", Decimal(5), at_least_one=True, minimum=least, maximum=most)

    assert found == k


@BUSY
@given(k=st.integers(1, 500), batches=st.integers(1, 40))
def test_batches_follow_the_drawn_order_and_differ_by_one(k, batches):
    found = [batch_of(rank, k, batches) for rank in range(1, k + 1)]
    sizes = [found.count(n) for n in range(1, min(batches, k) + 1)]

    assert found == sorted(found)
    assert sum(sizes) == k
    assert max(sizes) - min(sizes) <= 1


def test_the_words_say_bounds_and_batches():
    assert quota_text("ratio", Decimal("5"), minimum=2, maximum=9) == "5%，至少 2 户，至多 9 户"
    assert quota_text("all", None, batches=3) == "全部，分 3 批"


@pytest.mark.parametrize(
    ("strata", "said"),
    [
        ([("甲", 5, 2)], ""),
        ([("甲", 5, 5)], "5 户候选全部检查，没有一户是随机选出的；摇号只排出一个先后次序。"),
        (
            [("甲", 3, 3), ("乙", 9, 1)],
            "“甲”层 3 户全部检查，没有一户是随机选出的；摇号只排出一个先后次序。其余各层由摇号抽取。",
        ),
        ([("甲", 0, 0), ("乙", 9, 1)], ""),
    ],
)
def test_where_everyone_is_inspected_it_is_said(strata, said):
    rows = [{"label": label, "n": n, "k": k} for label, n, k in strata]

    assert chance.nothing_by_chance(rows) == said


def test_an_order_of_batches_is_what_the_draw_decides():
    said = chance.nothing_by_chance([{"label": "甲", "n": 5, "k": 5, "batches": 2}])

    assert said.endswith("摇号只决定检查批次的先后。")


@pytest.mark.parametrize(("n", "tiny"), [(0, False), (1, True), (5, True), (6, False)])
def test_a_tiny_pool_has_at_most_the_set_number(n, tiny):
    assert chance.is_tiny(n, 5) is tiny
