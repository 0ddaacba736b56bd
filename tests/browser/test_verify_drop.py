"""Files from anywhere: given to the drop page, or to the one file that works without a network.

The page is rendered without a request, so no database is needed and one browser serves all of it; its CSP is the portal's.
"""

import io
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from csp.utils import build_policy
from django.template.loader import render_to_string

from publication.views.verifiers import digests, offline_page
from tests.browser.running import CHROMIUM
from tests.browser.served import Answer, Visitor, chromium, served, zipped
from tests.lottery.folders import VECTORS, load

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="本机没有 Chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def drop_page(browser) -> Iterator[Visitor]:
    headers = {"Content-Type": "text/html", "Content-Security-Policy": build_policy()}
    content = render_to_string("public/verify.html", digests()).encode()
    with served({"/verify/": Answer(headers, content)}) as address:
        yield Visitor(browser, address)


@pytest.fixture
def visitor(drop_page) -> Visitor:
    drop_page.open("/verify/")
    drop_page.problems.clear()
    return drop_page


@pytest.fixture
def offline_file(tmp_path) -> Path:
    saved = tmp_path / "verify-offline.html"
    saved.write_bytes(offline_page())
    return saved


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_is_verified_stored_or_deflated(visitor, method):
    assert visitor.give(zipped(load("v2"), method=method)) == ["VERIFIED"]


def test_a_folder_and_loose_files_are_verified(visitor):
    loose = visitor.give(*(VECTORS / "v4").iterdir())
    visitor.page.set_input_files("[data-verify-folder]", VECTORS / "v5")
    folder = visitor.verdicts()

    assert (loose, folder) == (["VERIFIED"], ["VERIFIED"])
    assert visitor.problems == []


def test_dropped_files_are_verified(visitor):
    visitor.page.evaluate(
        """files => {
          const transfer = new DataTransfer();
          for (const [name, text] of Object.entries(files)) { transfer.items.add(new File([text], name)); }
          document.querySelector("[data-verify-drop]").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        }""",
        {name: content.decode() for name, content in load("v1").items()},
    )

    assert visitor.verdicts() == ["VERIFIED"]


def test_a_zip_of_several_draws_gets_a_verdict_for_each(visitor):
    both = {f"a/{n}": c for n, c in load("v1").items()} | {
        f"b/{n}": c for n, c in load("void").items()
    }

    assert visitor.give(zipped(both, folder="")) == ["VERIFIED", "VOID 名录未更新，上级批准作废"]


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ("notes.txt", "文件夹中有不认识的文件“notes.txt”。"),
        ("more/result.tsv", "文件夹中有不认识的文件“more/result.tsv”。"),
        ("__proto__", "文件夹中有不认识的文件“__proto__”。"),
    ],
)
def test_what_does_not_belong_into_the_folder_is_refused(visitor, extra, sentence):
    assert visitor.give(zipped(load("v1") | {extra: b""})) == [sentence]


def test_a_file_that_stands_twice_in_a_zip_is_refused(visitor):
    packed = io.BytesIO(zipped(load("v1"))["buffer"])  # type: ignore[arg-type]
    with zipfile.ZipFile(packed, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("draw/excluded.tsv", b"")
    twice = {"name": "draw.zip", "mimeType": "application/zip", "buffer": packed.getvalue()}

    assert visitor.give(twice) == ["文件夹中有不认识的文件“excluded.tsv（重复）”。"]


@pytest.mark.parametrize("spoil", ["cut", "changed", "not a zip"])
def test_a_broken_zip_is_said_in_words(visitor, spoil):
    whole = bytearray(zipped(load("v1"))["buffer"])  # type: ignore[call-overload]
    spoiled = {
        "cut": whole[: len(whole) // 2],
        "changed": whole[:80] + bytes([whole[80] ^ 1]) + whole[81:],
        "not a zip": bytearray(b"hello"),
    }[spoil]

    said = visitor.give({"name": "x.zip", "mimeType": "", "buffer": bytes(spoiled)})
    note = visitor.complaint()

    assert said == []
    assert "zip" in note or "压缩包" in note


def test_names_from_a_foreign_folder_never_become_markup(visitor):
    evil = {"<img src=x onerror=alert(1)>": b"", "announcement.txt": b"<b>x</b>\n"}

    said = visitor.give(zipped(evil))

    assert said == ["文件夹中有不认识的文件“<img src=x onerror=alert(1)>”。"]
    assert visitor.page.locator("[data-verify-output] img").count() == 0


def test_a_slip_in_hand_is_compared_with_the_files(visitor):
    visitor.give(zipped(load("v1")))
    a = sha256(load("v1")["announcement.txt"]).hexdigest()

    said = [visitor.compare(text) for text in (a[:16].upper(), f" {a[:4]} {a[4:]}", "f" * 16, "12")]

    assert [words[:3] for words in said] == ["一致：", "一致：", "不一致", "请填 "]


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_before_and_after_a_verdict(drop_page, visitor, offline_file, width):
    found = []
    visitor.page.set_viewport_size({"width": width, "height": 844})
    offline = Visitor(
        visitor.context.browser, offline_file.as_uri(), {"width": width, "height": 844}
    )
    offline.open("")
    for page in (visitor, offline):
        before = Axe().run(page.page)["violations"]
        page.give(zipped(load("v2")))
        for summary in page.page.locator("summary").all():
            summary.click()
        found += [
            (v["id"], v["nodes"][0]["html"]) for v in before + Axe().run(page.page)["violations"]
        ]
        found += [page.width] if page.width > width else []

    assert found == []


# ---------------------------------------------------------------- one file, no network


def test_the_offline_file_verifies_without_any_network(browser, offline_file):
    visitor = Visitor(browser, offline_file.as_uri())
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.context.set_offline(True)

    visitor.open("")
    good = visitor.give(zipped(load("v5")))
    bad = visitor.give(zipped(load("refused/id_twice")))

    assert good == ["VERIFIED"]
    assert bad == ["candidates.tsv 第 2 行：“91990000MA0000001B”重复出现。"]
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    assert visitor.problems == []


def test_the_offline_file_forbids_itself_every_connection(browser, offline_file):
    asked = []
    with served({}) as address:
        visitor = Visitor(browser, offline_file.as_uri())
        visitor.page.on("response", lambda response: asked.append(response.url))
        visitor.open("")
        outcome = visitor.page.evaluate(
            "url => fetch(url, { mode: 'no-cors' }).then(() => 'sent', () => 'refused')",
            f"{address}/blank",
        )

    assert outcome == "refused"
    assert [url for url in asked if url.startswith("http")] == []
