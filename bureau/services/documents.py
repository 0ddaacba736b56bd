"""Documents: PDF in GB/T 9704 layout (WeasyPrint) and .docx to go on editing (python-docx), from the same data.

WeasyPrint is imported lazily: where its libraries are missing the portal runs on, and only PDFs are refused with one sentence.
"""

import atexit
import io
import re
import threading
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from bureau.errors import RuleError

BODY_FONT, TITLE_FONT, HEAD_FONT = "仿宋_GB2312", "方正小标宋简体", "黑体"
FONT_FILES = {
    ".otf": "opentype",
    ".ttf": "truetype",
    ".ttc": "collection",
}
PICTURE = "data:image/jpeg;base64,"
_lock = threading.Lock()
_tools: dict[str, Any] = {}
atexit.register(_tools.clear)  # before the interpreter takes WeasyPrint's libraries away


def pdf(template: str, context: dict[str, Any]) -> bytes:
    """Renders a template that extends base_document.html.

    Raises RuleError where the libraries for PDF are missing. Nothing outside the font folder is ever fetched.
    """
    tools = _weasyprint()
    html = render_to_string(template, context | {"for_pdf": True})
    document = tools["HTML"](string=html, url_fetcher=tools["fetcher"], base_url="about:blank")
    return bytes(document.write_pdf(stylesheets=tools["css"], font_config=tools["fonts"]))


def picture(content: bytes) -> str:
    """A JPEG as an address that a document may hold."""
    return PICTURE + b64encode(content).decode()


def _weasyprint() -> dict[str, Any]:
    """WeasyPrint with one shared font configuration a process: a new one for each file costs 12 MB."""
    with _lock:
        if _tools:
            return _tools
        try:
            from weasyprint import CSS, HTML
            from weasyprint.text.fonts import FontConfiguration
            from weasyprint.urls import URLFetcher, URLFetcherResponse
        except OSError as error:
            raise RuleError(
                "本机缺少生成 PDF 所需的库。请系统管理员安装 libpango-1.0-0、libpangoft2-1.0-0 和 libharfbuzz-subset0 后重启服务。"
            ) from error
        folder = settings.FONT_DIR.resolve()

        class FontsOnly(URLFetcher):
            """Refuses everything but files in the font folder and pictures that the document itself holds."""

            def fetch(self, url: str, headers: Any = None) -> Any:
                if url.startswith(PICTURE):
                    return URLFetcherResponse(url, body=b64decode(url.removeprefix(PICTURE)))
                if url.startswith("font:"):
                    path = (folder / url.removeprefix("font:")).resolve()
                    if path.parent == folder and path.suffix in FONT_FILES:
                        return URLFetcherResponse(url, body=path.read_bytes())
                raise ValueError(
                    f"refused: {url[:80]}"
                )  # the picture stays empty, the page is made

        fetcher = FontsOnly()
        fonts = FontConfiguration()
        sheet = CSS(
            string=_font_faces(folder) + (settings.ROOT / "static/css/document.css").read_text("utf-8"),
            font_config=fonts, url_fetcher=fetcher,
        )  # fmt: skip
        _tools.update(HTML=HTML, css=[sheet], fonts=fonts, fetcher=fetcher)
        return _tools


def _font_faces(folder: Path) -> str:
    """One face per file in FONT_DIR; the family is the file's name before the first "-" (FandolFang-Regular.otf → FandolFang)."""
    faces = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        if path.suffix in FONT_FILES and re.fullmatch(r"[\w.-]+", path.name):
            family = path.stem.partition("-")[0]
            faces.append(
                f'@font-face {{ font-family: "{family}"; src: url("font:{path.name}") format("{FONT_FILES[path.suffix]}"); }}'
            )
    return "\n".join(faces) + "\n"


@dataclass(frozen=True)
class Table:
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def docx(
    *,
    title: str,
    number: str = "",
    blocks: Sequence[str | tuple[str, str] | Table],
    signature: Sequence[str] = (),
    is_wide: bool = False,
) -> bytes:
    """A Word document in the same layout: a str is a paragraph, ("h", text) a level-1 heading, a Table a table.

    `is_wide` turns the page for a list of many columns.
    """
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    if is_wide:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.top_margin, section.bottom_margin = Mm(28), Mm(26)
        section.left_margin, section.right_margin = Mm(37), Mm(35)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = BODY_FONT, Pt(16)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), BODY_FONT)
    normal.paragraph_format.line_spacing = Pt(28.98)
    normal.paragraph_format.space_after = Pt(0)
    if number:
        _paragraph(document, number, align=WD_ALIGN_PARAGRAPH.CENTER)
    _paragraph(document, title, font=TITLE_FONT, size=22, align=WD_ALIGN_PARAGRAPH.CENTER)
    _paragraph(document, "")
    for block in blocks:
        if isinstance(block, Table):
            _table(document, block)
        elif isinstance(block, tuple):
            _paragraph(document, block[1], font=HEAD_FONT, indent=True)
        else:
            for line in block.splitlines() or [""]:
                _paragraph(document, line, indent=True)
    for line in signature:
        _paragraph(document, line, align=WD_ALIGN_PARAGRAPH.RIGHT)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _clean(text: str) -> str:
    """XML holds no control characters; a document must not fail for one."""
    return "".join(c for c in text if c in "\t\n" or ord(c) >= 32)


def _paragraph(
    document: Any,
    text: str,
    *,
    font: str = BODY_FONT,
    size: float = 16,
    align: Any = None,
    indent: bool = False,
) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(32)
    run = paragraph.add_run(_clean(text))
    run.font.name, run.font.size = font, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _table(document: Any, table: Table) -> None:
    made = document.add_table(rows=1, cols=len(table.heads), style="Table Grid")
    for cell, head in zip(made.rows[0].cells, table.heads, strict=True):
        _cell(cell, head, HEAD_FONT)
    for row in table.rows:
        for cell, text in zip(made.add_row().cells, row, strict=True):
            _cell(cell, text, BODY_FONT)
    break_well(made)
    document.add_paragraph()


def break_well(table: Any) -> None:
    """Over several pages the head comes again and no row is cut."""
    for place, row in enumerate(table.rows):
        marks = row._tr.get_or_add_trPr()
        marks.append(OxmlElement("w:cantSplit"))
        if place == 0:
            marks.append(OxmlElement("w:tblHeader"))


def _cell(cell: Any, text: str, font: str) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.line_spacing = Pt(18)
    run = paragraph.add_run(_clean(str(text)))
    run.font.name, run.font.size = font, Pt(11)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
