"""Pages and static files from memory on a port of their own, and a Chromium in front: no database, no Django."""

import io
import mimetypes
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from tests.browser.running import ARGUMENTS, CHROMIUM

ROOT = Path(__file__).resolve().parents[2]
BLANK = b"<!doctype html><meta charset=utf-8><title>-</title>"


class Answer(NamedTuple):
    headers: Mapping[str, str]
    content: bytes


@contextmanager
def served(pages: dict[str, Answer]) -> Iterator[str]:
    """The address of a server that answers with `pages` (may change meanwhile) and the files of static/."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = pages.get(self.path) or static_file(self.path)
            self.send_response(200 if answer else 404)
            for name, value in (answer.headers if answer else {}).items():
                if name.lower() != "content-length":  # a test may have changed the content
                    self.send_header(name, value)
            content = answer.content if answer else b""
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def static_file(path: str) -> Answer | None:
    file = ROOT / path.lstrip("/")
    if path == "/blank":
        return Answer({"Content-Type": "text/html"}, BLANK)
    if path == "/favicon.ico":
        return Answer({"Content-Type": "image/x-icon"}, b"")
    if not path.startswith("/static/") or not file.is_file():
        return None
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Answer({"Content-Type": kind}, file.read_bytes())


class Visitor:
    """Somebody with a browser of their own; what its console complains about is kept."""

    def __init__(self, browser, address: str, size: dict[str, int] | None = None) -> None:
        self.context = browser.new_context(viewport=size or {"width": 1280, "height": 900})
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.problems: list[str] = []
        self.page.on(
            "console", lambda m: self.problems.append(m.text) if m.type == "error" else None
        )
        self.page.on("pageerror", lambda e: self.problems.append(str(e)))
        self.address = address

    def open(self, url: str) -> None:
        self.page.goto(self.address + url)

    def verdicts(self) -> list[str]:
        """The last line of each folder, once the worker is done."""
        self.page.wait_for_selector("[data-verify][data-finished]")
        return self.page.locator(".verify-found .verify-line").all_inner_texts()

    def complaint(self) -> str:
        return self.page.inner_text("[data-verify-output] [role=alert]")

    def compare(self, text: str) -> str:
        """What the page says of a fingerprint typed beside the verdict."""
        self.page.fill(".verify-compare input", text)
        self.page.get_by_role("button", name="对照").click()
        return self.page.inner_text(".verify-compare [role=status]")

    @property
    def width(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth"))

    def verify_here(self) -> list[str]:
        self.page.get_by_role("button", name="在浏览器中验证").click()
        return self.verdicts()

    def give(self, *files: object) -> list[str]:
        self.page.set_input_files("[data-verify-files]", list(files))
        return self.verdicts()


def zipped(files: dict[str, bytes], folder: str = "draw/", method: int = 8) -> dict[str, object]:
    """As a file input takes it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(folder + name, content)
    return {"name": "draw.zip", "mimeType": "application/zip", "buffer": packed.getvalue()}


@contextmanager
def chromium() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
