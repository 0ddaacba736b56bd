"""Cells of 服务大厅公示 (A111)."""

from typing import Any

from tests.site.access import Cell, cell
from tests.site.access_publication import _published

Made = tuple[dict[str, Any], dict[str, Any]]


def a_year(cast: dict[str, Any]) -> Made:
    _published(cast)
    return {}, {"since": "2020-01-01", "until": "2099-12-31"}


CELLS: list[Cell] = [
    cell("publication:hall-list", outsider=200),
    cell("publication:hall-list", method="post", outsider=200, superior=200, make=a_year),
    cell("publication:hall-poster", outsider=200),
]
