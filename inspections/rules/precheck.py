"""预查比对: what is compared before a visit, and when the sheet is whole (A63, A69; 002 (二十六)1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

COMPARED, DIFFERS, NOT_APPLICABLE = "compared", "differs", "na"
RESULTS: Mapping[str, str] = {
    COMPARED: "已比对",
    DIFFERS: "比对有出入",
    NOT_APPLICABLE: "不适用",
}


@dataclass(frozen=True)
class Fact:
    """One line of the sheet: what the office knows, to be compared before anybody goes."""

    key: str  # letters, digits and "-": names a field of the form
    label: str
    lines: tuple[str, ...]
    is_bad: bool = False  # something that the team must look at

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def line_problem(label: str, result: str, note: str) -> str | None:
    """Why this line cannot stand so; None when it can. An empty result is allowed until the sheet is finished."""
    if result and result not in RESULTS:
        return f"“{label}”：请选择已比对、比对有出入或不适用。"
    if result in {DIFFERS, NOT_APPLICABLE} and not note.strip():
        why = "哪里有出入" if result == DIFFERS else "为什么不适用"
        return f"“{label}”选了“{RESULTS[result]}”，请写明{why}。"
    return None


def missing(
    facts: Sequence[Fact],
    results: Mapping[str, str],
    matters: Sequence[tuple[str, Sequence[str]]],
) -> list[str]:
    """What is still open before the sheet is whole, one sentence each; `matters`: name and chosen methods."""
    found = [f"“{fact.label}”还没有比对。" for fact in facts if not results.get(fact.key)]
    found += [f"“{name}”还没有确定检查方式。" for name, methods in matters if not methods]
    return found


def tools(
    units: Sequence[str], *, needs_photo: bool, samples: bool, materials: Sequence[str]
) -> list[str]:
    """What the checklists of the visit ask the team to bring, beside the house's own list."""
    found = []
    if units:
        found.append(f"测量器具（{'、'.join(dict.fromkeys(units))}）")
    if needs_photo:
        found.append("拍照设备（检查表有须拍照的条目）")
    if samples:
        found.append("抽样工具、封样材料和抽样单")
    if materials:
        found.append("当事人应备资料的清单")
    return found
