"""PostgreSQL reproduces the published vectors of the protocol: its hash and its order are the second computation (DRAW §4.4)."""

import pytest
from django.utils import timezone

from lottery import EntityAnnouncement, read_announcement, sha256
from planning import sql
from planning.models import Draw, DrawFile
from tests.lottery.folders import load
from tests.planning import sitting_cast as cast


@pytest.fixture
def stored(bureau, operator):
    """Stores a vector's lists as those of a draw, whose id it returns."""
    cast.fill_pool(bureau)
    sitting = cast.prepared(bureau, operator)

    def store(files):
        draw = Draw.objects.create(
            authority=bureau,
            unit=bureau,
            sitting=sitting,
            task=sitting.tasks.get(),
            number="VECTOR",
            n=1,
            chain_number=1,
            previous="0" * 64,
            a=sha256(files["announcement.txt"]),
            locked_at=timezone.now(),
            nonce=b"",
            list_salt=b"",
        )
        lists = {name: content for name, content in files.items() if name.endswith(".tsv")}
        DrawFile.objects.bulk_create(
            DrawFile(draw=draw, name=name, content=content, sha256="-", size=len(content))
            for name, content in lists.items()
            if name != "result.tsv"
        )
        return draw.pk

    return store


@pytest.fixture
def operator(bureau):
    return cast.operator_of(bureau)


def field(content, key):
    return next(
        line.split("\t")[1] for line in content.decode().splitlines() if line.startswith(f"{key}\t")
    )


def seed_by_sql(files):
    record = files["record.txt"]
    return sql.seed(
        sha256(files["announcement.txt"]),
        field(files["reveal.txt"], "nonce"),
        field(record, "digits"),
        field(record, "beacon"),
    )


@pytest.mark.parametrize("name", ["v1", "v2", "v3", "void"])
def test_the_entities_of_a_vector_are_reproduced_byte_for_byte(stored, name):
    files = load(name)
    announcement = read_announcement(files["announcement.txt"].decode())
    assert isinstance(announcement, EntityAnnouncement)

    text = sql.entity_result(
        stored(files),
        announcement.digest(),
        seed_by_sql(files),
        [(stratum.label, stratum.k, stratum.reserve) for stratum in announcement.strata],
    )

    assert text.encode() == files["result.tsv"]


@pytest.mark.parametrize("name", ["v4", "v5"])
def test_order_and_tickets_of_a_team_vector_are_reproduced(stored, name):
    files = load(name)
    seed = seed_by_sql(files)
    rows = [line.split("\t") for line in files["result.tsv"].decode().splitlines()[2:]]
    visits = [(row[1], row[3]) for row in rows if row[0] == "visit"]
    members = [((row[1], row[3]), row[4]) for row in rows if row[0] == "team"]

    assert seed == field(files["result.tsv"], "seed")
    assert sql.visit_order(stored(files), seed) == visits
    assert sql.member_tickets(seed, [pair for pair, _ in members]) == [t for _, t in members]


def test_strata_beyond_the_basic_plane_stand_in_byte_order(stored):
    """Which JavaScript's default order, and many a locale, would turn round (DRAW §1)."""
    files = load("v1") | {"candidates.tsv": "E1\t𠮷\nE2\t（专）\n".encode()}

    text = sql.entity_result(stored(files), "A", "ab" * 32, [("𠮷", 1, 0), ("（专）", 1, 0)])

    assert [line.split("\t")[1] for line in text.splitlines()[2:]] == ["（专）", "𠮷"]
