"""upload.js in a real Chromium: pieces with their digests, on after a break, on after the page was closed (A67).

The receiving side here is a small stand-in that can break off; what the portal answers stands in tests/inspections/test_uploads.py.
"""

import email
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from inspections.services.uploads import fingerprint
from tests.browser.running import CHROMIUM
from tests.browser.served import chromium, static_file

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="本机没有 Chromium"),
]
PIECE = 256 * 1024
CONTENT = b"\0\0\0\x18ftypmp42" + bytes(n % 251 for n in range(5 * PIECE + 1000))
UPLOAD = "0192f0c4-0000-7000-8000-000000000001"
VISIT = "0192f0c4-0000-7000-8000-000000000002"
PATH = f"/desk/inspections/field/{VISIT}/recordings/"
BEGIN = f"/desk/inspections/field/{VISIT}/uploads/"
SEND = f"/desk/inspections/field/uploads/{UPLOAD}/"
HTML = f"""<!doctype html><meta charset="utf-8"><title>-</title>
<form method="post" data-upload="{BEGIN}" data-piece="{PIECE}">
<input type="hidden" name="csrfmiddlewaretoken" value="token"><input type="hidden" name="latitude" value="27.7">
<input type="file" name="file" data-large><input name="happened_at" value="2026-03-16T09:30"><input name="note" value="全过程">
<div data-upload-box hidden><progress max="100" value="0" data-upload-bar></progress><p data-upload-state></p></div>
<button class="btn-primary">上传</button></form><script src="/static/js/upload.js"></script>"""


class Receiver:
    """Keeps what came, in order; breaks off at the pieces named in `faults`: (offset, "drop" | "damaged")."""

    def __init__(self) -> None:
        self.got, self.told, self.pieces = b"", {}, 0
        self.faults: list[tuple[int, str]] = []

    def begin(self, given: dict[str, bytes]) -> tuple[int, dict[str, object]]:
        self.told = {name: value.decode() for name, value in given.items()}
        return 200, self.state()

    def piece(self, given: dict[str, bytes]) -> tuple[int, dict[str, object]] | None:
        offset = int(given["offset"])
        self.pieces += 1
        fault = next((kind for place, kind in self.faults if place == offset), "")
        if fault:
            self.faults.remove((offset, fault))
        if fault == "drop":
            return None
        right = hashlib.sha256(given["piece"]).hexdigest() == given["sha256"].decode()
        if fault == "damaged" or not right or offset != len(self.got):
            return 409, {"message": "请重传", "offset": len(self.got)}
        self.got += given["piece"]
        return 200, self.state()

    def state(self) -> dict[str, object]:
        whole = len(self.got) == int(self.told["size"])
        return {"upload": UPLOAD, "offset": len(self.got), "state": "open", "is_whole": whole}


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def address(receiver) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = static_file(self.path)
            self.reply(200, found.content if found else HTML.encode(), "text/html" if not found else "text/javascript")  # fmt: skip

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
            parts = email.message_from_bytes(head + body).get_payload()
            given = {
                p.get_param("name", header="content-disposition"): p.get_payload(decode=True)
                for p in parts
            }
            answer = (receiver.begin if self.path == BEGIN else receiver.piece)(given)
            if answer is None:
                self.connection.close()  # the signal went
                return
            self.reply(answer[0], json.dumps(answer[1]).encode(), "application/json")

        def reply(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{PATH}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(address) -> Iterator[object]:
    with chromium() as browser:
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        yield page


def choose_and_send(page) -> None:
    page.set_input_files(
        "input[type=file]", {"name": "记录仪.mp4", "mimeType": "video/mp4", "buffer": CONTENT}
    )
    page.click("button")


def wait_for(page, receiver: Receiver, size: int) -> None:
    for _ in range(300):
        if len(receiver.got) >= size:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"only {len(receiver.got)} bytes came")


@pytest.mark.rule("A67")
def test_a_file_arrives_whole_in_pieces(page, receiver):
    choose_and_send(page)
    wait_for(page, receiver, len(CONTENT))

    assert receiver.got == CONTENT
    assert receiver.pieces == 6
    assert receiver.told["note"] == "全过程"
    assert receiver.told["fingerprint"] == fingerprint(
        len(CONTENT), CONTENT[: 2**20], CONTENT[-(2**20) :]
    )


def test_after_a_break_it_goes_on_by_itself(page, receiver):
    receiver.faults = [(2 * PIECE, "drop"), (3 * PIECE, "damaged")]

    choose_and_send(page)
    wait_for(page, receiver, len(CONTENT))

    assert receiver.got == CONTENT
    assert receiver.pieces == 8


def test_after_a_reload_the_same_file_goes_on_where_it_stopped(page, receiver, address):
    receiver.faults = [(3 * PIECE, "drop")] * 50
    choose_and_send(page)
    wait_for(page, receiver, 3 * PIECE)
    page.wait_for_selector("[data-upload-state]:has-text('没有信号')")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(address)
    receiver.faults = []
    sent = receiver.pieces

    choose_and_send(page)
    wait_for(page, receiver, len(CONTENT))

    assert receiver.got == CONTENT
    assert receiver.pieces == sent + 3
