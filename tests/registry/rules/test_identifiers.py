"""Numbers of mines, projects, plots, old registrations, and the id pattern of the draw."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.identifiers import (
    IdKind,
    check_id,
    guess_kind,
    legacy_check_digit,
    needs_public_code,
)

SOUND = {
    IdKind.USCC: "91350100M000100Y43",
    IdKind.LEGACY: "330100000111310",
    IdKind.MINING: "C9901012019056130000042",
    IdKind.PROJECT: "2026-990101-10-01-123456",
    IdKind.PARCEL: "990101001002GB00003",
    IdKind.PERSON: "11010519491231002X",
}


@pytest.mark.parametrize(("kind", "code"), SOUND.items())
def test_a_sound_number_of_each_kind_passes_and_is_recognised(kind, code):
    assert check_id(kind, code) is None
    assert guess_kind(code) is kind


@pytest.mark.parametrize("code", ["330106000349996", "330196000037350"])
def test_real_old_registration_numbers_hold_their_check_digit(code):
    assert check_id(IdKind.LEGACY, code) is None


def test_a_doubtful_old_registration_number_warns_and_does_not_refuse():
    problem = check_id(IdKind.LEGACY, "330100000111311")

    assert problem.message == "注册号末位按校验规则应为 0，现为 1"
    assert not problem.blocks


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (IdKind.MINING, "C99010120190561"),
        (IdKind.PROJECT, "2026-990101-10-123456"),
        (IdKind.PERSON, "110105194912310021"),
    ],
)
def test_a_number_of_the_wrong_shape_is_refused(kind, code):
    assert check_id(kind, code).blocks


def test_an_unusual_plot_number_only_warns():
    assert not check_id(IdKind.PARCEL, "示林证字第8号").blocks


@pytest.mark.parametrize("code", ["示林证字第8号", "", "-1", "a b", "x" * 97, "12|3", "９９"])
def test_what_cannot_stand_in_a_draw_file_needs_a_public_code(code):
    assert needs_public_code(code)


@pytest.mark.parametrize("code", [*SOUND.values(), "0", "a.b_c-d", "x" * 96])
def test_ascii_numbers_stand_in_a_draw_file_as_they_are(code):
    assert not needs_public_code(code)


@given(
    st.text("0123456789", min_size=14, max_size=14),
    st.integers(0, 14),
    st.sampled_from("0123456789"),
)
def test_one_wrong_digit_in_an_old_number_is_always_noticed(first14, place, digit):
    code = first14 + legacy_check_digit(first14)
    wrong = code[:place] + digit + code[place + 1 :]

    assert (check_id(IdKind.LEGACY, wrong) is None) == (wrong == code)
