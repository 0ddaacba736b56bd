"""The register as a workbook; a cell that begins like a formula is written as text."""

import io
from typing import Any

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from bureau.rules.spreadsheets import neutral
from registry.models import Listing
from registry.rules.kinds import Scale

LIMIT = 50_000
HEADS = ("代码", "名称", "对象类型", "登记状态", "信用风险分类", "责任单位", "住所（地址）", "法定代表人（负责人）", "联络员", "联系电话", "行业代码", "行业", "规模", "许可证名称", "许可证编号", "许可证有效期至", "标签")  # fmt: skip
SCALES = dict(Scale.choices())


def entities_workbook(rows: "QuerySet[Listing]") -> bytes:
    """At most 50,000 rows, streamed in write-only mode."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("检查对象")
    sheet.freeze_panes = "A2"
    sheet.append(list(HEADS))
    for row in (
        rows.select_related("entity", "unit").order_by("id")[:LIMIT].iterator(chunk_size=2000)
    ):
        entity = row.entity
        values = (
            entity.shown_code, entity.name, entity.get_kind_display(), entity.get_standing_display(), row.credit_class, row.unit.name,
            entity.address, entity.legal_representative, entity.contact_name, entity.contact_phone, entity.industry, entity.industry_name,
            SCALES.get(entity.scale, ""), entity.licence_name, entity.licence_number,
            entity.licence_expires_on.isoformat() if entity.licence_expires_on else "", "、".join(row.tags),
        )  # fmt: skip
        sheet.append([text_cell(sheet, value) for value in values])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text_cell(sheet: Any, value: str) -> WriteOnlyCell:
    """A cell that Excel never takes for a formula, not even after a detour through CSV."""
    cell = WriteOnlyCell(sheet, value=neutral(value))
    cell.data_type = "s"
    return cell
