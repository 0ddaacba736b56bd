"""Many PDFs in one file: whole pages, own page numbers, bookmarks, and memory that does not grow with the number of parts."""

import gc
import io
import tracemalloc

from pypdf import PdfReader

from bureau.services import documents, pdf_joining


def part(word: str) -> bytes:
    return documents.pdf("base_document.html", {"issuer_name": word})


def joined(parts: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    file = pdf_joining.Joined(out)
    for title, content in parts:
        file.add(content, title)
    file.close()
    return out.getvalue()


def test_every_part_is_there_under_its_bookmark():
    long = part("甲")
    content = joined([("甲", long), ("乙", part("乙")), ("甲", long)])

    reader = PdfReader(io.BytesIO(content), strict=True)

    assert len(reader.pages) == 3
    assert [mark.title for mark in reader.outline] == ["甲", "乙", "甲"]
    assert [reader.get_destination_page_number(mark) for mark in reader.outline] == [0, 1, 2]
    assert [float(page.mediabox.height) for page in reader.pages] == [
        float(PdfReader(io.BytesIO(long)).pages[0].mediabox.height)
    ] * 3


def test_the_text_of_a_part_survives():
    content = joined([("一", part("一")), ("二", part("二"))])

    pages = PdfReader(io.BytesIO(content)).pages

    assert ["1" in page.extract_text() for page in pages] == [True, True]


def test_what_the_parts_share_goes_in_once():
    one = part("甲")

    alone, thrice = len(joined([("甲", one)])), len(joined([("甲", one)] * 3))

    assert thrice < 2 * alone


def test_memory_does_not_grow_with_the_number_of_parts(tmp_path):
    one = part("甲")

    def peak(count: int) -> int:
        with (tmp_path / f"{count}.pdf").open("wb") as out:
            tracemalloc.start()
            file = pdf_joining.Joined(out)
            for _ in range(count):
                file.add(one, "甲")
                gc.collect()  # what a part leaves behind counts, not when it is swept up
            file.close()
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return found

    few, many = peak(5), peak(100)

    assert many < few + 400_000
