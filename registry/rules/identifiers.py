"""Numbers that identify entities: firms have a code, mines a licence, projects a project code, plots a parcel code.

An id goes into public draw files, so it must fit the pattern of DRAW §1; what does not is given an issued public code.
"""

import re
from dataclasses import dataclass

from registry.rules import uscc
from registry.rules.labels import Labelled
from registry.rules.uscc import CodeProblem

ID_PATTERN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,95}")


class IdKind(Labelled):
    USCC = "uscc", "统一社会信用代码"
    LEGACY = "legacy", "注册号"
    MINING = "mining", "采矿许可证号"
    PROJECT = "project", "项目代码"
    PARCEL = "parcel", "地块或小班号"
    PERSON = "person", "身份证件（自然人）"
    ISSUED = "issued", "本系统发放的公开编码"


@dataclass(frozen=True)
class Shape:
    """What a number of a kind looks like; `blocks` where another shape is a mistake, else practice varies."""

    pattern: re.Pattern[str]
    description: str
    blocks: bool


_SHAPES = {
    IdKind.MINING: Shape(
        re.compile(r"C\d{19,23}|T\d{14,23}"),
        "采矿许可证号是字母 C 加 19 至 23 位数字，勘查许可证号是字母 T 加 14 至 23 位数字",
        blocks=True,
    ),
    IdKind.PROJECT: Shape(
        re.compile(r"\d{4}-\d{6}-\d{2}-\d{2}-\d{6}(?:-\d{3})?"),
        "投资项目统一代码形如 2026-990101-10-01-123456",
        blocks=True,
    ),
    IdKind.PARCEL: Shape(
        re.compile(r"\d{12}[A-Z]{2}\d{5}(?:[FW]\d{8})?|\d{6,12}(?:-\d{1,5}){1,4}"),
        "宗地代码形如 990101001002GB00003，不动产单元代码再加 9 位，林地小班号形如 990101-003-0012-00045",
        blocks=False,
    ),
}


def needs_public_code(code: str) -> bool:
    """True when `code` cannot stand in a draw file as it is (Chinese, spaces, empty, too long). Basis: DRAW §1."""
    return ID_PATTERN.fullmatch(code) is None


def check_id(kind: IdKind, code: str) -> CodeProblem | None:
    """The problem with a number of this kind, None when it is in order; `.blocks` False means: warn and go on."""
    if not code:
        return CodeProblem("empty", f"没有填{kind.label}", "确实没有编号的，由本系统发给公开编码")
    if kind is IdKind.USCC:
        return uscc.check(code)
    if kind is IdKind.LEGACY:
        return check_legacy(code)
    if kind is IdKind.PERSON:
        return check_citizen(code)
    shape = _SHAPES.get(kind)
    if shape is None or shape.pattern.fullmatch(code):
        return None
    return CodeProblem(
        "shape", f"{kind.label}“{code}”的格式不对", shape.description, blocks=shape.blocks
    )


def check_legacy(code: str) -> CodeProblem | None:
    """15-digit 注册号 with its check digit (GS 15-2006, ISO 7064 MOD 11,10); 13 digits and others are older still.

    About one in seven entries of a real pool still has such a number (DOMAIN C), so doubt is a warning, not a refusal.
    """
    if not re.fullmatch(r"[0-9A-Za-z-]{5,30}", code):
        return CodeProblem("legacy", f"注册号“{code}”只能由数字和字母组成", "请对照营业执照")
    hint = "已换发新执照的，请改填 18 位统一社会信用代码"
    if not re.fullmatch(r"\d{15}", code):
        return CodeProblem(
            "legacy", f"注册号通常为 15 位数字，实际 {len(code)} 位", hint, blocks=False
        )
    expected = legacy_check_digit(code[:14])
    if code[14] == expected:
        return None
    message = f"注册号末位按校验规则应为 {expected}，现为 {code[14]}"
    return CodeProblem("legacy_check_digit", message, hint, 15, blocks=False)


def legacy_check_digit(first14: str) -> str:
    """ISO 7064 MOD 11,10 over the first 14 digits. Raises ValueError for anything but 14 digits."""
    if not re.fullmatch(r"\d{14}", first14):
        raise ValueError("注册号前 14 位须为数字")
    product = 10
    for digit in first14:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def check_citizen(code: str) -> CodeProblem | None:
    """居民身份证号 (GB 11643-1999, ISO 7064 MOD 11-2). Such a number is never shown (ARCHITECTURE §6)."""
    if not re.fullmatch(r"\d{17}[0-9X]", code):
        return CodeProblem("citizen", "身份证号应为 17 位数字加 1 位数字或大写 X", "请对照身份证")
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(code[:17]))
    if "10X98765432"[total % 11] != code[17]:
        return CodeProblem("citizen", "身份证号末位校验不符", "请对照身份证逐位核对", 18)
    return None


def guess_kind(code: str) -> IdKind:
    """The kind of a number by its shape, for rosters without a column that says it. 18 characters are a USCC first."""
    if re.fullmatch(r"[0-9A-Z]{2}\d{6}[0-9A-Za-z]{10}", code):
        is_citizen = uscc.check(code) is not None and check_citizen(code) is None
        return IdKind.PERSON if is_citizen else IdKind.USCC
    for kind, shape in _SHAPES.items():
        if shape.pattern.fullmatch(code):
            return kind
    if re.fullmatch(r"\d{13}|\d{15}", code):
        return IdKind.LEGACY
    return IdKind.ISSUED if needs_public_code(code) else IdKind.USCC
