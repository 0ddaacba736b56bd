"""A citizen verifies a draw on its page, and the drop page on a phone.

The pages are made by the portal, then served unchanged (with their CSP) without database or network.
"""

from hashlib import sha256

import pytest
from django.test import Client
from django.urls import reverse

from planning.models import Draw
from planning.selectors import draws as reads
from tests.browser.running import CHROMIUM
from tests.browser.served import Answer, Visitor, chromium, served, zipped
from tests.lottery.folders import load
from tests.planning import sitting_cast

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="本机没有 Chromium"),
]
PHONE = {"width": 390, "height": 844}


def fetched(*urls: str) -> dict[str, Answer]:
    """What the portal answers, byte for byte."""
    answers = {}
    for url in urls:
        response = Client().get(url)
        assert response.status_code == 200, url
        answers[url] = Answer(dict(response.items()), response.content)
    return answers


@pytest.fixture
def draw(bureau, witness) -> Draw:
    sitting_cast.fill_pool(bureau)
    operator = sitting_cast.operator_of(bureau)
    return sitting_cast.computed(bureau, operator, witness).draws.get()


@pytest.fixture
def pages(draw) -> dict[str, Answer]:
    names = reads.files(draw, audience="public")
    files = [reverse("public:draw-file", args=[draw.number, name]) for name in names]
    return fetched(reverse("public:draw-detail", args=[draw.number]), *files)


# ---------------------------------------------------------------- the draw's own page


def test_a_draw_is_verified_on_its_page_and_shows_where_the_seed_comes_from(draw, pages):
    seed = reads.seed_of(draw)
    result = reads.content(draw, "result.tsv").decode().splitlines()[2].split("\t")

    with served(pages) as address, chromium() as browser:
        visitor = Visitor(browser, address)
        visitor.open(reverse("public:draw-detail", args=[draw.number]))
        said = visitor.verify_here()
        visitor.page.get_by_text("种子是怎么来的").click()
        shown = visitor.page.inner_text("[data-verify-output]")
        visitor.page.fill(".verify-locate input", result[4])
        visitor.page.get_by_role("button", name="查次序").click()
        visitor.page.wait_for_selector("[data-located-folder] .cmd")
        located = visitor.page.inner_text("[data-located-folder]")

    assert said == ["VERIFIED"]
    assert f"ssj1|seed|{draw.a}|" in shown
    assert seed in shown
    assert "第 1 名" in located
    assert "抽中" in located
    assert result[5] in located
    assert visitor.problems == []


def test_a_changed_byte_on_the_server_is_named_with_file_and_line(draw, pages):
    url = reverse("public:draw-file", args=[draw.number, "result.tsv"])
    lines = pages[url].content.splitlines(keepends=True)
    lines[3] = lines[3].replace(b"\tselected\t", b"\treserve\t")
    pages[url] = Answer(pages[url].headers, b"".join(lines))

    with served(pages) as address, chromium() as browser:
        visitor = Visitor(browser, address)
        visitor.open(reverse("public:draw-detail", args=[draw.number]))
        said = visitor.verify_here()
        state = visitor.page.get_attribute(".verify-found", "data-state")

    assert said == ["result.tsv 的摘要与 record.txt 不符。"]
    assert state == "refused"


def test_a_page_whose_files_cannot_be_fetched_says_so(draw, pages):
    del pages[reverse("public:draw-file", args=[draw.number, "reveal.txt"])]

    with served(pages) as address, chromium() as browser:
        visitor = Visitor(browser, address)
        visitor.open(reverse("public:draw-detail", args=[draw.number]))
        said = visitor.verify_here()
        note = visitor.complaint()

    assert said == []
    assert "没有取到公开文件" in note


@pytest.mark.rule("A47")
def test_a_sealed_draw_is_checked_as_far_as_it_is_public(bureau, witness):
    sitting_cast.fill_pool(bureau)
    operator = sitting_cast.operator_of(bureau)
    sealed = sitting_cast.locked(bureau, operator, witnesses=[witness]).draws.get()
    url = reverse("public:draw-detail", args=[sealed.number])
    pages = fetched(url, reverse("public:draw-file", args=[sealed.number, "announcement.txt"]))

    with served(pages) as address, chromium() as browser:
        visitor = Visitor(browser, address)
        visitor.open(url)
        said = visitor.verify_here()

    assert said == ["SEALED until immediate"]


# ---------------------------------------------------------------- the drop page


def test_both_pages_fit_a_phone_and_the_drop_page_works_there(pages, draw):
    drop_page = fetched(reverse("public:verify"))

    with served(drop_page | pages) as address, chromium() as browser:
        visitor = Visitor(browser, address, PHONE)
        over = []
        visitor.open(reverse("public:draw-detail", args=[draw.number]))
        visitor.verify_here()
        over.append(visitor.page.evaluate("document.documentElement.scrollWidth"))
        visitor.open(reverse("public:verify"))
        said = visitor.give(zipped(load("v2")))
        over.append(visitor.page.evaluate("document.documentElement.scrollWidth"))

    assert said == ["VERIFIED"]
    assert over == [390, 390]
    assert visitor.problems == []


def test_the_page_names_the_digest_of_the_offline_file() -> None:
    saved = Client().get(reverse("public:verify-offline"))
    page = Client().get(reverse("public:verify")).content.decode()
    digest = sha256(saved.content).hexdigest()

    assert "attachment" in saved["Content-Disposition"]
    assert " ".join(digest[i : i + 4] for i in range(0, 64, 4)) in page
