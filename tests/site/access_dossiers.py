"""Cells of 卷宗 (A89)."""

from typing import Any

from tests.site.access import Cell, cell
from tests.site.access_publication import _published

Made = tuple[dict[str, Any], dict[str, Any]]
ARCHIVERS = ("organiser", "coordinator", "publisher")


def closed(cast: dict[str, Any]) -> Made:
    row = _published(cast)
    return {"pk": row.visit_id, "task": row.task_id}, {}


def visit(cast: dict[str, Any]) -> Made:
    return {"pk": _published(cast).visit_id}, {}


def chosen(cast: dict[str, Any]) -> Made:
    row = _published(cast)
    return {}, {"pk": [f"{row.visit_id}:{row.task_id}"]}


def with_reason(cast: dict[str, Any]) -> Made:
    return closed(cast)[0], {"reason": "归档后更正了结果"}


CELLS: list[Cell] = [
    cell("publication:dossier-list", outsider=200),
    cell("publication:dossier-of-visit", ok=302, make=visit),
    cell("publication:dossier-detail", make=closed),
    # Not whole: the page says what is missing.
    cell("publication:dossier-archive", *ARCHIVERS, method="post", ok=302, make=closed),
    # Not archived yet: the page says so.
    cell("publication:dossier-supplement", *ARCHIVERS, method="post", ok=422, make=with_reason),
    cell("publication:dossier-many", *ARCHIVERS, method="post", ok=302, make=chosen),
    cell("publication:dossier-pdf", make=closed),
]
