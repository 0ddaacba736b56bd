"""抽查事项清单 of the demo bureau: eighteen matters with their legal bases, guides and checklists.

Laws and article numbers were compared with the published texts; local requirements say that they are local.
"""

from registry.demo.matter_types import DemoMatter, Item
from registry.demo.matters_forest import FOREST_MATTERS
from registry.demo.matters_land import LAND_MATTERS
from registry.demo.matters_mining import MINING_MATTERS

MATTERS: tuple[DemoMatter, ...] = (*MINING_MATTERS, *LAND_MATTERS, *FOREST_MATTERS)

__all__ = ["MATTERS", "DemoMatter", "Item"]
