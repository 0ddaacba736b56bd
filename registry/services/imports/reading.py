"""From an uploaded file to its sheets, and to the one sheet that is the roster."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bureau.errors import RuleError
from bureau.rules.spreadsheets import FORMULA
from registry.rules.cells import choice_key
from registry.rules.columns import Column
from registry.rules.headers import HeaderMatch, Heading, Refusal, column_letter, find_header
from registry.rules.rows import is_blank, is_footer

CHILD = Path(__file__).with_name("reading_child.py")
SECONDS = 50  # less than a job's lease
_BROKEN = "请在 Excel 或 WPS 中打开确认无误，另存为新的 .xlsx 后再上传。"
REFUSALS = {
    "password": "工作簿设有打开密码，读不出来。请在 Excel 或 WPS 中取消密码后另存再上传。",
    "broken": f"工作簿已损坏或不是标准的 .xlsx，读不出来。{_BROKEN}",
    "dtd": f"工作簿里夹带了不允许的内容（DTD），已拒收。{_BROKEN}",
    "too_many_rows": "一次最多导入 200,000 行。请按科室（所）分成几个文件，或删去表格末尾多余的行后再上传。",
    "memory": "表格使用的区域异常大（常见原因是末尾有大量带格式的空行），读取时超出内存限制。请只复制有内容的部分到新工作簿再上传。",
    "time": "表格读取超过 50 秒，已停止。请分成几个文件，或只复制有内容的部分到新工作簿再上传。",
    "encoding": "CSV 文件的编码认不出。请另存为“CSV UTF-8”或 Excel 工作簿（.xlsx）后再上传。",
    "csv": "CSV 文件的引号或分隔符不完整，读不出来。请用 Excel 打开后另存为 .xlsx 再上传。",
}
EXAMPLE_MARK = (
    "示例"  # in the template's 序号 column: the row shows how to fill in, and is not read
)


class Refused(RuleError):
    """The whole file cannot be read: nothing is staged."""


@dataclass
class Sheet:
    name: str
    is_hidden: bool
    merged: list[list[int]] = field(default_factory=list)
    odd: dict[str, str] = field(default_factory=dict)
    rows: list[list[Any]] = field(default_factory=list)


@dataclass(frozen=True)
class SheetRow:
    """One row with something in it: its number as Excel shows it, and its cells."""

    number: int
    cells: list[Any]


@dataclass(frozen=True)
class Roster:
    """The chosen sheet, its headings, its rows, and what was left aside (as sentences)."""

    sheet: str
    match: HeaderMatch
    headings: tuple[Heading, ...]
    rows: tuple[SheetRow, ...]
    odd: dict[str, str]
    notices: tuple[str, ...]
    title: str = ""  # what stands above the headings

    def mapping(self, columns: Sequence[Column]) -> dict[str, Any]:
        """How headings were understood, for ImportBatch.mapping and the preview."""
        keys = {index: key for key, index in self.match.places.items()}
        labels = {column.key: column.label for column in columns}
        return {
            "sheet": self.sheet,
            "header_row": self.match.row + 1,
            "columns": [
                {
                    "letter": heading.letter,
                    "heading": heading.text,
                    "key": keys.get(heading.index, ""),
                    "label": labels.get(keys.get(heading.index, ""), ""),
                }
                for heading in self.headings
            ],
            "unknown": [{"letter": h.letter, "heading": h.text} for h in self.match.unknown],
            "absent": list(self.match.absent),
        }

    def raw(self, row: SheetRow) -> dict[str, str]:
        """The row as the sheet shows it, by heading; kept whatever becomes of it."""
        shown = {}
        for heading in self.headings:
            cell = row.cells[heading.index] if heading.index < len(row.cells) else None
            odd = self.odd.get(f"{heading.letter}{row.number}") if self.odd else None
            text = storable(odd or as_shown(cell))
            if text:
                shown[heading.text] = text
        return shown


def read(content: bytes, *, is_csv: bool) -> list[Sheet]:
    """Every sheet's cells. Raises Refused with the reason and the remedy."""
    with tempfile.TemporaryDirectory(prefix="roster-") as folder:
        source, target = Path(folder) / "source", Path(folder) / "cells.jsonl"
        source.write_bytes(content)
        kind = "csv" if is_csv else "xlsx"
        try:
            # A failure of the parser says nothing a person could use; the sentence follows from how it ended.
            ended = subprocess.run(
                [sys.executable, "-I", str(CHILD), str(source), kind, str(target)],
                timeout=SECONDS,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Refused(REFUSALS["time"]) from error
        if ended.returncode in {-9, -24}:
            raise Refused(REFUSALS["time"])
        if ended.returncode in {-6, -11}:
            raise Refused(REFUSALS["memory"])
        if ended.returncode:
            raise Refused(REFUSALS["broken"])
        with target.open(encoding="utf-8", errors="surrogatepass") as lines:
            return _sheets(json.loads(line) for line in lines)


def choose(sheets: Sequence[Sheet], columns: Sequence[Column]) -> Roster:
    """The visible sheet whose headings fit best; the others are named in notices. Raises Refused when none fits."""
    found = [(sheet, find_header(sheet.rows, columns)) for sheet in sheets if not sheet.is_hidden]
    fitting = [(s, m) for s, m in found if isinstance(m, HeaderMatch)]
    if not fitting:
        raise Refused(_no_sheet(found))
    sheet, match = max(fitting, key=lambda pair: len(pair[1].places))
    notices = [
        _aside(other, result) for other, result in found if other is not sheet and other.rows
    ]
    notices += [f"隐藏的工作表“{s.name}”未读" for s in sheets if s.is_hidden]
    filled = _fill_merged(sheet, match)
    rows, skipped = _split(sheet, match, columns)
    return Roster(
        sheet=sheet.name[:60],
        match=match,
        headings=_headings(sheet, match),
        rows=tuple(rows),
        odd=sheet.odd,
        notices=(*notices, *filled, *match.notices, *skipped),
        title="\n".join(
            as_shown(cell)
            for above in sheet.rows[: match.row]
            for cell in above
            if cell is not None
        )[:1000],
    )


def as_shown(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**15:
        return str(int(cell))
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    return str(cell)


def storable(text: str) -> str:
    """PostgreSQL takes neither NUL nor half a character; both come out of damaged workbooks."""
    if text.isascii() or text.isprintable():
        return text.replace("\x00", "")[:4000]
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")[:4000]


def _sheets(lines: Iterator[Any]) -> list[Sheet]:
    sheets: list[Sheet] = []
    for line in lines:
        if isinstance(line, list):
            sheets[-1].rows.append([_decoded(cell) for cell in line])
        elif "sheet" in line:
            sheets.append(Sheet(line["sheet"], line["hidden"], line["merged"], line["odd"]))
        elif "refused" in line:
            raise Refused(REFUSALS[line["refused"]])
        elif "end" in line:
            return sheets
    raise Refused(REFUSALS["broken"])  # no last line: the child was cut short


def _decoded(cell: Any) -> Any:
    if isinstance(cell, dict):
        text = cell["d"]
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    if isinstance(cell, str) and len(cell) > 1 and cell[0] == "'" and cell[1] in FORMULA:
        return cell[1:]  # our own error workbook neutralises such cells with an apostrophe
    return cell


def _no_sheet(found: Sequence[tuple[Sheet, HeaderMatch | Refusal]]) -> str:
    if not found:
        return "工作簿里没有可见的工作表。请取消隐藏后再上传。"
    # The fullest sheet is the one the person means.
    sheet, refusal = max(found, key=lambda pair: len(pair[0].rows))
    if not sheet.rows:
        return "表格是空的。请下载模板填写后再上传。"
    assert isinstance(refusal, Refusal)
    return f"工作表“{sheet.name}”{refusal.sentence}。"


def _aside(sheet: Sheet, result: HeaderMatch | Refusal) -> str:
    if isinstance(result, Refusal):
        return f"工作表“{sheet.name}”没有可识别的列名，未读"
    count = sum(not is_blank(row) for row in sheet.rows[result.row + 1 :])
    return f"工作表“{sheet.name}”也有可识别的列名（{count} 行），一次只读一张表，请另行上传或并入“同一张表”"


def _fill_merged(sheet: Sheet, match: HeaderMatch) -> list[str]:
    """A cell merged over several rows says the same of each of them."""
    used = set(match.places.values())
    count = 0
    for top, left, bottom, right in sheet.merged:
        if top <= match.row or left != right or left not in used or bottom >= len(sheet.rows):
            continue
        value = sheet.rows[top][left] if left < len(sheet.rows[top]) else None
        if value is None:
            continue
        count += 1
        for index in range(top + 1, bottom + 1):
            row = sheet.rows[index]
            row.extend([None] * (left + 1 - len(row)))
            row[left] = value
    return [f"有 {count} 处合并单元格，已按同一值读作各行的值"] if count else []


def _headings(sheet: Sheet, match: HeaderMatch) -> tuple[Heading, ...]:
    """Every column with anything in it, in the sheet's order, with a name of its own."""
    known = {index: match.headings[key] for key, index in match.places.items()}
    known |= {heading.index: heading.text for heading in match.unknown}
    top = sheet.rows[match.row]
    width = max((len(row) for row in sheet.rows[match.row :]), default=0)
    taken: set[str] = set()
    headings = []
    for index in range(width):
        text = known.get(index) or (as_shown(top[index]).strip() if index < len(top) else "")
        text = storable(text.replace("\n", " "))[:60] or f"{column_letter(index)} 列"
        if text in taken:
            text = f"{text}（{column_letter(index)} 列）"
        taken.add(text)
        headings.append(Heading(index, text))
    return tuple(headings)


def _split(
    sheet: Sheet, match: HeaderMatch, columns: Sequence[Column]
) -> tuple[list[SheetRow], list[str]]:
    rows, notices = [], []
    must = [match.places[c.key] for c in columns if (c.filled or c.group) and c.key in match.places]
    counting = _counting_columns(sheet, match)
    for index, cells in enumerate(sheet.rows[match.row + 1 :], match.row + 2):
        has_odd = any(f"{column_letter(i)}{index}" in sheet.odd for i in must)
        if is_blank(cells) and not has_odd:
            continue
        if any(i < len(cells) and as_shown(cells[i]).strip() == EXAMPLE_MARK for i in counting):
            notices.append(f"第 {index} 行是模板的示例行，未读")
        elif is_footer(cells) and _stands_alone(cells, must):
            first = next(as_shown(c) for c in cells if c is not None)
            notices.append(f"第 {index} 行“{storable(first)[:20]}”是表尾，未读")
        else:
            rows.append(SheetRow(index, cells))
    return rows, notices


def _counting_columns(sheet: Sheet, match: HeaderMatch) -> list[int]:
    top = sheet.rows[match.row]
    return [i for i, cell in enumerate(top) if choice_key(as_shown(cell)) in {"序号", "行号"}]


def _stands_alone(cells: Sequence[Any], must: Sequence[int]) -> bool:
    """A footer fills none of the columns that every entry fills, beside the one it is written in."""
    first = next(i for i, cell in enumerate(cells) if cell is not None)
    others = [i for i in must if i != first]
    return not others or any(i >= len(cells) or cells[i] is None for i in others)
