"""One cell in, one value or one sentence out. A parser never guesses: what it cannot read it says, with the remedy."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar

from registry.rules.certificates import NO_EXPIRY
from registry.rules.texts import clean, half_width, private_characters, words

T = TypeVar("T")

_BLANKS = frozenset(
    {"", "-", "--", "—", "——", "/", "\\", "无", "空", "暂无", "不详", "N/A", "NULL"}
)
_YES = words("是 有 需要 对 √ ✓ ✔ Y YES TRUE 1")
_NO = words("否 无 没有 不需要 不 × ✗ ✘ X N NO FALSE 0 -")
_LIST_MARKS = re.compile(r"[、,，;；/|\n]+")
_OPEN_ENDED = words("长期 永久 长期有效 永久有效 无固定期限 无期限 不限")
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_DATE_IN_TEXT = re.compile(
    r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|(?<!\d)(?:19|20|99)\d{6}(?!\d)"
)
_MEASURES = r"(?:家|户|个|次|人|名|件|宗|处|项|条|份|辆|台|年|天|日|个工作日)?"
# Serial numbers of Excel's 1900 calendar that can be dates of this trade: 1954 to 2119.
_SERIALS = range(20000, 80000)
_SERIAL_ZERO = datetime(1899, 12, 30)


@dataclass(frozen=True)
class CellProblem:
    """`message` says what is wrong, `remedy` what to do; rows with one `code` have one cause and stand together."""

    message: str
    remedy: str = ""
    code: str = "value"

    @property
    def sentence(self) -> str:
        return f"{self.message}；{self.remedy}" if self.remedy else self.message


@dataclass(frozen=True)
class Parsed(Generic[T]):
    """Either `value` (None for an empty cell) or `problem`; `notices` tell what was changed on the way."""

    value: T | None = None
    problem: CellProblem | None = None
    notices: tuple[str, ...] = ()


def parse_text(raw: object, *, max_length: int = 200) -> Parsed[str]:
    """Text with outer spaces and invisible characters removed (with a notice). Whole floats lose their `.0`."""
    cleaned = clean(as_text(raw))
    notices = [cleaned.notice] if cleaned.notice else []
    odd = private_characters(cleaned.text)
    if odd:
        notices.append(f"含自造字 {len(odd)} 个，别处显示为方框，也不能进入摇号名单，请换成标准字")
    if len(cleaned.text) > max_length:
        return _wrong(
            "too_long", f"内容 {len(cleaned.text)} 个字，超过 {max_length} 个字", "请删减", notices
        )
    return Parsed(cleaned.text or None, notices=tuple(notices))


def parse_date(raw: object) -> Parsed[date]:
    """2026-03-01, 2026/3/1, 2026.3.1, 20260301, 2026年3月1日, Excel dates and serials, 长期, 2024-01-01至2027-03-01.

    Of a range the last day is taken, since the columns ask 有效期至. 长期 and 9999-09-09 are stored as 9999-12-31.
    """
    if isinstance(raw, datetime):
        return _long_term(raw.date())
    if isinstance(raw, date):
        return _long_term(raw)
    text = _narrow(raw)
    if text in _BLANKS:
        return Parsed()
    if text in _OPEN_ENDED:
        return Parsed(NO_EXPIRY)
    return _date_from_text(text)


def parse_integer(raw: object, *, low: int = 0, high: int = 999_999_999) -> Parsed[int]:
    """A whole number, with thousands marks, a measure word, a remark in brackets: 1,234 · 20户 · ３ · 1户(同上)."""
    text = re.sub(r"\(.*\)$", "", _narrow(raw)).strip()
    if text in _BLANKS:
        return Parsed()
    match = re.fullmatch(rf"([+-]?\d{{1,3}}(?:,\d{{3}})+|[+-]?\d+)(?:\.0+)?\s*{_MEASURES}", text)
    if match is None:
        return _wrong("integer", f"“{_short(text)}”不是整数", "请只填数字，如 20")
    value = int(match[1].replace(",", ""))
    if not low <= value <= high:
        return _wrong("integer", f"{value} 不在 {low} 至 {high} 之间", "请核对")
    return Parsed(value)


def parse_yes_no(raw: object) -> Parsed[bool]:
    """是 / 否 and the marks people use for them. An empty cell is None, not 否."""
    if isinstance(raw, bool):
        return Parsed(raw)
    text = _narrow(raw).upper()
    if not text:
        return Parsed()
    if text in _YES:
        return Parsed(True)
    if text in _NO:
        return Parsed(False)
    return _wrong("yes_no", f"“{_short(text)}”认不出是或否", "请填“是”或“否”")


def parse_list(raw: object, *, max_items: int = 50) -> Parsed[tuple[str, ...]]:
    """Entries separated by 、 ， , ； ; / | or line breaks; each once, in the order written."""
    text = "\n".join(clean(line).text for line in as_text(raw).splitlines())
    items = tuple(
        dict.fromkeys(
            item.strip() for item in _LIST_MARKS.split(text) if item.strip() not in _BLANKS
        )
    )
    if len(items) > max_items:
        return _wrong("list", f"有 {len(items)} 项，超过 {max_items} 项", "请分开填写或删减")
    return Parsed(items or None)


def parse_choice(
    raw: object, allowed: Mapping[str, str], labels: Mapping[str, str] | None = None
) -> Parsed[str]:
    """The stored value for a word. `allowed`: normalised word → value; `labels`: value → word to show in the remedy."""
    text = clean(as_text(raw)).text
    if not text:
        return Parsed()
    value = allowed.get(choice_key(text))
    if value is None:
        shown = "、".join(dict.fromkeys((labels or {v: v for v in allowed.values()}).values()))
        return _wrong("choice", f"“{_short(text)}”认不出", f"可填：{shown}")
    return Parsed(value)


def parse_choices(
    raw: object, allowed: Mapping[str, str], labels: Mapping[str, str] | None = None
) -> Parsed[tuple[str, ...]]:
    """A list of words, each as in `parse_choice`; the first word that is not known refuses the cell."""
    items = parse_list(raw)
    values: list[str] = []
    for item in items.value or ():
        one = parse_choice(item, allowed, labels)
        if one.problem is not None:
            return Parsed(problem=one.problem)
        values.append(str(one.value))
    return Parsed(tuple(dict.fromkeys(values)) or None, items.problem)


def parse_phone(raw: object) -> Parsed[str]:
    """Digits, spaces, hyphens, brackets, several numbers by 、; an Excel number is taken as its digits."""
    text = _narrow(raw)
    if text in _BLANKS:
        return Parsed()
    if re.fullmatch(r"[0-9+()\-\s转,;、/]{5,40}", text) is None:
        return _wrong(
            "phone", f"“{_short(text)}”不像电话号码", "只填数字和连字符，多个号码用顿号分开"
        )
    return Parsed(text)


def as_text(raw: object) -> str:
    """A cell as text: None is empty, 20.0 is 20, a date is ISO."""
    if raw is None:
        return ""
    if isinstance(raw, float) and math.isfinite(raw) and raw.is_integer() and abs(raw) < 10**15:
        return str(int(raw))
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    return str(raw)


def choice_key(word: str) -> str:
    """How words of a closed list are compared: width, case, spaces and brackets do not matter."""
    return re.sub(r"[\s()\[\]【】“”\"'·]", "", half_width(word)).casefold()


def _date_from_text(text: str) -> Parsed[date]:
    match = _DATE.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})(?:\.0+)?", text)
    if match is not None:
        return _calendar_date(int(match[1]), int(match[2]), int(match[3]), text)
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text) and int(float(text)) in _SERIALS:
        day = (_SERIAL_ZERO + timedelta(days=int(float(text)))).date()
        return Parsed(day, notices=(f"数字 {text} 按 Excel 日期读作 {day.isoformat()}",))
    if re.search(r"至|到|~|～|—|--|起", text) or len(_DATE_IN_TEXT.findall(text)) > 1:
        return _last_of_range(text)
    if re.fullmatch(r"\d{4}[-/.年]\d{1,2}月?", text):
        return _wrong("date", f"“{text}”只有年月", "请补上日，如 2026-03-31")
    if re.fullmatch(r"\d{1,2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}", text):
        return _wrong("date", f"“{text}”的年份写法有歧义", "请把四位年份写在前面，如 2026-03-01")
    return _wrong("date", f"“{_short(text)}”不是日期", "请写成 2026-03-01，长期有效的写“长期”")


def _last_of_range(text: str) -> Parsed[date]:
    tail = re.split(r"至|到|~|～|—|--|起", text)[-1].strip()
    if tail.removesuffix("止") in _OPEN_ENDED:
        return Parsed(NO_EXPIRY)
    found = _DATE_IN_TEXT.findall(text)
    if not found:
        return _wrong(
            "date", f"“{_short(text)}”里找不到完整日期", "请写成 2026-03-01，长期有效的写“长期”"
        )
    last = _date_from_text(found[-1].strip())
    if last.value is None or len(found) == 1:
        return last
    return Parsed(
        last.value, notices=(*last.notices, f"“{_short(text)}”取截止日 {last.value.isoformat()}")
    )


def _calendar_date(year: int, month: int, day: int, text: str) -> Parsed[date]:
    try:
        return _long_term(date(year, month, day))
    except ValueError:
        return _wrong("date", f"“{text}”不是日历上的日期", "请核对月和日")


def _long_term(day: date) -> Parsed[date]:
    if day.year == NO_EXPIRY.year:  # other platforms write 9999-09-09 (DOMAIN C)
        return Parsed(NO_EXPIRY)
    if not 1949 <= day.year <= 2199:
        return _wrong("date", f"{day.isoformat()} 的年份不合常理", "请核对年份")
    return Parsed(day)


def _narrow(raw: object) -> str:
    return half_width(clean(as_text(raw)).text).strip()


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"


def _wrong(code: str, message: str, remedy: str, notices: list[str] | None = None) -> Parsed[T]:
    return Parsed(problem=CellProblem(message, remedy, code), notices=tuple(notices or ()))
