"""The whole system as it runs for real: web and worker as processes on the test database, a Chromium in front."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from django.conf import settings

CHROMIUM = next(
    (p for p in (shutil.which("chromium"), shutil.which("chromium-browser")) if p), None
)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
PATIENCE = 40


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def system(database: str, servers, media: Path, log: Path) -> Iterator[str]:
    """Starts web and worker on this database; gives the address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    where = quote(str(servers.socket_dir))
    environment = os.environ | {
        "DATABASE_URL": f"postgres://ssj_app@/{where}/{database}",
        "DATABASE_OWNER_URL": f"postgres://ssj_owner@/{where}/{database}",
        # a queue of its own per test process
        "REDIS_URL": servers.redis_url.replace("virtual_host=0", f"virtual_host={int(worker) + 1}"),
        "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "127.0.0.1", "HTTPS": "0", "WHITENOISE_USE_FINDERS": "1", "PUBLIC_BASE_URL": address,
        "MEDIA_ROOT": str(media), "PYTHONUNBUFFERED": "1", "SITE": "both",
    }  # fmt: skip
    environment.pop("PYTEST_CURRENT_TEST", None)
    web = [
        sys.executable,
        "-m",
        "gunicorn",
        "config.wsgi:application",
        "--bind",
        f"127.0.0.1:{port}",
        "--threads",
        "4",
        "--worker-class",
        "gthread",
        "--log-level",
        "warning",
    ]
    jobs = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "config",
        "worker",
        "--concurrency",
        "1",
        "--loglevel",
        "WARNING",
    ]
    with log.open("wb") as output:
        children = [
            subprocess.Popen(
                command,
                cwd=settings.ROOT,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            for command in (web, jobs)
        ]
        try:
            _wait_for(address, children, log)
            yield address
        finally:
            for child in children:
                os.killpg(child.pid, signal.SIGTERM)
            for child in children:
                try:
                    child.wait(10)
                except subprocess.TimeoutExpired:
                    os.killpg(child.pid, signal.SIGKILL)


def _wait_for(address: str, children: list, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if any(child.poll() is not None for child in children):
            break
        try:
            with urlopen(f"{address}/desk/login/", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the system did not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")
