"""A sitting over a large pool: lock and computation run as jobs, once, and lead back to the sitting."""

from threading import Event

import pytest
from django.urls import reverse

from bureau.models import Job
from bureau.services import jobs
from bureau.services.pulse import Pulse
from planning.jobs import lock_sitting
from planning.models import Draw, Sitting
from planning.selectors import draws as reads
from planning.services import large_sittings, sittings
from tests.planning import sitting_cast as cast
from tests.planning.build import make_listing


@pytest.fixture
def operator(bureau):
    cast.fill_pool(bureau)
    return cast.operator_of(bureau)


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch):
    monkeypatch.setattr(large_sittings, "AT_ONCE", 35)


def press(client, operator, sitting, step):
    client.force_login(operator)
    response = client.post(reverse(f"planning:sitting-{step}", args=[sitting.pk]))
    job = Job.objects.latest("created_at")
    assert response.url == reverse("bureau:job", args=[job.pk])
    return job


def finished(job):
    jobs.run(str(job.pk))
    job.refresh_from_db()
    return job


def test_lock_and_computation_lead_back_to_the_sitting(client, bureau, operator, witness):
    sitting = cast.prepared(bureau, operator, witnesses=[witness])
    back = reverse("planning:sitting-detail", args=[sitting.pk])

    locked = finished(press(client, operator, sitting, "lock"))
    sittings.mark_printed(sitting=sitting, actor=operator)
    sittings.open_digits(sitting=sitting, digits=cast.ONE, actor=witness)
    computed = finished(press(client, operator, sitting, "compute"))

    assert [(job.state, job.result["url"]) for job in (locked, computed)] == [("done", back)] * 2
    assert locked.payload["size"] == 37
    assert reads.verdict(Draw.objects.get()) == (0, "VERIFIED")
    assert back in client.get(reverse("bureau:job", args=[computed.pk])).content.decode()


def test_a_pool_that_fits_a_page_is_locked_at_once(client, bureau, operator, witness, monkeypatch):
    monkeypatch.setattr(large_sittings, "AT_ONCE", 37)
    sitting = cast.prepared(bureau, operator, witnesses=[witness])
    client.force_login(operator)

    response = client.post(reverse("planning:sitting-lock", args=[sitting.pk]))

    assert response.url == reverse("planning:sitting-detail", args=[sitting.pk])
    assert Sitting.objects.get().state == "locked"
    assert not Job.objects.exists()


def test_pressing_twice_is_one_job(client, bureau, operator, witness):
    sitting = cast.prepared(bureau, operator, witnesses=[witness])

    assert press(client, operator, sitting, "lock") == press(client, operator, sitting, "lock")
    assert Job.objects.count() == 1


def test_a_refusal_stands_on_the_job_s_page_and_pressing_again_is_another_try(
    client, bureau, operator, witness
):
    sitting = cast.prepared(bureau, operator, witnesses=[witness])
    make_listing(bureau, 900, credit_class="A")

    refused = finished(press(client, operator, sitting, "lock"))
    page = client.get(reverse("bureau:job", args=[refused.pk])).content.decode()

    assert refused.state == "failed"
    assert "确认之后有变动（确认时 37，现为 38）" in page
    assert Sitting.objects.get().state == "prepared"
    assert press(client, operator, sitting, "lock").pk != refused.pk


def test_a_worker_that_takes_over_after_the_end_changes_nothing(bureau, operator, witness):
    sitting = cast.prepared(bureau, operator, witnesses=[witness])
    job = large_sittings.lock(sitting=sitting, actor=operator)
    first = jobs.claim(str(job.pk))

    assert lock_sitting(first) == lock_sitting(first)
    assert Draw.objects.count() == 1


def test_pages_list_the_first_rows_and_say_how_many_there_are(
    client, bureau, operator, witness, monkeypatch
):
    monkeypatch.setattr(reads, "ON_A_PAGE", 2)
    draw = cast.computed(bureau, operator, witness).draws.get()
    client.force_login(operator)

    pages = [
        client.get(reverse("planning:draw-detail", args=[draw.number])).content.decode(),
        client.get(reverse("planning:sitting-detail", args=[draw.sitting_id])).content.decode(),
    ]
    shown = reads.strata_with_result(draw, with_rows=True, first=2)

    assert all("已列前 2 家，共 5 家" in page for page in pages)
    assert [(len(s.rows), s.drawn) for s in shown] == [(2, 3), (2, 5)]
    assert [row.rank for row in shown[1].rows] == [1, 2]


class Listener:
    """A run that notes the first progress it is told."""

    def __init__(self):
        self.told, self.heard = None, Event()

    def advance(self, *, done, total):
        self.told = (done, total)
        self.heard.set()


def test_the_pulse_tells_progress_while_the_work_still_runs():
    run = Listener()

    with Pulse(run, total=100, seconds=0.001) as pulse:
        pulse.add(40)
        assert run.heard.wait(10)
        run.heard.clear()
        assert run.heard.wait(10)

    assert run.told == (40, 100)


def test_the_pulse_stops_when_another_worker_has_the_job():
    stopped = Event()

    class Lost:
        def advance(self, **fields):
            stopped.set()
            raise jobs.LostLease

    with Pulse(Lost(), seconds=0.001) as pulse:
        assert stopped.wait(10)
        pulse._thread.join(10)

    assert not pulse._thread.is_alive()
