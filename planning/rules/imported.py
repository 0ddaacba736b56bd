"""A bureau's plan table in the terms of a plan item: year, ratio, frequency, range, matters (A27, A112)."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from registry.rules.cells import choice_key, parse_list
from registry.rules.names import bigrams, search_key
from registry.rules.ratios import Frequency, Ratio, RatioMode, RatioUnit
from registry.rules.texts import words

_YEAR_OF_PERIOD = re.compile(r"(20\d\d)\s*[年./-]")
_YEAR_OF_TITLE = re.compile(r"(20\d\d)\s*年(?!\s*\d{1,2}\s*月)")
_EVERYTHING = words(
    "全县 全市 全区 全旗 全域 全辖区 本辖区 辖区内 本县 本市 本区 全部 名录库 全部对象 名录库全部在库对象"
)
# How `registry.selectors.entities.scope_label` begins what is not a kind of entity.
_LEADS = {
    "信用风险分类": "classes",
    "行业代码": "industries",
    "规模": "scales",
    "行政区划": "regions",
    "责任单位": "units",
    "专项库": "pools",
    "标签": "tags",
    "风险标记": "flags",
}
_FREE = {"industries", "tags"}  # no closed list
_NO_RISK = re.compile(r"不涉及|不适用|不实行|不区分|^无$|^否$|^-+$")
_ALIKE = 0.3  # 对…的监督检查 alone is less
LARGEST = 999_999  # what the column holds


@dataclass(frozen=True)
class ItemRatio:
    """Mode and value of a plan item; `notice` where they are not word for word what the table says."""

    mode: str
    value: Decimal | None
    notice: str = ""


def year_of(periods: Iterable[str], titles: Iterable[str]) -> int | None:
    """The year most periods name, else the first title that names one; None when nothing does."""
    named = Counter(int(year) for text in periods for year in _YEAR_OF_PERIOD.findall(text)[:1])
    if named:
        return named.most_common(1)[0][0]
    found = (_YEAR_OF_TITLE.search(title) for title in titles)
    return next((int(match[1]) for match in found if match), None)


def item_ratio(ratio: Ratio) -> ItemRatio:
    """每三年至少覆盖一次 is a third a year, rounded up; a bound on a number of firms is planned as that number."""
    value = ratio.value
    if ratio.mode in {RatioMode.ALL, RatioMode.ORDER} or value is None:
        return ItemRatio(str(ratio.mode), None)
    if ratio.unit is RatioUnit.CYCLE:
        if value <= 1:
            return ItemRatio("all", None)
        share = _three_places(100 / value)
        return ItemRatio("min", share, f"“{ratio.raw}”按每年不少于 {share}% 写入")
    if ratio.unit is RatioUnit.COUNT:
        bound = "" if ratio.mode is RatioMode.COUNT else f"“{ratio.raw}”按 {value} 户写入"
        return ItemRatio("count", value, bound)
    share = _three_places(value)
    return ItemRatio(
        str(ratio.mode), share, "" if share == value else f"“{ratio.raw}”按 {share}% 写入"
    )


def frequency_text(frequency: Frequency) -> str:
    """1次/年 · 不少于2次/年 · 不超过1次/年 · 每3年至少抽查1次, as `parse_frequency` reads it again."""
    if frequency.years > 1:
        return f"每{frequency.years}年至少抽查{frequency.times}次"
    bound = {RatioMode.MIN: "不少于", RatioMode.MAX: "不超过"}.get(frequency.mode, "")
    return f"{bound}{frequency.times}次/年"


def is_by_risk(text: str) -> bool:
    """Whether the column on credit risk asks for 差异化抽查 (A39)."""
    return _NO_RISK.search(text.strip()) is None


def conditions(
    text: str, tables: Mapping[str, Mapping[str, str]]
) -> Mapping[str, list[str]] | None:
    """The conditions that a range in words names, `{}` for everything; None when any part of it means nothing here.

    `tables`: field of the scope → comparable word → code. Nothing is guessed: a part counts only when it is whole
    the name of a kind, unit, region or special pool, or a part of the label this system writes.
    """
    found: dict[str, set[str]] = {}
    for part in filter(None, (p.strip() for p in re.split(r"[;；。\n]", text))):
        if choice_key(part) in _EVERYTHING:
            continue
        read = _part(part, tables)
        if read is None:
            return None
        field, codes = read
        found.setdefault(field, set()).update(codes)
    return {field: sorted(codes) for field, codes in found.items()}


def named(text: str, known: Mapping[str, int]) -> tuple[list[int], list[str]]:
    """The matters a cell names by code or name, and the words that name none.

    A name may itself hold 、, so the whole is tried before its parts.
    """
    found: list[int] = []
    unknown: list[str] = []
    for part in filter(None, (p.strip() for p in re.split(r"[;；\n]", text))):
        whole = _known(part, known)
        pieces = [part] if whole else list(parse_list(part).value or (part,))
        keys = [_known(piece, known) for piece in pieces]
        if any(keys):
            unknown += [piece for piece, key in zip(pieces, keys, strict=True) if not key]
            found += [key for key in keys if key]
        else:
            unknown.append(part)
    return list(dict.fromkeys(found)), list(dict.fromkeys(unknown))


def closest(word: str, names: Iterable[str], *, limit: int = 3) -> list[str]:
    """The names most like a word that is none of them, by their shared pairs of characters; the nearest first."""
    wanted = set(bigrams(word))
    likeness = {}
    for name in names:
        pairs = set(bigrams(name))
        share = len(wanted & pairs) / (len(wanted | pairs) or 1)
        if share >= _ALIKE:
            likeness[name] = share
    return sorted(likeness, key=lambda name: (-likeness[name], name))[:limit]


def _part(part: str, tables: Mapping[str, Mapping[str, str]]) -> tuple[str, set[str]] | None:
    lead, _, rest = part.replace(":", "：").partition("：")
    field = _LEADS.get(lead.strip(), "") if rest else ""
    if field in _FREE:
        return field, set(parse_list(rest).value or ())
    fields = {field: tables.get(field, {})} if field else tables
    said = rest if field else part
    for name, table in fields.items():
        whole = table.get(choice_key(said))
        codes = [whole] if whole else [table.get(choice_key(p)) for p in _pieces(said)]
        if codes and all(codes):
            return name, {code for code in codes if code}
    return None


def _pieces(text: str) -> Iterable[str]:
    return parse_list(text).value or ()


def _known(text: str, known: Mapping[str, int]) -> int | None:
    return known.get(text) or known.get(search_key(text))


def _three_places(value: Decimal) -> Decimal:
    """As the column keeps it; rounded up, so that what is planned is never less than what was asked."""
    short = value.quantize(Decimal("0.001"), rounding=ROUND_CEILING)
    return value if short == value else short
