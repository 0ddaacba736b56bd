"""What must not happen to a draw: twice, changed afterwards, computed two ways, or betrayed by a later one."""

import threading
from datetime import timedelta

import psycopg2
import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

import lottery
from bureau.errors import Conflict, RuleError
from bureau.models import Agency, User
from planning import sql
from planning.models import Draw, DrawEvent, DrawFile, Pick, Sitting, Task
from planning.selectors import draws as reads
from planning.services import draws, sittings
from tests.people import make_authority, make_user
from tests.planning import sitting_cast as cast
from tests.planning.build import make_listing


@pytest.fixture
def operator(bureau):
    cast.fill_pool(bureau)
    return cast.operator_of(bureau)


def test_fifty_who_press_at_once_get_one_draw(live_db):
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    cast.fill_pool(bureau)
    operator = cast.operator_of(bureau)
    witness = make_user("witness", "监督员", bureau, "witness")
    sitting = cast.ready_to_compute(bureau, operator, witness)
    outcomes: list[str] = []
    start = threading.Barrier(50)

    def press() -> None:
        try:
            start.wait()
            sittings.compute(
                sitting=Sitting.objects.get(pk=sitting.pk), actor=User.objects.get(pk=operator.pk)
            )
            outcomes.append("drawn")
        except Conflict as late:
            outcomes.append("late" if "已抽取" in late.message else late.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["drawn"] + ["late"] * 49
    assert DrawFile.objects.filter(name="result.tsv").count() == 1
    assert DrawEvent.objects.filter(kind="computed").count() == 1
    assert Pick.objects.count() == 3 + 5


def test_two_authorities_have_a_chain_each_and_no_fork(bureau, operator, witness):
    foreign = make_authority("LYX", "邻云县自然资源和规划局")
    cast.fill_pool_of(foreign, 500)
    other = make_user("other", "外县员", foreign, "organiser")
    watcher = make_user("watcher", "外县监督", foreign, "witness")
    first = cast.computed(bureau, operator, witness).draws.get()
    abroad = cast.locked(foreign, other, witnesses=[watcher]).draws.get()
    second = cast.locked(
        bureau,
        operator,
        witnesses=[witness],
        tasks=[cast.make_ready_task(bureau, by=operator, code="LY-01")],
    ).draws.get()

    assert (first.chain_number, second.chain_number, abroad.chain_number) == (1, 2, 1)
    assert (first.previous, abroad.previous, second.previous) == ("0" * 64, "0" * 64, first.a)
    assert [link.state for link in reads.chain(bureau)] == ["revealed", "locked"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE planning_draw SET reason = '改'",
        "DELETE FROM planning_draw",
        "UPDATE planning_drawfile SET content = ''",
        "DELETE FROM planning_drawevent",
        "TRUNCATE planning_witnesscommitment",
    ],
)
def test_the_application_cannot_change_a_draw(bureau, operator, witness, change):
    cast.locked(bureau, operator, witnesses=[witness])

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


def test_a_changed_list_stops_the_draw_and_fails_the_check(live_db):
    bureau: Agency = make_authority("SFX", "示范县自然资源和规划局")
    cast.fill_pool(bureau)
    operator = cast.operator_of(bureau)
    witness = make_user("witness", "监督员", bureau, "witness")
    sitting = cast.ready_to_compute(bureau, operator, witness)
    replace_first_candidate(live_db)

    with pytest.raises(RuleError, match=r"candidates\.tsv 与锁定时公布的指纹不符"):
        sittings.compute(sitting=sitting, actor=operator)

    assert not Pick.objects.exists()
    assert Sitting.objects.get().state == "locked"


def test_a_list_changed_after_the_draw_is_found_by_the_check(live_db):
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    cast.fill_pool(bureau)
    operator = cast.operator_of(bureau)
    witness = make_user("witness", "监督员", bureau, "witness")
    draw = cast.computed(bureau, operator, witness).draws.get()
    before = reads.verdict(draw)
    replace_first_candidate(live_db)
    code, line = reads.verdict(Draw.objects.get())

    assert before == (0, "VERIFIED")
    assert code == 1
    assert "candidates" in line


def replace_first_candidate(live_db) -> None:
    """What only somebody with the database's own superuser could do."""
    name = connection.settings_dict["NAME"]
    raw = psycopg2.connect(dbname=name, user="postgres", host=str(live_db.servers.socket_dir))
    raw.autocommit = True
    with raw.cursor() as cursor:
        cursor.execute("ALTER TABLE planning_drawfile DISABLE TRIGGER append_only")
        cursor.execute(
            "UPDATE planning_drawfile SET content = overlay(content placing '\\x38'::bytea from 1)"
            " WHERE name = 'candidates.tsv'"
        )
    raw.close()


def test_nothing_is_recorded_when_python_and_sql_differ(bureau, operator, witness, monkeypatch):
    sitting = cast.ready_to_compute(bureau, operator, witness)
    honest = sql.entity_result
    monkeypatch.setattr(sql, "entity_result", lambda *a: honest(*a).replace("\t2\t", "\t9\t"))

    with pytest.raises(RuleError, match="结果不一致"):
        sittings.compute(sitting=sitting, actor=operator)

    assert not DrawFile.objects.filter(name__in=["record.txt", "result.tsv"]).exists()
    assert Task.objects.get().state == "locked"


def test_secrets_are_not_readable_at_rest(bureau, operator, witness):
    draw = cast.computed(bureau, operator, witness).draws.get()
    nonce = draws.files(draw)["reveal.txt"].decode().split("nonce\t")[1][:64]

    assert nonce.encode() not in bytes(draw.nonce)
    assert bytes.fromhex(nonce) not in bytes(draw.nonce)


def test_a_later_draw_waits_for_the_sealed_one_it_would_betray(bureau, operator, witness):
    """DRAW §3: whoever stands as in_open_task was picked in the sealed draw."""
    day = timezone.localdate() + timedelta(days=30)
    task = cast.make_ready_task(bureau, by=operator)
    sealed = cast.computed(
        bureau, operator, witness, tasks=[task], reveal="deferred", reveal_by=day
    ).draws.get()
    later_task = cast.make_task_like(task, operator)
    later = cast.computed(bureau, operator, witness, tasks=[later_task]).draws.get()

    assert later.counts["reasons"]["in_open_task"] == 8
    assert reads.state_of(later) == "computed"
    assert reads.betrayed_by(later) == [sealed]
    assert sorted(draws.files(later)) == ["announcement.txt", "record.txt"]
    assert draws.reveal_due(today=day) == 2
    assert reads.state_of(Draw.objects.get(pk=later.pk)) == "revealed"


def test_a_natural_person_stands_under_a_pseudonym(bureau, operator, witness):
    sitting = cast.computed(bureau, operator, witness)
    draw = sitting.draws.get()
    person = draw.pseudonyms.get()
    listed = draws.files(draw)["candidates.tsv"].decode()

    assert person.listed_id == f"P-{lottery.h('pseudonym', person.salt, person.entity.code)}"
    assert person.listed_id in listed
    assert person.entity.public_code not in listed


@pytest.mark.rule("A46")
def test_each_class_has_its_own_number(bureau, operator, witness):
    draw = cast.computed(bureau, operator, witness).draws.get()

    assert draw.counts["strata"] == [
        {"label": "A类", "n": 15, "k": 3, "reserve": 0},
        {"label": "B类", "n": 21, "k": 5, "reserve": 0},
    ]
    assert draw.counts["reasons"] == {"deregistered": 1}
    assert sorted(draw.picks.values_list("stratum", "rank")) == [
        *[("A类", n) for n in range(1, 4)],
        *[("B类", n) for n in range(1, 6)],
    ]
    assert Task.objects.get().state == "drawn"


@pytest.mark.rule("A18")
def test_a_pool_changed_since_its_confirmation_stops_the_lock(bureau, operator, witness):
    sitting = cast.prepared(bureau, operator, witnesses=[witness])
    make_listing(bureau, 900, credit_class="A")

    with pytest.raises(RuleError, match="操作员确认之后有变动（确认时 37，现为 38）"):
        sittings.lock(sitting=sitting, actor=operator)

    assert not Draw.objects.exists()


def test_a_label_outside_the_repertoire_is_named(bureau, operator, witness):
    task = cast.make_ready_task(bureau, by=operator)
    task.strata.filter(number=1).update(label="A类☆")
    cast.confirm(task, operator)
    sitting = cast.prepared(bureau, operator, witnesses=[witness], tasks=[task])

    with pytest.raises(RuleError, match="“A类☆”含有不能使用的字符“☆”"):
        sittings.lock(sitting=sitting, actor=operator)
