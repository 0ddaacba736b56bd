"""统一社会信用代码 (GB 32100-2015): check, name the wrong place, suggest a remedy, never repair silently.

18 characters: registering department, kind of body, six-digit region, nine characters of organisation code
(GB 11714, with a check character of its own) and the check character.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from registry.rules.texts import clean, half_width

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
LENGTH = 18
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# GB 32100 leaves out I, O, S, V, Z because they are read as these.
_EXCLUDED = {"I": "数字 1", "O": "数字 0", "S": "数字 5", "V": "字母 U 或 Y", "Z": "数字 2"}
_LOOKALIKES = (
    "0DQ",
    "1L",
    "2Z",
    "5S",
    "6G",
    "8B",
    "7T",
    "UV",
    "VY",
    "CG",
    "EF",
    "MN",
    "PR",
    "1I",
    "0O",
)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{2}")


@dataclass(frozen=True)
class CodeProblem:
    """What is wrong with a code and what to do. `blocks` is False for a warning."""

    kind: str
    message: str
    hint: str = ""
    position: int | None = None
    blocks: bool = True

    @property
    def sentence(self) -> str:
        return f"{self.message}；{self.hint}" if self.hint else self.message


@dataclass(frozen=True)
class Normalised:
    text: str
    notices: tuple[str, ...] = ()


def check(code: str) -> CodeProblem | None:
    """None when `code` is a valid 统一社会信用代码 exactly as written, else the first problem, in Chinese.

    Basis: GB 32100-2015; DOMAIN C "Codes" (hints for look-alikes, never a silent fix).
    """
    if not code:
        return CodeProblem("empty", "没有填统一社会信用代码", "填 18 位代码，见营业执照正面")
    return _check_shape(code) or _check_characters(code) or _check_region(code) or _check_last(code)


def check_digit(first17: str) -> str:
    """The 18th character for the first 17. Raises ValueError when they are not 17 characters of the alphabet."""
    if len(first17) != LENGTH - 1 or any(c not in _VALUE for c in first17):
        raise ValueError("统一社会信用代码前 17 位须取自 GB 32100 的字符集")
    total = sum(_VALUE[c] * weight for c, weight in zip(first17, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_character(first8: str) -> str:
    """The 9th character of an organisation code (GB 11714-1997), characters 9–17 of the whole code."""
    values = [int(c, 36) for c in first8]
    total = sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def normalise(text: str) -> Normalised:
    """Harmless repairs only, each with a notice: width, spaces, hyphens, lower case.

    l, i and o stay as they are: in lower case they may stand for digits, and only a person with the licence knows.
    """
    cleaned = clean(text)
    notices = [cleaned.notice] if cleaned.notice else []
    narrow = half_width(cleaned.text)
    if narrow != cleaned.text:
        notices.append("全角字符已按半角读取")
    joined = re.sub(r"[\s\-‐‑–—'’]", "", narrow)
    if joined != narrow:
        notices.append("代码中间的空格或连字符已去掉")
    upper = "".join(c if c in "lio" else c.upper() if c.isascii() else c for c in joined)
    if upper != joined:
        notices.append("小写字母已按大写读取")
    return Normalised(upper, tuple(notices))


def lost_precision(raw: object) -> CodeProblem | None:
    """A code that Excel has kept as a number: it holds 15 digits, so the last three of 18 are gone (LIBRARIES)."""
    advice = "把这一列设为“文本”格式，从原始资料重填 18 位代码，不能补零"
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int | float):
        if abs(raw) < 10**15:
            return None
        return CodeProblem("lost_precision", "代码被 Excel 存成了数字，末 3 位已丢失", advice)
    text = half_width(str(raw)).strip()
    if _SCIENTIFIC.fullmatch(text):
        return CodeProblem("lost_precision", f"代码成了科学计数“{text}”，后面的位数已丢失", advice)
    if re.fullmatch(r"\d{15}000", text) and check(text) is not None:
        return CodeProblem("lost_precision", "末 3 位是 000，多半已被 Excel 丢失", advice)
    return None


def _check_shape(code: str) -> CodeProblem | None:
    if half_width(code) != code:
        place = next(i for i, c in enumerate(code, 1) if half_width(c) != c)
        return CodeProblem(
            "full_width", f"第 {place} 位是全角字符“{code[place - 1]}”", "改成半角", place
        )
    if len(code) != LENGTH:
        difference = len(code) - LENGTH
        hint = f"多了 {difference} 位" if difference > 0 else f"少了 {-difference} 位"
        return CodeProblem(
            "length",
            f"统一社会信用代码应为 18 位，实际 {len(code)} 位",
            f"{hint}，请对照营业执照补正",
        )
    return None


def _check_characters(code: str) -> CodeProblem | None:
    for place, character in enumerate(code, 1):
        if character in _VALUE:
            continue
        if character.upper() in _EXCLUDED:
            name = "小写字母" if character.islower() else "字母"
            hint = _confusable_hint(code, place, _EXCLUDED[character.upper()])
            return CodeProblem(
                "confusable", f"第 {place} 位是{name} {character}，代码不用这个字母", hint, place
            )
        if character == "l":
            hint = _confusable_hint(code, place, "数字 1 或大写 L")
            return CodeProblem(
                "confusable", f"第 {place} 位是小写字母 l，与数字 1 分不清", hint, place
            )
        if character.isascii() and character.islower():
            return CodeProblem(
                "lower",
                f"第 {place} 位是小写字母 {character}",
                f"改成大写 {character.upper()}",
                place,
            )
        return CodeProblem(
            "alphabet",
            f"第 {place} 位“{character}”不是代码能用的字符",
            "只能是数字和大写字母",
            place,
        )
    return None


def _check_region(code: str) -> CodeProblem | None:
    for place in range(3, 9):
        if not code[place - 1].isdigit():
            return CodeProblem(
                "region",
                f"第 {place} 位是字母 {code[place - 1]}",
                "第 3 至 8 位是行政区划，只能是数字",
                place,
            )
    return None


def _check_last(code: str) -> CodeProblem | None:
    expected = check_digit(code[:17])
    if code[17] == expected:
        return None
    explained = list(_explanations(code))
    remedy = explained[0] if len(explained) == 1 else "请对照营业执照逐位核对"
    return CodeProblem(
        "check_digit", f"按前 17 位算，末位应为 {expected}，现为 {code[17]}", remedy, 18
    )


def _confusable_hint(code: str, place: int, guess: str) -> str:
    tried = [d for d in "0152LUY" if d in guess and check(_replaced(code, place, d)) is None]
    fits = f"，换成 {tried[0]} 后校验位相符" if len(tried) == 1 else ""
    return f"疑为{guess}{fits}，请对照营业执照"


def _explanations(code: str) -> Iterator[str]:
    """Single slips (two neighbours swapped, one look-alike) that would make both check characters right."""
    for place, (left, right) in enumerate(pairwise(code), 1):
        swapped = code[: place - 1] + right + left + code[place + 1 :]
        if left != right and _both_checks_hold(swapped):
            yield f"如第 {place}、{place + 1} 位写反则相符，请对照营业执照"
    for place, character in enumerate(code, 1):
        for other in _lookalikes(character):
            if _both_checks_hold(_replaced(code, place, other)):
                yield f"如第 {place} 位 {character} 是 {other} 则相符，请对照营业执照"


def _both_checks_hold(code: str) -> bool:
    return (
        code[2:8].isdigit()
        and check_digit(code[:17]) == code[17]
        and organisation_check_character(code[8:16]) == code[16]
    )


def _lookalikes(character: str) -> set[str]:
    near = {c for group in _LOOKALIKES if character in group for c in group}
    return {c for c in near if c in _VALUE} - {character}


def _replaced(code: str, place: int, character: str) -> str:
    return code[: place - 1] + character + code[place:]
