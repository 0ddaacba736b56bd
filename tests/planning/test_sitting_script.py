"""static/js/witness.js in a real browser: the same SHA-256, and digits that never leave it before they are opened."""

import json
import os
import re
import shutil

import pytest
from django.conf import settings
from django.test import RequestFactory
from playwright.sync_api import sync_playwright

import lottery
from planning.views.offline import sha256
from planning.views.witness import offline_page

SCRIPT = settings.ROOT / "static" / "js" / "witness.js"
A = "41d30a2cdc7c78f3d7ee8662e5a9a54c4a04381375142aff2a4a7ba8db5786bd"
FORM = f"""
<form data-witness-commit="one" data-each="12" action="/sent" method="post">
<input name="digits"><div data-without-script>no script</div>
<input name="commitment-X-1" data-a="{A}">
<div data-salt-box hidden><span data-salt></span></div><p data-complaint hidden></p>
<button data-commit-button>提交承诺</button></form>
"""


@pytest.fixture(scope="module")
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which(os.environ.get("CHROMIUM", "chromium")),
            args=["--no-sandbox"],
        )
        page = browser.new_page()
        page.route(
            "http://portal.test/**",
            lambda route: route.fulfill(body=FORM, content_type="text/html; charset=utf-8"),
        )
        yield page
        browser.close()


@pytest.fixture
def form(page):
    page.goto("http://portal.test/")
    page.evaluate("window.localStorage.clear()")
    page.add_script_tag(path=str(SCRIPT))
    return page


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 119, 190])
def test_the_script_hashes_as_python_does(form, length):
    text = ("ssj1|witness|0123456789abcdef" * 8)[:length]

    assert form.evaluate("text => window.ssjWitness.sha256(text)", text) == lottery.sha256(
        text.encode()
    )


def test_digits_stay_in_the_browser_and_the_commitment_is_right(form):
    form.fill("input >> nth=0", "004207731905")
    form.click("button")
    kept = json.loads(form.evaluate("window.localStorage.getItem('witness:one')"))
    shown = form.inner_text("[data-salt]").replace(" ", "")
    with form.expect_request("http://portal.test/sent") as sent:
        form.click("button")

    expected = lottery.witness_commitment(A, kept["salt"], "004207731905")
    assert kept == {"salt": shown, "digits": "004207731905"}
    assert sent.value.post_data == f"commitment-X-1={expected}"


def test_too_few_digits_are_named(form):
    form.fill("input >> nth=0", "0042")
    form.click("button")

    assert form.inner_text("[data-complaint]") == "请输入 12 位数字，现有 4 位。"
    assert form.input_value("[data-a]") == ""


@pytest.fixture
def offline(page, tmp_path):
    saved = tmp_path / "commitment.html"
    saved.write_bytes(offline_page(RequestFactory().get("/")).content)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(saved.as_uri())
    asked.clear()
    return page, asked


def test_the_offline_page_commits_and_opens_as_one_file(offline):
    page, asked = offline
    other = "0" * 63 + "1"
    page.fill("textarea[name=a]", f"{A.upper()[:32]} {A[32:]}\n{other}")
    page.fill("[name=digits]", "004207731905")
    page.click("button")
    commits = commit_codes(page.input_value("[data-commit-text]"))
    _, salt, digits = page.input_value("[data-open-text]").split("|")

    assert digits == "004207731905"
    assert commits == {a: lottery.witness_commitment(a, salt, digits) for a in (A, other)}
    assert page.locator("[data-commit-qr] svg").count() == 2
    assert page.locator("[data-open-qr] svg").count() == 1
    assert asked == []


def commit_codes(text):
    return dict(line.removeprefix("ssj1-commit|").split("|") for line in text.splitlines())


@pytest.mark.parametrize(
    ("a", "digits", "sentence"),
    [(A[:-1], "004207731905", "请核对公告指纹"), (A, "0042", "请核对数字：8 到 64 位")],
)
def test_the_offline_page_names_what_is_wrong(offline, a, digits, sentence):
    page, _ = offline
    page.fill("textarea[name=a]", a)
    page.fill("[name=digits]", digits)
    page.click("button")

    assert sentence in page.inner_text("[data-complaint]")
    assert page.locator("[data-made]").is_hidden()


def test_the_file_names_no_other_address(offline):
    page, _ = offline

    assert (
        re.findall(
            r"""(?:src|href|action)=|url\(|https?://(?!www\.w3\.org/2000/svg)""", page.content()
        )
        == []
    )


def test_its_fingerprint_is_that_of_the_file():
    assert lottery.sha256(offline_page(RequestFactory().get("/")).content) == sha256()
