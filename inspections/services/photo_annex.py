"""现场照片 behind the record sheet: the copies with their facts burned in (A65)."""

from typing import Any

from django.utils import timezone

from bureau.models import StoredFile
from bureau.services import documents, files
from inspections.models import Evidence, Visit
from inspections.selectors.records import evidence_of_visit

MOST = 24  # of a record sheet; the dossier has all
LONGEST = 900


def of(visit: Visit) -> dict[str, Any]:
    """What templates/inspections/documents/record_sheet.html takes: the first photos, and how many more there are."""
    rows = [row for row in evidence_of_visit(visit.pk) if row.kind == Evidence.Kind.PHOTO]
    photos = [{"src": _small(row), "about": _about(row)} for row in rows[:MOST]]
    return {"photos": photos, "more_photos": max(0, len(rows) - MOST)}


def _small(row: Evidence) -> str:
    shown: StoredFile = row.burned.file if row.burned else row.file
    return documents.picture(files.reencoded_image(files.read(shown), longest=LONGEST))


def _about(row: Evidence) -> str:
    about = str(row.item) if row.item else str(row.visit_matter.matter) if row.visit_matter else ""
    at = timezone.localtime(row.happened_at)
    return "　".join(filter(None, [f"{at:%Y-%m-%d %H:%M}", about, row.note]))
