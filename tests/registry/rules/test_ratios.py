"""Ratio, frequency and period texts, as they stand in plans that bureaus have published."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.ratios import RatioMode, RatioUnit, parse_frequency, parse_ratio
from registry.rules.windows import Window, parse_window

PERCENT, COUNT, CYCLE = RatioUnit.PERCENT, RatioUnit.COUNT, RatioUnit.CYCLE


@pytest.mark.parametrize(
    ("raw", "mode", "value", "unit"),
    [
        ("5%", RatioMode.PERCENT, 5, PERCENT),
        ("５％", RatioMode.PERCENT, 5, PERCENT),
        (0.05, RatioMode.PERCENT, 5, PERCENT),
        ("百分之二十五", RatioMode.PERCENT, 25, PERCENT),
        ("1户", RatioMode.COUNT, 1, COUNT),
        ("10% (20户)", RatioMode.PERCENT, 10, PERCENT),
        ("30%,每年一次", RatioMode.PERCENT, 30, PERCENT),
        ("不少于勘查项目总数的5%", RatioMode.MIN, 5, PERCENT),
        (">=50%", RatioMode.MIN, 50, PERCENT),
        ("市级及以下经办机构抽查比例之和≥20%;1次/年", RatioMode.MIN, 20, PERCENT),
        ("不超过名录库的20%;同一年度对同一单位(人)1次", RatioMode.MAX, 20, PERCENT),
        ("每三年至少覆盖一次", RatioMode.MIN, 3, CYCLE),
    ],
)
@pytest.mark.rule("A03")
def test_published_ratio_texts_are_read(raw, mode, value, unit):
    ratio = parse_ratio(raw).value

    assert (ratio.mode, ratio.value, ratio.unit) == (mode, Decimal(value), unit)


def test_all_and_batch_order_have_modes_of_their_own():
    assert parse_ratio("全年抽查比例为100%,每年抽查1次").value.mode is RatioMode.ALL
    assert parse_ratio("全部检查，随机确定批次顺序").value.mode is RatioMode.ORDER


def test_the_number_in_brackets_and_the_raw_text_are_kept():
    ratio = parse_ratio("10% (20户)").value

    assert (ratio.count_hint, ratio.raw) == (20, "10% (20户)")


@pytest.mark.parametrize(
    "raw", ["随意", "0%", "120%", "A类5%，B类10%", "A/B/C/D类煤矿分别不超过2/4/6/4次/年"]
)
def test_what_is_no_single_ratio_is_refused(raw):
    assert parse_ratio(raw).problem.code == "ratio"


@pytest.mark.parametrize(
    ("raw", "mode", "times", "years"),
    [
        ("1次/年", RatioMode.COUNT, 1, 1),
        ("3%;2次/年", RatioMode.COUNT, 2, 1),
        ("矿山企业抽查比例为30%,每年抽查1次", RatioMode.COUNT, 1, 1),
        ("=1", RatioMode.COUNT, 1, 1),
        (">=1", RatioMode.MIN, 1, 1),
        ("不超过2次/年", RatioMode.MAX, 2, 1),
        ("按双随机,每三年至少覆盖一次", RatioMode.MIN, 1, 3),
    ],
)
def test_published_frequency_texts_are_read(raw, mode, times, years):
    frequency = parse_frequency(raw).value

    assert (frequency.mode, frequency.times, frequency.years) == (mode, times, years)


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(-5, 10**9)))
def test_no_text_raises(raw):
    for parsed in (parse_ratio(raw), parse_frequency(raw), parse_window(raw, 2026)):
        assert parsed.problem is None or parsed.problem.remedy


@pytest.mark.parametrize(
    ("raw", "first", "last"),
    [
        ("1月—12月", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026年1月-2026年11月", date(2026, 1, 1), date(2026, 11, 30)),
        ("2026年2月24日-2026年11月30日", date(2026, 2, 24), date(2026, 11, 30)),
        ("2023年6-12月", date(2023, 6, 1), date(2023, 12, 31)),
        ("9月至11月", date(2026, 9, 1), date(2026, 11, 30)),
        ("2月", date(2026, 2, 1), date(2026, 2, 28)),
        ("全年", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-03-01至2026-11-30", date(2026, 3, 1), date(2026, 11, 30)),
    ],
)
def test_published_periods_are_read(raw, first, last):
    assert parse_window(raw, 2026).value == Window(first, last)


@pytest.mark.parametrize("raw", ["局统一安排", "13月-14月", "12月-1月"])
def test_what_is_no_period_is_refused(raw):
    assert parse_window(raw, 2026).problem.code == "window"
