"""Strata (A46) and why somebody of the scope is not drawn (A48, DRAW §2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from registry.rules.kinds import RiskFlag, Standing

IN_OPEN_TASK = "in_open_task"
ANNUAL_CAP = "annual_cap"
NO_STRATUM = "no_stratum"
# The codes of excluded.tsv and what they are called. A standing excludes under its own name.
REASONS: dict[str, str] = {
    "deregistered": "已注销",
    "revoked": "已吊销",
    "cancelled": "已撤销登记",
    "moved_out": "已迁出",
    IN_OPEN_TASK: "同一事项的任务正在办理",
    ANNUAL_CAP: "本年检查已到次数上限",
    NO_STRATUM: "不属于任何一层",
}
NOT_DRAWABLE = tuple(str(standing) for standing in Standing if not standing.is_drawable)
# 002 (十三): with one of these marks on the listing the yearly limit does not bind.
EXEMPT_FLAGS = tuple(str(flag) for flag in RiskFlag)


@dataclass(frozen=True)
class Stratum:
    """One class of candidates: who belongs to it and how many are drawn."""

    label: str
    scope: Mapping[str, Sequence[str]]
    mode: str  # ratio | at_most | count | all
    value: Decimal | None
    minimum: int | None = None  # bounds of the number that the ratio gives
    maximum: int | None = None
    reserve: int | None = None  # None: as the task says
    batches: int = 1  # where everyone is inspected: 检查批次, by the drawn order


def problems(strata: Sequence[Stratum]) -> list[str]:
    """What must be mended before strata can be saved. Basis: A46; the label enters the draw files."""
    found = []
    labels = [stratum.label for stratum in strata]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        found.append(f"层名“{label}”出现了两次，请改成不同的名字。")
    for number, stratum in enumerate(strata, 1):
        name = f"第 {number} 层“{stratum.label}”"
        if stratum.mode != "all" and (stratum.value is None or stratum.value <= 0):
            found.append(f"{name}没有填写大于 0 的比例或户数。")
        elif stratum.mode in {"ratio", "at_most"} and (stratum.value or 0) > 100:
            found.append(f"{name}的比例超过了 100%，请核对。")
        elif stratum.mode == "count" and stratum.value != int(stratum.value or 0):
            found.append(f"{name}按户数抽取，请填写整数。")
        found += _bound_problems(name, stratum)
    return found


def _bound_problems(name: str, stratum: Stratum) -> list[str]:
    least, most = stratum.minimum, stratum.maximum
    found = []
    if least is not None and most is not None and least > most:
        found.append(f"{name}的至少 {least} 户大于至多 {most} 户，请核对。")
    if (least is not None or most is not None) and stratum.mode not in {"ratio", "at_most"}:
        found.append(f"{name}不按比例抽取，请清空至少、至多户数。")
    if stratum.batches > 1 and stratum.mode != "all":
        found.append(f"{name}不是全部检查，不排检查批次，请把批次改为 1，或改为全部。")
    return found
