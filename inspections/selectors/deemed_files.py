"""视为完成名单 as files for the superior: a workbook and a Word document from the same frozen content (A70)."""

import io
from typing import Any

from openpyxl import Workbook

from bureau.rules.spreadsheets import neutral
from bureau.services.documents import Table, docx
from inspections.selectors.deemed import HEADS

MOST = 5000
_TOTALS = ("任务编号", "任务名称", "户数", "原因")


def as_xlsx(content: dict[str, Any], title: str) -> bytes:
    """Two sheets: every case, and the totals by task. Cells that begin like a formula are text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名单")
    sheet.freeze_panes = "A2"
    sheet.append(list(HEADS[:-1]))
    for number, line in enumerate(content["lines"], 1):
        sheet.append([number, *(neutral(text) for text in line)])
    totals = book.create_sheet("按任务汇总")
    totals.append(list(_TOTALS))
    for number, name, count, causes in content["totals"]:
        totals.append([neutral(number), neutral(name), int(count), neutral(causes)])
    book.properties.title = title
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_docx(
    content: dict[str, Any], form: dict[str, Any], *, number: str, owner: str, to: str
) -> bytes:
    """A letter to the superior with both tables; six columns fit the page."""
    lines = [
        [str(place), line[2], line[3] or "–", line[0], f"{line[6]}：{line[7]}", line[10] or "–"]
        for place, line in enumerate(content["lines"], 1)
    ]
    blocks: list[Any] = [f"{to}："] if to else []
    blocks.append(form["passages"]["opening"])
    blocks += [
        ("h", "一、按任务汇总"),
        Table(_TOTALS, content["totals"]),
        ("h", "二、名单"),
        Table(("序号", "检查对象", "代码", "任务编号", "原因和证据", "批准日期"), lines),
    ]
    return docx(
        title=form["title"], number=number, blocks=blocks, signature=[owner] if owner else []
    )
