"""What a reviewer looks at line by line, and what changed between two submissions. Pure; `content` is what was signed (A80)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inspections.rules.answers import NO, NOT_APPLICABLE, YES
from inspections.rules.outcomes import public_label

ANSWERS = {YES: "符合", NO: "不符合", NOT_APPLICABLE: "不涉及"}
Content = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One line a remark can be made on: `key` is stable between submissions."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


def lines(content: Content, items: Mapping[int, str], methods: Mapping[str, str]) -> list[Line]:
    """Every line of a submission. `items`: number → text of the checklist; `methods`: code → label."""
    found = [
        Line("codes", "检查结果", public_label(content["codes"])),
        Line("methods", "检查方式", "、".join(methods.get(m, m) for m in content["methods"])),
        Line("note", "结果说明", content["note"]),
    ]
    for number, *parts in content["findings"]:
        text = "；".join(part for part in parts if part)
        found.append(Line(f"finding:{number}", f"问题 {number}", text))
    for number, value, measured, remark in content["answers"]:
        said = [ANSWERS.get(value, value), measured, remark]
        label = f"检查表第 {number} 项 {items.get(number, '')}".strip()
        found.append(Line(f"item:{number}", label, "，".join(str(part) for part in said if part)))
    count = len(content["evidence"])
    found.append(Line("evidence", "照片和证据", f"{count} 件" if count else "没有"))
    return found


def changes(before: Sequence[Line], after: Sequence[Line]) -> list[Change]:
    """What the later submission has otherwise: changed, added and taken out lines, in the order of the sheet."""
    old = {line.key: line for line in before}
    new = {line.key: line for line in after}
    found = []
    for key in dict.fromkeys([*new, *old]):
        was, now = old.get(key), new.get(key)
        texts = (was.text if was else "", now.text if now else "")
        if texts[0] != texts[1] or was is None or now is None:
            label = (now or was).label  # type: ignore[union-attr]
            found.append(Change(label, texts[0] or "（没有）", texts[1] or "（删去）"))
    return found


def evidence_change(before: Content, after: Content) -> Change | None:
    """Photos are told apart by their fingerprints: as many others are a change too."""
    old, new = set(before["evidence"]), set(after["evidence"])
    if old == new:
        return None
    said = [
        f"补充 {len(new - old)} 件" if new - old else "",
        f"撤下 {len(old - new)} 件" if old - new else "",
    ]
    return Change("照片和证据", f"{len(old)} 件", "，".join(word for word in said if word))
