"""Text rules at the lock: the bad character is named, and the verifier draws the same line."""

from datetime import UTC, date, datetime

import pytest

from lottery import ProtocolError, check_label, foreign_character, h, text, verify


def test_the_portal_and_the_verifier_know_the_same_repertoire() -> None:
    every = [chr(code) for code in range(0x110000)]
    in_portal = {character for character in every if not foreign_character(character)}
    in_verifier = {character for character in every if not verify.OUTSIDE.search(character)}

    assert in_verifier - in_portal == {"\t", "\n"}
    assert in_portal < in_verifier
    assert len(in_portal) == 94 + 1 + 24 + 47 + 41 + 16 + 6592 + 20992 + 96 + 63488 + 9136


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("采\u200b矿", "U+200B"),
        ("采｜矿|", "“|”（U+007C）"),
        ("采　矿", "U+3000"),
        ("é", "“é”（U+00E9）"),
        ("", "不能为空"),
        (" 采矿", "首尾不能有空格"),
        ("-", "不能只写“-”"),
    ],
)
def test_a_label_that_cannot_stand_is_refused_by_name(label: str, sentence: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        check_label(label, "层名")

    assert sentence in str(refused.value)


def test_the_hash_is_what_a_sha256_tool_gives_for_the_pasted_line() -> None:
    # printf 'ssj1|nonce|0' | sha256sum
    assert h("nonce", "0") == "ab8f74665fe0865619324e20b0092ae3f1d84085e71eea6deae627d361349352"


@pytest.mark.parametrize("fields", [("a|b",), ("a", "")])
def test_a_field_that_would_blur_the_hash_is_refused(fields: tuple[str, ...]) -> None:
    with pytest.raises(ProtocolError):
        h(*fields)


def test_comma_lists_ascend_by_code_point() -> None:
    assert text.comma_list(["𠮷", "（专）", "A"]) == "A,（专）,𠮷"
    assert text.comma_list([]) == "-"
    with pytest.raises(ProtocolError, match="重复"):
        text.comma_list(["A", "A"])


def test_times_are_written_in_china_time_to_the_second() -> None:
    assert (
        text.moment(datetime(2026, 3, 1, 17, 0, 0, 999, tzinfo=UTC)) == "2026-03-02T01:00:00+08:00"
    )
    assert text.day(date(2026, 12, 31)) == "2026-12-31"
    with pytest.raises(ProtocolError, match="时区"):
        text.moment(datetime(2026, 3, 1))


@pytest.mark.parametrize("number", [-1, 1_000_000_000])
def test_integers_have_nine_digits_at_most(number: int) -> None:
    with pytest.raises(ProtocolError):
        text.integer(number, "抽取数")
