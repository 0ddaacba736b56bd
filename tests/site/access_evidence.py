"""Cells of recordings, samples, others' conclusions and the site record."""

import hashlib
from typing import Any

from django.utils import timezone

from inspections.services import uploads
from tests.inspections.field_case import Case
from tests.site.access import cell
from tests.site.access_inspections_field import SentAgain, now, of_visit, running

Made = tuple[dict[str, Any], dict[str, Any]]
RECORDING = b"ID3" + b"\0" * 300


def begun_upload(case: Case, **given: Any) -> Any:
    return uploads.begin(
        visit_pk=case.visit_pk,
        actor=case.leader,
        fingerprint="0" * 64,
        name="录音.mp3",
        size=len(RECORDING),
        happened_at=timezone.now(),
    )


def recording(cast: dict[str, Any]) -> Made:
    return of_visit(running(cast), happened_at=now(), file=SentAgain("录音.mp3", RECORDING))


def beginning(cast: dict[str, Any]) -> Made:
    return of_visit(
        running(cast),
        happened_at=now(),
        fingerprint="1" * 64,
        name="录音.mp3",
        size=str(len(RECORDING)),
    )


def piece(cast: dict[str, Any]) -> Made:
    upload = begun_upload(running(cast))
    return {"pk": upload.pk}, {
        "offset": "0",
        "sha256": hashlib.sha256(RECORDING[:100]).hexdigest(),
        "piece": SentAgain("piece", RECORDING[:100]),
    }


def ending(cast: dict[str, Any]) -> Made:
    return {"pk": begun_upload(running(cast)).pk}, {}


def page_of_visit(cast: dict[str, Any]) -> Made:
    return of_visit(running(cast))


CELLS = [
    cell("inspections:field-recordings", "inspector", make=page_of_visit),
    cell("inspections:field-recordings", "inspector", method="post", ok=302, make=recording),
    cell("inspections:upload-begin", "inspector", method="post", make=beginning),
    cell("inspections:upload-piece", "inspector", method="post", make=piece),
    cell("inspections:upload-end", "inspector", method="post", ok=302, make=ending),
]
