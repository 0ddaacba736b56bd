"""高频、重复检查提醒: which entities are inspected too often, by whom, and what is left of the year's cap (A95, A96, A99)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

OVER, REACHED, NEARLY, SEVERAL = "over", "reached", "nearly", "several"
LABELS = {OVER: "超过上限", REACHED: "已达上限", NEARLY: "接近上限", SEVERAL: "多次上门"}


@dataclass(frozen=True)
class Alert:
    kind: str
    text: str

    @property
    def label(self) -> str:
        return LABELS[self.kind]


def cap_alert(counted: int, cap: int, left: int) -> Alert | None:
    """Of the inspections that the published cap counts: above it, at it, or no more than `left` short of it."""
    if counted > cap:
        return Alert(OVER, f"今年计入上限 {counted} 次，超过公布的 {cap} 次")
    if counted == cap:
        return Alert(REACHED, f"今年计入上限 {counted} 次，已到公布的 {cap} 次，再检查须写明理由")
    if counted and cap - counted <= left:
        return Alert(NEARLY, f"今年计入上限 {counted} 次，离公布的 {cap} 次还差 {cap - counted} 次")
    return None


def repeated_alert(visits: Iterable[tuple[date, str]], days: int) -> Alert | None:
    """Several visits within so many days: `visits` are (day, unit). A joint visit is one (A99)."""
    rows = sorted(set(visits))
    if len(rows) < 2:
        return None
    units = sorted({unit for _, unit in rows})
    who = f"{len(units)} 个单位（{'、'.join(units)}）" if len(units) > 1 else f"{units[0]} "
    return Alert(SEVERAL, f"{days} 天内 {who}共上门 {len(rows)} 次，宜合并检查")
