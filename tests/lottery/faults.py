"""Planted faults: each spoils one line of a copy of the project, and the tests named beside it must go red.

usage: python -m tests.lottery.faults          those of the draw itself: seconds each, no server needed
       python -m tests.lottery.faults all      also those of the portal around it, on a database of their own

Exit 0 if every fault is caught, 1 if one is not. A test suite that stays green with a friend skipped proves nothing
(DRAW §7). Those of the browser's verifier: `python -m tests.browser.verify_faults`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 2


class Fault(NamedTuple):
    """In `file`, `right` stands exactly once and becomes `wrong`; `tests` (file::name, joined by blanks) turn red."""

    name: str
    file: str
    right: str
    wrong: str
    tests: str


OF_THE_DRAW = (
    Fault(
        "tickets cut to a byte",
        "lottery/entities.py",
        "digest = ticket.digest()\n",
        "digest = ticket.digest()[:1] + bytes(31)\n",
        "tests/lottery/test_vectors.py::test_the_result_is_reproduced",
    ),
    Fault(
        "a friend skipped",
        "lottery/entities.py",
        "        if digest < bound:\n",
        "        if digest < bound and not identifier.endswith('1B'):\n",
        "tests/lottery/test_vectors.py::test_the_result_is_reproduced",
    ),
    Fault(
        "a hidden exclusion: a candidate that no list names",
        "lottery/lists.py",
        "            strata[stratum] += 1\n            yield",
        "            strata[stratum] += 1\n            if identifier.endswith('1B'):\n                continue\n            yield",
        "tests/lottery/test_vectors.py::test_entity_lists_are_frozen_to_the_same_bytes_from_any_order",
    ),
    Fault(
        "database order (a locale) for the lists",
        "lottery/lists.py",
        "        if line > last:\n",
        "        if line.lower() > last.lower():\n",
        "tests/lottery/test_lock.py::test_lists_ascend_by_code_point_as_no_locale_does",
    ),
    Fault(
        "lists in the order of the database",
        "lottery/lists.py",
        "    if not others:\n        return ordered.getvalue()\n",
        "    ordered.writelines(others)\n    if True:\n        return ordered.getvalue()\n",
        "tests/lottery/test_vectors.py::test_entity_lists_are_frozen_to_the_same_bytes_from_any_order",
    ),
    Fault(
        "an entity both drawable and excluded",
        "lottery/lists.py",
        "        if identifier in barred:\n",
        "        if False:\n",
        "tests/lottery/test_lock.py::test_a_list_that_breaks_a_rule_cannot_be_frozen",
    ),
    Fault(
        "JavaScript's UTF-16 order for the strata",
        "lottery/entities.py",
        "order = sorted(strata, key=lambda stratum: stratum.label)",
        "order = sorted(strata, key=lambda stratum: stratum.label.encode('utf-16-be'))",
        "tests/lottery/test_vectors.py::test_the_result_is_reproduced",
    ),
    Fault(
        "JavaScript's UTF-16 order in the announcement",
        "lottery/announcement.py",
        "ordered = sorted(self.strata, key=lambda stratum: stratum.label)",
        "ordered = sorted(self.strata, key=lambda stratum: stratum.label.encode('utf-16-be'))",
        "tests/lottery/test_vectors.py::test_the_announcement_is_read_and_written_unchanged",
    ),
    Fault(
        "JavaScript's UTF-16 order in comma lists",
        "lottery/text.py",
        "ordered = sorted(items)",
        "ordered = sorted(items, key=lambda item: item.encode('utf-16-be'))",
        "tests/lottery/test_text.py::test_comma_lists_ascend_by_code_point",
    ),
    Fault(
        "a threshold that is too tight, without a second pass",
        "lottery/entities.py",
        "    if any(len(kept[label]) < m for label, m in wanted.items()):\n",
        "    if False:\n",
        "tests/lottery/test_entities.py::test_too_few_survivors_fall_back_to_a_second_pass",
    ),
    Fault(
        "the reserve counted among the selected",
        "lottery/entities.py",
        '"selected" if rank <= k else',
        '"selected" if rank <= k + 1 else',
        "tests/lottery/test_vectors.py::test_the_result_is_reproduced",
    ),
    Fault(
        "the order of the cursor decides",
        "lottery/entities.py",
        "    kept.sort()\n",
        "",
        "tests/lottery/test_entities.py::test_order_of_candidates_and_strata_does_not_matter",
    ),
    Fault(
        "a conflict forgotten",
        "lottery/teams.py",
        "and (visit.id, person.pid) not in barred",
        "and (visit.id, person.pid) not in set(list(barred)[1:])",
        "tests/lottery/test_team_properties.py::test_every_filled_team_keeps_to_the_rules",
    ),
    Fault(
        "conflicts ignored",
        "lottery/teams.py",
        "and (visit.id, person.pid) not in barred",
        "",
        "tests/lottery/test_teams.py::test_nobody_stands_twice_or_where_they_are_recused",
    ),
    Fault(
        "capacity ignored",
        "lottery/teams.py",
        "if load[person.pid] < person.capacity and",
        "if person.capacity and",
        "tests/lottery/test_teams.py::test_nobody_goes_beyond_capacity",
    ),
    Fault(
        "load not counted for experts",
        "lottery/teams.py",
        "            load[member.pid] += 1\n",
        "            load[member.pid] += member.duty is not Duty.EXPERT\n",
        "tests/lottery/test_teams.py::test_nobody_goes_beyond_capacity",
    ),
    Fault(
        "a required qual relaxed",
        "lottery/teams.py",
        "        if holder is None:\n            return None\n        chosen = [*chosen, holder]",
        "        if holder is not None:\n            chosen = [*chosen, holder]",
        "tests/lottery/test_teams.py::test_every_required_qual_and_field_is_covered",
    ),
    Fault(
        "a team too small",
        "lottery/teams.py",
        "return chosen if len(chosen) >= team else None",
        "return chosen",
        "tests/lottery/test_team_properties.py::test_every_filled_team_keeps_to_the_rules",
    ),
    Fault(
        "a replacement that is not the next",
        "lottery/teams.py",
        "    ticket, pid = min(tickets)\n",
        "    ticket, pid = max(tickets)\n",
        "tests/lottery/test_team_properties.py::test_replacements_follow_by_ticket_until_nobody_is_left",
    ),
    Fault(
        "a replacement without the qual",
        "lottery/teams.py",
        "        and missing <= {",
        "        and True or missing <= {",
        "tests/lottery/test_teams.py::test_a_member_who_alone_held_a_qual_is_followed_by_a_holder",
    ),
    Fault(
        "a ratio rounded to the nearest",
        "lottery/ratios.py",
        "-(-product //",
        "round(product /",
        "tests/lottery/test_ratios.py::test_a_plain_ratio_or_a_minimum_is_rounded_up",
    ),
    Fault(
        "a nonce used twice goes unnoticed",
        "lottery/chain.py",
        "        if value != NONE and value in seen:\n",
        "        if False:\n",
        "tests/lottery/test_lock.py::test_digits_that_recur_are_named",
    ),
    Fault(
        "a draw left out of the chain goes unnoticed",
        "lottery/chain.py",
        "        if link.previous != before:\n",
        "        if False:\n",
        "tests/lottery/test_lock.py::test_a_draw_that_was_not_published_leaves_a_gap_in_the_chain",
    ),
    Fault(
        "a record that ignores what the witness had committed to",
        "lottery/record.py",
        "    if witness_commitment(announcement, salt, opening.digits) != commitment:\n",
        "    if False:\n",
        "tests/lottery/test_lock.py::test_nothing_false_gets_into_a_record",
    ),
    Fault(
        "the verifier forgets the list digests",
        "lottery/verify.py",
        'if h("list", name, list_salt, sha256(content)) != digest:',
        "if False:",
        "tests/lottery/test_verify.py::test_any_changed_byte_is_refused",
    ),
    Fault(
        "the verifier forgets the commitments",
        "lottery/verify.py",
        'if h("witness", announcement.digest, salt, number) != commit:',
        "if False:",
        "tests/lottery/test_verify.py::test_it_refuses",
    ),
    Fault(
        "the verifier trusts the result's digest",
        "lottery/verify.py",
        '    compare_result(files["result.tsv"], rows)\n',
        "",
        "tests/lottery/test_verify.py::test_it_refuses",
    ),
    Fault(
        "the verifier ignores capacity",
        "lottery/verify.py",
        "if load[person.pid] < person.capacity and",
        "if",
        "tests/lottery/test_teams.py::test_the_verifier_computes_the_same_teams",
    ),
    Fault(
        "the verifier lets a symlink in",
        "lottery/verify.py",
        "state = os.lstat(full)",
        "state = os.stat(full)",
        "tests/lottery/test_verify.py::test_a_symlink_a_folder_and_a_pipe_are_no_files_of_a_draw",
    ),
)
OF_THE_PORTAL = (
    Fault(
        "candidates leave the pool without a reason",
        "planning/services/entity_draws.py",
        "            if row.excluded:\n                excluded",
        "            if row.excluded == 'deregistered':\n                continue\n            if row.excluded:\n                excluded",
        "tests/planning/test_draw_safety.py::test_each_class_has_its_own_number",
    ),
    Fault(
        "a difference between Python and SQL is let through",
        "planning/services/draws/computing.py",
        "    if first != second:\n",
        "    if False:\n",
        "tests/planning/test_draw_safety.py::test_nothing_is_recorded_when_python_and_sql_differ",
    ),
    Fault(
        "the matching of teams is not computed again",
        "planning/services/draws/computing.py",
        "        _check_as_a_citizen(draw, announcement, files)\n",
        "        pass\n",
        "tests/planning/test_draw_teams.py::test_a_bent_matching_is_not_recorded",
    ),
    Fault(
        "stored lists are not checked against the announcement",
        "planning/services/draws/computing.py",
        "        if not lottery.list_matches(announcement, name, list_salt, content):\n",
        "        if False:\n",
        "tests/planning/test_draw_safety.py::test_a_changed_list_stops_the_draw_and_fails_the_check",
    ),
    Fault(
        "a locale's order in SQL",
        "planning/sql.py",
        'ORDER BY stratum COLLATE "C", rank',
        "ORDER BY encode(convert_to(stratum, 'UTF8'), 'hex') DESC, rank",
        "tests/planning/test_sql_vectors.py",
    ),
    Fault(
        "a sealed list is revealed though it betrays another",
        "planning/services/draws/revealing.py",
        " or reads.betrayed_by(draw):",
        ":",
        "tests/planning/test_draw_safety.py::test_a_later_draw_waits_for_the_sealed_one_it_would_betray",
    ),
)


def main(arguments: list[str]) -> int:
    faults = OF_THE_DRAW + (OF_THE_PORTAL if arguments == ["all"] else ())
    with ThreadPoolExecutor(AT_ONCE) as turns:
        caught = sum(turns.map(is_caught, faults))
    print(f"{caught} of {len(faults)} planted faults caught")
    return int(caught < len(faults))


def is_caught(fault: Fault) -> bool:
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="ssj-planted-") as folder:
        copy = Path(folder)
        of_the_draw = fault.file.startswith("lottery/")
        copy_of_the_draw(copy) if of_the_draw else copy_of_all(copy)
        plant(fault, copy)
        done = run(fault, copy, alone=of_the_draw)
    caught = done.returncode == 1  # tests ran and failed; 2–5 would be a broken run
    if caught:
        print(f"caught  {fault.name}  ({fault.tests.split('/')[-1]})", flush=True)
    else:
        print(f"MISSED  {fault.name}  ({fault.tests})\n{done.stdout[-600:]}", flush=True)
    return caught


def run(fault: Fault, copy: Path, *, alone: bool) -> "subprocess.CompletedProcess[str]":
    """The named tests only; `alone` without Django, database and the project's settings."""
    options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts="]
    if alone:
        options += ["-c", "/dev/null", "--rootdir", ".", "-p", "no:django"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *fault.tests.split()],
        cwd=copy, env=os.environ | {"SSJ_TEST": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def copy_of_the_draw(copy: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__", ".hypothesis")
    for part in ("lottery", "tests/lottery"):
        shutil.copytree(ROOT / part, copy / part, ignore=ignore)
    (copy / "tests" / "__init__.py").touch()


def copy_of_all(copy: Path) -> None:
    """The project without its history, its data and its environment."""
    ignore = shutil.ignore_patterns(
        "__pycache__", ".git", ".venv", ".local", "staticfiles", "media"
    )
    shutil.copytree(ROOT, copy, ignore=ignore, dirs_exist_ok=True)


def plant(fault: Fault, copy: Path) -> None:
    spoiled = copy / fault.file
    source = spoiled.read_text(encoding="utf-8")
    if source.count(fault.right) != 1:
        raise SystemExit(f"{fault.name}: its line no longer stands once in {fault.file}")
    spoiled.write_text(source.replace(fault.right, fault.wrong), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
