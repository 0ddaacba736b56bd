"""Recordings and large documents in pieces: begun, continued after a break, checked by content, made evidence (A67)."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import IO, Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import Agency, StoredFile, User
from bureau.selectors import rule_settings
from bureau.services import files, jobs, transitions
from inspections.models import Evidence, LargeUpload, UploadPiece, Visit, VisitMatter
from inspections.rules import clock as clock_rules
from inspections.rules import media
from inspections.rules.places import NOWHERE, Place
from inspections.rules.processes import VISIT
from inspections.selectors import fieldwork
from inspections.services.on_site import ON_RECORD
from inspections.services.revisions import content_changed, lock_visit, may_change, officer

JOB = "inspections.assemble"
PIECE = 2 * 1024 * 1024
MOST_PIECE = 4 * 1024 * 1024
RENEW = 32  # pieces between two renewals of a lease
State = LargeUpload.State
NOT_ACCEPTED = "文件的内容不是录像（MP4、MOV、WebM）、录音（M4A、MP3、OGG、WAV、AMR）或 PDF，没有接受。照片和其他文件请在“证据材料”页上传。"


class Gap(Conflict):
    """A piece that does not follow what is there; says from where to go on."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def fingerprint(size: int, first: bytes, last: bytes) -> str:
    """Of the same file the same, on every device: its size, its first and its last MiB. upload.js computes it too."""
    return hashlib.sha256(b"%d|" % size + first + b"|" + last).hexdigest()


def begin(
    *,
    visit_pk: Any,
    actor: User,
    fingerprint: str,
    name: str,
    size: int,
    happened_at: datetime,
    visit_matter_pk: Any = None,
    note: str = "",
    place: Place = NOWHERE,
) -> LargeUpload:
    """A new upload, or the one of the same file that is under way or done, whoever began it.

    Raises RuleError for an empty or too large file or an impossible time, Conflict when the visit takes none.
    """
    with transaction.atomic():
        visit = lock_visit(visit_pk)
        officer(visit, actor)
        known: LargeUpload | None = (
            visit.large_uploads.select_for_update()
            .filter(fingerprint=fingerprint, state__in=[State.OPEN, State.WHOLE, State.DONE])
            .first()
        )
        if known is not None:
            if known.size != size:
                raise RuleError("选择的文件与先前没有传完的不是同一个，请核对后重新选择。")
            return known
        if visit.state not in ON_RECORD:
            raise Conflict(transitions.moved_on(VISIT, visit))
        _check_size(visit.authority, name, size, happened_at)
        problem = clock_rules.claim_problem(happened_at, timezone.now())
        if problem:
            raise RuleError(problem)
        matter = visit.matters.select_related("matter").filter(pk=visit_matter_pk).first()
        if matter is not None:
            may_change(matter)
        row = LargeUpload.objects.create(
            authority=visit.authority,
            visit=visit,
            visit_matter=matter,
            fingerprint=fingerprint,
            name=name[-150:] or "未命名",
            size=size,
            note=note.strip()[:200],
            latitude=place.latitude,
            longitude=place.longitude,
            happened_at=happened_at,
            started_by=actor,
            last_at=timezone.now(),
        )
        audit.record(
            "upload.begun",
            f"开始上传：{row.name}（{size // 1024 // 1024} MB）",
            target=visit,
            actor=actor,
            detail={"upload": str(row.pk), "size": size, "fingerprint": fingerprint},
        )
        return row


def put(*, upload_pk: Any, actor: User, offset: int, sha256: str, content: bytes) -> LargeUpload:
    """One piece; the same piece again changes nothing.

    A file of no accepted kind is refused with its first piece. Raises Gap with the offset to go on from.
    """
    if not content or len(content) > MOST_PIECE:
        raise RuleError(f"每一段须在 1 字节到 {MOST_PIECE // 1024 // 1024} MB 之间。")
    with transaction.atomic():
        row = LargeUpload.objects.select_for_update(of=("self",)).select_related(
            "visit__entity", "visit__authority"
        )
        upload: LargeUpload = row.get(pk=upload_pk)
        officer(upload.visit, actor)
        if upload.state in {State.WHOLE, State.DONE}:
            return upload
        if upload.state != State.OPEN:
            raise Conflict(f"这次上传{upload.get_state_display()}，请重新选择文件。")
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Gap("这一段在传送中损坏，没有接受，请重传。", upload.received)
        if offset < upload.received:
            if upload.pieces.filter(offset=offset, sha256=sha256).exists():
                return upload
            raise Gap("这一段与先前收到的不一致：选择的可能不是同一个文件。", upload.received)
        if offset > upload.received:
            raise Gap("前面还有没收到的内容。", upload.received)
        if offset + len(content) > upload.size:
            raise Gap("收到的内容超过了文件的大小：选择的可能不是同一个文件。", upload.received)
        if offset == 0 and media.recognised(content[: media.HEAD]) is None:
            upload.state, upload.refusal = State.REFUSED, NOT_ACCEPTED
            upload.save(update_fields=["state", "refusal"])
            return upload
        _keep(upload, offset, sha256, content)
        upload.received, upload.last_at = offset + len(content), timezone.now()
        is_whole = upload.received == upload.size
        upload.state = State.WHOLE if is_whole else State.OPEN
        upload.save(update_fields=["received", "last_at", "state"])
        if is_whole:
            jobs.start(
                kind=JOB,
                key=f"assemble:{upload.pk}",
                label=f"核对上传的文件：{upload.name}"[:120],
                actor=actor,
                authority=upload.authority,
                payload={"upload": str(upload.pk)},
            )
        return upload


def take(*, visit_pk: Any, actor: User, file: IO[bytes], name: str, **given: Any) -> LargeUpload:
    """A whole file from a plain form: the same way, piece by piece, in one request."""
    size = file.seek(0, 2)
    file.seek(0)
    first = file.read(1024 * 1024)
    file.seek(max(0, size - 1024 * 1024))
    mark = fingerprint(size, first, file.read(1024 * 1024))
    with transaction.atomic():
        row = begin(visit_pk=visit_pk, actor=actor, fingerprint=mark, name=name, size=size, **given)
        file.seek(row.received)
        while row.state == State.OPEN and (content := file.read(PIECE)):
            row = put(
                upload_pk=row.pk,
                actor=actor,
                offset=row.received,
                sha256=hashlib.sha256(content).hexdigest(),
                content=content,
            )
        if row.state == State.REFUSED:
            raise RuleError(row.refusal)
        return row


def assemble(upload_pk: Any, renew: Any = lambda: None) -> LargeUpload:
    """Joins the pieces, takes both digests in one pass, makes the evidence; a second attempt finds what the first made."""
    rows = LargeUpload.objects.select_related("visit__authority", "authority", "started_by")
    upload: LargeUpload = rows.get(pk=upload_pk)
    if upload.state != State.WHOLE:
        return upload
    pieces = list(upload.pieces.all())
    kind = media.recognised(_piece(pieces[0])[: media.HEAD])
    assert kind is not None  # the first piece was looked at when it came
    stored = files.store_flow(
        pieces=_joined(pieces, renew),
        name=upload.name,
        kind=kind.mime,
        suffix=kind.suffix,
        authority=upload.authority,
        by=upload.started_by,
    )
    try:
        with transaction.atomic():
            visit = lock_visit(upload.visit_id)
            upload = rows.select_for_update(of=("self",)).get(pk=upload_pk)
            if upload.state != State.WHOLE:
                default_storage.delete(stored.path)
                return upload
            _register(visit, upload, stored, kind)
            UploadPiece.objects.filter(upload=upload).delete()
    except BaseException:
        default_storage.delete(stored.path)
        raise
    _forget(pieces)
    return upload


def give_up(*, upload_pk: Any, actor: User) -> LargeUpload:
    """A team member ends an upload that will not be finished; what came is thrown away."""
    with transaction.atomic():
        rows = LargeUpload.objects.select_for_update(of=("self",)).select_related("visit__entity")
        upload: LargeUpload = rows.get(pk=upload_pk)
        officer(upload.visit, actor)
        if upload.state != State.OPEN:
            raise Conflict(f"这次上传{upload.get_state_display()}，不能再作废。")
        _end(upload, f"{actor.full_name}作废", actor)
        return upload


def expire(*, now: datetime) -> int:
    """Ends what nobody went on with within the set days; returns how many."""
    ended = 0
    rows = LargeUpload.objects.filter(state=State.OPEN).select_related("authority")
    for found in rows.order_by("last_at").iterator(chunk_size=200):
        days = int(rule_settings.value_of("upload_keep_days", found.authority, now.year))
        if found.last_at + timedelta(days=days) > now:
            continue
        with transaction.atomic():
            upload = (
                LargeUpload.objects.select_for_update(skip_locked=True)
                .filter(pk=found.pk, state=State.OPEN, last_at=found.last_at)
                .first()
            )
            if upload is not None:
                _end(upload, f"{days} 日没有续传", None)
                ended += 1
    return ended


def _check_size(authority: Agency, name: str, size: int, happened_at: datetime) -> None:
    year = timezone.localdate(happened_at).year
    most = int(rule_settings.value_of("recording_max_mb", authority, year))
    if size <= 0:
        raise RuleError(f"文件“{name}”是空的，请重新选择。")
    if size > most * 1024 * 1024:
        raise RuleError(f"文件“{name}”超过 {most} MB，请分段录制或压缩后再上传。")


def _keep(upload: LargeUpload, offset: int, sha256: str, content: bytes) -> None:
    """The file first, then its row: a file without a row, from an attempt that broke off, is written over."""
    place = f"pieces/{upload.pk.hex}/{offset:015d}"
    if default_storage.exists(place):
        default_storage.delete(place)
    path = default_storage.save(place, ContentFile(content))
    try:
        UploadPiece.objects.create(
            upload=upload, offset=offset, size=len(content), sha256=sha256, path=path
        )
    except IntegrityError as twice:
        raise Gap("这一段刚刚已经收到。", upload.received) from twice


def _joined(pieces: list[UploadPiece], renew: Any) -> Iterator[bytes]:
    for place, piece in enumerate(pieces):
        if place % RENEW == RENEW - 1:
            renew()
        yield _piece(piece)


def _piece(piece: UploadPiece) -> bytes:
    with default_storage.open(piece.path, "rb") as stored:
        content: bytes = stored.read()
    if hashlib.sha256(content).hexdigest() != piece.sha256:
        raise RuleError(
            "已收到的片段与登记的指纹不符，没有登记为证据。请系统管理员检查存储设备，再重新上传。"
        )
    return content


def _register(visit: Visit, upload: LargeUpload, stored: StoredFile, kind: media.Kind) -> None:
    stored.save(force_insert=True)
    matter, note = _still_open(upload)
    upload.evidence = Evidence.objects.create(
        visit=visit,
        visit_matter=matter,
        kind=kind.evidence,
        file=stored,
        note=note[:200],
        latitude=upload.latitude,
        longitude=upload.longitude,
        taken_by=upload.started_by,
        happened_at=upload.happened_at,
    )
    upload.state = State.DONE
    upload.save(update_fields=["evidence", "state"])
    if matter is not None:
        content_changed(matter)
    audit.record(
        "evidence.added",
        f"上传{upload.evidence.get_kind_display()}：{stored.name}",
        target=visit,
        actor=upload.started_by,
        about=[matter] if matter else [],
        detail={
            "evidence": str(upload.evidence.pk),
            "size": stored.size,
            "sha256": stored.sha256,
            "sm3": stored.sm3,
        },
    )


def _still_open(upload: LargeUpload) -> tuple[VisitMatter | None, str]:
    """The matter, unless its result went to the reviewer while the file was on its way: then the visit alone has it."""
    if upload.visit_matter_id is None:
        return None, upload.note
    rows = VisitMatter.objects.select_for_update(of=("self",)).select_related("matter")
    matter: VisitMatter = rows.get(pk=upload.visit_matter_id)
    if matter.state in fieldwork.OPEN_STATES:
        return matter, upload.note
    return None, f"{upload.note}（关于{matter.matter.name}，结果提交后传完）"


def _end(upload: LargeUpload, why: str, actor: User | None) -> None:
    pieces = list(upload.pieces.all())
    upload.state, upload.refusal = State.EXPIRED, why[:300]
    upload.save(update_fields=["state", "refusal"])
    upload.pieces.all().delete()
    transaction.on_commit(lambda: _forget(pieces))
    audit.record(
        "upload.ended",
        f"没有传完的文件作废：{upload.name}，{why}",
        target=upload.visit,
        actor=actor,
        detail={"upload": str(upload.pk), "received": upload.received, "size": upload.size},
    )


def _forget(pieces: Iterable[UploadPiece]) -> None:
    for piece in pieces:
        default_storage.delete(piece.path)
