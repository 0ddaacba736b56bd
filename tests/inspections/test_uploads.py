"""Recordings of the whole process arrive in pieces, whatever breaks on the way (A67)."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import AuditEvent, RuleSetting
from bureau.services import files
from inspections.models import Evidence, LargeUpload, UploadPiece
from inspections.rules import media
from inspections.selectors import lacking
from inspections.services import finishing, uploads
from tests.inspections.field_case import begun, filled
from tests.people import make_user

pytestmark = pytest.mark.django_db
SIZE = 900
MP4 = (b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 12)[:SIZE]
STEP = 300


def mark_of(content: bytes) -> str:
    return uploads.fingerprint(len(content), content[: 2**20], content[-(2**20) :])


def begin(case, content=MP4, **given) -> LargeUpload:
    values = {
        "actor": case.leader,
        "fingerprint": mark_of(content),
        "name": "执法记录仪.mp4",
        "size": len(content),
        "happened_at": timezone.now(),
    }
    return uploads.begin(visit_pk=case.visit_pk, **(values | given))


def put(case, upload, offset, content=MP4, actor=None, sha256="") -> LargeUpload:
    part = content[offset : offset + STEP]
    return uploads.put(
        upload_pk=upload.pk,
        actor=actor or case.leader,
        offset=offset,
        sha256=sha256 or hashlib.sha256(part).hexdigest(),
        content=part,
    )


def sent(case, content=MP4) -> LargeUpload:
    upload = begin(case, content)
    for offset in range(0, len(content), STEP):
        put(case, upload, offset, content)
    return uploads.assemble(upload.pk)


def required(case, rule: str) -> None:
    RuleSetting.objects.create(
        authority=case.visit.authority,
        key="process_recording",
        value=rule,
        citation="音像记录事项目录",
        set_by=case.organiser,
    )


@pytest.mark.rule("A67")
def test_pieces_become_one_recording_with_both_digests(case):
    upload = sent(begun(case))

    piece = Evidence.objects.get(kind="video")
    assert (upload.state, upload.evidence) == ("done", piece)
    assert files.read(piece.file) == MP4
    assert piece.file.sha256 == hashlib.sha256(MP4).hexdigest()
    assert piece.file.sm3 == hashlib.new("sm3", MP4).hexdigest()
    assert (piece.file.kind, piece.file.size) == ("video/mp4", SIZE)
    assert AuditEvent.objects.filter(action="evidence.added").count() == 1


def test_nothing_stays_of_the_pieces(case):
    upload = sent(begun(case))

    assert not UploadPiece.objects.exists()
    assert default_storage.listdir(f"pieces/{upload.pk.hex}")[1] == []


def test_after_a_break_the_same_file_goes_on(case):
    upload = begin(begun(case))
    put(case, upload, 0)

    again = begin(case)

    assert (again.pk, again.received) == (upload.pk, STEP)


def test_the_same_piece_twice_changes_nothing(case):
    upload = begin(begun(case))
    put(case, upload, 0)

    again = put(case, upload, 0)

    assert (again.received, UploadPiece.objects.count()) == (STEP, 1)


def test_a_gap_says_from_where_to_go_on(case):
    upload = begin(begun(case))
    put(case, upload, 0)

    with pytest.raises(uploads.Gap) as stopped:
        put(case, upload, 2 * STEP)
    assert stopped.value.offset == STEP


def test_a_piece_damaged_on_its_way_is_not_taken(case):
    upload = begin(begun(case))

    with pytest.raises(uploads.Gap, match="损坏"):
        put(case, upload, 0, sha256="0" * 64)
    assert LargeUpload.objects.get().received == 0


def test_another_file_cannot_go_on_where_this_one_stopped(case):
    """Same size, head and tail, other bytes in an earlier piece."""
    upload = begin(begun(case))
    put(case, upload, 0)

    with pytest.raises(uploads.Gap, match="不是同一个文件"):
        put(case, upload, 0, content=MP4[:10] + b"x" + MP4[11:])


def test_two_devices_send_into_one_upload(case):
    upload = begin(begun(case))
    other = begin(case, actor=case.second)
    put(case, upload, 0)
    put(case, other, STEP, actor=case.second)
    put(case, upload, STEP)
    put(case, other, 2 * STEP, actor=case.second)

    done = uploads.assemble(upload.pk)

    assert other.pk == upload.pk
    assert files.read(done.evidence.file) == MP4


def test_the_whole_sent_again_is_no_second_piece_of_evidence(case):
    first = sent(begun(case))

    again = begin(case)

    assert (again.pk, again.state) == (first.pk, "done")
    assert put(case, again, 0).state == "done"


def test_a_second_assembling_makes_no_second_evidence(case):
    upload = sent(begun(case))

    uploads.assemble(upload.pk)

    assert Evidence.objects.filter(kind="video").count() == 1


def test_a_piece_changed_in_the_store_is_found(case):
    upload = begin(begun(case))
    for offset in range(0, SIZE, STEP):
        put(case, upload, offset)
    path = UploadPiece.objects.get(offset=STEP).path
    default_storage.delete(path)
    default_storage.save(path, io.BytesIO(b"y" * STEP))

    with pytest.raises(RuleError, match="指纹不符"):
        uploads.assemble(upload.pk)
    assert not Evidence.objects.filter(kind="video").exists()


def test_a_program_is_refused_with_its_first_piece(case):
    content = b"MZ" + b"\0" * 700
    upload = begin(begun(case), content)

    refused = put(case, upload, 0, content)

    assert refused.state == "refused"
    assert "不是录像" in refused.refusal


def test_too_large_is_refused_before_anything_is_sent(case):
    with pytest.raises(RuleError, match="超过 2048 MB"):
        begin(begun(case), size=3 * 2**30)


def test_only_the_team_sends(case, bureau):
    upload = begin(begun(case))

    with pytest.raises(Forbidden):
        put(case, upload, 0, actor=make_user("else", "测旁人", bureau, "inspector"))


def test_what_nobody_goes_on_with_ends_after_the_set_days(case, morning):
    upload = begin(begun(case))
    put(case, upload, 0)

    kept = uploads.expire(now=timezone.now() + timedelta(days=6))
    ended = uploads.expire(now=timezone.now() + timedelta(days=7, minutes=1))

    assert (kept, ended) == (0, 1)
    assert LargeUpload.objects.get().state == "expired"
    assert not UploadPiece.objects.exists()
    with pytest.raises(Conflict):
        put(case, upload, STEP)


def test_after_it_ended_the_file_may_be_sent_anew(case):
    upload = begin(begun(case))
    uploads.give_up(upload_pk=upload.pk, actor=case.second)

    assert begin(case).pk != upload.pk


def test_the_plain_form_does_the_same(client, case, django_capture_on_commit_callbacks):
    client.force_login(begun(case).leader)
    url = reverse("inspections:field-recordings", args=[case.visit_pk])
    file = SimpleUploadedFile("录音.mp3", b"ID3" + b"\0" * 500, content_type="audio/mpeg")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            url, {"file": file, "happened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M")}
        )

    assert answer.status_code == 302
    assert Evidence.objects.get(kind="audio").file.kind == "audio/mpeg"
    assert "录音.mp3" in client.get(url).content.decode()


def test_the_script_is_told_the_offset(client, case):
    client.force_login(begun(case).leader)
    upload = begin(case)
    url = reverse("inspections:upload-piece", args=[upload.pk])
    part = SimpleUploadedFile("piece", MP4[STEP : 2 * STEP])
    digest = hashlib.sha256(MP4[STEP : 2 * STEP]).hexdigest()

    answer = client.post(url, {"offset": STEP, "sha256": digest, "piece": part})

    assert (answer.status_code, answer.json()["offset"]) == (409, 0)


@pytest.mark.rule("A67")
def test_a_visit_that_must_be_recorded_is_not_finished_without(case):
    required(case, "all")
    filled(begun(case))

    with pytest.raises(RuleError, match="全过程录音录像"):
        finishing.finish(visit_pk=case.visit_pk, actor=case.leader, happened_at=timezone.now())


def test_a_recording_on_its_way_counts(case):
    """In a valley without a signal the rest comes later."""
    required(case, "all")
    begin(filled(begun(case)))

    assert lacking.missing(case.visit) == []


@pytest.mark.rule("A69")
def test_the_step_may_be_trimmed_with_a_reason(case):
    required(case, "all")
    filled(begun(case))
    finishing.trim(
        visit_pk=case.visit_pk, actor=case.leader, step="recording", reason="记录仪故障，已报备"
    )

    assert lacking.missing(case.visit) == []


@pytest.mark.parametrize(("category", "lacks"), [("key", True), ("general", False)])
def test_only_key_matters_where_the_bureau_says_so(case, category, lacks):
    required(case, "key")
    matter = filled(begun(case)).matter.matter
    matter.category = category
    matter.save(update_fields=["category"])

    assert bool(lacking.missing(case.visit)) is lacks


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\0\0\0\x14ftypqt  ", ("video", ".mov")),
        (b"\0\0\0\x20ftypM4A ", ("audio", ".m4a")),
        (b"\0\0\0\x203gp5", None),
        (b"\0\0\0\x14ftyp3gp5", ("video", ".3gp")),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm...V_VP9...A_OPUS", ("video", ".webm")),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm...A_OPUS", ("audio", ".weba")),
        (b"\x1aE\xdf\xa3\x93B\x82\x88matroska", None),
        (b"OggS\0\x02OpusHead", ("audio", ".ogg")),
        (b"RIFF\x24\0\0\0WAVEfmt ", ("audio", ".wav")),
        (b"RIFF\x24\0\0\0AVI LIST", None),
        (b"\xff\xfb\x90\x64", ("audio", ".mp3")),
        (b"%PDF-1.7", ("document", ".pdf")),
        (b"<html><script>", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_content_says(head, found):
    kind = media.recognised(head)

    assert (kind and (kind.evidence, kind.suffix)) == found
