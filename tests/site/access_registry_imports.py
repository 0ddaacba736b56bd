"""Cells of the import pages: read by every seat, done by 内设机构管理员, 任务经办 and 系统管理员."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from registry.models import ImportBatch
from tests.registry.rosters import row, staged, workbook
from tests.site.access import cell

Made = tuple[dict[str, Any], dict[str, Any]]
KEEPERS = ("division_admin", "organiser", "system_admin")


def batch(cast: dict[str, Any]) -> Made:
    made: ImportBatch = staged(workbook([row(1), row(2)]), cast["bureau"], cast["organiser"])
    return {"pk": made.pk}, {}


def faulty(cast: dict[str, Any]) -> Made:
    made = staged(workbook([row(1), row(2, code="1")]), cast["bureau"], cast["organiser"])
    return {"pk": made.pk}, {}


class Again(SimpleUploadedFile):
    """The walk posts one and the same object for every role."""

    def read(self, size: int = -1) -> bytes:
        self.seek(0)
        return super().read(size)


def upload(cast: dict[str, Any]) -> Made:
    book = Again("名录.xlsx", workbook([row(1)]).getvalue())
    return {}, {"kind": "entities", "file": book}


def kind(cast: dict[str, Any]) -> Made:
    return {"kind": "entities"}, {}


CELLS = [
    cell("registry:import-list", outsider=None),
    cell("registry:import-upload", *KEEPERS, outsider=None),
    cell("registry:import-upload", *KEEPERS, method="post", ok=302, make=upload, outsider=None),
    cell("registry:import-template", make=kind, outsider=None),
    cell("registry:import-detail", make=batch),
    cell("registry:import-rows", make=batch),
    cell("registry:import-errors", make=faulty),
    cell("registry:import-commit", *KEEPERS, make=batch),
    cell("registry:import-commit", *KEEPERS, method="post", ok=302, make=batch),
    cell("registry:import-drop", *KEEPERS, method="post", ok=302, make=batch),
    cell("registry:import-restage", *KEEPERS, method="post", ok=302, make=batch),
]
