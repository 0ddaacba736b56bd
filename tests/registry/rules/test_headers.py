"""The heading row is found wherever it stands, or the sheet is refused with what is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.columns import COLUMNS, Column, ImportKind, Words
from registry.rules.headers import HeaderMatch, Refusal, column_letter, find_header

ENTITIES = COLUMNS[ImportKind.ENTITIES]
INSPECTORS = COLUMNS[ImportKind.INSPECTORS]
HEADINGS = ["序号", "企业名称", "注册号/统一社会信用代码", "登记机关", "管辖单位"]


def test_it_finds_headings_below_title_rows_and_lists_unknown_columns():
    rows = [
        ["某县检查对象名录"],
        [None],
        ["填报单位：某局", None, "时间：2026年"],
        HEADINGS,
        ["1", "黑石沟采石场"],
    ]

    match = find_header(rows, ENTITIES)

    assert match.row == 3
    assert match.places == {"name": 1, "code": 2, "unit": 4}
    assert match.notices == ("有 1 列不导入：D 列“登记机关”",)


def test_marks_and_remarks_in_headings_do_not_matter():
    match = find_header([["*主体名称（必填）", "社会信用代码\n(18位)", "有效期至："]], ENTITIES)

    assert match.places == {"name": 0, "code": 1, "licence_expires_on": 2}


def test_two_heading_rows_with_merged_cells_are_read_as_one():
    rows = [
        ["企业名称", "统一代码", "许可证", None, None],
        [None, None, "名称", "编号", "有效期至"],
        ["黑石沟采石场"],
    ]

    match = find_header(rows, ENTITIES)

    assert match.row == 1
    assert match.places == {
        "name": 0, "code": 1, "licence_name": 2, "licence_number": 3, "licence_expires_on": 4,
    }  # fmt: skip


def test_a_heading_that_two_certificates_share_goes_to_its_left_neighbour():
    rows = [["姓名", "工商部门执法证", "有效期", "省政府执法证", "有效期"]]

    match = find_header(rows, INSPECTORS)

    assert match.places["certificate_expires_on"] == 2
    assert match.places["certificate2_expires_on"] == 4


def test_a_missing_column_is_named_together_with_what_was_not_recognised():
    refusal = find_header([["姓名", "执法证号", "到期"]], INSPECTORS)

    assert refusal == Refusal(
        "missing",
        "第 1 行是列名，但缺少“执法证有效期至”；认不出的列：到期；请补上或改列名后重新上传",
    )


def test_one_of_two_identifying_columns_is_enough():
    assert isinstance(find_header([["企业名称", "注册号"]], ENTITIES), HeaderMatch)
    assert "“统一社会信用代码”或“注册号”" in find_header([["企业名称", "地址"]], ENTITIES).sentence


def test_the_same_heading_twice_is_refused():
    refusal = find_header([["企业名称", "统一代码", "统一代码"]], ENTITIES)

    assert refusal.code == "doubled"
    assert "B 列“统一代码”、C 列“统一代码”" in refusal.sentence


def test_of_two_names_for_one_column_the_more_usual_is_read_and_the_other_reported():
    match = find_header(
        [["抽查事项", "权责清单事项", "事项类别", "检查对象", "检查依据"]],
        COLUMNS[ImportKind.MATTERS],
    )

    assert match.places["name"] == 0
    assert match.notices == ("有 1 列不导入：B 列“权责清单事项”",)


@pytest.mark.parametrize(
    "rows", [[], [["", None]], [["甲", "乙"], [1, 2]], [[None]] * 20 + [HEADINGS]]
)
def test_a_sheet_without_headings_near_its_top_is_refused(rows):
    refusal = find_header(rows, ENTITIES)

    assert refusal.code == "no_header"
    assert "“名称”" in refusal.sentence


@given(st.permutations(HEADINGS), st.integers(0, 14))
def test_order_and_depth_of_headings_do_not_matter(headings, depth):
    match = find_header([["标题"]] * depth + [headings], ENTITIES)

    assert match.row == depth
    assert {key: headings[place] for key, place in match.places.items()} == {
        "name": "企业名称", "code": "注册号/统一社会信用代码", "unit": "管辖单位",
    }  # fmt: skip


@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=8)), max_size=6), max_size=6
    )
)
def test_any_sheet_gets_a_match_or_a_sentence(rows):
    found = find_header(rows, ENTITIES)

    assert isinstance(found, HeaderMatch) or found.sentence


@pytest.mark.parametrize("kind", list(ImportKind))
def test_every_label_is_found_under_its_own_name(kind):
    match = find_header([[column.label for column in COLUMNS[kind]]], COLUMNS[kind])

    assert match.places == {column.key: place for place, column in enumerate(COLUMNS[kind])}


def test_a_word_cannot_stand_for_two_values():
    with pytest.raises(ValueError, match="注销"):
        Words.of({"a": "注销", "b": "吊销 注销"})


@pytest.mark.parametrize(
    ("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_named_as_excel_names_them(index, letter):
    assert column_letter(index) == letter


def test_a_column_knows_its_synonyms_in_any_width():
    column = Column("code", "统一社会信用代码", ("代码（18位）",))

    assert "代码18位" in column.headings
