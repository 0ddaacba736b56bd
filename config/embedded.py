"""PostgreSQL and Redis from wheels, for evaluation, development and tests. No Django here.

``ensure()`` starts both servers when they do not run and hands out their addresses. Every process that
calls it holds a shared lock until it ends; whoever gives back the last one stops the servers, so a lone
``manage.py`` command leaves nothing behind and a killed process leaves nothing to clean by hand.

Nothing listens on a network port: both servers speak on unix sockets inside a directory that only the
calling user may enter, which is why their roles need no password.
"""

import argparse
import atexit
import fcntl
import hashlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.embedded_programs import (
    DATABASE,
    Servers,
    ServersUnavailable,
    prepare_directories,
    server_user,
    servers_in,
)
from config.embedded_servers import (
    answers,
    postgres_socket,
    start_postgres,
    start_redis,
    stop_postgres,
    stop_redis,
)

__all__ = [
    "DATABASE",
    "Servers",
    "ServersUnavailable",
    "base_directory",
    "ensure",
    "is_running",
    "secret_key",
    "stop",
]

CHECKOUT = Path(__file__).resolve().parent.parent


def ensure(root: Path | None = None, *, test: bool | None = None) -> Servers:
    """Start the embedded servers if they do not run, and keep them running while this process lives.

    ``root`` is the checkout whose servers are meant. ``test`` chooses the separate throw-away cluster;
    by default ``SSJ_TEST=1`` or a pytest run does. Safe to call from several processes at once, and again and again.
    Raises ServersUnavailable.
    """
    servers = _locate(root, test=test)
    owner = server_user()
    prepare_directories(servers, owner)
    with _locked(servers):
        if servers.directory not in _held:
            holder = os.open(servers.directory / "holders", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(holder, fcntl.LOCK_SH)
            _held[servers.directory] = (os.getpid(), holder)
        start_postgres(servers, owner)
        start_redis(servers, owner)
    return servers


def stop(root: Path | None = None, *, test: bool | None = None, force: bool = False) -> bool:
    """Give back this process's hold and stop the servers when nobody else holds them.

    ``force`` stops them even while others do. Returns whether they were stopped.
    """
    servers = _locate(root, test=test)
    if not servers.directory.exists():
        return False
    pid, holder = _held.pop(servers.directory, (0, -1))
    if pid != os.getpid():
        if pid:
            return False  # a forked child: the hold is its parent's
        holder = os.open(servers.directory / "holders", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with _locked(servers):
            try:
                fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not force:
                    return False
            stop_redis(servers)
            stop_postgres(servers)
            return True
    finally:
        os.close(holder)


def is_running(root: Path | None = None, *, test: bool | None = None) -> bool:
    """Whether the servers answer now."""
    servers = _locate(root, test=test)
    return answers(postgres_socket(servers)) and answers(servers.redis_socket)


def base_directory(root: Path | None = None) -> Path:
    """Where everything of this checkout's embedded servers lies: ``SSJ_DATA``; else for root a folder
    under /var/tmp named after the checkout, for others ``.local`` in the checkout."""
    checkout = (root or CHECKOUT).resolve()
    if given := os.environ.get("SSJ_DATA"):
        return Path(given).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/tmp") / f"ssj-{hashlib.sha256(bytes(checkout)).hexdigest()[:12]}"
    return checkout / ".local"


def secret_key(root: Path | None = None) -> str:
    """The secret key of this checkout's evaluation: made once, readable by its user only, never committed."""
    path = base_directory(root) / "secret-key"
    with suppress(FileNotFoundError):
        return path.read_text()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as stream:  # mode 0600
        stream.write(secrets.token_urlsafe(48))
    with suppress(FileExistsError):  # the first of two processes wins
        os.link(stream.name, path)
    os.unlink(stream.name)
    return path.read_text()


_held: dict[Path, tuple[int, int]] = {}


@atexit.register
def _stop_at_exit() -> None:
    for directory, (pid, _holder) in list(_held.items()):
        if pid != os.getpid():
            continue
        with suppress(OSError, subprocess.SubprocessError):
            _stop_held(directory)


def _stop_held(directory: Path) -> None:
    _pid, holder = _held.pop(directory)
    servers = servers_in(directory.parent, directory.name)
    try:
        with _locked(servers):
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stop_redis(servers)
            stop_postgres(servers)
    except BlockingIOError:
        pass  # others still use them
    finally:
        os.close(holder)


def _locate(root: Path | None, *, test: bool | None) -> Servers:
    is_test = _is_test() if test is None else test
    return servers_in(base_directory(root), "test" if is_test else "data")


def _is_test() -> bool:
    """``SSJ_TEST`` says; without it, being inside a pytest run (or started by one) does."""
    given = os.environ.get("SSJ_TEST")
    return given == "1" if given else "PYTEST_VERSION" in os.environ


@contextmanager
def _locked(servers: Servers) -> Iterator[None]:
    """One process at a time starts or stops the servers."""
    descriptor = os.open(servers.directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _main() -> None:
    parser = argparse.ArgumentParser(
        description="The embedded PostgreSQL and Redis of this checkout."
    )
    parser.add_argument("action", choices=("run", "status", "stop", "where", "environment"))
    parser.add_argument("--test", action="store_true", help="the throw-away servers of the tests")
    chosen = parser.parse_args()
    test = chosen.test or None
    if chosen.action == "where":
        print(base_directory())
    elif chosen.action == "stop":
        print("已停止。" if stop(test=test, force=True) else "没有在运行。")
    elif chosen.action == "status":
        running = is_running(test=test)
        print("正在运行。" if running else "没有在运行。")
        sys.exit(0 if running else 1)
    else:
        for name, value in ensure(test=test).environment().items():
            print(f"{name}={value}", flush=True)
        if chosen.action == "run":
            with suppress(KeyboardInterrupt):
                signal.pause()


if __name__ == "__main__":
    _main()
