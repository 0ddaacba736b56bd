"""Every printed form with made-up content: its words, A4, fonts inside, no empty box and no gap of the code (DOMAIN E)."""

import io

import pytest
from django.template import engines
from pypdf import PdfReader

from bureau.errors import RuleError
from bureau.rules.forms import FORMS
from bureau.selectors import wordings as reading
from bureau.services import documents, wordings
from tests.site.pdf_reading import A4, read

try:
    documents._weasyprint()
    HAS_PDF = True
except RuleError:
    HAS_PDF = False
pytestmark = pytest.mark.skipif(not HAS_PDF, reason="本机没有 PDF 所需的库")
WITH_EXAMPLE = sorted(key for key, form in FORMS.items() if form.example)
# Said in the other of two cases; the example shows the first.
OTHER_CASES = {("notice", "materials"), ("objection-decision", "upheld")}
RARE = "𠮷㐂䶮镕玥喆堃犇祎昇𫍯𬱖𬭩㛃㴪𣸣鿏"


def made(key: str, bureau) -> tuple[dict, bytes]:
    form = FORMS[key]
    said = wordings.example(reading.original(form), bureau)
    return said, documents.pdf(
        form.template, {"form": said, "is_example": True} | form.example(said)
    )


def plain(text: str) -> str:
    return "".join(text.split())


def boxes(caplog) -> list[str]:
    """What WeasyPrint says of characters that no font has: they are drawn as empty boxes."""
    return [message for message in caplog.messages if ".notdef" in message]


def page_of(body: str):
    return engines["django"].from_string(
        '{% extends "base_document.html" %}{% block heading %}题{% endblock %}{% block body %}'
        + body
        + "{% endblock %}"
    )


@pytest.mark.parametrize("key", WITH_EXAMPLE)
def test_a_form_is_printed_whole(key, bureau, caplog):
    said, content = made(key, bureau)
    page = read(content)

    assert page.sizes <= A4
    assert (page.loose_fonts, boxes(caplog)) == ([], [])
    assert [mark for mark in ("None", "{{", "{%", "{", "False") if mark in page.text] == []
    assert plain(said["title"]) in page.text


@pytest.mark.parametrize("key", WITH_EXAMPLE)
def test_every_passage_of_a_form_is_printed(key, bureau):
    said, content = made(key, bureau)
    text = read(content).text

    missing = [
        name
        for name, passage in said["passages"].items()
        if (key, name) not in OTHER_CASES
        for line in passage.splitlines()
        if plain(line) not in text
    ]
    assert missing == []


def test_every_form_of_the_house_has_an_example():
    assert [key for key, form in FORMS.items() if form.template and not form.example] == []


@pytest.mark.parametrize("part", ["p", "h2", "h3", "td", "th", "strong"])
def test_rare_characters_are_drawn_in_every_face(part, monkeypatch, caplog):
    body = {
        "td": f"<table><tr><td>{RARE}</td></tr></table>",
        "th": f"<table><thead><tr><th>{RARE}</th></tr></thead></table>",
    }.get(part, f"<{part}>{RARE}</{part}>")
    monkeypatch.setattr(documents, "render_to_string", lambda name, c: page_of(body).render(c))

    page = read(documents.pdf("x", {}))

    assert (boxes(caplog), RARE in page.text) == ([], True)


def test_a_character_that_no_font_has_would_be_seen(monkeypatch, caplog):
    body = "<p>\U000f1234</p>"
    monkeypatch.setattr(documents, "render_to_string", lambda name, c: page_of(body).render(c))

    documents.pdf("x", {})

    assert len(boxes(caplog)) == 1


def test_a_form_to_sign_is_set_in_small_type(monkeypatch):
    """38 characters of 12 pt stand on a line of 165 mm: nothing for one form's sake may enlarge them all."""
    line = "示" * 38
    body = "{% endblock %}{% block body_attrs %} class='sheet'{% endblock %}{% block signature %}"
    monkeypatch.setattr(
        documents, "render_to_string", lambda name, c: page_of(f"{body}<p>{line}</p>").render(c)
    )

    content = documents.pdf("x", {})

    assert line in PdfReader(io.BytesIO(content)).pages[0].extract_text().splitlines()


def test_a_long_table_breaks_between_rows_under_its_head(monkeypatch):
    rows = "".join(f"<tr><td>第{n}行</td><td>{'很长的名称' * 12}</td></tr>" for n in range(300))
    body = f"<table><thead><tr><th>序号表头</th><th>名称</th></tr></thead><tbody>{rows}</tbody></table>"
    monkeypatch.setattr(documents, "render_to_string", lambda name, c: page_of(body).render(c))

    page = read(documents.pdf("x", {}))

    assert page.pages > 10
    assert page.text.count("序号表头") == page.pages
    assert all(f"第{n}行" in page.text for n in range(300))
