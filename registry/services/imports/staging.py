"""Upload → staged rows with verdicts. Nothing is written to the registers here."""

from collections.abc import Callable
from datetime import date
from itertools import islice
from typing import IO

from django.db import transaction

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict
from bureau.models import Agency, Job, User
from bureau.services import files, jobs
from registry import sql
from registry.models import ImportBatch, ImportRow
from registry.services.imports.checking import check_rows
from registry.services.imports.kinds import columns_of, importer_of
from registry.services.imports.reading import Refused, choose, read

STAGE_JOB = "registry.stage_import"
CHUNK = 2000
# (rows done, rows in all): called inside each chunk's transaction
Progress = Callable[[int, int], None]


def receive(
    *, kind: str, upload: IO[bytes], name: str, authority: Agency, actor: User
) -> ImportBatch:
    """Stores the file and starts its staging. Raises RuleError for a file or a kind that is not taken, Forbidden without the role."""
    require(actor, authority.pk, *importer_of(kind).roles)
    with transaction.atomic():
        batch = store(kind=kind, upload=upload, name=name, authority=authority, by=actor)
        audit.record(
            "import.received",
            f"上传{batch.get_kind_display()}导入文件“{batch.file.name}”",
            target=batch,
            actor=actor,
            detail={"kind": kind, "file": batch.file.name, "sha256": batch.file.sha256},
        )
        start(batch, actor=actor)
    return batch


def store(
    *, kind: str, upload: IO[bytes], name: str, authority: Agency, by: User | None
) -> ImportBatch:
    """A batch with its stored file, not yet read."""
    file = files.store(upload=upload, name=name, authority=authority, by=by, accept=("xlsx", "csv"))
    return ImportBatch.objects.create(authority=authority, kind=kind, file=file, uploaded_by=by)


def start(batch: ImportBatch, *, actor: User) -> Job:
    """The staging job of this batch; pressing twice gives one job."""
    nth = Job.objects.filter(
        kind=STAGE_JOB, payload__batch=str(batch.pk), state__in=[Job.State.DONE, Job.State.FAILED]
    ).count()
    job = jobs.start(
        kind=STAGE_JOB,
        key=f"{STAGE_JOB}:{batch.pk}:{nth}",
        label=f"核对{batch.get_kind_display()}导入文件",
        actor=actor,
        authority=batch.authority,
        payload={"batch": str(batch.pk)},
    )
    ImportBatch.objects.filter(pk=batch.pk).update(job=job)
    batch.job = job
    return job


def restage(*, batch: ImportBatch, actor: User) -> ImportBatch:
    """Reads and compares the same file again, because the registers have moved on. Raises Conflict once it is written or dropped."""
    require(actor, batch.authority_id, *importer_of(batch.kind).roles)
    with transaction.atomic():
        batch = lock(batch)
        # Received and idle: its staging failed, and is tried again.
        if batch.state not in {"staged", "received"} or is_busy(batch):
            raise Conflict(moved_on(batch))
        ImportRow.objects.filter(batch=batch).delete()
        batch.state = ImportBatch.State.RECEIVED
        batch.save(update_fields=["state"])
        start(batch, actor=actor)
    return batch


def stage(
    batch: ImportBatch, *, today: date, skip: int = 0, progress: Progress | None = None
) -> ImportBatch:
    """Reads, checks, stages and compares. `skip` rows were staged by an attempt before this one.

    A file that cannot be read leaves the batch refused, with the reason; that is an outcome, no error.
    """
    if batch.state != ImportBatch.State.RECEIVED:
        return batch
    columns, importer = columns_of(batch.kind), importer_of(batch.kind)
    try:
        is_csv = batch.file.kind == "text/csv"
        roster = choose(read(files.read(batch.file), is_csv=is_csv), columns)
        year = importer.year(roster, batch.authority, batch.file.name, today)
        context = importer.context(batch.authority, today, year)
    except Refused as refusal:
        return _close(batch, ImportBatch.State.REFUSED, refusal=refusal.message[:500])
    rows = check_rows(roster, columns, importer, context, year=year)
    done, total = skip, len(roster.rows)
    for _ in islice(rows, skip):
        pass  # checked again, so that duplicates are known, but staged before
    while chunk := list(islice(rows, CHUNK)):
        with transaction.atomic():
            done += sql.copy_rows(batch.pk, chunk)
            if progress:
                progress(done, total)
    with transaction.atomic():
        sql.compare(batch, importer.matched_sql())
        if batch.kind == ImportBatch.Kind.ENTITIES:
            sql.note_namesakes(batch)
        batch.mapping = roster.mapping(columns)
        batch.notices = [
            *importer.notices(roster, context),
            *roster.notices,
            *_seen_before(batch),
            *_empty(total),
        ]
        counts = sql.verdict_counts(batch.pk)
        batch.total = sum(counts.values())
        batch.new, batch.changed = counts.get("new", 0), counts.get("changed", 0)
        batch.unchanged, batch.errors = counts.get("unchanged", 0), counts.get("error", 0)
        if progress:
            progress(total, total)
        return _close(batch, ImportBatch.State.STAGED)


def lock(batch: ImportBatch) -> ImportBatch:
    """The batch as it is now, locked until the transaction ends."""
    rows = ImportBatch.objects.select_for_update(of=("self",))
    related = ("authority__region", "file", "job", "committed_by")
    locked: ImportBatch = rows.select_related(*related).get(pk=batch.pk)
    return locked


def is_busy(batch: ImportBatch) -> bool:
    return batch.job is not None and batch.job.state in {Job.State.WAITING, Job.State.RUNNING}


def moved_on(batch: ImportBatch) -> str:
    """What happened to the batch, for whoever came second."""
    who = f"，由{batch.committed_by.full_name}办理" if batch.committed_by else ""
    if batch.state == ImportBatch.State.STAGED and is_busy(batch):
        return "这一批正在写入或重新核对，请等它完成后刷新页面查看。"
    return f"这一批现在是“{batch.get_state_display()}”{who}，不能再办这一步。请刷新页面查看。"


def _close(batch: ImportBatch, state: str, *, refusal: str = "") -> ImportBatch:
    batch.state, batch.refusal = state, refusal
    fields = [
        "state",
        "refusal",
        "mapping",
        "notices",
        "total",
        "new",
        "changed",
        "unchanged",
        "errors",
    ]
    batch.save(update_fields=fields)
    return batch


def _seen_before(batch: ImportBatch) -> list[str]:
    earlier = (
        ImportBatch.objects.filter(
            authority=batch.authority,
            kind=batch.kind,
            file__sha256=batch.file.sha256,
            state=ImportBatch.State.COMMITTED,
        )
        .exclude(pk=batch.pk)
        .order_by("-committed_at")
        .first()
    )
    return [f"同一个文件已写入过一次（“{earlier.file.name}”）"] if earlier else []


def _empty(total: int) -> list[str]:
    return [] if total else ["列名下面没有内容，没有可以导入的行"]
