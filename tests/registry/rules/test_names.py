"""Search keys, bigrams, and what the public may see of a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.kinds import EntityKind
from registry.rules.names import (
    bigrams,
    mask_person,
    may_show_code,
    public_name,
    query_bigrams,
    search_key,
)


@pytest.mark.parametrize(
    "written", ["示范县ＡＢＣ（滨江）采石场", "示范县 abc(滨江)采石场", "示范县Abc滨江采石场\u200b"]
)
def test_width_case_spaces_and_brackets_do_not_matter(written):
    assert search_key(written) == "示范县abc滨江采石场"


def test_two_characters_are_enough_to_search():
    assert query_bigrams("黑石") == ["黑石"]
    assert bigrams("黑石沟") == ["石沟", "黑石"]


def test_one_character_gives_no_bigram_to_search_by():
    assert query_bigrams("（黑）") == []
    assert bigrams("黑") == ["黑"]


@given(st.text(max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_every_part_of_a_name_finds_the_name(name, start, end):
    part = search_key(name)[start:end]

    assert set(query_bigrams(part)) <= set(bigrams(name))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("纪砚青", "纪**"),
        ("欧阳慕白", "欧阳**"),
        ("欧阳", "欧*"),
        ("李", "*"),
        ("", ""),
    ],
)
def test_a_persons_name_shows_the_surname_only(name, shown):
    assert mask_person(name) == shown


def test_firms_and_traders_keep_their_name_and_persons_do_not():
    assert public_name(EntityKind.TRADER, "纪砚青木材加工店") == "纪砚青木材加工店"
    assert (
        public_name(EntityKind.ENTERPRISE, "示范县黑石沟矿业有限公司") == "示范县黑石沟矿业有限公司"
    )
    assert public_name(EntityKind.PERSON, "纪砚青") == "纪**"


def test_only_a_natural_persons_number_is_never_shown():
    assert [kind for kind in EntityKind if not may_show_code(kind)] == [EntityKind.PERSON]
