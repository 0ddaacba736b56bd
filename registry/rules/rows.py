"""Read one row of a sheet by its columns: values, problems with their place, notices."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from registry.rules import cells, uscc
from registry.rules.cells import CellProblem, Parsed
from registry.rules.columns import Column, Reader
from registry.rules.headers import HeaderMatch
from registry.rules.identifiers import IdKind, check_id, guess_kind
from registry.rules.ratios import parse_frequency, parse_ratio
from registry.rules.texts import clean, half_width
from registry.rules.windows import parse_window


@dataclass(frozen=True)
class RowProblem:
    """One problem at one cell: what the error list and the error workbook show."""

    key: str
    column: str
    value: str
    message: str
    remedy: str
    code: str


@dataclass
class RowReading:
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def read_row(
    row: Sequence[object], match: HeaderMatch, columns: Sequence[Column], *, year: int
) -> RowReading:
    """Values by column key; a column that is not in the sheet is not in `values`, an empty cell is None.

    `year` is the plan's year, for periods written without one.
    """
    reading = RowReading()
    for column in columns:
        place = match.places.get(column.key)
        if place is None:
            continue
        raw = row[place] if place < len(row) else None
        parsed = read_cell(column, raw, year=year)
        heading = match.headings.get(column.key, column.label)
        reading.values[column.key] = parsed.value
        reading.notices += [f"“{heading}”：{notice}" for notice in parsed.notices]
        problem = parsed.problem or _empty(column, parsed)
        if problem is not None:
            reading.problems.append(_at(column, heading, raw, problem))
    return reading


def is_blank(row: Sequence[object]) -> bool:
    """A row with nothing to read: sheets end in hundreds of formatted empty rows."""
    return not any(clean(cells.as_text(cell)).text for cell in row)


def is_footer(row: Sequence[object]) -> bool:
    """Rows below the entries: 合计, 填表人, 备注 and the like, in the first filled cell."""
    first = next((text for cell in row if (text := clean(cells.as_text(cell)).text)), "")
    return first.replace(" ", "").startswith(
        (
            "合计",
            "总计",
            "小计",
            "填表人",
            "填报人",
            "制表",
            "审核人",
            "备注：",
            "备注:",
            "说明：",
            "说明:",
            "注：",
            "注:",
        )
    )


def read_cell(column: Column, raw: object, *, year: int) -> Parsed[Any]:
    """One cell by the column's reader."""
    if column.reader is Reader.CODE:
        return read_code(raw, max_length=column.max_length)
    if column.reader is Reader.WINDOW:
        return parse_window(raw, year)
    if column.words is not None:
        read = cells.parse_choices if column.reader is Reader.CHOICES else cells.parse_choice
        return read(raw, column.words.allowed, column.words.labels)
    if column.reader is Reader.TEXT:
        return cells.parse_text(raw, max_length=column.max_length)
    return _PLAIN[column.reader](raw)


def read_code(raw: object, *, max_length: int = 96) -> Parsed[str]:
    """A code as it will be stored, or why it cannot be: numbers that lost digits are refused before anything else."""
    lost = uscc.lost_precision(raw)
    if lost is not None:
        return Parsed(problem=CellProblem(lost.message, lost.hint, lost.kind))
    hyphened = re.sub(r"\s*[-‐‑–—]\s*", "-", half_width(clean(cells.as_text(raw)).text))
    if "-" in hyphened and guess_kind(hyphened) in {IdKind.PROJECT, IdKind.PARCEL}:
        return Parsed(hyphened)  # there the hyphens belong to the number
    normal = uscc.normalise(cells.as_text(raw))
    if not normal.text or normal.text == "无":
        return Parsed(notices=normal.notices)
    if len(normal.text) > max_length:
        return Parsed(
            problem=CellProblem(
                f"代码长 {len(normal.text)} 个字，超过 {max_length} 个字", "请核对", "too_long"
            )
        )
    return Parsed(normal.text, notices=normal.notices)


def check_code(values: Mapping[str, Any]) -> tuple[IdKind, CellProblem | None, str]:
    """The kind of the row's number, its problem, and a notice when doubt is no refusal.

    The kind is what the row says, else what the number looks like.
    """
    code = values.get("code") or values.get("legacy_code") or ""
    if not code:
        return IdKind.ISSUED, None, "没有编号，写入时由系统发给公开编码"
    said = values.get("id_kind")
    kind = IdKind(said) if said else guess_kind(code)
    problem = check_id(kind, code)
    if problem is None:
        return kind, None, ""
    if not problem.blocks:
        return kind, None, problem.sentence
    return kind, CellProblem(problem.message, problem.hint, problem.kind), ""


def _empty(column: Column, parsed: Parsed[Any]) -> CellProblem | None:
    if column.filled and parsed.value is None:
        return CellProblem(f"没有填“{column.label}”", "这一列每行都要填", "empty")
    return None


def _at(column: Column, heading: str, raw: object, problem: CellProblem) -> RowProblem:
    return RowProblem(
        column.key, heading, cells.as_text(raw)[:200], problem.message, problem.remedy, problem.code
    )


_PLAIN: Mapping[Reader, Callable[[object], Parsed[Any]]] = {
    Reader.DATE: cells.parse_date,
    Reader.INTEGER: cells.parse_integer,
    Reader.YES_NO: cells.parse_yes_no,
    Reader.LIST: cells.parse_list,
    Reader.RATIO: parse_ratio,
    Reader.FREQUENCY: parse_frequency,
    Reader.PHONE: cells.parse_phone,
}
