"""What leaves for a spreadsheet stays text there."""

import pytest

from bureau.rules.spreadsheets import neutral


@pytest.mark.parametrize("text", ["=1+1", "+86", "-", "@x", "\tx", "\rx"])
def test_no_cell_of_ours_can_act_as_a_formula(text):
    assert neutral(text) == f"'{text}"


def test_plain_text_stays_as_it_is():
    assert neutral("迁安市某矿业有限公司 1-2 号井\n二期") == "迁安市某矿业有限公司 1-2 号井\n二期"


def test_a_control_character_neither_breaks_the_file_nor_hides_a_formula():
    assert neutral("\x01=1+1\x00") == "'=1+1"
