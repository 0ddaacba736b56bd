"""What the seeded visits find, by matter: which item fails, how it is coded, what was seen. Everything is invented."""

from dataclasses import dataclass
from decimal import Decimal

from registry.models import ChecklistItem


@dataclass(frozen=True)
class Found:
    item: int
    code: str
    fact: str
    on_site: str = ""
    number: str | None = None  # what was measured, where the item measures


FOUND: dict[str, Found] = {
    "ZR-C01": Found(3, "N12", "质量管理制度未按最新规范修订，两个项目没有过程检查记录。", "责令限期改正"),
    "ZR-K01": Found(9, "N15", "矿区东侧 3 号、4 号界桩缺失，范围标识牌字迹脱落。", "责令限期补设"),
    "ZR-K03": Found(3, "N03", "西侧已终了采坑约 3.2 亩尚未覆土，修复进度落后于方案一期目标。", "责令限期修复"),
    "LC-L01": Found(6, "N06", "临时堆料场期满已逾一年，约 420 平方米林地尚未恢复植被。", "责令恢复植被"),
    "LC-L03": Found(1, "N10", "原料入库台账缺少近两个月记录，三批原木未注明来源。", "当场责令补记"),
    "LC-L04": Found(2, "N10", "油茶苗生产经营档案缺少苗木去向记录。", "责令限期补正"),
    "ZR-T01": Found(2, "N06", "批准用途为商服的 1 号楼一层部分面积改作仓储。", "责令限期恢复批准用途"),
    "ZR-T02": Found(4, "N06", "临时用地上修建砖混结构值班房一处，约 26 平方米。", "责令限期拆除"),
}  # fmt: skip


def measured(item: ChecklistItem) -> Decimal | None:
    """A number within the item's limits; None where nothing is measured."""
    low, high = item.minimum, item.maximum
    if not item.unit and low is None and high is None:
        return None
    if low is None and high is None:
        return Decimal(1)
    if high is None:
        return low
    if low is None or low == 0:
        return (high * Decimal("0.92")).quantize(Decimal("0.1")) if high else high
    return high
