"""Planted faults in the browser's verifier: each spoils one line of a copy, and the tests in Chromium must go red.

usage: python -m tests.browser.verify_faults        exit 0 if every fault is caught or there is no Chromium, else 1
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.browser.running import CHROMIUM

ROOT = Path(__file__).resolve().parents[2]
TESTS = "tests/browser/test_verify_worker.py"
# What the tests need, and nothing of Django's.
COPIED = ("lottery", "static/js", "tests/lottery")
FILES = ("tests/browser/served.py", "tests/browser/running.py", TESTS)


class Fault(NamedTuple):
    """`right` stands exactly once in static/js/ssj1.js and becomes `wrong`."""

    name: str
    right: str
    wrong: str


FAULTS = (
    Fault(
        "JavaScript's own order of text (UTF-16 units)",
        "      if (x >= 0xd800 && y >= 0xd800) {",
        "      if (false) {",
    ),
    Fault("JavaScript's default sort of the draw", "order.sort(byTicket);", "order.sort();"),
    Fault(
        "tickets cut to a byte",
        "return { id, ticket: ticketOf(id) };",
        "return { id, ticket: ticketOf(id).slice(0, 2) };",
    ),
    Fault(
        "a friend skipped",
        "        this.members.get(label).push(id);\n",
        "        if (!id.endsWith('1B')) { this.members.get(label).push(id); }\n",
    ),
    Fault(
        "the result taken on trust",
        '    compareResult(files.get("result.tsv"), rows);\n',
        "",
    ),
    Fault(
        "the list digests forgotten",
        'if (h("list", name, listSalt, sha256(bytes)) !== announced.digest) {',
        "if (false) {",
    ),
    Fault(
        "the witnesses' commitments forgotten",
        'if (h("witness", announcement.digest, salts[i], given[i]) !== commit) {',
        "if (false) {",
    ),
    Fault(
        "an open repertoire",
        'const OUTSIDE = new RegExp("[^" + REPERTOIRE + "]", "u");',
        'const OUTSIDE = new RegExp("[^\\\\s\\\\S]", "u");',
    ),
    Fault(
        "a byte order mark swallowed",
        "{ ignoreBOM: true }",
        "{ ignoreBOM: false }",
    ),
    Fault(
        "load not counted",
        "          one.person.load++;\n",
        "",
    ),
    Fault(
        "a conflict forgotten",
        ' && !this.barred.has(place.id + "\\t" + person.pid)',
        "",
    ),
    Fault(
        "the last block of SHA-256 too short",
        "size % 64 < 56 ?",
        "size % 64 < 60 ?",
    ),
)


def main() -> int:
    if CHROMIUM is None:
        print("本机没有 Chromium，浏览器核验程序的植入错误没有试。")
        return 0
    missed = [fault.name for fault in FAULTS if not is_caught(fault)]
    print(f"{len(FAULTS) - len(missed)} of {len(FAULTS)} faults in the browser's verifier caught")
    return 1 if missed else 0


def is_caught(fault: Fault) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        copy = plant(fault, Path(folder))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-c", "/dev/null", "--rootdir", ".",
             "-p", "no:django", "-p", "no:cacheprovider", "-p", "no:xdist", TESTS],
            cwd=copy, capture_output=True, text=True, check=False,
        )  # fmt: skip
    caught = done.returncode == 1  # tests ran and failed; 2–5 would be a broken run
    by = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    print(
        f"{'caught' if caught else 'MISSED'}  {fault.name}  {by[0][:110] if by else ''}", flush=True
    )
    if not caught and done.returncode:
        print(done.stdout[-1500:], done.stderr[-500:])
    return caught


def plant(fault: Fault, folder: Path) -> Path:
    """A copy of scripts and tests with the fault in it."""
    for part in COPIED:
        shutil.copytree(
            ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "faults.py")
        )
    (folder / "tests" / "browser").mkdir()
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    for package in ("tests", "tests/browser"):
        (folder / package / "__init__.py").touch()
    spoiled = folder / "static" / "js" / "ssj1.js"
    source = spoiled.read_text(encoding="utf-8")
    if source.count(fault.right) != 1:
        raise SystemExit(f"{fault.name}: its line no longer stands once in ssj1.js")
    spoiled.write_text(source.replace(fault.right, fault.wrong), encoding="utf-8")
    return folder


if __name__ == "__main__":
    sys.exit(main())
