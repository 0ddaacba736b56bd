"""The first draft of a draw's 实施方案, written from the task's own facts and then edited by people (A31, A32)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class SchemeFacts:
    authority: str
    unit: str
    task: str
    number: str
    origin: str  # 年度计划第 3 项 | 临时抽查：原因
    matters: Sequence[str]
    bases: Sequence[str]
    methods: Sequence[str]
    scope: str
    strata: Sequence[str]  # 信用A类（企业，信用风险分类：A 类）：3%，612 户中抽取 19 户
    picks: int
    window_from: date
    window_to: date
    executing: Sequence[str]
    participants: Sequence[str]
    team_size: int
    names_in_notice: bool
    publication_workdays: int


def values_of(facts: SchemeFacts) -> dict[str, str]:
    """What stands in the places of the fixed passages (planning.rules.forms_planning)."""
    return {
        "origin": facts.origin,
        "names": "列出" if facts.names_in_notice else "不列",
        "unit": "、".join(facts.executing) or "各执行单位",
        "team_size": str(facts.team_size),
        "days": str(facts.publication_workdays),
    }


def draft(facts: SchemeFacts, passages: Mapping[str, str]) -> str:
    """抽查时间、对象及比例、内容和部门、名单抽取及派发、组织实施: the headings of DOMAIN E; `passages` is the bureau's wording."""
    others = f"，{'、'.join(facts.participants)}参与" if facts.participants else ""
    strata = [f"（{_numeral(n)}）{text}；" for n, text in enumerate(facts.strata, 1)]
    if strata:
        strata[-1] = strata[-1][:-1] + "。"
    matters = [f"{n}. {name}；" for n, name in enumerate(facts.matters, 1)]
    if matters:
        matters[-1] = matters[-1][:-1] + "。"
    return "\n".join(
        [
            passages["opening"],
            "一、抽查时间",
            f"{_day(facts.window_from)}至{_day(facts.window_to)}。",
            "二、抽查对象及比例",
            f"抽查范围：{facts.scope}。分层分别抽取、合并派发，预计抽取 {facts.picks} 户：",
            *strata,
            "三、抽查内容和部门",
            f"由{facts.unit}组织{others}，抽查下列事项：",
            *matters,
            *([f"检查方式：{'、'.join(facts.methods)}。"] if facts.methods else []),
            *([f"检查依据：{'；'.join(facts.bases)}。"] if facts.bases else []),
            "四、名单抽取及派发",
            passages["drawing"],
            passages["dispatch"],
            "五、组织实施",
            passages["carrying_out"],
        ]
    )


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def _numeral(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
