"""Draws in public: exact bytes, a sealed one leaks nothing, a voided one stays, the chain shows gaps (DRAW §3)."""

import hashlib
import io
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from planning.models import Draw, DrawFile
from planning.services import draws as draw_service
from registry.models import Entity
from tests.planning import sitting_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(bureau):
    sitting_cast.fill_pool(bureau)
    return sitting_cast.operator_of(bureau)


def get(view, /, **kwargs):
    return Client().get(reverse(f"public:{view}", kwargs=kwargs))


def test_a_revealed_draw_is_whole_and_verifies_with_the_lone_file(
    bureau, operator, witness, tmp_path
):
    draw = sitting_cast.computed(bureau, operator, witness).draws.get()

    packed = zipfile.ZipFile(io.BytesIO(get("draw-zip", number=draw.number).content))
    packed.extractall(tmp_path)
    verifier = tmp_path / "verify.py"
    verifier.write_bytes(get("verify-py").content)
    done = subprocess.run(
        [sys.executable, "-I", str(verifier), str(tmp_path / draw.number)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "VERIFIED")
    page = get("draw-detail", number=draw.number).content.decode()
    for row in DrawFile.objects.filter(draw=draw):
        content = get("draw-file", number=draw.number, name=row.name).content
        assert content == bytes(row.content)
        assert row.name in page


def test_every_posix_line_for_one_ticket_gives_that_ticket(bureau, operator, witness):
    draw = sitting_cast.computed(bureau, operator, witness).draws.get()

    shown = get("draw-detail", number=draw.number).context["shown"]
    runs = [
        subprocess.run(command.line, shell=True, capture_output=True, text=True, check=True).stdout
        for command in shown.ticket_commands[:3]
    ]

    assert len(runs) == 3
    assert [shown.ticket in printed for printed in runs] == [True] * 3


@pytest.mark.rule("A47")
@pytest.mark.parametrize("stage", ["locked", "computed"])
def test_a_sealed_draw_leaks_nothing(bureau, operator, witness, stage):
    later = timezone.localdate() + timedelta(days=60)
    make = getattr(sitting_cast, stage)
    options = {"witnesses": [witness]} if stage == "locked" else {}
    args = (bureau, operator) if stage == "locked" else (bureau, operator, witness)
    draw = make(*args, reveal="deferred", reveal_by=later, **options).draws.get()

    answers = [
        get("home"),
        get("draws"),
        get("draw-detail", number=draw.number),
        get("chain", code=bureau.code),
        get("chain-file", code=bureau.code),
    ]
    packed = zipfile.ZipFile(io.BytesIO(get("draw-zip", number=draw.number).content))
    everything = b"".join(
        [a.content for a in answers] + [packed.read(n) for n in packed.namelist()]
    )
    hidden = DrawFile.objects.filter(draw=draw, name__endswith=".tsv")
    secrets = [row.sha256 for row in hidden if row.name != "result.tsv"]
    seed = draw.events.filter(kind="computed").values_list("detail__seed", flat=True)
    names = [name for pair in Entity.objects.values_list("name", "public_code") for name in pair]
    grouped = [" ".join(s[i : i + 4] for i in range(0, 64, 4)) for s in [*secrets, *seed]]
    said = everything.decode()
    assert [word for word in [*secrets, *seed, *grouped, *names] if word in said] == []
    assert {n.rpartition("/")[2] for n in packed.namelist()} <= {"announcement.txt", "record.txt"}
    for row in hidden:
        assert get("draw-file", number=draw.number, name=row.name).status_code == 404
    assert "尚未公开" in said


def test_a_natural_person_stands_under_a_pseudonym(bureau, operator, witness):
    person = Entity.objects.get(kind="person")
    draw = sitting_cast.computed(bureau, operator, witness).draws.get()

    packed = zipfile.ZipFile(io.BytesIO(get("draw-zip", number=draw.number).content))
    everything = b"".join(packed.read(name) for name in packed.namelist()).decode()
    page = get("draw-detail", number=draw.number).content.decode()

    assert person.public_code not in everything + page
    assert person.name not in everything + page
    assert "\nP-" in packed.read(f"{draw.number}/candidates.tsv").decode()


def test_a_voided_draw_stays_in_the_list_with_its_reason(bureau, operator, witness):
    draw = sitting_cast.locked(bureau, operator, witnesses=[witness]).draws.get()
    draw_service.void(draw, reason="监督人缺席", at=timezone.now(), actor=operator)

    listed = get("draws").content.decode()
    page = get("draw-detail", number=draw.number).content.decode()

    assert draw.task.number in listed
    assert "已作废" in listed
    assert "监督人缺席" in page


def test_the_chain_file_is_the_chain_and_a_gap_is_red(bureau, operator, witness, monkeypatch):
    first = sitting_cast.computed(bureau, operator, witness).draws.get()
    whole = get("chain", code=bureau.code).content.decode()
    line = get("chain-file", code=bureau.code).content.decode().splitlines()[0].split("\t")

    from publication.selectors import public_draws

    links = public_draws.reads.chain(bureau)
    broken = [type(links[0])(**{**links[0].__dict__, "previous": "f" * 64})]
    monkeypatch.setattr(public_draws.reads, "chain", lambda owner: broken)
    gap = get("chain", code=bureau.code).content.decode()

    assert "首尾相接，没有缺号" in whole
    assert (line[0], line[1]) == (first.a, "0" * 64)
    assert "链不完整" in gap
    assert "此处断开" in gap


def test_the_verifier_is_offered_with_its_digest(bureau, operator, witness):
    draw = sitting_cast.computed(bureau, operator, witness).draws.get()
    digest = hashlib.sha256(get("verify-py").content).hexdigest()

    page = get("draw-detail", number=draw.number).content.decode()

    assert " ".join(digest[i : i + 4] for i in range(0, 64, 4)) in page


def test_queries_do_not_grow_with_draws(bureau, operator, witness):
    task = sitting_cast.make_ready_task(bureau, by=operator)
    sitting_cast.locked(bureau, operator, witnesses=[witness], tasks=[task])
    few = [queries(name) for name in ("draws", "home")]
    more = [sitting_cast.make_task_like(task, operator) for _ in range(4)]
    sitting_cast.locked(bureau, operator, witnesses=[witness], tasks=more)

    assert Draw.objects.count() == 5
    assert [queries(name) for name in ("draws", "home")] == few


def queries(name) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert get(name).status_code == 200
    return len(seen)
