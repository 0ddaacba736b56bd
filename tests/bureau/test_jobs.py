"""Long work: one key is one job, a dead worker's job goes on from its cursor, the late writer is stopped."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from bureau.errors import RuleError
from bureau.models import Job
from bureau.services import jobs


@pytest.fixture
def kind(monkeypatch):
    """Registers a kind of work for one test."""

    def register(work):
        monkeypatch.setitem(jobs.KINDS, "test.count", work)

    return register


def make_job(**fields) -> Job:
    return Job.objects.create(key="count:1", kind="test.count", label="数一数", total=10, **fields)


def test_pressing_twice_starts_one_job(bureau, organiser, kind):
    kind(lambda run: None)
    options = {
        "kind": "test.count",
        "key": "count:1",
        "label": "数一数",
        "actor": organiser,
        "authority": bureau,
        "payload": {},
    }

    assert jobs.start(**options).pk == jobs.start(**options).pk


def test_a_finished_job_keeps_its_result(db, kind):
    kind(lambda run: {"url": "/x/"})
    job = make_job()

    jobs.run(str(job.pk))

    job.refresh_from_db()
    assert (job.state, job.result, job.done) == ("done", {"url": "/x/"}, 10)


def test_a_message_delivered_twice_works_once(db, kind):
    worked = []
    kind(lambda run: worked.append(1))
    job = make_job()

    jobs.run(str(job.pk))
    jobs.run(str(job.pk))

    assert worked == [1]


def test_a_job_under_lease_is_not_taken(db):
    job = make_job()
    jobs.claim(str(job.pk))

    assert jobs.claim(str(job.pk)) is None


def test_another_worker_goes_on_from_the_cursor_when_the_lease_has_run_out(db):
    job = make_job()
    with time_machine.travel("2026-03-02T01:00:00Z", tick=False):
        jobs.claim(str(job.pk)).advance(cursor={"row": 4}, done=4)
    with time_machine.travel("2026-03-02T01:05:00Z", tick=False):
        second = jobs.claim(str(job.pk))

    assert (second.cursor, second.job.attempt) == ({"row": 4}, 2)


def test_the_late_writer_is_stopped(db):
    job = make_job()
    with time_machine.travel("2026-03-02T01:00:00Z", tick=False):
        first = jobs.claim(str(job.pk))
    with time_machine.travel("2026-03-02T01:05:00Z", tick=False):
        jobs.claim(str(job.pk))

        with pytest.raises(jobs.LostLease):
            first.advance(done=9)


def test_a_rule_error_is_shown_in_its_own_words(db, kind):
    def refuse(run):
        raise RuleError("第 3 行缺少名称，请补上。")

    kind(refuse)
    job = make_job()

    jobs.run(str(job.pk))

    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "第 3 行缺少名称，请补上。")


def test_an_unforeseen_error_leaves_a_sentence_and_no_traceback(db, kind):
    kind(lambda run: 1 / 0)
    job = make_job()

    jobs.run(str(job.pk))

    job.refresh_from_db()
    assert (job.state, "division" in job.error, "请稍后重新发起" in job.error) == (
        "failed",
        False,
        True,
    )


def test_a_job_that_kills_its_worker_again_and_again_is_given_up(db):
    job = make_job(attempt=jobs.MAX_ATTEMPTS)

    jobs.claim(str(job.pk))

    job.refresh_from_db()
    assert job.state == "failed"


def test_the_sweep_finds_what_waits_too_long(db, monkeypatch):
    sent = []
    monkeypatch.setattr(jobs, "send", lambda name, *args: sent.append(args[0]))
    job = make_job(created_at=timezone.now() - timedelta(minutes=2))

    jobs.sweep()

    assert sent == [str(job.pk)]
