"""水印件: a second copy of each photo with its facts beneath the picture; the original is never touched (A65)."""

import io
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont, ImageOps

from bureau import audit
from bureau.errors import RuleError
from bureau.selectors import rule_settings
from bureau.services import files, jobs
from inspections.models import Evidence, EvidenceCopy
from inspections.rules import media

JOB = "inspections.burn"
LONGEST = 2400
_NOTO = "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
_EXIF_PART, _TAKEN, _TAKEN_OFFSET, _CHANGED = 0x8769, 0x9003, 0x9011, 0x0132
_SIMPLIFIED = 2  # the face in a Noto collection
Font = ImageFont.FreeTypeFont


def start(piece: Evidence) -> None:
    """Asks for the copy of a new photo, after commit; pressing twice gives one."""
    if not piece.is_picture:
        return
    jobs.start(
        kind=JOB,
        key=f"burn:{piece.pk}",
        label=f"制作照片水印件：{piece.file.name}"[:120],
        actor=None,
        authority=piece.file.authority,
        payload={"evidence": str(piece.pk)},
    )


def burn(evidence_pk: Any) -> EvidenceCopy:
    """Makes the copy, or finds the one that an earlier attempt made.

    Raises RuleError where no Chinese font is found, or when the original no longer matches its digest.
    """
    with transaction.atomic():
        rows = Evidence.objects.select_for_update(of=("self",)).select_related(
            "file__authority", "visit__authority", "taken_by"
        )
        piece = rows.get(pk=evidence_pk)
        made = EvidenceCopy.objects.filter(evidence=piece).first()
        if made is not None:
            return made
        lines = lines_of(piece)
        content, camera = _burned(files.read(piece.file), lines)
        year = timezone.localdate(piece.happened_at).year
        gap = int(rule_settings.value_of("photo_time_gap_minutes", piece.visit.authority, year))
        copy = EvidenceCopy.objects.create(
            evidence=piece,
            file=files.store_bytes(
                content=content,
                name=f"{Path(piece.file.name).stem[:140]}（水印件）.jpg",
                kind="image/jpeg",
                suffix=".jpg",
                authority=piece.visit.authority,
                by=None,
            ),
            lines=lines,
            camera_at=camera,
            is_time_doubtful=media.is_doubtful(camera, piece.happened_at, gap),
        )
        if copy.is_time_doubtful:
            # The copy itself is a row that stays; only what somebody has to look at goes into the trail.
            audit.record(
                "evidence.time_doubted",
                f"照片自带时间与采集时间相差过大：{piece.file.name}",
                target=piece.visit,
                actor=None,
                detail={
                    "evidence": str(piece.pk),
                    "camera_at": camera.isoformat() if camera else None,
                },
                is_bad=True,
            )
        return copy


def lines_of(piece: Evidence) -> list[str]:
    """What stands beneath the picture; `visit__authority`, `taken_by` and `file` are read."""
    return media.stamp(
        at=timezone.localtime(piece.happened_at),
        authority=piece.visit.authority.name,
        person=piece.taken_by.full_name,
        visit=piece.visit.number,
        sha256=piece.file.sha256,
        latitude=piece.latitude,
        longitude=piece.longitude,
    )


def _burned(content: bytes, lines: list[str]) -> tuple[bytes, datetime | None]:
    """The picture upright, the lines on a band below it, so that nothing of the picture is covered."""
    with Image.open(io.BytesIO(content)) as image:
        camera = _camera_time(image)
        picture = ImageOps.exif_transpose(image).convert("RGB")
    picture.thumbnail((LONGEST, LONGEST))
    width = max(picture.width, 320)
    font, lines_at = _fitting(lines, width)
    height = int(font.size * 1.5)
    whole = Image.new("RGB", (width, picture.height + height * len(lines_at) + height // 2))
    whole.paste(picture, ((width - picture.width) // 2, 0))
    pen = ImageDraw.Draw(whole)
    for row, text in enumerate(lines_at):
        pen.text(
            (width // 60, picture.height + height // 4 + row * height),
            text,
            font=font,
            fill=(255, 255, 255),
        )
    out = io.BytesIO()
    whole.save(out, "JPEG", quality=85)
    return out.getvalue(), camera


def _fitting(lines: list[str], width: int) -> tuple[Font, list[str]]:
    """The largest readable size at which the longest line fits; on a narrow picture each fact gets a line."""
    room = width - width // 30
    size = max(min(width // 40, 44), 11)
    font = _font(size)
    while size > 11 and max(font.getlength(text) for text in lines) > room:
        size -= 1
        font = _font(size)
    if max(font.getlength(text) for text in lines) > room:
        lines = [part for text in lines for part in text.split("　")]
    return font, lines


def _camera_time(image: Image.Image) -> datetime | None:
    """When the camera says it took the picture; broken EXIF says nothing."""
    try:
        exif = image.getexif()
        details = exif.get_ifd(_EXIF_PART)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError):
        return None
    text = details.get(_TAKEN) or exif.get(_CHANGED) or ""
    offset = details.get(_TAKEN_OFFSET) or ""
    if not isinstance(text, str) or not isinstance(offset, str):
        return None
    return media.camera_time(text, offset, ZoneInfo(settings.TIME_ZONE))


@lru_cache
def _font(size: int) -> Font:
    """A Chinese font of FONT_DIR, of the system, or of the unpacked folder: boxes instead of words would prove nothing."""
    folder = settings.FONT_DIR
    places = [
        folder / "NotoSansCJK-Regular.ttc",
        *(root / _NOTO for root in (Path("/"), settings.ROOT / ".local" / "pdf")),
        *sorted(folder.glob("*.[ot]tf")),
    ]
    for path in places:
        if path.is_file():
            index = _SIMPLIFIED if path.name.startswith("NotoSansCJK") else 0
            return ImageFont.truetype(str(path), size, index=index)
    raise RuleError(
        "没有找到中文字体，照片水印件没有制作。请系统管理员安装 fonts-noto-cjk，或把字体文件放进字体目录，再重新发起。"
    )
