"""Long work as rows (bureau.Job): lease, cursor, fencing token, progress. Redis only carries the id."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from bureau.errors import RuleError
from bureau.models import Agency, Job, User

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
Work = Callable[["Run"], dict[str, Any] | None]
KINDS: dict[str, Work] = {}


class LostLease(Exception):
    """Another worker has taken over: this one stops without writing."""


def kind(name: str) -> Callable[[Work], Work]:
    """Registers the function that does jobs of this kind; it must be able to go on from `run.cursor`."""

    def register(work: Work) -> Work:
        KINDS[name] = work
        return work

    return register


def start(
    *,
    kind: str,
    key: str,
    label: str,
    actor: User | None,
    authority: Agency | None,
    payload: dict[str, Any],
) -> Job:
    """The job with this key, made when it is new, sent after commit. Pressing twice gives one job."""
    job, is_new = Job.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "label": label,
            "actor": actor,
            "authority": authority,
            "payload": payload,
        },
    )
    if is_new:
        send("bureau.run_job", str(job.pk))
    return job


def send(task_name: str, *args: str) -> None:
    """After commit, tell a worker; when Redis is away the sweep finds the row later."""

    def deliver() -> None:
        if getattr(settings, "JOBS_INLINE", False):
            if task_name == "bureau.run_job":
                run(args[0])
            else:
                from bureau.services import outbox

                outbox.deliver_waiting()
            return
        try:
            current_app.send_task(task_name, args=args)
        except Exception:  # the broker is away: the row stays and `sweep` sends it again
            log.warning("broker unreachable, %s waits for the sweep", task_name)

    transaction.on_commit(deliver)


class Run:
    """One attempt at a job, holding its lease."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.token = job.token

    @property
    def payload(self) -> dict[str, Any]:
        return dict(self.job.payload)

    @property
    def cursor(self) -> dict[str, Any]:
        return dict(self.job.cursor)

    def advance(
        self,
        *,
        cursor: dict[str, Any] | None = None,
        done: int | None = None,
        total: int | None = None,
    ) -> None:
        """Saves how far the work is and renews the lease; call it in the same transaction as the work it covers.

        Raises LostLease when another worker holds the job: the caller's transaction rolls back.
        """
        fields: dict[str, Any] = {"lease_until": timezone.now() + LEASE}
        if cursor is not None:
            fields["cursor"] = self.job.cursor = cursor
        if done is not None:
            fields["done"] = done
        if total is not None:
            fields["total"] = total
        self._write(**fields)

    def _write(self, **fields: Any) -> None:
        if not Job.objects.filter(pk=self.job.pk, token=self.token, state=Job.State.RUNNING).update(
            **fields
        ):
            raise LostLease(self.job.pk)


def claim(job_id: str) -> Run | None:
    """Takes the lease of a waiting or abandoned job; None when somebody else works on it or it is finished."""
    now = timezone.now()
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(pk=job_id)
            .filter(Q(state=Job.State.WAITING) | Q(state=Job.State.RUNNING, lease_until__lt=now))
            .first()
        )
        if job is None:
            return None
        if job.attempt >= MAX_ATTEMPTS:
            job.state, job.finished_at = Job.State.FAILED, now
            job.error = f"已尝试 {job.attempt} 次仍未完成，请联系系统管理员查看服务日志后重新发起。"
            job.save(update_fields=["state", "finished_at", "error"])
            return None
        job.state, job.lease_until = Job.State.RUNNING, now + LEASE
        job.attempt, job.token = job.attempt + 1, job.token + 1
        job.save(update_fields=["state", "lease_until", "attempt", "token"])
        return Run(job)


def run(job_id: str) -> None:
    """Does the job if it can be claimed; records the result or the error. Delivering a message twice changes nothing."""
    attempt = claim(job_id)
    if attempt is None:
        return
    try:
        result = KINDS[attempt.job.kind](attempt)
        attempt._write(
            state=Job.State.DONE, result=result or {}, finished_at=timezone.now(), done=F("total")
        )
    except LostLease:
        log.warning("job %s was taken over", job_id)
    except RuleError as refusal:
        _fail(attempt, refusal.message)
    except Exception:  # the job runner is one of two places that may catch everything
        log.exception("job %s failed", job_id)
        _fail(
            attempt,
            "处理中出现意外，已写入的内容没有丢失。请稍后重新发起；仍不成功请联系系统管理员。",
        )


def _fail(attempt: Run, message: str) -> None:
    try:
        attempt._write(state=Job.State.FAILED, error=message[:500], finished_at=timezone.now())
    except LostLease:
        log.warning("job %s was taken over before its failure could be noted", attempt.job.pk)


def sweep() -> int:
    """Sends again what waits too long or whose worker died; returns how many."""
    now = timezone.now()
    stale = Job.objects.filter(
        Q(state=Job.State.WAITING, created_at__lt=now - timedelta(seconds=30))
        | Q(state=Job.State.RUNNING, lease_until__lt=now)
    ).values_list("pk", flat=True)[:100]
    ids = list(stale)
    for job_id in ids:
        send("bureau.run_job", str(job_id))
    return len(ids)
