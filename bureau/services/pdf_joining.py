"""Many PDFs in one file, written as they come: memory holds one part, the page list and the bookmarks.

pypdf's own writer keeps every object of every part until the end. The parts are this portal's own PDFs.
"""

import hashlib
import io
from typing import IO, Any

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

PAGES, CATALOG = 1, 2  # object numbers known before the first part is written


class Joined:
    """Parts go in one by one; `close` writes what holds them together. Every page keeps its own number and size."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._offsets: dict[int, int] = {}
        self._next = CATALOG + 1
        self._pages: list[int] = []
        self._marks: list[tuple[str, int]] = []
        self._streams: dict[bytes, int] = {}  # by digest: the same font goes in once
        out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def add(self, content: bytes, title: str) -> int:
        """Appends a PDF under a bookmark; returns how many pages it has."""
        reader = PdfReader(io.BytesIO(content))
        copy = _Copy(self, reader)
        first = len(self._pages)
        for page in reader.pages:
            self._pages.append(copy.page(page))
        copy.rest()
        if len(self._pages) > first:
            self._marks.append((title, self._pages[first]))
        return len(self._pages) - first

    def close(self) -> None:
        marks = self._outline()
        kids = ArrayObject([_ref(number) for number in self._pages])
        self._write(
            PAGES,
            DictionaryObject(
                {
                    NameObject("/Type"): NameObject("/Pages"),
                    NameObject("/Kids"): kids,
                    NameObject("/Count"): NumberObject(len(self._pages)),
                }
            ),
        )
        catalog = DictionaryObject(
            {NameObject("/Type"): NameObject("/Catalog"), NameObject("/Pages"): _ref(PAGES)}
        )
        if marks:
            catalog[NameObject("/Outlines")] = _ref(marks)
        self._write(CATALOG, catalog)
        self._trailer()

    def _outline(self) -> int:
        """One bookmark for each part; 0 without any."""
        if not self._marks:
            return 0
        root = self._take()
        numbers = [self._take() for _ in self._marks]
        for place, ((title, page), number) in enumerate(zip(self._marks, numbers, strict=True)):
            item = DictionaryObject(
                {
                    NameObject("/Title"): TextStringObject(title),
                    NameObject("/Parent"): _ref(root),
                    NameObject("/Dest"): ArrayObject([_ref(page), NameObject("/Fit")]),
                }
            )
            if place:
                item[NameObject("/Prev")] = _ref(numbers[place - 1])
            if place + 1 < len(numbers):
                item[NameObject("/Next")] = _ref(numbers[place + 1])
            self._write(number, item)
        self._write(
            root,
            DictionaryObject(
                {
                    NameObject("/Type"): NameObject("/Outlines"),
                    NameObject("/First"): _ref(numbers[0]),
                    NameObject("/Last"): _ref(numbers[-1]),
                    NameObject("/Count"): NumberObject(len(numbers)),
                }
            ),
        )
        return root

    def _take(self) -> int:
        self._next += 1
        return self._next - 1

    def _write(self, number: int, item: Any) -> None:
        self._offsets[number] = self._out.tell()
        self._out.write(f"{number} 0 obj\n".encode())
        item.write_to_stream(self._out)
        self._out.write(b"\nendobj\n")

    def _trailer(self) -> None:
        at = self._out.tell()
        self._out.write(f"xref\n0 {self._next}\n0000000000 65535 f \n".encode())
        for number in range(1, self._next):
            self._out.write(f"{self._offsets[number]:010d} 00000 n \n".encode())
        self._out.write(
            f"trailer\n<< /Size {self._next} /Root {CATALOG} 0 R >>\nstartxref\n{at}\n%%EOF\n".encode()
        )


class _Copy:
    """Copies what one part's pages reach, under new object numbers."""

    def __init__(self, joined: Joined, reader: PdfReader) -> None:
        self._joined, self._reader = joined, reader
        self._numbers: dict[tuple[int, int], int] = {}
        self._waiting: list[tuple[int, IndirectObject]] = []

    def page(self, page: Any) -> int:
        reference = page.indirect_reference
        number = self._number(reference, queue=False)
        own = DictionaryObject(
            {
                key: self._renumbered(value)
                for key, value in dict.items(page)
                if key not in {"/Parent", "/Annots", "/StructParents"}
            }
        )
        for key in ("/Resources", "/MediaBox", "/Rotate"):  # may be inherited from the tree above
            if key not in own and page.get(key) is not None:
                own[NameObject(key)] = self._renumbered(page[key])
        own[NameObject("/Parent")] = _ref(PAGES)
        self._joined._write(number, own)
        return number

    def rest(self) -> None:
        """Writes what the pages refer to, and what that refers to, until nothing is left."""
        while self._waiting:
            number, reference = self._waiting.pop()
            self._joined._write(number, self._renumbered(reference.get_object()))

    def _number(self, reference: IndirectObject, *, queue: bool = True) -> int:
        key = (reference.idnum, reference.generation)
        if key in self._numbers:
            return self._numbers[key]
        digest = _digest(reference.get_object()) if queue else b""
        known = self._joined._streams.get(digest)
        if known is not None:
            self._numbers[key] = known
            return known
        number = self._numbers[key] = self._joined._take()
        if digest:
            self._joined._streams[digest] = number
        if queue:
            self._waiting.append((number, reference))
        return number

    def _renumbered(self, item: Any) -> Any:
        if isinstance(item, IndirectObject):
            return _ref(self._number(item))
        if isinstance(item, StreamObject):  # met once; in place, so that it keeps its bytes
            for key, value in list(dict.items(item)):
                item[NameObject(key)] = self._renumbered(value)
            return item
        if isinstance(item, DictionaryObject):
            return DictionaryObject(
                {key: self._renumbered(value) for key, value in dict.items(item)}
            )
        if isinstance(item, ArrayObject):
            return ArrayObject([self._renumbered(value) for value in list.__iter__(item)])
        return item


def _digest(item: Any) -> bytes:
    """Of a stream that refers to nothing else (a font, a picture); empty for everything that may not be shared."""
    if not isinstance(item, StreamObject):
        return b""
    values = list(dict.values(item))
    if any(isinstance(value, IndirectObject | DictionaryObject | ArrayObject) for value in values):
        return b""
    head = repr(sorted((str(key), str(value)) for key, value in dict.items(item)))
    return hashlib.sha256(head.encode() + item._data).digest()


def _ref(number: int) -> IndirectObject:
    return IndirectObject(number, 0, None)
