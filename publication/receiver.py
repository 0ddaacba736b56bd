"""A platform for trying out the push: checks the signature, keeps what it gets, answers with a receipt. Never for production."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from publication.rules.pushing import is_signed

STALE = 300  # seconds by which the two clocks may differ
Start = Callable[[str, list[tuple[str, str]]], Any]


class Receiver:
    """A WSGI application. The same key with the same content gets the same receipt; with another content it is refused."""

    def __init__(self, secret: str, folder: Path | None = None) -> None:
        self.secret, self.folder = secret, folder
        self.received: dict[str, dict[str, Any]] = {}
        self.refuse_with = 0  # a status to answer instead, for trying out failures
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Start) -> list[bytes]:
        status, said = self._answer(environ)
        body = json.dumps(said, ensure_ascii=False).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start(status, headers)
        return [body]

    def _answer(self, environ: dict[str, Any]) -> tuple[str, dict[str, str]]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        key = environ.get("HTTP_X_PUSH_KEY", "")
        at = environ.get("HTTP_X_PUSH_TIME", "")
        given = environ.get("HTTP_X_PUSH_SIGNATURE", "")
        if environ["REQUEST_METHOD"] != "POST":
            return "405 Method Not Allowed", {"message": "只接收 POST"}
        if self.refuse_with:
            return f"{self.refuse_with} Refused", {"message": "平台维护中"}
        if not at.isdigit() or abs(time.time() - int(at)) > STALE:
            return "401 Unauthorized", {"message": "时间戳过期"}
        if not is_signed(self.secret, at=int(at), key=key, content=body, given=given):
            return "401 Unauthorized", {"message": "签名不符"}
        return self._keep(key, body)

    def _keep(self, key: str, body: bytes) -> tuple[str, dict[str, str]]:
        digest = hashlib.sha256(body).hexdigest()
        with self._lock:
            known = self.received.get(key)
            if known and known["sha256"] != digest:
                return "409 Conflict", {"message": "同一编号的内容不同"}
            if known is None:
                known = {
                    "receipt": f"HZ-{len(self.received) + 1:06d}",
                    "sha256": digest,
                    "body": json.loads(body),
                }
                self.received[key] = known
                self._write(known["receipt"], body)
        return "200 OK", {"receipt": known["receipt"]}

    def _write(self, receipt: str, body: bytes) -> None:
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{receipt}.json").write_bytes(body)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


def serve(receiver: Receiver, *, port: int) -> Any:
    """The server, bound to this machine only; port 0 takes a free one. The caller runs `serve_forever`."""
    return make_server("127.0.0.1", port, receiver, handler_class=_Quiet)


@contextmanager
def running(receiver: Receiver, port: int = 0) -> Iterator[str]:
    """Inside, the receiver answers at the address that is given."""
    server = serve(receiver, port=port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
