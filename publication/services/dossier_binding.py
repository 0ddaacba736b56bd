"""Binds papers into one PDF: cover, contents with page numbers and digests, check, papers, 卷内页号; and takes its digests again (A89)."""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter

from bureau.services import documents
from publication.rules.dossier_parts import Check, pages_digest
from publication.selectors.dossier_cases import Case
from publication.services.dossier_papers import Paper


@dataclass(frozen=True)
class Bound:
    content: bytes
    pages: int  # without cover and contents
    contents: list[dict[str, Any]]


@dataclass(frozen=True)
class Volume:
    """What the cover says of the volume that is bound."""

    number: str = ""  # empty: a preview
    volume: int = 1
    reason: str = ""
    retention: str = "长期"


def bind(
    case: Case, papers: Sequence[Paper], checks: Sequence[Check], *, volume: Volume, today: date
) -> Bound:
    """The file as it would be archived now. Raises RuleError where PDFs cannot be made.

    One paper is made after the other and goes straight into the writer, so that memory holds one dossier at most.
    """
    writer = PdfWriter()
    contents: list[dict[str, Any]] = []
    for paper in papers:
        made, first = paper.make(), len(writer.pages)
        writer.append(io.BytesIO(made), import_outline=False)
        contents.append(_line(paper, made, first, len(writer.pages) - first))
    pages = len(writer.pages)
    cover = _cover(case, contents, checks, volume, pages, today)
    writer.merge(0, io.BytesIO(cover), import_outline=False)
    before = len(writer.pages) - pages
    for row in contents:
        writer.add_outline_item(title=row["name"], page_number=before + row["from"] - 1)
    _number_pages(writer, before, pages)
    writer.add_metadata({"/Title": volume.number or f"卷宗 {case.visit.number}"})
    out = io.BytesIO()
    writer.write(out)
    content = out.getvalue()
    for row, digest in zip(contents, digests_of(content, contents), strict=True):
        row["bound_sha256"] = digest
    return Bound(content, pages, contents)


def digests_of(content: bytes, contents: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The digest of each part's pages as they lie in this file; a part whose pages are missing has none."""
    pages = PdfReader(io.BytesIO(content)).pages
    before = len(pages) - sum(row["pages"] for row in contents)
    for row in contents:
        start = before + row["from"] - 1
        wanted = range(start, start + row["pages"])
        usable = before >= 0 and all(0 <= n < len(pages) for n in wanted)
        yield pages_digest(_page_bytes(pages[n]) for n in wanted) if usable else ""


def _page_bytes(page: PageObject) -> bytes:
    """What the page draws: its own stream and its pictures."""
    stream = page.get_contents()
    drawn = [stream.get_data() if stream is not None else b""]
    resources: Any = page.get("/Resources", {})
    objects = resources.get_object().get("/XObject", {}).get_object() if resources else {}
    for name in sorted(objects):
        item = objects[name].get_object()
        drawn.append(bytes(getattr(item, "_data", b"")))
    return b"\0".join(drawn)


def _line(paper: Paper, made: bytes, first: int, pages: int) -> dict[str, Any]:
    return {
        "part": paper.part,
        "key": paper.key,
        "name": paper.name,
        "from": first + 1,
        "pages": pages,
        "sha256": hashlib.sha256(made).hexdigest(),
    }


def _cover(
    case: Case,
    contents: Sequence[dict[str, Any]],
    checks: Sequence[Check],
    volume: Volume,
    pages: int,
    today: date,
) -> bytes:
    return documents.pdf(
        "publication/documents/dossier_cover.html",
        {
            "case": case,
            "visit": case.visit,
            "volume": volume,
            "contents": contents,
            "checks": checks,
            "pages": pages,
            "lacking": [check for check in checks if check.lacking],
            "today": today,
        },
    )


def _number_pages(writer: PdfWriter, first: int, pages: int) -> None:
    """第 n 页 共 m 页 at the foot of every page after the contents."""
    if not pages:
        return
    stamps = PdfReader(io.BytesIO(_numbers(pages))).pages
    for offset in range(pages):
        writer.pages[first + offset].merge_page(stamps[offset])


@lru_cache(maxsize=16)
def _numbers(pages: int) -> bytes:
    """Pages with nothing but their number; dossiers made one after the other often have as many."""
    return documents.pdf(
        "publication/documents/dossier_numbers.html",
        {"pages": range(1, pages + 1), "total": pages},
    )
