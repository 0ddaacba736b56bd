"""Pages and static files from memory on a port of their own, and a Chromium in front: no database, no Django."""

import mimetypes
import threading
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


@contextmanager
def chromium() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
