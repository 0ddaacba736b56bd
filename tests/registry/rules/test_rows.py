"""A messy roster from end to end: headings, rows, codes. Exactly the planted faults are found, all else is read right."""

from datetime import date

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from registry.demo.workbook import roster_workbook
from registry.rules.columns import COLUMNS, ImportKind
from registry.rules.headers import find_header
from registry.rules.identifiers import IdKind
from registry.rules.rows import check_code, is_blank, is_footer, read_code, read_row

ENTITIES = COLUMNS[ImportKind.ENTITIES]


def by_calamine(path):
    return (
        CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    )


def by_openpyxl(path):
    return [list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)]


def read_all(rows):
    match = find_header(rows, ENTITIES)
    sound, wrong, seen = [], {}, set()
    for number, row in enumerate(rows[match.row + 1 :], match.row + 2):
        if is_blank(row) or is_footer(row):
            continue
        reading = read_row(row, match, ENTITIES, year=2026)
        _, problem, _ = check_code(reading.values)
        codes = [p.code for p in reading.problems] + ([problem.code] if problem else [])
        code = reading.values["code"]
        if not codes and code in seen:
            codes = ["duplicate"]
        seen.add(code)
        if codes:
            wrong[number] = codes
        else:
            sound.append(reading.values)
    return sound, wrong


@pytest.fixture(scope="module")
def roster(tmp_path_factory):
    return roster_workbook(tmp_path_factory.mktemp("roster") / "roster.xlsx", n=500)


@pytest.mark.parametrize("reader", [by_calamine, by_openpyxl])
def test_exactly_the_planted_faults_are_found(roster, reader):
    _, wrong = read_all(reader(roster.path))

    assert wrong == {row: [code] for row, code in roster.wrong.items()}
    assert set(roster.wrong.values()) == {
        "confusable", "check_digit", "length", "lost_precision", "choice", "date", "empty", "duplicate",
    }  # fmt: skip


@pytest.mark.parametrize("reader", [by_calamine, by_openpyxl])
def test_every_other_row_is_read_as_it_was_meant(roster, reader):
    sound, _ = read_all(reader(roster.path))

    assert [
        (v["code"], v["name"], v["kind"], v["credit_class"], v["standing"], v["licence_expires_on"], v["tags"])
        for v in sound
    ] == [
        (e.code, e.name, e.kind, e.credit_class, e.standing, e.licence_expires_on, e.tags or None)
        for e in roster.good
    ]  # fmt: skip


def test_a_roster_without_faults_has_none(tmp_path):
    roster = roster_workbook(tmp_path / "clean.xlsx", n=60, errors=False)

    sound, wrong = read_all(by_calamine(roster.path))

    assert (len(sound), wrong) == (60, {})


def test_a_problem_carries_column_value_message_and_remedy():
    match = find_header([["企业名称", "统一代码", "信用等级"]], ENTITIES)

    reading = read_row(["黑石沟采石场", "91350100M000100Y43", "优秀"], match, ENTITIES, year=2026)

    problem = reading.problems[0]
    assert (problem.key, problem.column, problem.value) == ("credit_class", "信用等级", "优秀")
    assert problem.message == "“优秀”认不出"
    assert problem.remedy == "可填：A、B、C、D、未分类"


def test_a_row_shorter_than_the_headings_has_empty_cells():
    match = find_header([["企业名称", "统一代码", "信用等级"]], ENTITIES)

    assert read_row(["黑石沟采石场"], match, ENTITIES, year=2026).values == {
        "name": "黑石沟采石场", "code": None, "credit_class": None,
    }  # fmt: skip


def test_a_row_without_a_number_gets_an_issued_code_and_says_so():
    assert check_code({"name": "三道沟林班12小班", "code": None}) == (
        IdKind.ISSUED, None, "没有编号，写入时由系统发给公开编码",
    )  # fmt: skip


def test_what_the_row_says_of_its_number_prevails_over_its_shape():
    kind, problem, notice = check_code({"code": "330100000111311", "id_kind": "legacy"})

    assert (kind, problem) == (IdKind.LEGACY, None)
    assert notice.startswith("注册号末位按校验规则应为 0")


@pytest.mark.parametrize("raw", [None, "", "无", " "])
def test_an_empty_code_cell_is_no_problem_of_its_own(raw):
    assert read_code(raw).problem is None
    assert read_code(raw).value is None


@pytest.mark.parametrize(
    "row", [["合计", 5], [None, "填表人：某某"], ["备注：以上为截至三月底数据"]]
)
def test_rows_below_the_entries_are_recognised(row):
    assert is_footer(row)


@pytest.mark.parametrize("kind", list(ImportKind))
def test_every_example_of_a_template_can_be_read_back(kind):
    columns = [column for column in COLUMNS[kind] if column.example]
    match = find_header([[column.label for column in COLUMNS[kind]]], COLUMNS[kind])
    row = [column.example for column in COLUMNS[kind]]

    reading = read_row(row, match, COLUMNS[kind], year=2026)

    assert [p for p in reading.problems if p.code != "empty"] == []
    assert all(reading.values[column.key] is not None for column in columns)


def test_a_plans_period_without_a_year_is_in_the_plans_year():
    columns = COLUMNS[ImportKind.PLANS]
    match = find_header([["抽查事项", "抽查比例(数量)", "起止时间"]], columns)

    reading = read_row(["ZR-K01", "5%", "3月-11月"], match, columns, year=2027)

    assert reading.values["window"].starts_on == date(2027, 3, 1)
