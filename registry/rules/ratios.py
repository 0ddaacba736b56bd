"""Ratio and frequency texts as bureaus write them: 5% · 1户 · 10%(20户) · 不超过名录库的20% · 每三年至少覆盖一次.

The raw text is always kept; what cannot be read is refused with examples, never set to a default (A03; DOMAIN C).
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from registry.rules.cells import CellProblem, Parsed, T, as_text
from registry.rules.labels import Labelled
from registry.rules.texts import clean, half_width

_NUMERALS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_AT_LEAST = re.compile(r"不少于|不低于|至少|最低|>=|≥|大于等于|[%户家个次]以上")
_AT_MOST = re.compile(r"不超过|不高于|不多于|至多|最多|<=|≤|小于等于|上限|[%户家个次]以[下内]")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_COUNT = re.compile(r"(\d+)\s*(?:户|家|个|宗|处|件|项目|座|块|名)")
_CYCLE = re.compile(r"每(\d+|[一二两三四五六七八九十])?年[^,;，；]*?(?:全?覆盖|检查|抽查)")
_PER_YEAR = re.compile(
    r"(\d+|[一二两三四五六七八九十])\s*次\s*/\s*年|(?:每年|年度|一年|全年)(?:至少|不少于|不超过|最多|抽查|检查|内|对)*\s*(\d+|[一二两三四五六七八九十])\s*次"
)


class RatioMode(Labelled):
    """Modes of a plan item (ARCHITECTURE §5)."""

    PERCENT = "percent", "按比例"
    COUNT = "count", "按户数"
    ALL = "all", "全部"
    MIN = "min", "不少于"
    MAX = "max", "不超过"
    ORDER = "order", "全部检查，只定批次顺序"


class RatioUnit(Labelled):
    PERCENT = "percent", "%"
    COUNT = "count", "户"
    # value = number of years in which everybody is covered once.
    CYCLE = "cycle", "年覆盖一次"


@dataclass(frozen=True)
class Ratio:
    """`value` in `unit`; `count_hint` is the number in brackets, as in 10%(20户). `raw` is what the cell said."""

    mode: RatioMode
    value: Decimal | None
    unit: RatioUnit | None
    raw: str
    count_hint: int | None = None


@dataclass(frozen=True)
class Frequency:
    """`times` visits in `years` years; `mode` exactly (count), at least (min) or at most (max)."""

    mode: RatioMode
    times: int
    years: int
    raw: str


def parse_ratio(raw: object) -> Parsed[Ratio]:
    """The ratio in a cell that may also hold a frequency (5%,每年一次). A bare fraction from Excel (0.05) is 5%."""
    if isinstance(raw, float) and 0 < raw <= 1:
        return _percent(RatioMode.PERCENT, Decimal(str(raw)) * 100, f"{raw:.10g}", None)
    text = clean(as_text(raw)).text
    narrow = _arabic_percent(half_width(text).replace("％", "%"))
    if not narrow:
        return Parsed()
    if "批次顺序" in narrow or "批次次序" in narrow:
        return Parsed(Ratio(RatioMode.ORDER, None, None, text))
    if len(_PERCENT.findall(narrow)) > 1:
        return _refuse(text, "写了几个比例，请按类别分成几行")
    return _one_ratio(narrow, text)


def parse_frequency(raw: object) -> Parsed[Frequency]:
    """2次/年 · 每年抽查1次 · =1 · >=1 · 每三年至少覆盖一次. Text without a frequency gives None."""
    text = clean(as_text(raw)).text
    narrow = half_width(text)
    bare = re.fullmatch(r"\s*(=|>=|<=|≥|≤)?\s*(\d{1,3})\s*次?\s*", narrow)
    if bare is not None:
        return Parsed(Frequency(_bound(bare[1] or ""), int(bare[2]), 1, text))
    cycle = _CYCLE.search(narrow)
    if cycle is not None and (cycle[1] or "覆盖" in cycle[0]) and _number(cycle[1] or "1") > 1:
        return Parsed(Frequency(RatioMode.MIN, 1, _number(cycle[1]), text))
    found = _PER_YEAR.findall(narrow)
    if len(found) > 1 or re.search(r"\d+\s*/\s*\d+\s*/\s*\d+", narrow):
        return _refuse(text, "各类别频次不同，请按类别分成几行")
    if found:
        clause = next(part for part in re.split(r"[,;，；]", narrow) if _PER_YEAR.search(part))
        return Parsed(Frequency(_bound(clause), _number(found[0][0] or found[0][1]), 1, text))
    return Parsed()


def _one_ratio(narrow: str, text: str) -> Parsed[Ratio]:
    percent = _PERCENT.search(narrow)
    counts = _COUNT.findall(narrow)
    if percent is not None:
        clause = next(part for part in re.split(r"[,;，；]", narrow) if "%" in part)
        hint = int(counts[0]) if counts else None
        return _percent(_bound(clause, RatioMode.PERCENT), Decimal(percent[1]), text, hint)
    cycle = _CYCLE.search(narrow)
    if cycle is not None and "覆盖" in cycle[0]:
        return Parsed(
            Ratio(RatioMode.MIN, Decimal(_number(cycle[1] or "1")), RatioUnit.CYCLE, text)
        )
    if counts:
        return Parsed(Ratio(_bound(narrow), Decimal(counts[0]), RatioUnit.COUNT, text))
    if re.search(r"全部|全覆盖|逐户|应查尽查", narrow):
        return Parsed(Ratio(RatioMode.ALL, None, None, text))
    if re.fullmatch(r"\d{1,6}", narrow):
        return Parsed(
            Ratio(RatioMode.COUNT, Decimal(narrow), RatioUnit.COUNT, text),
            notices=(f"“{text}”按 {narrow} 户读取",),
        )
    return _refuse(text, "可写：5%、20户、100%、不少于5%、不超过20%、每三年至少覆盖一次")


def _percent(mode: RatioMode, value: Decimal, raw: str, hint: int | None) -> Parsed[Ratio]:
    if not 0 < value <= 100:
        return _refuse(raw, "比例应大于 0 且不超过 100%")
    if value == 100 and mode in {RatioMode.PERCENT, RatioMode.MIN}:
        return Parsed(Ratio(RatioMode.ALL, _plain(value), RatioUnit.PERCENT, raw, hint))
    return Parsed(Ratio(mode, _plain(value), RatioUnit.PERCENT, raw, hint))


def _plain(value: Decimal) -> Decimal:
    """10 and not 1E+1, 2.5 and not 2.50."""
    whole = value.to_integral_value()
    return Decimal(int(whole)) if value == whole else value.normalize()


def _bound(text: str, plain: RatioMode = RatioMode.COUNT) -> RatioMode:
    if _AT_MOST.search(text):
        return RatioMode.MAX
    return RatioMode.MIN if _AT_LEAST.search(text) else plain


def _arabic_percent(text: str) -> str:
    """百分之五 → 5%, 百分之二十五 → 25%."""

    def spell(match: re.Match[str]) -> str:
        tens, _, ones = match[1].partition("十")
        if "十" not in match[1]:
            return f"{_NUMERALS[match[1]]}%"
        return f"{(_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0)}%"

    return re.sub(
        r"百分之([一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])", spell, text
    )


def _number(word: str) -> int:
    return _NUMERALS[word] if word in _NUMERALS else int(word)


def _refuse(raw: str, remedy: str) -> Parsed[T]:
    shown = raw if len(raw) <= 20 else raw[:20] + "…"
    return Parsed(problem=CellProblem(f"“{shown}”读不出比例或频次", remedy, "ratio"))
