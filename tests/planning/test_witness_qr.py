"""static/js/witness_qr.js in a real browser: module for module what the library that prints the lock slip makes."""

import os
import shutil

import pytest
import segno
import segno.encoder
from django.conf import settings
from playwright.sync_api import sync_playwright

SCRIPT = settings.ROOT / "static" / "js" / "witness_qr.js"


@pytest.fixture(scope="module")
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which(os.environ.get("CHROMIUM", "chromium")),
            args=["--no-sandbox"],
        )
        page = browser.new_page()
        page.add_script_tag(path=str(SCRIPT))
        yield page
        browser.close()


CODE = "ssj1-open|0f1e2d3c4b5a69788796a5b4c3d2e1f0|004207731905|" * 12
FULL = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666]  # fmt: skip


@pytest.mark.parametrize("length", FULL)
def test_a_full_code_of_each_version_is_that_of_the_library(page, length):
    made, library = both(page, CODE[:length])

    assert made["version"] == FULL.index(length) + 1
    assert made["rows"] == library


@pytest.mark.parametrize("length", [1, 15, 90, 150, 290, 500])
def test_a_code_with_room_left_is_padded_after_the_standard(page, length, monkeypatch):
    """The library adds a byte of zeros also where the bits end on a boundary; ISO/IEC 18004 7.4.10 adds none there."""
    monkeypatch.setattr(
        segno.encoder,
        "write_padding_bits",
        lambda buff, version, length: buff.extend([0] * (-length % 8)),
    )

    made, library = both(page, CODE[:length])

    assert made["rows"] == library


def both(page, text):
    made = page.evaluate("text => window.ssjQr.encode(text)", text)
    library = segno.make(
        text, micro=False, mode="byte", error="m", boost_error=False,
        version=made["version"], mask=made["mask"],
    )  # fmt: skip
    return made, [list(row) for row in library.matrix]


def test_a_text_that_fits_no_version_is_refused(page):
    refused = page.evaluate(
        "text => { try { window.ssjQr.encode(text); } catch (e) { return e.message; } }", "x" * 667
    )

    assert refused == "too long"


def test_the_smallest_version_is_taken(page):
    assert page.evaluate("window.ssjQr.encode('x'.repeat(14)).version") == 1
    assert page.evaluate("window.ssjQr.encode('x'.repeat(15)).version") == 2
