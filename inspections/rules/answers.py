"""检查表: what an answer must carry, and what is missing before a visit can end (A61, A65, A66, A69)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

YES, NO, NOT_APPLICABLE = "yes", "no", "na"
# Steps that may be left out for one entity with a written reason (A69); presence of two officers may not.
STEPS: Mapping[str, str] = {
    "precheck": "预查比对（情况紧急，来不及事先比对的）",
    "photos": "拍照取证（书面检查、网络监测不到现场的）",
    "party_signature": "当事人签字（没有当事人在场的）",
    "recording": "全过程录音录像（不宜摄录或设备故障的）",
}


@dataclass(frozen=True)
class Item:
    """What the checklist asks: `measures` when a number is to be entered."""

    number: int
    text: str
    needs_photo: bool = False
    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    @property
    def measures(self) -> bool:
        return bool(self.unit) or self.minimum is not None or self.maximum is not None

    @property
    def limits(self) -> str:
        """不小于 3 米、不大于 5 米; empty without limits."""
        parts = []
        if self.minimum is not None:
            parts.append(f"不小于 {show(self.minimum)}{self._unit}")
        if self.maximum is not None:
            parts.append(f"不大于 {show(self.maximum)}{self._unit}")
        return "、".join(parts)

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""

    def is_outside(self, number: Decimal | None) -> bool:
        """Whether a measured number is beyond a limit; no number is never outside."""
        if number is None:
            return False
        return (self.minimum is not None and number < self.minimum) or (
            self.maximum is not None and number > self.maximum
        )


@dataclass(frozen=True)
class Answered:
    """One item of one matter as it stands."""

    matter: str
    item: Item
    value: str | None
    photos: int = 0


def show(number: Decimal) -> str:
    """5.0000 → 5, 0.5000 → 0.5."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def answer_problem(item: Item, value: str, number: Decimal | None, remark: str) -> str | None:
    """Why this answer cannot be saved; None when it can.

    A number beyond its limit suggests 不符合; who still says 符合 must write why, so that it never happens silently.
    """
    if value not in {YES, NO, NOT_APPLICABLE}:
        return "请选择符合、不符合或不涉及。"
    if value != NOT_APPLICABLE and item.measures and number is None:
        unit = f"（{item.unit}）" if item.unit else ""
        return f"请填写实测值{unit}；不涉及这一项时选“不涉及”并说明。"
    if value == YES and item.is_outside(number) and not remark.strip():
        assert number is not None
        measured = f"{show(number)}{f' {item.unit}' if item.unit else ''}"
        return f"实测 {measured}，超出规定（{item.limits}），建议选“不符合”。仍认定符合的，请写明理由。"
    if value != YES and not remark.strip():
        return "不符合或不涉及须写明情况。"
    return None


def missing(
    answers: Sequence[Answered],
    *,
    officers_present: int,
    party_signed: str,
    signed_pages: int,
    lacks_recording: bool = False,
    lacks_precheck: bool = False,
    trimmed: Collection[str] = (),
    signed_is_stale: bool = False,
) -> list[str]:
    """What is still to be done before the visit can end, one sentence each; empty when nothing is."""
    found = []
    if officers_present < 2:
        found.append(f"到场确认的执法人员只有 {officers_present} 名，须不少于 2 名。")
    for row in answers:
        label = f"{row.matter}第 {row.item.number} 项“{row.item.text}”"
        if row.value is None:
            found.append(f"{label}还没有结论。")
        elif (
            row.item.needs_photo
            and not row.photos
            and row.value != NOT_APPLICABLE
            and "photos" not in trimmed
        ):
            found.append(f"{label}须拍照，还没有照片。")
    if lacks_precheck and "precheck" not in trimmed:
        found.append(
            "按本单位规定检查前须预查比对，还没有完成；来不及比对的，请删减程序并写明原因。"
        )
    if lacks_recording and "recording" not in trimmed:
        found.append(
            "按本单位规定须全过程录音录像，还没有录像或录音；没有摄录的，请删减程序并写明原因。"
        )
    if "party_signature" not in trimmed:
        if not party_signed:
            found.append("当事人还没有签字盖章；拒绝签字的，请记明原因和见证人。")
        elif party_signed == "signed" and not signed_pages:
            found.append("已签字的检查表还没有拍照上传，也没有屏幕签名。")
        elif signed_is_stale:
            found.append("当事人在屏幕上签名以后，检查记录又有改动，请当事人看过后重新签名。")
    return found
