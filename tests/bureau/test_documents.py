"""PDFs: real pages with our fonts; nothing else is fetched."""

import io

import pytest
from django.template import engines
from pypdf import PdfReader

from bureau.errors import RuleError
from bureau.services import documents

try:
    documents._weasyprint()
    HAS_PDF = True
except RuleError:
    HAS_PDF = False
needs_pdf = pytest.mark.skipif(not HAS_PDF, reason="本机没有 PDF 所需的库")


@pytest.fixture
def template(monkeypatch):
    def of(body: str) -> str:
        page = engines["django"].from_string(
            '{% extends "base_document.html" %}{% block heading %}题{% endblock %}{% block body %}'
            + body
            + "{% endblock %}"
        )
        monkeypatch.setattr(
            documents, "render_to_string", lambda name, context: page.render(context)
        )
        return "x.html"

    return of


@needs_pdf
def test_a_document_holds_its_rare_characters(template):
    text = (
        PdfReader(io.BytesIO(documents.pdf(template("<p>䶮镕玥 某某公司</p>"), {})))
        .pages[0]
        .extract_text()
    )

    assert "䶮镕玥" in text.replace(" ", "")


@needs_pdf
@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://127.0.0.1:1/x.png", "font:../settings.py"]
)
def test_nothing_but_fonts_is_fetched(url):
    with pytest.raises(ValueError, match="refused"):
        documents._weasyprint()["fetcher"].fetch(url)


@needs_pdf
def test_a_foreign_file_is_not_attached(template):
    body = (
        '<p>一</p><img src="file:///etc/passwd"><a rel="attachment" href="file:///etc/passwd">x</a>'
    )

    assert b"root:" not in documents.pdf(template(body), {})
    assert PdfReader(io.BytesIO(documents.pdf(template(body), {}))).attachments == {}


def test_a_word_document_survives_control_characters():
    made = documents.docx(
        title="计划\x00",
        blocks=["甲\x07乙", ("h", "一、范围"), documents.Table(["名"], [["值\x01"]])],
    )

    assert made.startswith(b"PK")
