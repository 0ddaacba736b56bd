"""Reads one untrusted workbook in a process of its own, under limits, and writes its cells as JSON lines.

Run as a lone file: `python -I reading_child.py SOURCE {xlsx,csv} TARGET`. Nothing of the application is imported, so a file
that takes the parser down takes nothing else with it. The last line is {"end": …} or {"refused": code}.
"""

import csv
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 60
OUTPUT_BYTES = 1024 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 256
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+[0-9]+)"')
_VALUE = re.compile(rb"<v>([^<]+)</v>")


class Refused(Exception):
    """The parent has the sentence for each code."""


def main(source: str, kind: str, target: str) -> None:
    limit()
    with Path(target).open("w", encoding="utf-8", errors="surrogatepass") as out:

        def say(line: Any) -> None:
            out.write(json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n")

        try:
            rows = 0
            for line in csv_lines(source) if kind == "csv" else xlsx_lines(source):
                rows += isinstance(line, list)
                if rows > MAX_ROWS:
                    raise Refused("too_many_rows")
                say(line)
            say({"end": rows})
        except Refused as refusal:
            say({"refused": str(refusal)})
        except MemoryError:
            say({"refused": "memory"})


def limit() -> None:
    """Set before the first byte of the file is looked at."""
    for what, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (value, value))


def xlsx_lines(source: str) -> Iterator[Any]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(source)
    except python_calamine.PasswordError as error:
        raise Refused("password") from error
    except (python_calamine.CalamineError, OSError) as error:
        raise Refused("broken") from error
    odd = odd_cells(source)
    for place, meta in enumerate(book.sheets_metadata):
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        hidden = meta.visible != python_calamine.SheetVisibleEnum.Visible
        if hidden:
            yield {"sheet": meta.name, "hidden": True, "merged": [], "odd": {}}
            continue
        try:
            sheet = book.get_sheet_by_index(place)
        except python_calamine.CalamineError as error:
            raise Refused("broken") from error
        merged = [[*first, *last] for first, last in sheet.merged_cell_ranges or ()]
        yield {
            "sheet": meta.name,
            "hidden": False,
            "merged": merged[:20_000],
            "odd": odd.get(meta.name, {}),
        }
        left = [None] * (sheet.start[1] if sheet.start else 0)
        for row in sheet.iter_rows():
            yield (left + [encoded(cell) for cell in row])[:MAX_COLUMNS]


def odd_cells(source: str) -> dict[str, dict[str, str]]:
    """Cells that hold an error (#N/A) or a formula nobody has computed: the parser gives them as empty."""
    found: dict[str, dict[str, str]] = {}
    with zipfile.ZipFile(source) as archive:
        names = set(archive.namelist())
        for sheet, part in sheet_parts(archive):
            if part not in names:
                continue
            xml = archive.read(part)
            if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
                raise Refused("dtd")
            if b't="e"' not in xml and b"<f" not in xml:
                continue
            cells = dict(odd_in(_CELL.finditer(xml)))
            if cells:
                found[sheet] = cells
    return found


def odd_in(cells: Iterable[re.Match[bytes]]) -> Iterator[tuple[str, str]]:
    for match in cells:
        attributes, inner = match[1], match[2] or b""
        place = _PLACE.search(attributes)
        if place is None:
            continue
        value = _VALUE.search(inner)
        if b't="e"' in attributes:
            yield place[1].decode(), (value[1].decode("utf-8", "replace") if value else "#N/A")
        elif b"<f" in inner and value is None and b't="str"' not in attributes:
            yield place[1].decode(), "公式"


def sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """(name, part) of every sheet."""
    try:
        book, links = (
            archive.read(name) for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
        )
        if b"<!DOCTYPE" in book + links or b"<!ENTITY" in book + links:
            raise Refused("dtd")
        targets = {
            link.get("Id", ""): link.get("Target", "")
            for link in ElementTree.fromstring(links).iter(f"{PACKAGE}Relationship")
        }
        return [
            (
                sheet.get("name", ""),
                "xl/" + targets.get(sheet.get(f"{RELATION}id", ""), "").removeprefix("/xl/"),
            )
            for sheet in ElementTree.fromstring(book).iter(f"{MAIN}sheet")
        ]
    except (KeyError, ElementTree.ParseError):
        return []


def encoded(cell: Any) -> Any:
    if cell == "":
        return None
    if isinstance(cell, datetime | date):
        return {"d": cell.isoformat()}
    return cell if isinstance(cell, str | bool | int | float) else str(cell)


def csv_lines(source: str) -> Iterator[Any]:
    content = Path(source).read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Refused("encoding")
    csv.field_size_limit(1_000_000)
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    yield {"sheet": "CSV", "hidden": False, "merged": [], "odd": {}}
    try:
        for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter):
            yield [cell or None for cell in row[:MAX_COLUMNS]]
    except csv.Error as error:
        raise Refused("csv") from error


if __name__ == "__main__":
    main(*sys.argv[1:4])
