"""Find the heading row of a sheet: below title rows, with merged cells, under whatever names bureaus use.

A refusal names what is missing and what was found; nothing is guessed from the cells below.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry.rules.cells import as_text, choice_key
from registry.rules.columns import Column
from registry.rules.texts import clean

SEARCH_ROWS = 15
# Counting columns carry nothing; they are passed over without a word.
_IGNORED = frozenset({"序号", "行号", "no", "no."})
_MARKS = re.compile(r"^[*＊★]+|[*＊★:：]+$")
_BRACKETS = re.compile(r"[（(【\[][^）)】\]]*[）)】\]]")

Row = Sequence[object]


@dataclass(frozen=True)
class Heading:
    """One cell of the heading row: its place (0 is column A) and its text."""

    index: int
    text: str

    @property
    def letter(self) -> str:
        return column_letter(self.index)


@dataclass(frozen=True)
class HeaderMatch:
    """`row` is the index of the heading row (0-based); rows below it hold the entries."""

    row: int
    places: dict[str, int]
    headings: dict[str, str]
    unknown: tuple[Heading, ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def notices(self) -> tuple[str, ...]:
        if not self.unknown:
            return ()
        listed = "、".join(f"{h.letter} 列“{h.text}”" for h in self.unknown)
        return (f"有 {len(self.unknown)} 列不导入：{listed}",)


@dataclass(frozen=True)
class Refusal:
    """The whole sheet cannot be read; `sentence` says why and what to do."""

    code: str
    sentence: str


@dataclass(frozen=True)
class _Reading:
    row: int
    places: dict[str, list[Heading]]
    unknown: list[Heading]

    @property
    def score(self) -> int:
        return len(self.places)


def find_header(
    rows: Sequence[Row], columns: Sequence[Column], *, within: int = SEARCH_ROWS
) -> HeaderMatch | Refusal:
    """The heading row among the first `within` rows, or why there is none.

    Two heading rows one above the other (merged cells) are read as one. Source: real rosters, DOMAIN F.
    """
    readings = [
        r for index in range(min(within, len(rows))) for r in _readings(rows, index, columns)
    ]
    best = max(readings, key=lambda reading: reading.score, default=None)
    if best is None or best.score < min(2, len(columns)):
        return _no_header(columns, within)
    return _doubled(best, columns) or _missing(best, columns) or _match(best, columns)


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _readings(rows: Sequence[Row], index: int, columns: Sequence[Column]) -> Iterable[_Reading]:
    texts = [_heading_text(cell) for cell in rows[index]]
    yield _read(index, [(text, ()) for text in texts], columns)
    if index:
        yield _read(
            index, _joined([_heading_text(cell) for cell in rows[index - 1]], texts), columns
        )


def _joined(upper: list[str], lower: list[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Lower cells, with the group heading before them as a second reading; upper cells where the lower are empty."""
    joined: list[tuple[str, tuple[str, ...]]] = []
    group = ""
    for place in range(max(len(upper), len(lower))):
        above = upper[place] if place < len(upper) else ""
        below = lower[place] if place < len(lower) else ""
        group = above or group
        joined.append((below, (group + below,)) if below else (above, ()))
    return joined


def _read(
    row: int, texts: list[tuple[str, tuple[str, ...]]], columns: Sequence[Column]
) -> _Reading:
    places: dict[str, list[Heading]] = {}
    unknown: list[Heading] = []
    left = ""
    for index, (text, longer) in enumerate(texts):
        if not text or choice_key(text) in _IGNORED:
            continue
        key = next(
            (k for t in (*longer, text) if (k := _key_of(t, columns, set(places), left))), ""
        )
        heading = Heading(index, text)
        if key:
            places.setdefault(key, []).append(heading)
        else:
            unknown.append(heading)
        left = key
    return _Reading(row, places, unknown)


def _key_of(text: str, columns: Sequence[Column], taken: set[str], left: str) -> str:
    """The column a heading means; of several the one whose neighbour stands left, then the first free."""
    for form in dict.fromkeys((text, _BRACKETS.sub("", text))):
        fits = [column for column in columns if choice_key(form) in column.headings]
        beside = [column for column in fits if column.after and column.after == left]
        free = [
            column for column in fits if column.key not in taken and not _waits(column, fits, taken)
        ]
        for column in (*beside, *free, *fits):
            return column.key
    return ""


def _waits(column: Column, fits: list[Column], taken: set[str]) -> bool:
    """A second 有效期 may not go to the second certificate when no such certificate has been met."""
    return len(fits) > 1 and bool(column.after) and column.after not in taken


def _heading_text(cell: object) -> str:
    text = clean(as_text(cell)).text
    return _MARKS.sub("", text.replace(" ", "")) if len(text) <= 40 else ""


def _no_header(columns: Sequence[Column], within: int) -> Refusal:
    wanted = "、".join(f"“{c.label}”" for c in columns if c.needed or c.group)
    return Refusal(
        "no_header", f"前 {within} 行里找不到列名行；请保留一行列名，至少有{wanted}，或下载模板填写"
    )


def _doubled(reading: _Reading, columns: Sequence[Column]) -> Refusal | None:
    """Refuses two equal headings; of two different ones for a column the more usual is read, the other reported."""
    for column in columns:
        found = sorted(reading.places.get(column.key, []), key=lambda h: _rank(column, h))
        if len(found) > 1 and _rank(column, found[0]) == _rank(column, found[1]):
            where = "、".join(f"{h.letter} 列“{h.text}”" for h in found)
            said = f"第 {reading.row + 1} 行有 {len(found)} 列都是“{column.label}”：{where}"
            return Refusal("doubled", f"{said}；请只留一列，其余删去或改名")
        reading.unknown.extend(found[1:])
        if found:
            reading.places[column.key] = found[:1]
    return None


def _rank(column: Column, heading: Heading) -> int:
    names = [choice_key(name) for name in (column.label, *column.synonyms)]
    forms = (choice_key(heading.text), choice_key(_BRACKETS.sub("", heading.text)))
    return min((names.index(form) for form in forms if form in names), default=len(names))


def _missing(reading: _Reading, columns: Sequence[Column]) -> Refusal | None:
    lacking = [c for c in columns if c.needed and c.key not in reading.places]
    groups = {c.group for c in columns if c.group} - {
        c.group for c in columns if c.key in reading.places
    }
    names = [f"“{c.label}”" for c in lacking]
    names += [
        "或".join(f"“{c.label}”" for c in columns if c.group == group) for group in sorted(groups)
    ]
    if not names:
        return None
    seen = "、".join(h.text for h in reading.unknown)
    unread = f"；认不出的列：{seen}" if seen else ""
    return Refusal(
        "missing",
        f"第 {reading.row + 1} 行是列名，但缺少{'、'.join(names)}{unread}；请补上或改列名后重新上传",
    )


def _match(reading: _Reading, columns: Sequence[Column]) -> HeaderMatch:
    return HeaderMatch(
        row=reading.row,
        places={key: found[0].index for key, found in reading.places.items()},
        headings={key: found[0].text for key, found in reading.places.items()},
        unknown=tuple(sorted(reading.unknown, key=lambda h: h.index)),
        absent=tuple(c.label for c in columns if c.key not in reading.places),
    )
