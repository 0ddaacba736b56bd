"""Runs the demo in one terminal: embedded servers, web, worker and beat. Ctrl-C ends everything it started.

A supervisor of its own instead of a package, because it must do three things together: keep the embedded
servers while its children live, end all children whatever ends it, and say what is wrong in one sentence.
"""

import argparse
import ctypes
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from config import embedded  # noqa: E402

PATIENCE = 10  # seconds that a child may take to end by itself
PR_SET_PDEATHSIG = 1


class Stopped(Exception):
    """Somebody pressed Ctrl-C or sent a signal."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Serve the demo until Ctrl-C.")
    parser.add_argument("--port", default="8000")
    parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    chosen = parser.parse_args()
    if not chosen.port.isdigit() or not 0 < int(chosen.port) < 65536:
        return refuse(f"端口 {chosen.port} 不是 1–65535 之间的数字，例如 PORT=8080。")
    port = int(chosen.port)
    if sentence := why_not_listen(chosen.host, port):
        return refuse(sentence)
    os.environ["PUBLIC_BASE_URL"] = public_address(port)  # what slips and records print, too
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    children = Children()
    try:
        embedded.ensure(ROOT)
        prepare()
        schedule = embedded.base_directory(ROOT) / "beat-schedule"
        children.start("web", web_command(chosen.host, port))
        children.start("worker", celery("worker", "--concurrency", "1"))
        children.start("beat", celery("beat", "--schedule", str(schedule), "--pidfile", ""))
        if not wait_until(lambda: answers(chosen.host, port) or children.ended(), seconds=60):
            return refuse("网页服务 60 秒内没有就绪，原因见上面的日志。")
        if not children.ended():
            announce(chosen.host, port)
        return watch(children)
    except Stopped:
        return 0
    except subprocess.CalledProcessError as error:
        return refuse(f"准备数据库时出错（{Path(error.cmd[-1]).name}），原因见上面的日志。")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(
                number, signal.SIG_IGN
            )  # a second Ctrl-C must not leave half of it running
        print("\n正在停止……", flush=True)
        children.stop()
        stopped = embedded.stop(ROOT)
        print(
            "已停止，数据保留。"
            if stopped
            else "已停止；另有命令仍在使用数据库，用完后数据库自行停止。"
        )


def watch(children: "Children") -> int:
    """Until a signal: whatever dies is started again, unless it keeps dying."""
    restarts: list[float] = []
    while True:
        time.sleep(1)
        if not embedded.is_running(ROOT):
            print("数据库或消息队列意外停止，正在重新启动……", flush=True)
            embedded.ensure(ROOT)
            restarts.append(time.monotonic())
        for name in children.ended():
            print(f"进程 {name} 意外结束，正在重新启动……", flush=True)
            children.restart(name)
            restarts.append(time.monotonic())
        if len([moment for moment in restarts if time.monotonic() - moment < 60]) > 5:
            return refuse("一分钟内多次意外结束，已全部停止；原因见上面的日志。")


def on_signal(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return 1


def why_not_listen(host: str, port: int) -> str:
    """A sentence if the address cannot be served, else nothing."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            return f"没有权限使用端口 {port}：请换用 1024 以上的端口，例如 make demo PORT=8080。"
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"端口 {port} 已被占用：请先停止占用它的程序，或换一个端口，例如 make demo PORT={port + 1}。"
            return f"无法使用地址 {host}:{port}（{error.strerror}）：请检查 HOST 和 PORT。"
    return ""


def prepare() -> None:
    """Migrate, seed when empty: one process, because each start of Django costs a second."""
    command = [sys.executable, str(ROOT / "scripts" / "demo_setup.py")]
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as process:
        try:
            if process.wait():
                raise subprocess.CalledProcessError(process.returncode, command)
        except Stopped:
            process.terminate()
            process.wait(PATIENCE)
            raise


def web_command(host: str, port: int) -> list[str]:
    return [
        sys.executable,
        *("-m", "gunicorn", "config.wsgi:application", "--bind", f"{host}:{port}"),
        *("--workers", "1", "--worker-class", "gthread", "--threads", "8", "--timeout", "120"),
        *("--graceful-timeout", "5", "--log-level", "warning"),
    ]


def celery(*arguments: str) -> list[str]:
    # Quiet: its banner and its warnings (about root, say) tell nothing to whoever tries the demo.
    program = [
        sys.executable,
        "-W",
        "ignore::UserWarning",
        "-m",
        "celery",
        "--quiet",
        "-A",
        "config",
    ]
    return [*program, *arguments, "--loglevel", "WARNING"]


def public_address(port: int) -> str:
    return os.environ.get("PUBLIC_BASE_URL", f"http://127.0.0.1:{port}")


def announce(host: str, port: int) -> None:
    accounts = embedded.base_directory(ROOT) / "data" / "accounts.txt"
    if accounts.exists():
        print(f"\n{accounts.read_text(encoding='utf-8').rstrip()}")
    shown = "127.0.0.1" if host in ("0.0.0.0", "127.0.0.1") else host
    print(f"\n已启动：http://{shown}:{port}    （按 Ctrl-C 停止，数据保留）\n", flush=True)


class Children:
    """The processes started here. Each has a session of its own, so that Ctrl-C reaches only the
    supervisor, which ends them in order; should the supervisor be killed, the kernel ends them."""

    def __init__(self) -> None:
        self.running: dict[str, subprocess.Popen[str]] = {}
        self.libc = ctypes.CDLL(None)

    def start(self, name: str, command: list[str]) -> None:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=lambda: self.libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM),
        )
        self.running[name] = process
        threading.Thread(target=self.relay, args=(name, process), daemon=True).start()

    def restart(self, name: str) -> None:
        process = self.running[name]
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # children that outlived it
        self.start(name, list(map(str, process.args)))

    def relay(self, name: str, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            print(f"{name:<6} | {line}", end="", flush=True)

    def ended(self) -> list[str]:
        return [name for name, process in self.running.items() if process.poll() is not None]

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        wait_until(lambda: len(self.ended()) == len(self.running), seconds=PATIENCE)
        for process in self.running.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # its session: a worker's children too
            process.wait()


def answers(host: str, port: int) -> bool:
    """Whether a request is answered; the port alone is open before the application is."""
    connection = http.client.HTTPConnection(
        "127.0.0.1" if host == "0.0.0.0" else host, port, timeout=5
    )
    try:
        connection.request("GET", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def wait_until(condition: Callable[[], object], *, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


if __name__ == "__main__":
    sys.exit(main())
