"""Code check of GB 32100: real published example, one slip of each kind, and properties over all codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import uscc

PUBLISHED = "91350100M000100Y43"

digits = st.text("0123456789", min_size=6, max_size=6)
tails = st.text(uscc.ALPHABET, min_size=9, max_size=9)
codes = st.builds(
    lambda region, tail: (f := f"91{region}{tail}") + uscc.check_digit(f), digits, tails
)


def test_it_accepts_the_published_example():
    assert uscc.check(PUBLISHED) is None


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("", "empty", "没有填统一社会信用代码"),
        ("91350100M000100Y4", "length", "统一社会信用代码应为 18 位，实际 17 位"),
        ("91350100M000100Y44", "check_digit", "按前 17 位算，末位应为 3，现为 4"),
        ("9135O100M000100Y43", "confusable", "第 5 位是字母 O，代码不用这个字母"),
        ("9135010lM000100Y43", "confusable", "第 8 位是小写字母 l，与数字 1 分不清"),
        ("91350100m000100Y43", "lower", "第 9 位是小写字母 m"),
        ("91350100M０00100Y43", "full_width", "第 10 位是全角字符“０”"),
        ("9135010AM000100Y43", "region", "第 8 位是字母 A"),
        ("91350100M000100#43", "alphabet", "第 16 位“#”不是代码能用的字符"),
    ],
)
def test_it_names_what_is_wrong_and_where(code, kind, message):
    problem = uscc.check(code)

    assert (problem.kind, problem.message) == (kind, message)
    assert problem.hint


def test_it_says_which_digit_would_make_the_code_right():
    problem = uscc.check("9135O100M000100Y43")

    assert problem.hint == "疑为数字 0，换成 0 后校验位相符，请对照营业执照"


def test_it_says_which_two_characters_may_be_swapped():
    problem = uscc.check("91350100M000010Y43")

    assert problem.hint == "如第 13、14 位写反则相符，请对照营业执照"


@given(codes)
def test_every_code_with_its_check_character_passes(code):
    assert uscc.check(code) is None


@given(codes, st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_one_wrong_character_never_passes(code, place, character):
    wrong = code[:place] + character + code[place + 1 :]

    assert (uscc.check(wrong) is None) == (wrong == code)


@given(st.text(max_size=24))
def test_any_text_gets_an_answer_and_a_problem_has_a_sentence(text):
    problem = uscc.check(text)

    assert problem is None or problem.sentence


@given(codes)
def test_normalising_repairs_width_and_spaces_and_says_so(code):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code)

    normal = uscc.normalise(f" {wide[:8]} {wide[8:]}\u200b")

    assert normal.text == code
    assert normal.notices == (
        "去掉了 1 个看不见的字符",
        "全角字符已按半角读取",
        "代码中间的空格或连字符已去掉",
    )


def test_normalising_never_turns_a_confusable_letter_into_another_character():
    assert uscc.normalise("91330302l19373061u").text == "91330302l19373061U"
    assert uscc.normalise("9135O100M000100Y43").text == "9135O100M000100Y43"


@pytest.mark.parametrize(
    "raw", [913501001000100943, 9.1350100100010094e17, "9.13501E+17", "913501001000100000"]
)
def test_it_sees_that_excel_has_dropped_the_last_digits(raw):
    assert uscc.lost_precision(raw).kind == "lost_precision"


@pytest.mark.parametrize(
    "raw", [330100000111310, "913301037204325216", "91350100M000100Y43", None, True]
)
def test_it_does_not_suspect_numbers_that_kept_all_digits(raw):
    assert uscc.lost_precision(raw) is None


@given(st.text(uscc.ALPHABET, max_size=30))
def test_no_check_character_for_anything_but_seventeen_characters(text):
    if len(text) == 17:
        assert uscc.check_digit(text) in uscc.ALPHABET
    else:
        with pytest.raises(ValueError, match="17"):
            uscc.check_digit(text)
