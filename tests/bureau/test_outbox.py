"""What must leave: once, retried, its failure visible, its receipt kept."""

import pytest
import time_machine

from bureau.errors import RuleError
from bureau.models import OutboxMessage
from bureau.services import outbox


@pytest.fixture
def kind(monkeypatch):
    def register(deliver):
        monkeypatch.setitem(outbox.KINDS, "test.letter", deliver)

    return register


def put() -> OutboxMessage:
    return outbox.put(
        kind="test.letter", key="letter:1", label="一封信", authority=None, payload={"to": "市局"}
    )


def test_the_same_key_is_one_message(db, kind):
    kind(lambda message: {})

    assert put().pk == put().pk


def test_the_receipt_is_kept(db, kind):
    kind(lambda message: {"number": "回执-7"})
    message = put()

    outbox.deliver_waiting()

    message.refresh_from_db()
    assert (message.state, message.receipt) == ("sent", {"number": "回执-7"})


def test_a_failure_is_visible_and_tried_again_later(db, kind):
    def refuse(message):
        raise RuleError("对方没有应答")

    kind(refuse)
    message = put()

    outbox.deliver_waiting()

    message.refresh_from_db()
    assert (
        message.state,
        "对方没有应答" in message.error,
        message.next_at > message.created_at,
    ) == ("failed", True, True)


def test_a_fault_in_the_program_is_told_in_chinese_and_kept_in_the_log(db, kind, caplog):
    def break_down(message):
        raise KeyError("target")

    kind(break_down)
    message = put()

    outbox.deliver_waiting()

    message.refresh_from_db()
    assert message.error == outbox.UNEXPECTED.format(pk=message.pk)
    assert "KeyError" in caplog.text


def test_a_refusal_is_one_line_of_the_log_and_no_traceback(db, kind, caplog):
    def refuse(message):
        raise RuleError("平台没有接收（503）：平台维护中")

    kind(refuse)
    put()

    outbox.deliver_waiting()

    (line,) = caplog.records
    assert (line.levelname, line.exc_info, "平台维护中" in line.getMessage()) == (
        "WARNING",
        None,
        True,
    )


def test_it_goes_out_when_the_other_side_is_back(db, kind):
    kind(lambda message: 1 / 0)
    message = put()
    outbox.deliver_waiting()
    kind(lambda message: {})

    with time_machine.travel(message.created_at.replace(year=message.created_at.year + 1)):
        outbox.deliver_waiting()

    message.refresh_from_db()
    assert (message.state, message.error) == ("sent", "")


def test_one_failure_does_not_hold_up_the_others(db, kind):
    kind(lambda message: {} if message.key == "letter:2" else 1 / 0)
    put()
    outbox.put(kind="test.letter", key="letter:2", label="另一封", authority=None, payload={})

    assert outbox.deliver_waiting() == 1


def test_what_a_failed_delivery_wrote_is_rolled_back(db, kind, bureau):
    def half(message):
        type(bureau).objects.filter(pk=bureau.pk).update(phone="半途")
        raise ConnectionError("断了")

    kind(half)
    put()

    outbox.deliver_waiting()

    bureau.refresh_from_db()
    assert bureau.phone == ""
