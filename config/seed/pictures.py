"""Photographs of the seed: drawn scenes with a label that says so, and a signed page. Nothing real is shown."""

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from config.seed.chance import digest

SIZE = (800, 600)
_NOTO = "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
_SKIES = ((206, 222, 236), (222, 226, 224), (196, 214, 230), (232, 226, 212))
_GROUNDS = ((146, 138, 112), (120, 132, 92), (158, 146, 128), (132, 120, 100))
_HILLS = ((112, 130, 104), (96, 116, 100), (134, 142, 120), (124, 122, 108))
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def scene(*, name: str, kind: str, lines: tuple[str, str], file_name: str) -> SimpleUploadedFile:
    """One drawn view of this kind of entity, always the same for the same name, with two lines of label."""
    bits = digest(f"scene|{name}")
    picture = Image.new("RGB", SIZE, _SKIES[bits[0] % 4])
    pen = ImageDraw.Draw(picture)
    _hills(pen, bits)
    pen.rectangle((0, 380, 800, 600), fill=_GROUNDS[bits[1] % 4])
    _VIEWS.get(kind, _sheds)(pen, bits)
    pen.rectangle((0, 500, 800, 600), fill=(28, 34, 40))
    pen.text((24, 508), lines[0], font=_font(28), fill=(255, 255, 255))
    pen.text((24, 548), f"{lines[1]}　演示图片，纯属虚构", font=_font(22), fill=(205, 212, 218))
    return _jpeg(picture, file_name)


def signed_page(
    *, title: str, entity: str, day: str, marks: Sequence[bool], file_name: str
) -> SimpleUploadedFile:
    """A sheet on a desk: title, the first items with their marks, strokes for signatures, a ring for the seal."""
    bits = digest(f"page|{entity}|{day}")
    picture = Image.new("RGB", (620, 860), (112, 98, 84))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((30, 30, 590, 830), fill=(250, 249, 245))
    pen.text((110, 66), title, font=_font(28), fill=(30, 30, 30))
    pen.text((60, 120), f"检查对象：{entity}", font=_font(19), fill=(40, 40, 40))
    for row, is_good in enumerate(marks[:11]):
        y = 170 + row * 38
        pen.line((60, y, 560, y), fill=(190, 188, 182))
        pen.text((66, y + 7), f"{row + 1}", font=_font(17), fill=(80, 80, 80))
        pen.text((500, y + 7), "✓" if is_good else "×", font=_font(17), fill=(40, 40, 120))
    pen.text((60, 650), "当事人签字：", font=_font(19), fill=(40, 40, 40))
    pen.text((60, 710), "检查人员签字：", font=_font(19), fill=(40, 40, 40))
    for place, y in ((0, 662), (8, 722), (16, 722)):
        left = 200 + place * 9
        stroke = [(left + n * 14, y + bits[place + n] % 26 - 8) for n in range(8)]
        pen.line(stroke, fill=(24, 30, 92), width=3, joint="curve")
    pen.ellipse((400, 600, 540, 740), outline=(196, 40, 36), width=5)
    pen.text((432, 654), "演示印章", font=_font(20), fill=(196, 40, 36))
    pen.text((60, 780), f"{day}　演示图片，纯属虚构", font=_font(18), fill=(90, 90, 90))
    return _jpeg(picture, file_name)


def _hills(pen: ImageDraw.ImageDraw, bits: bytes) -> None:
    for layer in range(2):
        heights = [bits[4 + layer * 9 + n] % 110 for n in range(9)]
        ridge = [(n * 100, 300 + layer * 40 - h) for n, h in enumerate(heights)]
        colour = tuple(part - layer * 14 for part in _HILLS[bits[3] % 4])
        pen.polygon([(0, 420), *ridge, (800, 420)], fill=colour)


def _benches(pen: ImageDraw.ImageDraw, bits: bytes) -> None:
    """An open pit with its steps."""
    for step in range(4):
        y = 330 + step * 34
        left = 160 + step * 40 + bits[24 + step] % 30
        pen.polygon(
            [(left, y), (left + 430 - step * 50, y), (left + 450 - step * 50, y + 26), (left - 20, y + 26)],
            fill=(176 - step * 12, 162 - step * 12, 138 - step * 12),
        )  # fmt: skip


def _sheds(pen: ImageDraw.ImageDraw, bits: bytes) -> None:
    """A yard with sheds."""
    for place in range(3):
        left, width = 70 + place * 240 + bits[24 + place] % 40, 150 + bits[27 + place] % 50
        pen.rectangle((left, 350, left + width, 440), fill=(196, 198, 200))
        pen.polygon(
            [(left - 12, 350), (left + width // 2, 304), (left + width + 12, 350)],
            fill=(90 + bits[30] % 60, 96, 112),
        )
        pen.rectangle((left + 24, 386, left + 62, 440), fill=(96, 88, 80))


def _trees(pen: ImageDraw.ImageDraw, bits: bytes) -> None:
    """Rows of young trees."""
    for row in range(2):
        for place in range(9):
            x, y = 50 + place * 86 + row * 34, 420 + row * 46
            height = 56 + bits[(place + row * 9) % 32] % 34
            pen.rectangle((x - 3, y, x + 3, y + 16), fill=(92, 74, 56))
            pen.polygon([(x - 24, y), (x, y - height), (x + 24, y)], fill=(62, 104 + row * 14, 66))


_VIEWS = {"mine": _benches, "plot": _trees, "cooperative": _trees}


@lru_cache
def _font(size: int) -> Font:
    """Noto CJK of the system or of the unpacked folder; without it the labels show boxes and the pictures stay."""
    for root in (Path("/"), settings.ROOT / ".local" / "pdf"):
        if (root / _NOTO).is_file():
            return ImageFont.truetype(str(root / _NOTO), size, index=2)
    return ImageFont.load_default(size)


def _jpeg(picture: Image.Image, name: str) -> SimpleUploadedFile:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=72)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")
