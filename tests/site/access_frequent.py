"""Cells of 高频检查提醒 (A99)."""

from tests.site.access import Cell, cell

READERS = ("organiser", "coordinator", "head", "deputy", "assessor", "superior")

CELLS: list[Cell] = [cell("inspections:frequent-list", *READERS, outsider=200)]
