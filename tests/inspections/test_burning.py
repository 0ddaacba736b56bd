"""A photo's copy carries its facts; the original stays as it came (A65, A67)."""

import hashlib
import io
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from bureau.errors import RuleError
from bureau.models import Job
from bureau.services import files
from inspections.models import Evidence, EvidenceCopy
from inspections.rules.places import Place
from inspections.services import burning, evidence
from tests.inspections.field_case import begun

pytestmark = pytest.mark.django_db
LANDSCAPE = (640, 480)
ON_ITS_SIDE = 6  # EXIF: turn by a quarter


def shot(*, taken: str = "", orientation: int = 1, size=LANDSCAPE) -> SimpleUploadedFile:
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("越界采场.jpg", out.getvalue(), content_type="image/jpeg")


def uploaded(case, photo, **given) -> Evidence:
    values = {"kind": "photo", "happened_at": timezone.now(), "actor": case.leader}
    return evidence.add(visit_pk=case.visit_pk, uploads=[photo], **(values | given))[0]


def picture_of(copy: EvidenceCopy) -> Image.Image:
    return Image.open(io.BytesIO(files.read(copy.file)))


@pytest.mark.rule("A65")
def test_the_copy_names_time_place_person_and_visit(case):
    piece = uploaded(begun(case), shot(), place=Place(Decimal("27.712345"), Decimal("118.9")))

    copy = burning.burn(piece.pk)

    assert copy.lines == [
        "2026-03-16 09:30:00　示范县自然资源和规划局",
        f"北纬 27.712345°，东经 118.900000°　检查人员 {case.leader.full_name}",
        f"检查编号 {case.visit.number}　原件 SHA-256 {' '.join(piece.file.sha256[n : n + 4] for n in range(0, 16, 4))}",
    ]


def test_a_phone_without_position_is_said_so(case):
    copy = burning.burn(uploaded(begun(case), shot()).pk)

    assert copy.lines[1].startswith("未定位　")


def test_the_original_is_untouched(case):
    photo = shot()
    sent = photo.read()
    photo.seek(0)
    piece = uploaded(begun(case), photo)

    burning.burn(piece.pk)

    kept = files.read(Evidence.objects.get(pk=piece.pk).file)
    assert kept == sent
    assert piece.file.sha256 == hashlib.sha256(sent).hexdigest()
    assert piece.file.sm3 == hashlib.new("sm3", sent).hexdigest()


def test_nothing_of_the_picture_is_covered(case):
    """The words stand on a band below."""
    copy = picture_of(burning.burn(uploaded(begun(case), shot()).pk)).convert("RGB")

    assert copy.width == LANDSCAPE[0]
    assert copy.height > LANDSCAPE[1]
    near_the_foot = LANDSCAPE[1] - 3
    assert copy.getpixel((10, near_the_foot))[0] > 200
    band = copy.crop((0, LANDSCAPE[1], copy.width, copy.height)).convert("L")
    assert (band.getextrema()[0], band.getextrema()[1] > 200) == (0, True)


def test_a_picture_taken_on_its_side_stands_upright(case):
    copy = picture_of(burning.burn(uploaded(begun(case), shot(orientation=ON_ITS_SIDE)).pk))
    red, white = copy.getpixel((240, 20)), copy.getpixel((240, 600))

    assert copy.width == LANDSCAPE[1]
    assert (red[1] < 60, white[1] > 200) == (True, True)


@pytest.mark.parametrize(
    ("taken", "doubtful"),
    [("2026:03:16 09:10:00", False), ("2026:03:15 16:00:00", True), ("nonsense", False), ("", False)],
)  # fmt: skip
def test_a_camera_time_far_off_is_flagged(case, taken, doubtful):
    assert burning.burn(uploaded(begun(case), shot(taken=taken)).pk).is_time_doubtful is doubtful


def test_the_flag_stands_on_the_phone_page(client, case):
    piece = uploaded(begun(case), shot(taken="2026:03:15 16:00:00"))
    burning.burn(piece.pk)
    client.force_login(case.leader)

    page = client.get(reverse("inspections:field-evidence", args=[case.visit_pk])).content.decode()

    assert "与采集时间相差过大" in page
    assert str(EvidenceCopy.objects.get().file_id) in page


def test_the_upload_asks_for_the_copy_once(case, django_capture_on_commit_callbacks):
    begun(case)
    with django_capture_on_commit_callbacks(execute=True):
        piece = uploaded(case, shot())
        again = uploaded(case, shot())

    assert again == piece
    assert EvidenceCopy.objects.get().evidence == piece
    assert Job.objects.get(kind=burning.JOB).state == "done"


def test_a_second_attempt_finds_the_copy_of_the_first(case):
    piece = uploaded(begun(case), shot())

    assert burning.burn(piece.pk) == burning.burn(piece.pk)
    assert EvidenceCopy.objects.count() == 1


def test_an_original_that_was_changed_gets_no_copy(case, settings):
    piece = uploaded(begun(case), shot())
    (settings.MEDIA_ROOT / piece.file.path).write_bytes(b"something else")

    with pytest.raises(RuleError, match="指纹不符"):
        burning.burn(piece.pk)
    assert not EvidenceCopy.objects.exists()


def test_a_tiny_picture_still_has_readable_lines(case):
    copy = picture_of(burning.burn(uploaded(begun(case), shot(size=(40, 30))).pk))

    assert copy.width >= 320


def test_times_are_compared_as_the_person_claimed_them(case, morning):
    """Sent in the evening, taken in the morning when the form was filled in: no doubt."""
    begun(case)
    claimed = timezone.now()
    morning.shift(timedelta(hours=8))
    piece = uploaded(case, shot(taken="2026:03:16 09:29:00"), happened_at=claimed)

    assert not burning.burn(piece.pk).is_time_doubtful
    assert isinstance(piece.copy.camera_at, datetime)
