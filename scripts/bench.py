"""Runs the measurements in bench/, each on fresh servers with real settings (fsync on), not on the demo's data.

A measurement is a program of its own that prints lines; it finds a migrated, empty database in its environment.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from config import embedded  # noqa: E402


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
    print(f"== {program.stem}", flush=True)
    base = Path(tempfile.mkdtemp(prefix="ssj-bench-", dir="/var/tmp"))
    os.environ |= {"SSJ_DATA": str(base), "SSJ_TEST": "0", "PYTHONPATH": str(ROOT)}
    began = time.monotonic()
    try:
        embedded.ensure(ROOT)
        migrated = subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT)
        if migrated.returncode:
            return migrated.returncode
        return subprocess.run([sys.executable, str(program)], cwd=ROOT).returncode
    finally:
        embedded.stop(ROOT, force=True)
        shutil.rmtree(base, ignore_errors=True)
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    sys.exit(main())
