"""Kills parts of a running demo and sees whether it comes back with nothing lost. Uses data of its own.

Each fault is one line: what was killed, and whether the site answered afterwards and the trail still verifies.
Ends with 1 when one did not.
"""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60


def main() -> int:
    base = Path(tempfile.mkdtemp(prefix="ssj-faults-", dir="/var/tmp"))
    os.environ |= {"SSJ_DATA": str(base), "SSJ_TEST": "0", "MEDIA_ROOT": str(base / "media")}
    failures = 0
    try:
        with demo() as port:
            failures += sum(not comes_back(name, base, port) for name in VICTIMS)
            failures += not report("审计链校验", verified())
            failures += not report("强杀整个演示后没有残留进程", nothing_left_after_kill(base))
        with demo() as port:
            failures += not report("再次启动，数据完好", answers(port) and verified())
    finally:
        stop_servers()
        shutil.rmtree(base, ignore_errors=True)
    return int(failures > 0)


Victim = Callable[[str, Path], bool]
VICTIMS: dict[str, Victim] = {
    "worker": lambda line, base: "celery" in line and " worker " in line,
    "beat": lambda line, base: "celery" in line and " beat " in line,
    "web": lambda line, base: "gunicorn" in line,
    "Redis": lambda line, base: "redis-server" in line and str(base) in line,
    "PostgreSQL": lambda line, base: f"-D {base}/data/pg/cluster" in line,
}


def comes_back(name: str, base: Path, port: int) -> bool:
    """Kill every process of this kind and wait for others in their place, and for the site's answer."""

    def found() -> set[int]:
        return {pid for pid in processes() if VICTIMS[name](command_line(pid), base)}

    dead = found()
    for pid in dead:
        os.kill(pid, signal.SIGKILL)
    back = wait_until(lambda: bool(found() - dead) and answers(port))
    return report(f"杀死 {name}（{len(dead)} 个进程）后恢复", bool(dead) and back)


@contextlib.contextmanager
def demo() -> Iterator[int]:
    """A demo on a free port; ended as Ctrl-C would."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, str(ROOT / "scripts" / "demo.py"), "--port", str(port)]
    log = Path(os.environ["SSJ_DATA"]) / "demo.log"
    with log.open("ab") as stream:
        process = subprocess.Popen(command, cwd=ROOT, stdout=stream, stderr=subprocess.STDOUT)
    running["demo"] = process
    try:
        if not wait_until(lambda: answers(port), seconds=900):
            sys.exit(f"演示没有启动：\n{log.read_text(errors='replace')[-2000:]}")
        yield port
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


running: dict[str, "subprocess.Popen[bytes]"] = {}


def nothing_left_after_kill(base: Path) -> bool:
    running["demo"].kill()
    running["demo"].wait()
    return wait_until(lambda: not [pid for pid in processes() if is_ours(pid, base)])


def is_ours(pid: int, base: Path) -> bool:
    """Started by this run: it carries the run's own data folder in its environment or on its command line
    (Redis writes its title over its environment)."""
    if pid == os.getpid():
        return False
    mark = str(base).encode()
    with contextlib.suppress(OSError):
        return any(
            mark in Path(f"/proc/{pid}/{name}").read_bytes() for name in ("environ", "cmdline")
        )
    return False


def processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def command_line(pid: int) -> str:
    """Empty for a process that is gone, a zombie, or no part of this run."""
    with contextlib.suppress(OSError):
        if is_ours(pid, Path(os.environ["SSJ_DATA"])):
            return (
                Path(f"/proc/{pid}/cmdline")
                .read_bytes()
                .replace(b"\0", b" ")
                .decode(errors="replace")
            )
    return ""


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def verified() -> bool:
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_audit"], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        print(done.stdout[-500:], done.stderr[-500:])
    return done.returncode == 0


def stop_servers() -> None:
    program = [sys.executable, "-m", "config.embedded", "stop"]
    subprocess.run(program, cwd=ROOT, capture_output=True)


def wait_until(condition: Callable[[], bool], *, seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.3)
    return True


def report(what: str, good: bool) -> bool:
    print(f"[{'正常' if good else '失败'}] {what}", flush=True)
    return good


if __name__ == "__main__":
    sys.exit(main())
