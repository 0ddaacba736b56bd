"""How often an entity was inspected this year against two limits: draws (A48) and the published cap of all inspections (A95, A96)."""

from collections.abc import Collection
from dataclasses import dataclass

from registry.rules.kinds import RiskFlag

# Of the causes that lift the limit of draws (A48) the published caps name only complaints (A96).
CAP_FLAGS = frozenset({RiskFlag.COMPLAINTS})


@dataclass(frozen=True)
class Usage:
    """本年检查频次 of one entity, this visit included."""

    hits: int
    limit: int
    counted: int = 0  # what the published cap counts: neither complaints nor rechecks
    cap: int | None = None
    limit_exempt: str = ""  # why the limit of draws does not bind, empty when it does
    cap_exempt: str = ""

    @property
    def is_over(self) -> bool:
        return self.hits > self.limit

    @property
    def is_over_cap(self) -> bool:
        return self.cap is not None and self.counted > self.cap

    @property
    def problems(self) -> list[str]:
        """What the head must give a reason for; empty within the limits or where a cause lifts them."""
        found = []
        if self.is_over and not self.limit_exempt:
            found.append(f"本年第 {self.hits} 次，超过抽中上限 {self.limit} 次")
        if self.is_over_cap and not self.cap_exempt:
            found.append(f"计入年度频次 {self.counted} 次，超过公布的上限 {self.cap} 次")
        return found

    @property
    def lifted(self) -> list[str]:
        """Why an excess needs no reason."""
        found = []
        if self.is_over and self.limit_exempt:
            found.append(f"不受抽中次数限制：{self.limit_exempt}")
        if self.is_over_cap and self.cap_exempt:
            found.append(f"不计入年度频次上限：{self.cap_exempt}")
        return found

    @property
    def cap_text(self) -> str:
        """计入年度频次 2 次（公布的上限 4 次）; empty where no cap is known."""
        if self.cap is None:
            return ""
        return f"计入年度频次 {self.counted} 次（公布的上限 {self.cap} 次）"

    def __str__(self) -> str:
        return f"本年第 {self.hits} 次（上限 {self.limit} 次）"


def limit_exemption(flags: Collection[str], special: str) -> str:
    """Why the limit of draws does not bind: a special directed draw, or a mark on the listing. Basis: A48 (002 十三)."""
    if special:
        return f"专项定向抽查（{special}）"
    return "、".join(str(flag.label) for flag in RiskFlag if str(flag) in flags)


def cap_exemption(flags: Collection[str], superior: str) -> str:
    """Why the published cap does not count this visit: deployed by the superior, or complaints. Basis: A95, A96."""
    if superior:
        return f"上级部署的专项检查（{superior}）"
    return "、".join(
        str(flag.label) for flag in RiskFlag if flag in CAP_FLAGS and str(flag) in flags
    )
