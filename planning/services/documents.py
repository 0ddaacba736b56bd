"""The plan and a draw's 实施方案 as .docx, laid out after GB/T 9704-2012, for offices that go on editing them."""

import io
from collections.abc import Sequence
from datetime import date

from docx import Document as new_document
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from bureau.services.documents import break_well
from planning.models import Plan, PlanAdjustment, PlanItem, Task
from planning.selectors import printed
from registry.models import Matter

_HEADS = ("序号", "任务名称", "抽查事项", "抽查范围", "比例（数量）", "基数", "预估", "频次")
_MORE_HEADS = ("检查方式", "起止时间", "牵头科室", "参与单位", "备注")


def plan_docx(plan: Plan) -> bytes:
    """The plan with its table on turned pages."""
    printed_plan = printed.plan(plan)
    form = printed_plan["form"]
    document = _page()
    _title(document, plan.title)
    _body(document, form["passages"]["opening"])
    if plan.basis:
        _body(document, f"编制依据：{plan.basis}")
    if plan.requirements:
        _body(document, plan.requirements)
    _body(document, f"附件：{form['title']}表")
    _sign(document, plan.authority.name, plan.published_at or plan.approved_at)
    section = document.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    _title(document, f"{plan.year} {form['title']}表（第 {plan.version} 版）")
    _table(document, (*_HEADS, *_MORE_HEADS), [_item_row(i) for i in printed_plan["items"]])
    _body(document, form["passages"]["note"])
    return _bytes(document)


def scheme_docx(task: Task, today: date) -> bytes:
    """The 实施方案 as it stands."""
    found = printed.scheme(task, today)
    document = _page()
    _title(document, f"{task.name}{found['form']['title']}")
    _centred(document, task.number)
    for is_heading, line in found["lines"]:
        _body(document, line, is_heading=is_heading)
    _table(document, ("项目", "内容"), found["facts"])
    _sign(document, task.authority.name, task.drawn_at)
    return _bytes(document)


def adjustment_docx(adjustment: PlanAdjustment) -> bytes:
    """前后对照表: every changed field with what it said before (A31)."""
    found = printed.adjustment(adjustment)
    form, plan = found["form"], adjustment.plan
    document = _page()
    _title(document, form["title"])
    _body(document, form["passages"]["opening"])
    _body(document, f"调整原因：{adjustment.reason}")
    rows = [
        (f"{row.op}：{row.name}", line.label, line.old or "–", line.new or "–")
        for row in found["rows"]
        for line in row.differences
    ]
    rows += [
        (f"{row.op}：{row.name}", "–", "–", "–") for row in found["rows"] if not row.differences
    ]
    _table(document, ("计划条目", "项目", "调整前", "调整后"), rows)
    _body(document, form["passages"]["note"])
    _sign(document, plan.authority.name, adjustment.decided_at)
    return _bytes(document)


def _item_row(item: PlanItem) -> tuple[str, ...]:
    return (
        str(item.number),
        item.name,
        "；".join(matter.name for matter in item.matters.all()),
        item.scope_text,
        item.ratio_text,
        "–" if item.base_count is None else str(item.base_count),
        str(item.estimate),
        item.frequency,
        "、".join(str(Matter.Method(method).label) for method in item.methods),
        f"{item.period_from} 至 {item.period_to}",
        item.lead.name,
        "、".join(agency.name for agency in item.participants.all()),
        item.remark,
    )


def _page() -> Document:
    document: Document = new_document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "仿宋", Pt(16)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "仿宋")
    return document


def _title(document: Document, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(_printable(text))
    run.font.size, run.font.name = Pt(22), "宋体"
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")


def _centred(document: Document, text: str) -> None:
    document.add_paragraph(_printable(text)).alignment = WD_ALIGN_PARAGRAPH.CENTER


def _body(document: Document, text: str, *, is_heading: bool = False) -> None:
    for line in text.splitlines() or [""]:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.first_line_indent = Pt(32)
        run = paragraph.add_run(_printable(line))
        if is_heading:
            run.font.name = "黑体"
            run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "黑体")


def _sign(document: Document, name: str, at: object) -> None:
    for text in (name, f"{at:%Y年%-m月%-d日}" if at else "　　年　月　日"):
        document.add_paragraph(_printable(text)).alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _table(document: Document, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=1, cols=len(heads))
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        cell.text = text
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = _printable(text)
    break_well(table)
    for line in table.rows:
        for cell in line.cells:
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    run.font.size = Pt(10.5)


def _printable(text: str) -> str:
    """XML cannot hold control characters."""
    return "".join(c for c in text if c >= " " or c == "\t")


def _bytes(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
