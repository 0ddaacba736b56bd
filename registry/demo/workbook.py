"""A roster as a bureau really sends it: titles above the headings, other people's column names, every way of writing a date.

With `errors` some rows cannot be read; which and why is returned, so that a test can expect exactly these.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from registry.demo.entities import DemoEntity, entities
from registry.demo.office import AGENCIES
from registry.rules.certificates import NO_EXPIRY
from registry.rules.kinds import EntityKind, Standing

SHEET = "检查对象名录"
HEADINGS = (
    "序号", "主体名称", "统一代码", "主体类型", "信用等级", "登记状态", "管辖所", "经营地址", "行业名称",
    "法人", "联系方式", "许可证件号", "许可证有效期", "监管标签", "填表人签字",
)  # fmt: skip
FIRST_ROW = 5  # two title rows, one empty row, the heading row

_UNITS = {agency.code: agency.name for agency in AGENCIES}
_FULL_WIDTH = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x30, 0x5B)})


@dataclass(frozen=True)
class RosterWorkbook:
    """What was written: `good` entities that can be imported, and row number → the code of the expected problem."""

    path: Path
    rows: int
    good: tuple[DemoEntity, ...]
    wrong: dict[int, str] = field(default_factory=dict)


def roster_workbook(
    path: Path | str, n: int = 500, errors: bool = True, skip: int = 0
) -> RosterWorkbook:
    """Write a workbook with `n` rows of firms, traders and cooperatives; `skip` leaves out the first ones.

    With `errors` about one row in forty is wrong; without, every row can be imported. Needs openpyxl only.
    """
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    sheet.append(["示范县自然资源和规划系统检查对象名录库"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADINGS))
    sheet["A1"].font = Font(bold=True, size=16)
    sheet.append(["填报单位：示范县自然资源和规划局　　　　填报时间：2026年3月"])
    sheet.append([])
    sheet.append(list(HEADINGS))
    good: list[DemoEntity] = []
    wrong: dict[int, str] = {}
    for number, entity in enumerate(_registered(n, skip), 1):
        row = _cells(number, entity)
        problem = _spoil(number, row, good) if errors else ""
        if problem:
            wrong[FIRST_ROW + number - 1] = problem
        else:
            good.append(_as_written(entity))
        sheet.append(row)
    sheet.append([])
    sheet.append(["填表人：柳某", "", "", "审核人："])
    sheet.freeze_panes = "A5"
    book.save(path)
    return RosterWorkbook(Path(path), n, tuple(good), wrong)


def _registered(n: int, skip: int) -> Iterator[DemoEntity]:
    taken = 0
    for entity in entities(min(1_000_000, (n + skip) * 2 + 100)):
        if entity.id_kind == "uscc" and entity.kind != "institution":
            taken += 1
            if taken > skip:
                yield entity
            if taken == n + skip:
                return


def _cells(number: int, entity: DemoEntity) -> list[Any]:
    return [
        number,
        _name(number, entity.name),
        _code(number, entity.code),
        _kind(number, entity.kind),
        _credit(number, entity.credit_class),
        Standing(entity.standing).label if number % 3 else _STANDING_WORDS[entity.standing],
        _UNITS[entity.unit],
        entity.address,
        entity.industry_name,
        entity.legal_representative,
        entity.contact_phone,
        entity.licence_number,
        _date(number, entity),
        ("、", "，", ";")[number % 3].join(entity.tags),
        "",
    ]


_STANDING_WORDS = {
    "active": "存续（在营、开业、在册）", "deregistered": "已注销", "revoked": "吊销，未注销", "cancelled": "撤销",
    "closed": "歇业", "moved_out": "已迁出",
}  # fmt: skip


def _name(number: int, name: str) -> str:
    if number % 17 == 0:
        return f"  {name} "
    return f"{name}\u200b" if number % 29 == 0 else name


def _code(number: int, code: str) -> str:
    if number % 11 == 0:
        return code.translate(_FULL_WIDTH)
    if number % 13 == 0:
        return f"{code[:8]} {code[8:]}"
    return f"'{code}" if number % 31 == 0 else code


def _kind(number: int, kind: str) -> str:
    words = {
        "enterprise": ("企业", "有限责任公司"),
        "trader": ("个体工商户", "个体户"),
        "cooperative": ("农民专业合作社", "农专社"),
    }
    return words.get(kind, (EntityKind(kind).label,) * 2)[number % 2]


def _credit(number: int, credit: str) -> str:
    return ("{}", "{}级", "{}类")[number % 3].format(credit)


def _date(number: int, entity: DemoEntity) -> Any:
    day = entity.licence_expires_on
    if day is None:
        return ("", "无", None)[number % 3]
    if day == NO_EXPIRY:
        return "长期"
    ways: tuple[Any, ...] = (
        day,
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        day.strftime("%Y%m%d"),
        f"{day.year}年{day.month}月{day.day}日",
        f"2020-01-01至{day.isoformat()}",
    )
    return ways[number % len(ways)]


def _as_written(entity: DemoEntity) -> DemoEntity:
    """The facts that the sheet has columns for."""
    return replace(
        entity, industry="", scale="", contact_name="", business_scope="", licence_name=""
    )


def _confuse(row: list[Any], good: list[DemoEntity]) -> str:
    code = row[2] = half(row[2])
    place = code.index("0", 2)
    row[2] = code[:place] + "O" + code[place + 1 :]
    return "confusable"


def _mistype(row: list[Any], good: list[DemoEntity]) -> str:
    code = half(row[2])
    row[2] = code[:17] + ("1" if code[17] != "1" else "2")
    return "check_digit"


def _shorten(row: list[Any], good: list[DemoEntity]) -> str:
    row[2] = half(row[2])[:17]
    return "length"


def _lose(row: list[Any], good: list[DemoEntity]) -> str:
    row[2] = 9.19901e17
    return "lost_precision"


def _unknown_class(row: list[Any], good: list[DemoEntity]) -> str:
    row[4] = "优秀"
    return "choice"


def _bad_date(row: list[Any], good: list[DemoEntity]) -> str:
    row[12] = "2026-02-30"
    return "date"


def _nameless(row: list[Any], good: list[DemoEntity]) -> str:
    row[1] = None
    return "empty"


def _repeat(row: list[Any], good: list[DemoEntity]) -> str:
    row[2] = good[0].code
    return "duplicate"


_FAULTS: tuple[Callable[[list[Any], list[DemoEntity]], str], ...] = (
    _confuse, _mistype, _shorten, _lose, _unknown_class, _bad_date, _nameless, _repeat,
)  # fmt: skip


def _spoil(number: int, row: list[Any], good: list[DemoEntity]) -> str:
    """Every fortieth row from the twentieth on gets the next fault; the code of the problem, empty for a sound row."""
    turn, rest = divmod(number - 20, 40)
    return _FAULTS[turn % len(_FAULTS)](row, good) if rest == 0 and turn >= 0 else ""


def half(code: str) -> str:
    """The code as it should have been written."""
    return (
        "".join(chr(ord(c) - 0xFEE0) if ord(c) >= 0xFF01 else c for c in code)
        .strip("' ")
        .replace(" ", "")
    )
