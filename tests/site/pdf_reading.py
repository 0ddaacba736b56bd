"""What a made PDF really holds: its words, page sizes and fonts."""

import io
import re
from dataclasses import dataclass

from pypdf import PdfReader

A4 = {(595, 842), (842, 595)}


@dataclass(frozen=True)
class Printed:
    text: str  # without blanks, line breaks and page numbers: a passage may break anywhere
    sizes: set[tuple[int, int]]
    loose_fonts: list[str]  # not embedded
    pages: int


def read(content: bytes) -> Printed:
    reader = PdfReader(io.BytesIO(content))
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()
        for page in reader.pages
        for font in page["/Resources"].get("/Font", {}).values()
    ]
    return Printed(
        text="".join(_text(page) for page in reader.pages),
        sizes={(round(p.mediabox.width), round(p.mediabox.height)) for p in reader.pages},
        loose_fonts=[str(font["/BaseFont"]) for font in fonts if not _is_embedded(font)],
        pages=len(reader.pages),
    )


def _is_embedded(font) -> bool:
    parts = font["/FontDescriptor"].get_object()
    return any(name in parts for name in ("/FontFile", "/FontFile2", "/FontFile3"))


def _text(page) -> str:
    return re.sub(r"—\d+—", "", "".join(page.extract_text().split()))
