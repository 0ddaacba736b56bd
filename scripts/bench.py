"""Runs the measurements in bench/, each on fresh servers with real settings (fsync on), not on the demo's data.

A measurement is a program of its own that prints lines; it finds a migrated, empty database in its environment.
What it printed goes into docs/benchmarks.md, in the section of its name; other sections stay as they are.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from config import embedded  # noqa: E402

PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Measurements

Written by `make bench`; each section by the program of that name in `bench/`, on fresh servers with durable settings.
The machine is small and shared with other work while it measures: ratios between the lines of one section mean
something, absolute times little. What follows from the numbers stands in [scaling.md](scaling.md).
"""
# What is measured at given sizes, each on servers of its own.
SIZES = {"pages": ("640", "20000"), "sitting": ("20000", "1000000")}


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure.")
    parser.add_argument("names", nargs="*", help="which of bench/*.py; all by default")
    chosen = parser.parse_args()
    programs = sorted((ROOT / "bench").glob("*.py"))
    known = [path.stem for path in programs]
    if unknown := sorted(set(chosen.names) - set(known)):
        print(f"没有测量项 {'、'.join(unknown)}；可用的有：{'、'.join(known)}。")
        return 1
    failed = [
        path.stem for path in programs if path.stem in (chosen.names or known) and measure(path)
    ]
    if failed:
        print(f"未完成：{'、'.join(failed)}。")
    return int(bool(failed))


def measure(program: Path) -> int:
    """Run the program once for each of its sizes; keep what it printed unless it failed."""
    print(f"== {program.stem}", flush=True)
    printed: list[str] = []
    for size in SIZES.get(program.stem, ("",)):
        if code := on_fresh_servers([str(program), *filter(None, [size])], printed):
            return code
    keep(program.stem, "".join(printed))
    return 0


def on_fresh_servers(command: list[str], printed: list[str]) -> int:
    base = Path(tempfile.mkdtemp(prefix="ssj-bench-", dir="/var/tmp"))
    os.environ |= {"SSJ_DATA": str(base), "SSJ_TEST": "0", "PYTHONPATH": str(ROOT)}
    os.environ |= {"MEDIA_ROOT": str(base / "media")}
    began = time.monotonic()
    try:
        embedded.ensure(ROOT)
        migrated = subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT)
        if migrated.returncode:
            return migrated.returncode
        return run(command, printed)
    finally:
        embedded.stop(ROOT, force=True)
        shutil.rmtree(base, ignore_errors=True)
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)


def run(command: list[str], printed: list[str]) -> int:
    """Shown as it comes, and kept."""
    with subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            printed.append(line)
    return process.returncode


def keep(name: str, printed: str) -> None:
    sections = read_sections() | {name: f"{circumstances()}\n\n```\n{printed.rstrip()}\n```\n"}
    text = "\n".join(f"## {name}\n\n{sections[name]}" for name in sorted(sections))
    PAGE.write_text(f"{HEAD}\n{text}", encoding="utf-8")


def read_sections() -> dict[str, str]:
    if not PAGE.exists():
        return {}
    parts = PAGE.read_text("utf-8").split("\n## ")[1:]
    return {name: text.strip() + "\n" for name, _, text in (part.partition("\n") for part in parts)}


def circumstances() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    today = date.today().isoformat()  # noqa: DTZ011 (the day of the person at this machine)
    return (
        f"{today}, {os.cpu_count()} cores, {memory} GB of memory, {platform.machine()},"
        f" Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end."
    )


if __name__ == "__main__":
    sys.exit(main())
