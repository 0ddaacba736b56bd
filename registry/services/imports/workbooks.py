"""Workbooks that leave: the template to fill in, and the rows that failed, to be corrected and sent again."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bureau.models import Agency
from bureau.rules.spreadsheets import neutral
from registry.models import ImportBatch, ImportRow
from registry.rules.columns import Column, ImportKind, Reader
from registry.services.imports import names
from registry.services.imports.kinds import columns_of
from registry.services.imports.reading import EXAMPLE_MARK

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LAST_ROW = 5000
_HEAD = PatternFill("solid", fgColor="E8EBF0")
_NEEDED = PatternFill("solid", fgColor="FFF1D6")
_TEXT_READERS = {Reader.CODE, Reader.PHONE, Reader.DATE}
_TEXT_KEYS = {
    "certificate_no",
    "certificate2_no",
    "pid",
    "licence_number",
    "region",
    "superior_code",
}


def template(kind: ImportKind, authority: Agency) -> bytes:
    """A sheet to fill in, with lists to choose from, codes as text, an example row that is not read, and notes."""
    columns = columns_of(kind)
    label = ImportBatch.Kind(kind).label
    book = Workbook()
    sheet = book.active
    sheet.title = label
    sheet.append([f"{authority.name}{label}导入表"])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append(["序号", *(column.label for column in columns)])
    sheet.append([EXAMPLE_MARK, *(neutral(column.example) for column in columns)])
    sheet["A3"].comment = Comment("这是示例行，导入时自动跳过，可以删去。", "模板")
    sheet.freeze_panes = "C3"
    lists = book.create_sheet("选项")
    lists.sheet_state = "hidden"
    for index, column in enumerate(columns, 2):
        _dress(sheet, index, column)
        options = _options(column, authority)
        if options:
            _offer(sheet, lists, index, column, options)
    for cell in sheet[3]:
        cell.font = Font(italic=True, color="808080")
    _notes(book.create_sheet("填写说明"), columns, authority)
    return _bytes(book)


def errors(batch: ImportBatch) -> bytes:
    """The rows with errors as they were sent, with what is wrong and how to mend it. Cells cannot act as formulas."""
    headings = [column["heading"] for column in batch.mapping.get("columns", [])]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("错误行")
    sheet.freeze_panes = "A2"
    sheet.append([*map(neutral, headings), "错误", "如何改", "原工作表", "原行号"])
    rows = ImportRow.objects.filter(batch=batch, verdict=ImportRow.Verdict.ERROR).order_by("id")
    for row in rows.iterator():
        sheet.append(
            [*(neutral(row.raw.get(h, "")) for h in headings), *map(neutral, _wrongs(row))]
        )
    return _bytes(book)


def _wrongs(row: ImportRow) -> Iterable[str]:
    problems: Sequence[dict[str, str]] = row.problems
    yield "；".join(f"「{p['column']}」{p['message'].removeprefix(p['column'])}" for p in problems)
    yield "；".join(dict.fromkeys(p["remedy"] for p in problems if p["remedy"]))
    yield row.sheet
    yield str(row.row)


def _dress(sheet: Worksheet, index: int, column: Column) -> None:
    letter = get_column_letter(index)
    head = sheet.cell(row=2, column=index)
    head.font = Font(bold=True)
    head.alignment = Alignment(wrap_text=True, vertical="center")
    head.fill = _NEEDED if column.needed or column.filled else _HEAD
    if column.note:
        head.comment = Comment(column.note, "模板")
    sheet.column_dimensions[letter].width = min(36, max(12, len(column.label) * 2 + 4))
    if column.reader in _TEXT_READERS or column.key in _TEXT_KEYS:
        # Text, or Excel keeps 18 digits as a number and loses the last three.
        sheet.column_dimensions[letter].number_format = "@"
        for row in range(3, 503):
            sheet.cell(row=row, column=index).number_format = "@"


def _options(column: Column, authority: Agency) -> list[str]:
    if column.reader is Reader.CHOICE and column.words is not None:
        return list(column.words.labels.values())
    if column.reader is Reader.YES_NO:
        return ["是", "否"]
    if column.key in {"unit", "responsible_unit", "lead"}:
        return list(names.units(authority).shown)
    if column.key == "region":
        return list(names.regions(authority).shown)
    return []


def _offer(
    sheet: Worksheet, lists: Worksheet, index: int, column: Column, options: Sequence[str]
) -> None:
    letter = get_column_letter(index)
    for place, option in enumerate(options, 1):
        lists[f"{letter}{place}"] = option
    source = f"{quote_sheetname(lists.title)}!${letter}$1:${letter}${len(options)}"
    choice = DataValidation(type="list", formula1=source, allow_blank=True)
    choice.errorTitle, choice.error = column.label, "请从列表中选择"
    sheet.add_data_validation(choice)
    choice.add(f"{letter}3:{letter}{_LAST_ROW}")


def _notes(sheet: Worksheet, columns: Sequence[Column], authority: Agency) -> None:
    sheet.append(["填写说明"])
    sheet["A1"].font = Font(bold=True, size=14)
    for line in (
        "只读一张工作表；列名可以换成本局习惯的叫法，列的先后不限，多余的列不导入。",
        "空着的格子不改动库内已有的内容。再次导入同一份表，内容相同的行会标为“无变化”。",
        "代码、证号列已设为文本格式；从别处粘贴时请选“只粘贴值”，不要让 Excel 把 18 位代码变成数字。",
        "日期写成 2026-03-01；长期有效的写“长期”。多个标签、方式用顿号隔开。",
    ):
        sheet.append([line])
    sheet.append([])
    sheet.append(["列名", "是否必填", "说明", "可填的值", "示例"])
    for cell in sheet[sheet.max_row]:
        cell.font, cell.fill = Font(bold=True), _HEAD
    for column in columns:
        options = _options(column, authority)
        if column.words is not None:
            options = list(column.words.labels.values())
        needed = "必填" if column.filled else "填其中一列" if column.group else "可空"
        sheet.append(
            [column.label, needed, column.note, "、".join(options), neutral(column.example)]
        )
    for letter, width in zip("ABCDE", (22, 12, 44, 60, 28), strict=True):
        sheet.column_dimensions[letter].width = width


def _bytes(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
