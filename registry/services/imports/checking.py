"""Row by row: cells read by the rules, then by the kind's own lists, then against the rows above."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from registry.rules.columns import Column
from registry.rules.headers import column_letter
from registry.rules.rows import RowProblem, RowReading, read_row
from registry.services.imports.kinds import Importer
from registry.services.imports.reading import Roster, SheetRow, storable


@dataclass(frozen=True)
class StagedRow:
    """What becomes an ImportRow; every row of the sheet becomes one."""

    sheet: str
    row: int
    raw: dict[str, str]
    cleaned: dict[str, Any]
    key: str
    problems: list[dict[str, str]]
    notices: list[str]


def check_rows(
    roster: Roster, columns: Sequence[Column], importer: Importer, context: Any, *, year: int
) -> Iterator[StagedRow]:
    """Lazily, in the sheet's order. Of two rows with one key the first stands, the second is an error that names it."""
    first_with: dict[str, int] = {}
    for row in roster.rows:
        reading = read_row(row.cells, roster.match, columns, year=year)
        _name_odd_cells(reading, roster, row)
        checked = importer.check(reading, roster.match.headings, context)
        problems = [*reading.problems, *checked.problems]
        key = checked.key
        if key and key in first_with:
            problems.append(
                _duplicate(roster, row, columns, first_with[key], importer.duplicate_remedy)
            )
        elif key:
            first_with[key] = row.number
        yield StagedRow(
            sheet=roster.sheet,
            row=row.number,
            raw=roster.raw(row),
            cleaned={"fields": checked.fields, **checked.extra},
            key=key[:120],
            problems=[_shown(problem, roster, row) for problem in problems],
            notices=[*reading.notices, *checked.notices],
        )


def sentence(row: int, problem: dict[str, str]) -> str:
    """第 14 行「统一社会信用代码」应为 18 位，实际 17 位：9133…"""
    message = problem["message"].removeprefix(problem["column"])
    value = problem["value"]
    shown = f"：{value}" if value and value not in message else ""
    return f"第 {row} 行「{problem['column']}」{message}{shown}"


def problem_at(
    key: str,
    headings: dict[str, str],
    label: str,
    value: object,
    message: str,
    remedy: str,
    code: str,
) -> RowProblem:
    """A problem that an importer finds, at the heading the sheet uses."""
    text = "" if value is None else str(value)
    return RowProblem(key, headings.get(key, label), text[:200], message, remedy, code)


def _name_odd_cells(reading: RowReading, roster: Roster, row: SheetRow) -> None:
    """The parser gives #N/A as an empty cell: say what stands there, instead of that nothing does."""
    if not roster.odd:
        return
    for key, index in roster.match.places.items():
        odd = roster.odd.get(f"{column_letter(index)}{row.number}")
        if odd is None:
            continue
        message = "单元格是公式，没有算出的值" if odd == "公式" else f"单元格是公式错误 {odd}"
        remedy = "改成实际的值：复制后用“选择性粘贴—数值”"
        reading.problems = [p for p in reading.problems if p.key != key]
        reading.problems.append(
            RowProblem(key, roster.match.headings[key], odd, message, remedy, "formula")
        )


def _duplicate(
    roster: Roster, row: SheetRow, columns: Sequence[Column], first: int, remedy: str
) -> RowProblem:
    key = next(
        (c.key for c in columns if c.key in roster.match.places and (c.group or c.filled)), ""
    )
    index = roster.match.places.get(key, 0)
    heading = roster.match.headings.get(key, "标识")
    value = roster.raw(row).get(heading, "") if index < len(row.cells) else ""
    return RowProblem(key, heading, value, f"与第 {first} 行重复", remedy, "duplicate")


def _shown(problem: RowProblem, roster: Roster, row: SheetRow) -> dict[str, str]:
    place = roster.match.places.get(problem.key)
    clean = replace(problem, value=storable(problem.value), message=storable(problem.message))
    return asdict(clean) | {
        "remedy": storable(problem.remedy),
        "letter": "" if place is None else column_letter(place),
    }


def iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
