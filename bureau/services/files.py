"""Uploads: checked by content, stored under generated names with SHA-256 and SM3, served only through a view with scope."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from PIL import Image, ImageOps, UnidentifiedImageError

from bureau.errors import RuleError
from bureau.ids import uuid7
from bureau.models import Agency, StoredFile, User

IMAGE = {
    "JPEG": ("image/jpeg", ".jpg"),
    "PNG": ("image/png", ".png"),
    "WEBP": ("image/webp", ".webp"),
}
XLSX = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")
MOST_PIXELS = Image.MAX_IMAGE_PIXELS = 80_000_000


def store(
    *, upload: IO[bytes], name: str, authority: Agency, by: User | None, accept: tuple[str, ...]
) -> StoredFile:
    """Stores an upload whose content is one of `accept` ("image", "pdf", "xlsx", "csv", "docx").

    Raises RuleError naming the file and what would be accepted. Identical content is stored again under its own row.
    """
    content = upload.read(settings.UPLOAD_MAX_BYTES + 1)
    name = PurePosixPath(name.replace("\\", "/")).name[-150:] or "未命名"
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise RuleError(
            f"文件“{name}”超过 {settings.UPLOAD_MAX_BYTES // 1024 // 1024} MB，请压缩或分开上传。"
        )
    if not content:
        raise RuleError(f"文件“{name}”是空的，请重新选择。")
    kind, suffix = _recognise(content, name, accept)
    return store_bytes(
        content=content, name=name, kind=kind, suffix=suffix, authority=authority, by=by
    )


def store_bytes(
    *, content: bytes, name: str, kind: str, suffix: str, authority: Agency, by: User | None
) -> StoredFile:
    """Stores bytes that the system itself made or has already checked."""
    pk = uuid7()
    path = default_storage.save(
        f"{authority.code}/{pk.hex[:4]}/{pk.hex}{suffix}", ContentFile(content)
    )
    return StoredFile.objects.create(
        id=pk,
        authority=authority,
        name=name,
        kind=kind,
        path=path,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sm3=hashlib.new("sm3", content).hexdigest(),
        uploaded_by=by,
    )


class _Flow(File):  # type: ignore[type-arg]
    """Pieces that pass through to the store while both digests are taken: the whole never stands in memory."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__(None)
        self._pieces = pieces
        self.taken = 0
        self.sha256, self.sm3 = hashlib.sha256(), hashlib.new("sm3")

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        for piece in self._pieces:
            self.sha256.update(piece)
            self.sm3.update(piece)
            self.taken += len(piece)
            yield piece


def store_flow(
    *,
    pieces: Iterable[bytes],
    name: str,
    kind: str,
    suffix: str,
    authority: Agency,
    by: User | None,
) -> StoredFile:
    """Stores a large file piece by piece. The row is not saved yet: the caller does it with what it belongs to."""
    pk, flow = uuid7(), _Flow(pieces)
    place = f"{authority.code}/{pk.hex[:4]}/{pk.hex}{suffix}"
    try:
        path = default_storage.save(place, flow)
    except BaseException:
        default_storage.delete(place)
        raise
    return StoredFile(
        id=pk,
        authority=authority,
        name=name,
        kind=kind,
        path=path,
        size=flow.taken,
        sha256=flow.sha256.hexdigest(),
        sm3=flow.sm3.hexdigest(),
        uploaded_by=by,
    )


def flow(file: StoredFile, start: int, end: int, *, step: int = 256 * 1024) -> Iterator[bytes]:
    """The bytes from `start` up to, not including, `end`."""
    with default_storage.open(file.path, "rb") as stored:
        stored.seek(start)
        left = end - start
        while left > 0 and (piece := stored.read(min(step, left))):
            left -= len(piece)
            yield piece


def read(file: StoredFile) -> bytes:
    """The stored bytes; raises RuleError when they no longer match their digest."""
    with default_storage.open(file.path, "rb") as stored:
        content: bytes = stored.read()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise RuleError(f"文件“{file.name}”的内容与登记的指纹不符，已停止使用。请联系系统管理员。")
    return content


def reencoded_image(content: bytes, *, longest: int = 1600) -> bytes:
    """A JPEG copy without metadata, for anything that leaves the office."""
    with Image.open(io.BytesIO(content)) as image:
        copy = ImageOps.exif_transpose(image).convert("RGB")
        copy.thumbnail((longest, longest))
        out = io.BytesIO()
        copy.save(out, "JPEG", quality=85)
        return out.getvalue()


def _recognise(content: bytes, name: str, accept: tuple[str, ...]) -> tuple[str, str]:
    if "image" in accept:
        found = _image(content)
        if found:
            return found
    if "pdf" in accept and content.startswith(b"%PDF-"):
        return "application/pdf", ".pdf"
    if content.startswith(b"PK\x03\x04") and {"xlsx", "docx"} & set(accept):
        members = _members(content, name)
        if "xlsx" in accept and "xl/workbook.xml" in members:
            return XLSX
        if "docx" in accept and "word/document.xml" in members:
            return (
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                ".docx",
            )
    if "csv" in accept and b"\0" not in content and not content.startswith(b"PK"):
        return "text/csv", ".csv"
    labels = {
        "image": "照片（JPG、PNG）",
        "pdf": "PDF",
        "xlsx": "Excel 工作簿（.xlsx）",
        "csv": "CSV",
        "docx": "Word 文档（.docx）",
    }
    wanted = "、".join(labels[a] for a in accept)
    old = (
        "看起来是旧版 .xls，请在 Excel 或 WPS 中另存为 .xlsx 后再上传。"
        if content.startswith(b"\xd0\xcf\x11\xe0")
        else ""
    )
    raise RuleError(f"文件“{name}”的内容不是{wanted}。{old or '请检查后重新选择。'}")


def _image(content: bytes) -> tuple[str, str] | None:
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise RuleError(
                    "照片的尺寸异常大，已拒收。请用手机相机的普通模式重新拍摄后再上传。"
                )
            image.verify()
            kind = IMAGE.get(image.format or "")
        with Image.open(io.BytesIO(content)) as image:
            # Decoded to the end, as small as the format allows: one that was cut short would break every page that shows it.
            image.draft("RGB", (64, 64))
            image.load()
        return kind
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


def _members(content: bytes, name: str) -> dict[str, Any]:
    """Names in the archive; refuses archives that unpack to far more than they weigh (LIBRARIES, zip bombs)."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise RuleError(
            f"文件“{name}”已损坏，无法打开。请在 Excel 或 WPS 中打开确认后另存再上传。"
        ) from error
    total = sum(part.file_size for part in parts)
    bombs = [
        p for p in parts if p.file_size > 1_000_000 and p.file_size > 100 * max(p.compress_size, 1)
    ]
    if bombs or total > 1_500_000_000:
        raise RuleError(f"文件“{name}”解压后异常庞大，已拒收。请另存为新的工作簿后再上传。")
    return {part.filename: part for part in parts}
