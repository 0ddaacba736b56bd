"""Cells of 卷宗 (A89)."""

from typing import Any

from tests.site.access import Cell, cell
from tests.site.access_publication import _published

Made = tuple[dict[str, Any], dict[str, Any]]
ARCHIVERS = ("organiser", "coordinator", "publisher")


def closed(cast: dict[str, Any]) -> Made:
    return {"pk": _published(cast).visit_id}, {}


def chosen(cast: dict[str, Any]) -> Made:
    return {}, {"pk": [str(_published(cast).visit_id)]}


CELLS: list[Cell] = [
    cell("publication:dossier-list", outsider=200),
    cell("publication:dossier-detail", make=closed),
    # Not whole: the page says what is missing.
    cell("publication:dossier-archive", *ARCHIVERS, method="post", ok=302, make=closed),
    cell("publication:dossier-archive-many", *ARCHIVERS, method="post", ok=302, make=chosen),
    cell("publication:dossier-pdf", make=closed),
]
