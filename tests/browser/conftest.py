"""One running system per module, one Chromium, and a desk per person."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import global_settings
from django.utils import timezone

from config.seed import office
from tests.browser import running

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@pytest.fixture
def system(live_db, tmp_path, settings) -> Iterator[str]:
    """Web and worker on a database with the demo's registers and nothing else."""
    if running.CHROMIUM is None:
        pytest.skip("本机没有 Chromium：apt-get install chromium 后再运行浏览器测试")
    settings.PASSWORD_HASHERS = (
        global_settings.PASSWORD_HASHERS
    )  # those of the system that will check them
    office.seed(today=timezone.localdate(), count=640)
    with running.system(
        live_db.name, live_db.servers, tmp_path / "media", tmp_path / "system.log"
    ) as address:
        yield address


@pytest.fixture
def chromium(system: str) -> Iterator[object]:
    """After `system`: Playwright's loop must be gone before Django touches the database again."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=running.CHROMIUM, args=running.ARGUMENTS
        )
        yield browser
        browser.close()


class Desk:
    """One person signed in with their own account, in a browser profile of their own."""

    def __init__(
        self,
        browser,
        address: str,
        username: str | None,
        size: dict[str, int],
        folder: Path,
        password: str = office.PASSWORD,
    ) -> None:
        self.context = browser.new_context(viewport=size, locale="zh-CN", accept_downloads=True)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.problems: list[str] = []
        self.page.on(
            "console", lambda m: self.problems.append(m.text) if m.type == "error" else None
        )
        self.page.on("pageerror", lambda e: self.problems.append(str(e)))
        self.address, self.folder = address, folder
        self.year = timezone.localdate().year
        if username:
            self.open("/desk/login/")
            self.page.fill("input[name=username]", username)
            self.page.fill("input[name=password]", password)
            self.press("登录")

    def open(self, path: str) -> None:
        self.page.goto(self.address + path if path.startswith("/") else path)

    def press(self, words: str, *, exact: bool = False) -> None:
        """The first button or button-like link with these words."""
        name = re.compile(f"^{re.escape(words)}$") if exact else re.compile(re.escape(words))
        target = self.page.locator("button, a.btn, [role=button]").filter(has_text=name).first
        try:
            target.click()
        except Exception as missing:
            raise AssertionError(
                f"no “{words}” on {self.page.url}:\n{self.text()[:1500]}"
            ) from missing
        self.page.wait_for_load_state("load")

    def follow(self, words: str) -> None:
        self.page.locator("main a").filter(has_text=words).first.click()
        self.page.wait_for_load_state("load")

    def text(self) -> str:
        return self.page.inner_text("main")

    def reload_until(self, words: str, tries: int = 60) -> None:
        """Work in the background: the page itself says when it is done."""
        for _ in range(tries):
            if words in self.text():
                return
            self.page.wait_for_timeout(500)
            self.page.reload()
        raise AssertionError(f"“{words}” did not appear on {self.page.url}:\n{self.text()[:2000]}")

    def picture(self, name: str) -> Path:
        path = self.folder / f"{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    @property
    def is_wider_than_screen(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


@pytest.fixture
def desk(chromium, system, tmp_path) -> Callable[..., Desk]:
    def sign_in(username: str | None, size: dict[str, int] = DESK) -> Desk:
        return Desk(chromium, system, username, size, tmp_path)

    return sign_in
