"""Periods as plans write them: 1月—12月 · 2023年6-12月 · 2026年2月24日-2026年11月30日 · 9月-12月."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from registry.rules.cells import CellProblem, Parsed, as_text
from registry.rules.texts import clean, half_width

_DASH = r"\s*(?:-|—|–|~|～|至|到|－)+\s*"
_DAY = r"(?:(\d{4})\s*[年./-]\s*)?(\d{1,2})\s*(?:[月./-]\s*(?:(\d{1,2})\s*日?)?)?"
_PERIOD = re.compile(rf"{_DAY}{_DASH}{_DAY}(?:底|末|止)?")
_SINGLE = re.compile(r"(?:(\d{4})\s*年)?\s*(\d{1,2})\s*月(?:份|底前|底|末)?")
_HALVES = {
    "全年": (1, 12),
    "上半年": (1, 6),
    "下半年": (7, 12),
    "一季度": (1, 3),
    "二季度": (4, 6),
    "三季度": (7, 9),
    "四季度": (10, 12),
}


@dataclass(frozen=True)
class Window:
    starts_on: date
    ends_on: date


def parse_window(raw: object, year: int) -> Parsed[Window]:
    """The first and last day of a period in the plan of `year`; months are taken whole."""
    text = re.sub(r"—+|–|～|~|－|--+", "-", half_width(clean(as_text(raw)).text))
    if not text:
        return Parsed()
    for word, (first, last) in _HALVES.items():
        if re.fullmatch(rf"(?:{year}年)?第?{word}", text):
            return Parsed(_months(year, first, year, last))
    single = _SINGLE.fullmatch(text)
    if single is not None and 1 <= int(single[2]) <= 12:
        which = int(single[1] or year)
        return Parsed(_months(which, int(single[2]), which, int(single[2])))
    match = _PERIOD.fullmatch(text)
    return _refuse(text) if match is None else _from_period(match, text, year)


def _from_period(match: re.Match[str], text: str, year: int) -> Parsed[Window]:
    first_year = int(match[1] or year)
    last_year = int(match[4] or first_year)
    try:
        starts = date(first_year, int(match[2]), int(match[3] or 1))
        last_day = int(match[6]) if match[6] else monthrange(last_year, int(match[5]))[1]
        ends = date(last_year, int(match[5]), last_day)
    except (ValueError, IndexError):
        return _refuse(text)
    if ends < starts:
        return Parsed(problem=CellProblem(f"“{text}”的结束早于开始", "请核对起止时间", "window"))
    return Parsed(Window(starts, ends))


def _months(first_year: int, first: int, last_year: int, last: int) -> Window:
    return Window(date(first_year, first, 1), date(last_year, last, monthrange(last_year, last)[1]))


def _refuse(text: str) -> Parsed[Window]:
    shown = text if len(text) <= 20 else text[:20] + "…"
    remedy = "请写成 3月-11月 或 2026-03-01至2026-11-30"
    return Parsed(problem=CellProblem(f"“{shown}”读不出起止时间", remedy, "window"))
