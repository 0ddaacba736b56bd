"""Small workbooks for the import tests, and the bureau they belong to."""

import io
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from bureau.models import Agency, User
from registry.models import ImportBatch
from registry.rules.uscc import check_digit
from registry.services import imports

TODAY = date(2026, 3, 2)
PEOPLE = ["姓名", "所在科室", "执法证号", "有效期", "岗位资质", "是否可任组长"]
HEADINGS = ["企业名称", "社会信用代码", "管辖所", "信用等级", "许可证有效期", "标签"]


def uscc(number: int) -> str:
    first17 = f"91990122MA{number:06d}X"
    return first17 + check_digit(first17)


def row(number: int, **changes: Any) -> list[Any]:
    values = {
        "name": f"示范县第{number}建材有限公司",
        "code": uscc(number),
        "unit": "北山国土所",
        "credit": "B",
        "expires": "2029-03-31",
        "tags": "建材、露天开采",
    }
    return list((values | changes).values())


def person(number: int, **changes: Any) -> list[Any]:
    values = {
        "name": f"测某{number}",
        "unit": "北山国土所",
        "no": f"9901012600{number}",
        "until": "2029-12-31",
        "quals": "矿山、测绘",
        "lead": "是",
    }
    return list((values | changes).values())


def workbook(
    rows: list[list[Any]], headings: list[str] = HEADINGS, *, title: str = ""
) -> io.BytesIO:
    book = Workbook()
    sheet = book.active
    sheet.title = "名录"
    if title:
        sheet.append([title])
    sheet.append(headings)
    for cells in rows:
        sheet.append(cells)
    return saved(book)


def saved(book: Workbook) -> io.BytesIO:
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def staged(
    upload: io.BytesIO,
    authority: Agency,
    by: User | None = None,
    kind: str = "entities",
    name: str = "名录.xlsx",
) -> ImportBatch:
    upload.seek(0)
    batch = imports.store(kind=kind, upload=upload, name=name, authority=authority, by=by)
    return imports.stage(batch, today=TODAY)


def committed(
    upload: io.BytesIO, authority: Agency, by: User | None, kind: str = "entities"
) -> ImportBatch:
    batch = staged(upload, authority, by, kind)
    return imports.commit(batch=batch, skip_errors=False, actor=by, today=TODAY)


def counts(batch: ImportBatch) -> tuple[int, int, int, int]:
    return batch.new, batch.changed, batch.unchanged, batch.errors


def codes(batch: ImportBatch) -> list[tuple[int, str]]:
    """(row, code of the problem) of every error."""
    return [
        (row.row, problem["code"])
        for row in batch.rows.filter(verdict="error").order_by("id")
        for problem in row.problems
    ]


def on_disk(upload: io.BytesIO, folder: Path, name: str = "名录.xlsx") -> Path:
    path = folder / name
    path.write_bytes(upload.getvalue())
    return path
