"""Planted faults: each spoils one line of a copy of the package, and the tests must go red.

usage: python -m tests.lottery.faults        exit 0 if every fault is caught, 1 if one is not

A test suite that stays green with a friend skipped proves nothing (DRAW §7).
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Fault(NamedTuple):
    """In `file`, `right` stands exactly once and becomes `wrong`."""

    name: str
    file: str
    right: str
    wrong: str


FAULTS = (
    Fault(
        "tickets cut to a byte",
        "entities.py",
        "digest = ticket.digest()\n",
        "digest = ticket.digest()[:1] + bytes(31)\n",
    ),
    Fault(
        "a friend skipped",
        "entities.py",
        "        if digest < bound:\n",
        "        if digest < bound and not identifier.endswith('1B'):\n",
    ),
    Fault(
        "database order (a locale) for the lists",
        "lists.py",
        "    lines.sort()",
        "    lines.sort(key=str.casefold)",
    ),
    Fault(
        "JavaScript's UTF-16 order for the strata",
        "entities.py",
        "order = sorted(strata, key=lambda stratum: stratum.label)",
        "order = sorted(strata, key=lambda stratum: stratum.label.encode('utf-16-be'))",
    ),
    Fault(
        "JavaScript's UTF-16 order in the announcement",
        "announcement.py",
        "ordered = sorted(self.strata, key=lambda stratum: stratum.label)",
        "ordered = sorted(self.strata, key=lambda stratum: stratum.label.encode('utf-16-be'))",
    ),
    Fault(
        "JavaScript's UTF-16 order in comma lists",
        "text.py",
        "ordered = sorted(items)",
        "ordered = sorted(items, key=lambda item: item.encode('utf-16-be'))",
    ),
    Fault(
        "a threshold that is too tight, without a second pass",
        "entities.py",
        "    if any(len(kept[label]) < m for label, m in wanted.items()):\n",
        "    if False:\n",
    ),
    Fault(
        "the reserve counted among the selected",
        "entities.py",
        '"selected" if rank <= k else',
        '"selected" if rank <= k + 1 else',
    ),
    Fault(
        "a conflict forgotten",
        "teams.py",
        "and (visit.id, person.pid) not in barred",
        "and (visit.id, person.pid) not in set(list(barred)[1:])",
    ),
    Fault(
        "load not counted for experts",
        "teams.py",
        "            load[member.pid] += 1\n",
        "            load[member.pid] += member.duty is not Duty.EXPERT\n",
    ),
    Fault(
        "a required qual relaxed",
        "teams.py",
        "        if holder is None:\n            return None\n        chosen = [*chosen, holder]",
        "        if holder is not None:\n            chosen = [*chosen, holder]",
    ),
    Fault(
        "a replacement chosen by load",
        "teams.py",
        "    ticket, pid = min(tickets)\n",
        "    ticket, pid = max(tickets)\n",
    ),
    Fault("a ratio rounded to the nearest", "ratios.py", "-(-product //", "round(product /"),
    Fault(
        "the verifier forgets the list digests",
        "verify.py",
        'if h("list", name, list_salt, sha256(content)) != digest:',
        "if False:",
    ),
    Fault(
        "the verifier forgets the commitments",
        "verify.py",
        'if h("witness", announcement.digest, salt, number) != commit:',
        "if False:",
    ),
    Fault(
        "the verifier trusts the result's digest",
        "verify.py",
        '    compare_result(files["result.tsv"], rows)\n',
        "",
    ),
    Fault(
        "the verifier lets a symlink in",
        "verify.py",
        "state = os.lstat(full)",
        "state = os.stat(full)",
    ),
)


def main() -> int:
    missed = [fault.name for fault in FAULTS if not is_caught(fault)]
    print(f"{len(FAULTS) - len(missed)} of {len(FAULTS)} planted faults caught")
    return 1 if missed else 0


def is_caught(fault: Fault) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        copy = plant(fault, Path(folder))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-c", "/dev/null", "--rootdir", ".",
             "-p", "no:django", "-p", "no:cacheprovider", "-p", "no:xdist", "tests/lottery"],
            cwd=copy, capture_output=True, text=True, check=False,
        )  # fmt: skip
    caught = done.returncode == 1  # tests ran and failed; 2–5 would be a broken run
    by = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    print(
        f"{'caught' if caught else 'MISSED'}  {fault.name}  {by[0][:110] if by else ''}", flush=True
    )
    return caught


def plant(fault: Fault, folder: Path) -> Path:
    """A copy of package and tests with the fault in it."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "lottery", folder / "lottery", ignore=ignore)
    shutil.copytree(ROOT / "tests" / "lottery", folder / "tests" / "lottery", ignore=ignore)
    (folder / "tests" / "__init__.py").touch()
    spoiled = folder / "lottery" / fault.file
    source = spoiled.read_text(encoding="utf-8")
    if source.count(fault.right) != 1:
        raise SystemExit(f"{fault.name}: its line no longer stands once in {fault.file}")
    spoiled.write_text(source.replace(fault.right, fault.wrong), encoding="utf-8")
    return folder


if __name__ == "__main__":
    sys.exit(main())
