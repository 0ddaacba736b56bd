"""The public pages in a real Chromium, under their own CSP: axe-core finds nothing, nothing is wider than a phone."""

import mimetypes
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.browser.running import ARGUMENTS, CHROMIUM
from tests.planning import sitting_cast
from tests.publication.cast import fill_index

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="本机没有 Chromium"),
]
HOST = "http://public.test"


@pytest.fixture
def answers(bureau, witness) -> dict[str, object]:
    """The pages as the server answers them, made before a browser starts."""
    sitting_cast.fill_pool(bureau)
    operator = sitting_cast.operator_of(bureau)
    draw = sitting_cast.computed(bureau, operator, witness).draws.get()
    fill_index(bureau, 3)
    urls = [
        reverse("public:home"),
        reverse("public:results"),
        reverse("public:draw-detail", kwargs={"number": draw.number}),
        reverse("public:chain", kwargs={"code": bureau.code}),
        reverse("public:check"),
    ]
    return {url: Client().get(url) for url in urls}


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_overflows(answers, width):
    from playwright.sync_api import sync_playwright

    found: dict[str, object] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": width, "height": 844}, locale="zh-CN")
        problems: list[str] = []
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        page.route("**/*", lambda route: serve(route, answers))
        for url in answers:
            page.goto(HOST + url)
            violations = Axe().run(page)["violations"]
            found[url] = [(v["id"], v["nodes"][0]["html"]) for v in violations]
            width_over = (
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            found[f"{url} overflow"] = page.evaluate(width_over)
        browser.close()

    assert {key: value for key, value in found.items() if value} == {}
    assert problems == []


def serve(route, answers) -> None:
    path = route.request.url.removeprefix(HOST)
    if path in answers:
        answer = answers[path]
        route.fulfill(status=200, headers=dict(answer.items()), body=answer.content)
        return
    file = Path(settings.STATICFILES_DIRS[0]) / path.removeprefix("/static/")
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    route.fulfill(status=200, content_type=kind, body=file.read_bytes())
