"""The package makes every file of every vector, byte for byte."""

from datetime import datetime

import pytest

from lottery import (
    EntityAnnouncement,
    EntityResult,
    TeamResult,
    WitnessOpening,
    check_folder,
    draw_entities,
    draw_seed,
    draw_teams,
    freeze_candidates,
    freeze_conflicts,
    freeze_excluded,
    freeze_inspectors,
    freeze_visits,
    list_matches,
    make_record,
    read_announcement,
    read_candidates,
    read_conflicts,
    read_inspectors,
    read_visits,
    reveal_text,
    sha256,
    void_text,
    witness_text,
)
from lottery.lists import read_rows
from tests.lottery.folders import VERIFIED, load

REVEALED = (*VERIFIED, "void")


def keyed(content: bytes) -> dict[str, str]:
    return dict(line.split("\t", 1) for line in content.decode().splitlines())


def openings(record: dict[str, str]) -> list[WitnessOpening]:
    digits = [] if record["digits"] == "-" else record["digits"].split(",")
    salts = [None] * len(digits) if record["salts"] == "-" else record["salts"].split(",")
    pairs = zip(digits, salts, strict=True)
    return [WitnessOpening(digits=given, salt=salt) for given, salt in pairs]


def beacon(record: dict[str, str]) -> str | None:
    return None if record["beacon"] == "-" else record["beacon"]


@pytest.mark.parametrize("name", [*REVEALED, "sealed"])
def test_the_announcement_is_read_and_written_unchanged(name: str) -> None:
    text = load(name)["announcement.txt"].decode()

    announcement = read_announcement(text)

    assert announcement.to_text() == text
    assert announcement.digest() == sha256(text.encode())


@pytest.mark.parametrize("name", ["v1", "v2", "v3"])
def test_entity_lists_are_frozen_to_the_same_bytes_from_any_order(name: str) -> None:
    files = load(name)

    candidates = freeze_candidates(reversed(read_candidates(files["candidates.tsv"])))
    rows = [(identifier, reason) for identifier, reason in read_rows(files["excluded.tsv"])]
    excluded = freeze_excluded(reversed(rows), candidates=candidates)

    assert (candidates.content, excluded.content) == (
        files["candidates.tsv"],
        files["excluded.tsv"],
    )


@pytest.mark.parametrize("name", ["v4", "v5"])
def test_team_lists_are_frozen_to_the_same_bytes_from_any_order(name: str) -> None:
    files = load(name)
    visits, people = read_visits(files["visits.tsv"]), read_inspectors(files["inspectors.tsv"])

    frozen = (
        freeze_visits(reversed(visits)),
        freeze_inspectors(reversed(people)),
        freeze_conflicts(
            reversed(read_conflicts(files["conflicts.tsv"])),
            visits=[visit.id for visit in visits],
            pids=[person.pid for person in people],
        ),
    )

    assert {part.file_name: part.content for part in frozen}.items() <= files.items()


def result_of(name: str) -> EntityResult | TeamResult:
    files = load(name)
    record, reveal = keyed(files["record.txt"]), keyed(files["reveal.txt"])
    announcement = read_announcement(files["announcement.txt"].decode())
    seed = draw_seed(announcement, reveal["nonce"], openings(record), beacon(record))
    if isinstance(announcement, EntityAnnouncement):
        candidates = read_candidates(files["candidates.tsv"])
        counts = freeze_candidates(candidates).strata
        return draw_entities(candidates, announcement.strata, counts, seed)
    return draw_teams(
        read_visits(files["visits.tsv"]),
        read_inspectors(files["inspectors.tsv"]),
        read_conflicts(files["conflicts.tsv"]),
        announcement.team,
        seed,
    )


@pytest.mark.parametrize("name", REVEALED)
def test_the_result_is_reproduced(name: str) -> None:
    files = load(name)

    text = result_of(name).to_text(sha256(files["announcement.txt"]))

    assert text.encode() == files["result.tsv"]


@pytest.mark.parametrize("name", REVEALED)
def test_record_witness_and_reveal_are_reproduced(name: str) -> None:
    files = load(name)
    announcement = read_announcement(files["announcement.txt"].decode())
    record, reveal = keyed(files["record.txt"]), keyed(files["reveal.txt"])
    witness = files.get("witness.txt", b"").decode() or None

    made = make_record(
        announcement,
        openings(record),
        result=files["result.tsv"].decode(),
        beacon=beacon(record),
        witness_file=witness,
    )

    assert made.to_text().encode() == files["record.txt"]
    assert made.seed(reveal["nonce"]) == result_of(name).seed
    revealed = reveal_text(announcement, reveal["nonce"], reveal["list_salt"])
    assert revealed.encode() == files["reveal.txt"]
    lists = [file[:-4] for file in files if file.endswith(".tsv") and file != "result.tsv"]
    assert all(
        list_matches(announcement, file, reveal["list_salt"], files[f"{file}.tsv"])
        for file in lists
    )


@pytest.mark.parametrize("name", ["v2", "v5", "void"])
def test_the_witness_file_is_reproduced_from_its_commitments(name: str) -> None:
    files = load(name)
    announcement = read_announcement(files["announcement.txt"].decode())
    commitments = [row[1] for row in read_rows(files["witness.txt"])[1:]]

    assert witness_text(announcement, commitments).encode() == files["witness.txt"]


def test_the_void_file_is_reproduced() -> None:
    files = load("void")
    announcement = read_announcement(files["announcement.txt"].decode())
    at = datetime.fromisoformat("2026-04-03T09:00:00+08:00")

    text = void_text(announcement, "名录未更新，上级批准作废", at)

    assert text.encode() == files["void.txt"]


@pytest.mark.parametrize(
    ("name", "state"),
    [("v1", (0, "VERIFIED")), ("sealed", (3, "SEALED until 2026-06-30"))],
)
def test_the_package_says_what_the_verifier_says(name: str, state: tuple[int, str]) -> None:
    assert check_folder(load(name))[:2] == state
