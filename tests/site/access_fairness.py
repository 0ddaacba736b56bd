"""Cells of 公平情况: with names for those who assess and audit, without for everybody."""

from typing import Any

from tests.site.access import cell
from tests.site.access_publication import authority, shown

READERS = ("assessor", "auditor", "head", "deputy", "superior")


def table(cast: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    return {"code": cast["bureau"].code, "name": "units"}, {}


CELLS = [
    cell("publication:fairness", *READERS, ok=302, outsider=302),
    cell("publication:fairness-of", *READERS, make=authority),
    cell("publication:fairness-csv", *READERS, make=table),
    shown("public:fairness", make=authority),
    shown("public:fairness-csv", make=table),
]
