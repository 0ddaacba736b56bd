"""Photos and recordings by their content: what is burned into a copy, what a camera says, what kind a file is (A65, A67)."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Decimal

HEAD = 4096  # bytes that tell what a file is


@dataclass(frozen=True)
class Kind:
    """What a large file is by its first bytes."""

    evidence: str  # video | audio | document
    mime: str
    suffix: str


_OGG_VIDEO = (b"\x80theora",)
_3GP = (b"3gp", b"3g2")


def recognised(head: bytes) -> Kind | None:
    """By content, never by name; None for anything that is no recording and no document that is kept."""
    if head[4:8] == b"ftyp":
        return _iso_media(head[8:12])
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]:
        is_video = any(codec in head for codec in (b"V_VP8", b"V_VP9", b"V_AV1"))
        is_sound = b"A_OPUS" in head or b"A_VORBIS" in head
        if is_sound and not is_video:
            return Kind("audio", "audio/webm", ".weba")
        return Kind("video", "video/webm", ".webm")
    if head.startswith(b"OggS"):
        if any(mark in head for mark in _OGG_VIDEO):
            return Kind("video", "video/ogg", ".ogv")
        return Kind("audio", "audio/ogg", ".ogg")
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return Kind("audio", "audio/wav", ".wav")
    if head.startswith(b"#!AMR"):
        return Kind("audio", "audio/amr", ".amr")
    if head.startswith(b"ID3") or (len(head) > 2 and head[0] == 0xFF and head[1] in _MP3_HEADS):
        return Kind("audio", "audio/mpeg", ".mp3")
    if head.startswith(b"%PDF-"):
        return Kind("document", "application/pdf", ".pdf")
    return None


_MP3_HEADS = frozenset({0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2})


def _iso_media(brand: bytes) -> Kind:
    if brand in {b"M4A ", b"M4B "}:
        return Kind("audio", "audio/mp4", ".m4a")
    if brand == b"qt  ":
        return Kind("video", "video/quicktime", ".mov")
    if brand[:3] in _3GP:
        return Kind("video", "video/3gpp", ".3gp")
    return Kind("video", "video/mp4", ".mp4")


def stamp(
    *,
    at: datetime,
    authority: str,
    person: str,
    visit: str,
    sha256: str,
    latitude: Decimal | None,
    longitude: Decimal | None,
) -> list[str]:
    """The lines under the picture: time and office, place and person, visit and the head of the original's digest."""
    place = "未定位"
    if latitude is not None and longitude is not None:
        place = f"{'北纬' if latitude >= 0 else '南纬'} {abs(latitude):.6f}°，{'东经' if longitude >= 0 else '西经'} {abs(longitude):.6f}°"
    short = " ".join(sha256[start : start + 4] for start in range(0, 16, 4))
    return [
        f"{at:%Y-%m-%d %H:%M:%S}　{authority}",
        f"{place}　检查人员 {person}",
        f"检查编号 {visit}　原件 SHA-256 {short}",
    ]


def camera_time(text: str, offset: str, local: tzinfo) -> datetime | None:
    """EXIF's 2026:03:16 09:30:12 with its offset +08:00; without one the office's own time. None for nonsense."""
    try:
        moment = datetime.strptime(text.strip("\0 "), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    return moment.replace(tzinfo=_zone(offset.strip("\0 ")) or local)


def _zone(offset: str) -> tzinfo | None:
    sign, hours, minutes = offset[:1], offset[1:3], offset[4:6]
    if sign not in {"+", "-"} or not (hours.isdigit() and minutes.isdigit()) or int(hours) > 14:
        return None
    return timezone((1 if sign == "+" else -1) * timedelta(hours=int(hours), minutes=int(minutes)))


def is_doubtful(camera: datetime | None, claimed: datetime, minutes: int) -> bool:
    """A camera's time far from the claimed one; a camera that says nothing raises no doubt."""
    return camera is not None and abs(camera - claimed) > timedelta(minutes=minutes)
