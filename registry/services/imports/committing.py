"""Staged rows → registers, in one transaction: all of them or none. Or the batch is dropped."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import Job, User
from bureau.services import jobs
from registry import sql
from registry.models import ImportBatch
from registry.services.imports.kinds import importer_of
from registry.services.imports.staging import is_busy, lock, moved_on

COMMIT_JOB = "registry.commit_import"
STALE = "核对之后{place}有变动，本批 {count} 行的结论已不同，没有写入任何内容。请点“重新核对”，看过新的差异再写入。"


def start_commit(*, batch: ImportBatch, skip_errors: bool, actor: User) -> Job:
    """Takes the batch for writing. Of two people at once one wins, the other gets Conflict with what happened."""
    require(actor, batch.authority_id, *importer_of(batch.kind).roles)
    with transaction.atomic():
        batch = lock(batch)
        if batch.state != ImportBatch.State.STAGED or is_busy(batch):
            raise Conflict(moved_on(batch))
        check_commit(batch, skip_errors=skip_errors)
        nth = Job.objects.filter(kind=COMMIT_JOB, payload__batch=str(batch.pk)).count()
        batch.job = jobs.start(
            kind=COMMIT_JOB,
            key=f"{COMMIT_JOB}:{batch.pk}:{nth}",
            label=f"写入{batch.get_kind_display()}导入文件",
            actor=actor,
            authority=batch.authority,
            payload={"batch": str(batch.pk), "skip_errors": skip_errors},
        )
        batch.save(update_fields=["job"])
    return batch.job


def check_commit(batch: ImportBatch, *, skip_errors: bool) -> None:
    """Raises RuleError when there is nothing to write, or rows with errors that nobody agreed to leave out."""
    if batch.errors and not skip_errors:
        raise RuleError(
            f"有 {batch.errors} 行有错误，没有写入。请下载错误清单改好后重新上传，或选择“只写入无误的 {batch.new + batch.changed} 行”。"
        )
    if not batch.new + batch.changed:
        raise RuleError("没有需要写入的行：文件里的内容与库内一致，或全部有错误。")


def commit(
    *,
    batch: ImportBatch,
    skip_errors: bool,
    actor: User | None,
    today: date,
    job: Job | None = None,
) -> ImportBatch:
    """Writes every new and changed row with one audit event. `actor` None is the command line.

    Raises Conflict when the batch, or what it was compared with, has moved on; RuleError as `check_commit`; Forbidden without the role.
    A job that is run twice finds its batch written and changes nothing.
    """
    if actor is not None:
        require(actor, batch.authority_id, *importer_of(batch.kind).roles)
    try:
        with transaction.atomic():
            batch = lock(batch)
            if job is not None and batch.job_id == job.pk and batch.state == "committed":
                return batch
            if batch.state != ImportBatch.State.STAGED or (
                is_busy(batch) and (job is None or batch.job_id != job.pk)
            ):
                raise Conflict(moved_on(batch))
            check_commit(batch, skip_errors=skip_errors)
            return _write(batch, actor=actor, today=today)
    except IntegrityError as clash:
        raise Conflict(
            "写入时发现编号刚被别人用掉，本批没有写入任何内容。请点“重新核对”后再写入。"
        ) from clash


def drop(*, batch: ImportBatch, actor: User | None) -> ImportBatch:
    """Gives the batch up; its rows stay readable. Raises Conflict when it is being written or was written."""
    if actor is not None:
        require(actor, batch.authority_id, *importer_of(batch.kind).roles)
    with transaction.atomic():
        batch = lock(batch)
        if batch.state in {"committed", "dropped"} or (is_busy(batch) and actor is not None):
            raise Conflict(moved_on(batch))
        batch.state = ImportBatch.State.DROPPED
        batch.save(update_fields=["state"])
        audit.record("import.dropped", f"放弃导入“{batch.file.name}”", target=batch, actor=actor)
    return batch


def _write(batch: ImportBatch, *, actor: User | None, today: date) -> ImportBatch:
    importer = importer_of(batch.kind)
    sql.lock_imports()
    importer.lock(batch)
    stale = sql.moved_on(batch, importer.matched_sql())
    if stale:
        raise Conflict(STALE.format(place=importer.place, count=stale))
    written = importer.write(batch, actor=actor, today=today)
    batch.state = ImportBatch.State.COMMITTED
    batch.committed_by, batch.committed_at = actor, timezone.now()
    batch.save(update_fields=["state", "committed_by", "committed_at"])
    audit.record(
        "import.committed",
        f"写入{batch.get_kind_display()}：新增 {batch.new}{importer.counter}，变更 {batch.changed}{importer.counter}"
        + (f"，{batch.errors} 行有错误未写入" if batch.errors else ""),
        target=batch,
        actor=actor,
        about=written[:500],
        detail={
            "batch": str(batch.pk),
            "file": batch.file.name,
            "sha256": batch.file.sha256,
            "new": batch.new,
            "changed": batch.changed,
            "unchanged": batch.unchanged,
            "errors": batch.errors,
        },
    )
    return batch
