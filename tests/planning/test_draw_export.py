"""What export_draw writes is what a citizen's lone verify.py accepts, in every state a draw can be in."""

import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

import lottery
from planning.models import Draw, Pick, Sitting
from planning.services import draws, sittings, voids
from tests.people import make_user
from tests.planning import sitting_cast as cast

VERIFY = Path(lottery.__file__).with_name("verify.py")


@pytest.fixture
def operator(bureau):
    cast.fill_pool(bureau)
    return cast.operator_of(bureau)


def verify(draw, tmp_path) -> tuple[int, str]:
    """The exit code and last line of a copy of verify.py that has nothing of the portal beside it."""
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(VERIFY, alone / "verify.py")
    call_command("export_draw", draw.number, str(tmp_path / "draw"), verbosity=0)
    run = subprocess.run(
        [sys.executable, "-I", "verify.py", str(tmp_path / "draw")],
        cwd=alone,
        capture_output=True,
        text=True,
        env={"PYTHONIOENCODING": "utf-8"},
    )
    return run.returncode, run.stdout.strip().splitlines()[-1]


@pytest.mark.rule("A44")
def test_one_witness_is_verified(bureau, operator, witness, tmp_path):
    sitting = cast.computed(bureau, operator, witness)

    assert verify(sitting.draws.get(), tmp_path) == (0, "VERIFIED")


def test_two_witnesses_over_two_draws_are_verified(bureau, operator, witness, tmp_path):
    second = make_user("second", "纪检员", bureau, "witness")
    tasks = [
        cast.make_ready_task(bureau, by=operator),
        cast.make_ready_task(bureau, by=operator, code="LY-02"),
    ]
    sitting = cast.locked(bureau, operator, witnesses=[witness, second], tasks=tasks, digits_each=8)
    cast.commit(sitting, witness, cast.SALTS[0], cast.TWO[0])
    cast.commit(sitting, second, cast.SALTS[1], cast.TWO[1])
    sittings.open_digits(sitting=sitting, digits=cast.TWO[1], salt=cast.SALTS[1], actor=second)
    sittings.open_digits(sitting=sitting, digits=cast.TWO[0], salt=cast.SALTS[0], actor=witness)
    sittings.compute(sitting=sitting, actor=operator)
    first, other = sitting.draws.order_by("chain_number")

    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    assert verify(first, tmp_path / "1") == (0, "VERIFIED")
    assert verify(other, tmp_path / "2") == (0, "VERIFIED")
    assert other.previous == first.a


def test_a_beacon_is_verified_and_not_taken_early(bureau, operator, witness, tmp_path):
    sitting = cast.locked(
        bureau,
        operator,
        witnesses=[witness],
        beacon_source="cwl-kl8",
        beacon_round="2026310",
        beacon_not_before=cast.soon(),
    )
    cast.commit(sitting, witness, cast.SALTS[0], cast.ONE)
    sittings.open_digits(sitting=sitting, digits=cast.ONE, salt=cast.SALTS[0], actor=witness)
    numbers = " ".join(str(n) for n in range(61, 81))

    with pytest.raises(draws.RuleError, match="之后才会公布"):
        sittings.set_beacon(sitting=sitting, value=numbers, actor=operator)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        sittings.set_beacon(sitting=sitting, value=numbers, actor=operator)
        sittings.compute(sitting=sitting, actor=operator)

    assert verify(sitting.draws.get(), tmp_path) == (0, "VERIFIED")


def test_a_deferred_draw_is_sealed_until_its_day(bureau, operator, witness, tmp_path):
    day = timezone.localdate() + timedelta(days=20)
    sitting = cast.computed(bureau, operator, witness, reveal="deferred", reveal_by=day)
    draw = sitting.draws.get()

    assert sorted(draws.files(draw)) == ["announcement.txt", "record.txt"]
    assert verify(draw, tmp_path) == (3, f"SEALED until {day.isoformat()}")
    assert draws.reveal_due(today=day - timedelta(days=1)) == 0
    assert draws.reveal_due(today=day) == 1
    shutil.rmtree(tmp_path / "draw")
    shutil.rmtree(tmp_path / "alone")
    assert verify(Draw.objects.get(), tmp_path) == (0, "VERIFIED")


def test_a_void_draw_shows_what_was_thrown_away(bureau, operator, witness, head, tmp_path):
    sitting = cast.computed(bureau, operator, witness)
    asked = voids.request(sitting=sitting, reason="名录未更新", actor=operator)
    voids.decide(asked=asked, approve=True, actor=head)
    draw = sitting.draws.get()

    assert verify(draw, tmp_path) == (3, "VOID 名录未更新")
    assert "result.tsv" in draws.files(draw)
    assert Sitting.objects.get().state == "voided"
    assert set(Pick.objects.values_list("state", flat=True)) == {"voided"}


def test_a_draw_void_before_a_witness_opened_has_no_result(
    bureau, operator, witness, head, tmp_path
):
    second = make_user("second", "纪检员", bureau, "witness")
    sitting = cast.locked(bureau, operator, witnesses=[witness, second])
    cast.commit(sitting, witness, cast.SALTS[0], cast.ONE)
    cast.commit(sitting, second, cast.SALTS[1], cast.ONE)
    sittings.open_digits(sitting=sitting, digits=cast.ONE, salt=cast.SALTS[0], actor=witness)
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        asked = voids.request(sitting=sitting, reason="监督人未到场", actor=operator)
        voids.decide(asked=asked, approve=True, actor=head)
    draw = sitting.draws.get()

    assert verify(draw, tmp_path) == (3, "VOID 监督人未到场")
    assert "result.tsv" not in draws.files(draw)
    assert f"digits\t{cast.ONE},-\n".encode() in draws.files(draw)["record.txt"]
