"""The trail cannot be rewritten, and a change to it is found."""

import psycopg2
import pytest
from django.db import DatabaseError, connection, connections, transaction

from bureau import audit
from bureau.models import AuditEvent
from bureau.services import sealing


@pytest.fixture
def event(bureau, organiser):
    with transaction.atomic():
        return audit.record("plan.submitted", "提交年度计划", target=bureau, actor=organiser)


@pytest.mark.rule("A58")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bureau_auditevent SET label = 'x'",
        "DELETE FROM bureau_auditevent",
        "TRUNCATE bureau_auditevent CASCADE",
    ],
)
def test_the_application_role_cannot_rewrite_the_trail(event, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_event_keeps_the_name_and_role_of_its_actor(event):
    assert (event.actor_name, event.actor_role) == ("测任务经", "任务经办")


def test_nothing_is_recorded_outside_a_transaction(live_db):
    with pytest.raises(transaction.TransactionManagementError):
        audit.record("x.done", "x", target=AuditEvent(), actor=None)


def _sealed(count: int):
    from tests.people import make_authority

    bureau = make_authority("SFX", "示范县自然资源和规划局")
    for n in range(count):
        with transaction.atomic():
            audit.record("plan.submitted", f"第 {n} 步", target=bureau, actor=None)
    return sealing.seal()


def test_sealed_events_verify(live_db):
    _sealed(3)

    assert sealing.verify().is_intact


def test_sealing_again_changes_nothing(live_db):
    _sealed(3)

    assert sealing.seal() is None


def test_an_event_of_an_open_transaction_waits(live_db):
    """Otherwise it could slip in before a sealed one."""
    _sealed(1)
    other = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_current_xact_id()")
        with transaction.atomic():
            audit.record(
                "plan.filed", "后来的", target=AuditEvent.objects.first().authority, actor=None
            )

        assert sealing.seal() is None

        cursor.execute("COMMIT")
    other.close()

    assert sealing.seal().last == 2


def test_a_change_behind_the_triggers_is_named(live_db):
    _sealed(3)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE bureau_auditevent DISABLE TRIGGER append_only")
        cursor.execute("UPDATE bureau_auditevent SET label = '改过' WHERE label = '第 1 步'")

    verdict = sealing.verify()

    assert (verdict.is_intact, "留痕第 2 条" in verdict.message) == (False, True)


def test_an_older_database_is_found_by_a_checkpoint_kept_elsewhere(live_db):
    checkpoint = _sealed(3)
    known = [{"number": checkpoint.number + 1, "sha256": "0" * 64}]

    assert not sealing.verify(known).is_intact


def test_a_transaction_in_another_database_does_not_hold_the_sealer_up(live_db):
    """The cluster's snapshot knows it, but it cannot write here."""
    elsewhere = psycopg2.connect(
        dbname="postgres", user="postgres", host=str(live_db.servers.socket_dir)
    )
    with elsewhere.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")

        assert _sealed(1).last == 1
    elsewhere.close()
