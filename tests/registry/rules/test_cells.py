"""Cells as people fill them: every spelling read, everything else refused with a remedy."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import cells

FIRST_OF_MARCH = date(2026, 3, 1)
OPEN_ENDED = date(9999, 12, 31)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-03-01", "2026/3/1", "2026.3.1", "20260301", 20260301.0, "2026年3月1日", " ２０２６－０３－０１ ",
        "2026-03-01 00:00:00", datetime(2026, 3, 1), date(2026, 3, 1), 46082, 46082.0, "46082",
        "至2026年3月1日", "2021-03-01至2026-03-01", "2021.3.1-2026.3.1", "2026_x0000_-03-01".replace("_x0000_", "\x00"),
    ],
)  # fmt: skip
def test_every_usual_spelling_of_a_date_is_read(raw):
    assert cells.parse_date(raw).value == FIRST_OF_MARCH


@pytest.mark.parametrize("raw", ["长期", "永久有效", "9999-09-09", "2020年1月1日至长期"])
def test_open_ended_is_the_last_date(raw):
    assert cells.parse_date(raw).value == OPEN_ENDED


@pytest.mark.parametrize("raw", [None, "", " ", "无", "/", "—"])
def test_empty_is_no_date_and_no_problem(raw):
    assert cells.parse_date(raw) == cells.Parsed()


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("2026-02-30", "“2026-02-30”不是日历上的日期；请核对月和日"),
        ("26.3.1", "“26.3.1”的年份写法有歧义；请把四位年份写在前面，如 2026-03-01"),
        ("3/1/2026", "“3/1/2026”的年份写法有歧义；请把四位年份写在前面，如 2026-03-01"),
        ("2026年3月", "“2026年3月”只有年月；请补上日，如 2026-03-31"),
        ("明年", "“明年”不是日期；请写成 2026-03-01，长期有效的写“长期”"),
        ("1026-03-01", "1026-03-01 的年份不合常理；请核对年份"),
    ],
)
def test_a_date_that_cannot_be_read_is_refused_with_a_remedy(raw, sentence):
    assert cells.parse_date(raw).problem.sentence == sentence


@given(st.dates(date(1950, 1, 1), date(2199, 12, 31)))
def test_every_date_survives_every_spelling(day):
    for text in (
        f"{day.year}/{day.month}/{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert cells.parse_date(text).value == day


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers(), st.booleans(), st.none()))
def test_no_cell_raises_and_every_refusal_has_a_remedy(raw):
    parsers = (
        cells.parse_text,
        cells.parse_date,
        cells.parse_integer,
        cells.parse_yes_no,
        cells.parse_list,
        cells.parse_phone,
    )
    for parse in parsers:
        problem = parse(raw).problem
        assert problem is None or (problem.message and problem.remedy)


@pytest.mark.parametrize(
    ("raw", "value"),
    [("1,234", 1234), ("20户", 20), ("３", 3), (20.0, 20), ("1户(同上)", 1), ("", None)],
)
def test_whole_numbers_are_read_with_their_measure_words(raw, value):
    assert cells.parse_integer(raw).value == value


@pytest.mark.parametrize("raw", ["1.5", "十", "1-2", "-1", "12345678901"])
def test_what_is_no_whole_number_is_refused(raw):
    assert cells.parse_integer(raw).problem is not None


@pytest.mark.parametrize(
    ("raw", "value"),
    [("是", True), ("√", True), ("否", False), (" 无 ", False), (True, True), ("", None)],
)
def test_yes_and_no_are_read(raw, value):
    assert cells.parse_yes_no(raw).value is value


def test_maybe_is_refused():
    assert cells.parse_yes_no("看情况").problem.sentence == "“看情况”认不出是或否；请填“是”或“否”"


def test_a_list_is_split_at_every_usual_mark_and_each_entry_stands_once():
    assert cells.parse_list("建材、采矿权人，建材;绿色矿山；无").value == (
        "建材",
        "采矿权人",
        "绿色矿山",
    )


def test_invisible_characters_are_removed_and_said():
    parsed = cells.parse_text("黑石沟\x00采石场\u200b_x0000_")

    assert parsed.value == "黑石沟采石场"
    assert parsed.notices == ("去掉了 3 个看不见的字符",)


def test_a_character_of_a_private_font_is_pointed_out():
    assert "自造字 1 个" in cells.parse_text("\ue123石沟采石场").notices[0]


@given(st.text())
def test_no_text_keeps_a_control_character(text):
    value = cells.parse_text(text, max_length=10_000).value or ""

    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in value)
    assert value == value.strip()
