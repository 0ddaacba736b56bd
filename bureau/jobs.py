"""Celery entry points of the office: they carry ids, the truth is in the rows."""

from celery import shared_task

from bureau.services import jobs, outbox, sealing


@shared_task(name="bureau.run_job")
def run_job(job_id: str) -> None:
    jobs.run(job_id)


@shared_task(name="bureau.deliver_outbox")
def deliver_outbox() -> None:
    outbox.deliver_waiting()


@shared_task(name="bureau.sweep")
def sweep() -> None:
    jobs.sweep()
    outbox.deliver_waiting()


@shared_task(name="bureau.seal_trail")
def seal_trail() -> None:
    while sealing.seal() is not None:
        pass
