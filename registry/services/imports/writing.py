"""Writing row by row, for the kinds whose files are short."""

from collections.abc import Iterator
from typing import Any

from django.db import models

from registry.models import ImportBatch, ImportRow


def staged(batch: ImportBatch) -> Iterator[ImportRow]:
    """The rows that are to be written, in the sheet's order."""
    wanted = (ImportRow.Verdict.NEW, ImportRow.Verdict.CHANGED)
    return ImportRow.objects.filter(batch=batch, verdict__in=wanted).order_by("id").iterator()


def assign(row: models.Model, values: dict[str, Any]) -> None:
    """Sets and saves exactly these fields."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
