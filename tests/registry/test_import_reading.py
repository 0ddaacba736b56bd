"""Files as they come: titles, sheets, merged cells, encodings, formulas, damage. Refusals are sentences."""

import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import Font

from registry.rules.columns import COLUMNS, ImportKind
from registry.services.imports import reading
from registry.services.imports.checking import check_rows
from registry.services.imports.entities import Entities
from registry.services.imports.kinds import Checked
from registry.services.imports.reading import Refused, choose, read
from tests.registry.rosters import HEADINGS, row, saved, uscc, workbook

ENTITIES = COLUMNS[ImportKind.ENTITIES]


def roster(upload: io.BytesIO, *, is_csv: bool = False) -> reading.Roster:
    return choose(read(upload.getvalue(), is_csv=is_csv), ENTITIES)


def test_the_sheet_with_most_headings_is_read_and_the_others_are_named():
    book = Workbook()
    book.active.title = "说明"
    book["说明"].append(["请先看说明"])
    for title, headings, count in (("简表", HEADINGS[:2], 1), ("名录", HEADINGS, 2)):
        sheet = book.create_sheet(title)
        sheet.append(headings)
        for number in range(count):
            sheet.append(row(number)[: len(headings)])
    book.create_sheet("旧").sheet_state = "hidden"
    book["旧"].append(HEADINGS)

    found = roster(saved(book))

    assert (found.sheet, len(found.rows)) == ("名录", 2)
    assert found.notices[:3] == (
        "工作表“说明”没有可识别的列名，未读",
        "工作表“简表”也有可识别的列名（1 行），一次只读一张表，请另行上传或并入“同一张表”",
        "隐藏的工作表“旧”未读",
    )


def test_merged_titles_and_merged_units_are_read():
    book = Workbook()
    sheet = book.active
    sheet.append(["示范县检查对象名录"])
    sheet.merge_cells("A1:F1")
    sheet["A1"].font = Font(bold=True)
    sheet.append(["企业名称", "社会信用代码", "管辖所"])
    sheet.append(["甲", uscc(1), "北山国土所"])
    sheet.append(["乙", uscc(2)])
    sheet.merge_cells("C3:C4")

    found = roster(saved(book))

    assert [cells.cells[2] for cells in found.rows] == ["北山国土所", "北山国土所"]
    assert "有 1 处合并单元格，已按同一值读作各行的值" in found.notices


def test_example_footer_and_blank_rows_are_no_entries():
    upload = workbook(
        [["示例", "甲", uscc(1)], [1, "乙", uscc(2)], [None] * 3, ["填表人：某某", None, None]],
        ["序号", "企业名称", "社会信用代码"],
    )

    found = roster(upload)

    assert [r.number for r in found.rows] == [3]
    assert found.notices == ("第 2 行是模板的示例行，未读", "第 5 行“填表人：某某”是表尾，未读")


def test_a_firm_whose_name_begins_like_a_footer_is_an_entry():
    found = roster(workbook([["合计商贸有限公司", uscc(1)]], ["企业名称", "社会信用代码"]))

    assert len(found.rows) == 1


def test_formula_errors_are_seen_where_they_stand():
    book = Workbook()
    sheet = book.active
    sheet.append(["企业名称", "社会信用代码"])
    sheet.append(["甲", "#N/A"])
    sheet["B2"].data_type = "e"
    sheet.append(["=A2", uscc(2)])

    found = roster(saved(book))

    assert found.odd == {"B2": "#N/A", "A3": "公式"}
    rows = list(check_rows(found, ENTITIES, _NoLists(), None, year=2026))
    assert [r.problems[0]["message"] for r in rows] == [
        "单元格是公式错误 #N/A",
        "单元格是公式，没有算出的值",
    ]


def test_nul_characters_never_reach_the_database():
    found = roster(workbook([["甲_x0000_乙", uscc(1)]], ["企业名称", "社会信用代码"]))

    staged = next(check_rows(found, ENTITIES, _NoLists(), None, year=2026))

    assert staged.raw["企业名称"] == "甲乙"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", "\t"])
def test_csv_is_read_in_both_encodings(encoding, mark):
    text = mark.join(["企业名称", "社会信用代码"]) + "\r\n" + mark.join(["甲", uscc(1)]) + "\r\n"

    found = roster(io.BytesIO(text.encode(encoding)), is_csv=True)

    assert found.raw(found.rows[0]) == {"企业名称": "甲", "社会信用代码": uscc(1)}


@pytest.mark.parametrize(
    ("upload", "is_csv", "sentence"),
    [
        (io.BytesIO(b"PK\x03\x04 no archive"), False, "已损坏"),
        (workbook([["x"]], ["随便"]), False, "找不到列名行"),
        (workbook([["x", "y"]], ["企业名称", "管辖所"]), False, "缺少“统一社会信用代码”或“注册号”"),
        (
            io.BytesIO("名称,代码\n\xff\xfe".encode("latin-1", "replace") + b"\xff\xff\x81"),
            True,
            "编码认不出",
        ),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_sentence(upload, is_csv, sentence):
    with pytest.raises(Refused, match=sentence):
        roster(upload, is_csv=is_csv)


def test_a_document_type_definition_is_refused():
    clean = workbook([row(1)])
    out = io.BytesIO()
    with zipfile.ZipFile(clean) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/"):
                content = b'<!DOCTYPE x [<!ENTITY a "b">]>' + content
            target.writestr(name, content)

    with pytest.raises(Refused):
        roster(out)


def test_a_parser_that_takes_too_much_memory_is_stopped_with_a_sentence(tmp_path, monkeypatch):
    source = reading.CHILD.read_text("utf-8").replace("1536 * 1024 * 1024", "64 * 1024 * 1024")
    starved = tmp_path / "child.py"
    starved.write_text(source, "utf-8")
    monkeypatch.setattr(reading, "CHILD", starved)
    book = Workbook()
    book.active.append(HEADINGS)
    book.active["Z1048576"] = "末尾"  # one stray cell makes the used area 27 million cells

    with pytest.raises(Refused, match=r"内存限制|已损坏"):
        roster(saved(book))


def test_a_parser_that_takes_too_long_is_stopped(tmp_path, monkeypatch):
    slow = tmp_path / "child.py"
    slow.write_text("while True: pass", "utf-8")
    monkeypatch.setattr(reading, "CHILD", slow)
    monkeypatch.setattr(reading, "SECONDS", 0.5)

    with pytest.raises(Refused, match="50 秒"):
        roster(workbook([row(1)]))


class _NoLists(Entities):
    """Checks without the database."""

    def check(self, read_row, headings, context):
        row = Checked(key=str(read_row.values.get("code") or ""))
        row.fields["name"] = read_row.values.get("name")
        return row


cell = st.one_of(
    st.none(),
    st.text(max_size=12).filter(lambda t: "\r" not in t),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(cell, min_size=2, max_size=4), max_size=8))
def test_no_row_is_lost_whatever_stands_in_it(sheets_rows):
    """Every row is an entry, or blank, or named in a notice; every entry is staged once, under its own number."""
    sheet = reading.Sheet(
        "名录", False, rows=[["企业名称", "社会信用代码", "序号", "备考"], *sheets_rows]
    )

    found = choose([sheet], ENTITIES)
    staged = list(check_rows(found, ENTITIES, _NoLists(), None, year=2026))

    blank = sum(reading.is_blank(cells) for cells in sheets_rows)
    named = sum("未读" in notice for notice in found.notices)
    assert len(found.rows) + blank + named == len(sheets_rows)
    assert [s.row for s in staged] == [r.number for r in found.rows]
    assert all("\x00" not in text for s in staged for text in s.raw.values())
