"""What a plan item says, apart from any row: drafts, adjustments and their before/after share this shape (A27, A31)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from planning.rules.quotas import EVERYBODY, quota_text
from planning.rules.quotas import plain as number_text

LABELS: dict[str, str] = {
    "name": "任务名称",
    "matters": "抽查事项",
    "is_targeted": "定向抽查",
    "scope": "抽查范围条件",
    "scope_words": "抽查范围文字",
    "ratio_mode": "比例方式",
    "ratio_value": "比例（%）或户数",
    "base_count": "抽查基数",
    "estimate": "预估抽查对象数",
    "frequency": "抽查频次",
    "region_weight": "地区比重",
    "level_split": "省市县分配比例",
    "methods": "检查方式",
    "period_from": "开始",
    "period_to": "结束",
    "lead": "牵头科室",
    "participants": "参与单位",
    "is_joint": "部门联合",
    "is_risk_differentiated": "信用风险差异化",
    "initiation": "发起方式",
    "remark": "备注",
}


@dataclass(frozen=True)
class ItemValues:
    """`base_count` and `estimate` None: counted from the pool when the item is saved. Ids are primary keys.

    `scope_words` empty: the conditions of `scope` in words; else the bureau's own words for them.
    """

    name: str
    matters: Sequence[int]
    ratio_mode: str
    period_from: date
    period_to: date
    lead: int
    is_targeted: bool = True
    scope: Mapping[str, Sequence[str]] = field(default_factory=dict)
    scope_words: str = ""
    ratio_value: Decimal | None = None
    base_count: int | None = None
    estimate: int | None = None
    frequency: str = "1次/年"
    region_weight: str = ""
    level_split: str = ""
    methods: Sequence[str] = ()
    participants: Sequence[int] = ()
    is_joint: bool = False
    is_risk_differentiated: bool = False
    initiation: str = ""
    remark: str = ""

    @property
    def ratio_text(self) -> str:
        return quota_text(self.ratio_mode, self.ratio_value)

    def as_json(self) -> dict[str, Any]:
        """For PlanAdjustment.changes: plain values only."""
        plain = asdict(self)
        plain["matters"] = sorted(self.matters)
        plain["participants"] = sorted(self.participants)
        plain["methods"] = list(self.methods)
        plain["scope"] = {name: sorted(values) for name, values in self.scope.items()}
        plain["ratio_value"] = None if self.ratio_value is None else number_text(self.ratio_value)
        plain["period_from"] = self.period_from.isoformat()
        plain["period_to"] = self.period_to.isoformat()
        return plain

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ItemValues":
        values = dict(stored)
        number = values["ratio_value"]
        values["ratio_value"] = None if number is None else Decimal(number)
        values["period_from"] = date.fromisoformat(values["period_from"])
        values["period_to"] = date.fromisoformat(values["period_to"])
        return cls(**values)


def problems(values: ItemValues, year: int) -> list[str]:
    """What must be mended before the item can stand in the plan of `year`."""
    found = []
    if not values.matters:
        found.append("没有选择抽查事项，请至少选一项。")
    if values.period_to < values.period_from:
        found.append("结束日期早于开始日期，请核对起止时间。")
    if {values.period_from.year, values.period_to.year} != {year}:
        found.append(f"起止时间不在 {year} 年内，年度计划只写本年度的抽查。")
    if values.ratio_mode in EVERYBODY:
        return found
    if values.ratio_value is None or values.ratio_value <= 0:
        found.append("没有填写大于 0 的抽查比例或户数。")
    elif values.ratio_mode == "count" and values.ratio_value != int(values.ratio_value):
        found.append("按户数抽查的，户数须为整数。")
    elif values.ratio_mode != "count" and values.ratio_value > 100:
        found.append("抽查比例超过了 100%，请核对。")
    return found


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The fields that differ, in the order of the plan's columns."""
    return [name for name in LABELS if before.get(name) != after.get(name)]
