"""证据材料: photos, signed pages and documents with their fingerprints (A65, A67)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any, Protocol

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import User
from bureau.services import files, transitions
from inspections.models import Evidence, Visit, VisitMatter
from inspections.rules import clock as clock_rules
from inspections.rules.places import NOWHERE, Place
from inspections.rules.processes import VISIT
from inspections.services import burning
from inspections.services.on_site import ON_RECORD, locked_matter, not_paused
from inspections.services.revisions import content_changed, lock_visit, may_change, officer

ACCEPTED = {
    Evidence.Kind.PHOTO: ("image",),
    Evidence.Kind.SIGNED_PAGE: ("image", "pdf"),
    Evidence.Kind.GLASS_SIGNATURE: ("image",),
    Evidence.Kind.DOCUMENT: ("image", "pdf", "docx", "xlsx"),
}


class Upload(Protocol):
    """What a form gives: django's UploadedFile, or any named binary file."""

    name: str | None
    file: IO[bytes]

    def read(self, size: int = ...) -> bytes: ...

    def seek(self, offset: int) -> int: ...


def add(
    *,
    visit_pk: Any,
    actor: User,
    uploads: Sequence[Upload],
    kind: str,
    happened_at: datetime,
    visit_matter_pk: Any = None,
    item_number: int | None = None,
    note: str = "",
    place: Place = NOWHERE,
) -> list[Evidence]:
    """Stores photos or documents with their fingerprints; the same file twice is one piece (A65, A67).

    Raises RuleError for a file that is not what its kind allows, or when the results are already with the reviewer.
    """
    if not uploads:
        raise RuleError("请先拍照或选择文件。")
    if kind not in ACCEPTED or kind == Evidence.Kind.GLASS_SIGNATURE:
        raise RuleError("请选择材料的种类：照片、签字页照片或文件。")
    with transaction.atomic():
        visit = lock_visit(visit_pk)
        officer(visit, actor)
        if visit.state not in ON_RECORD:
            raise Conflict(transitions.moved_on(VISIT, visit))
        not_paused(visit, happened_at)
        problem = clock_rules.claim_problem(happened_at, timezone.now())
        if problem:
            raise RuleError(problem)
        matter = locked_matter(visit, visit_matter_pk) if visit_matter_pk else None
        if matter is None:
            for one in visit.matters.select_related("matter"):
                may_change(one)
        else:
            may_change(matter)
        item_id = None
        if matter is not None and item_number is not None:
            item_id = matter.checklist.items.values_list("pk", flat=True).get(number=item_number)
        pieces = [
            attach(visit, matter, item_id, actor, upload, kind, note, happened_at, place)
            for upload in uploads
        ]
        if matter is not None and any(is_new for _, is_new in pieces):
            content_changed(matter)
        return [piece for piece, _ in pieces]


def attach(
    visit: Visit,
    matter: VisitMatter | None,
    item_id: int | None,
    actor: User,
    upload: Upload,
    kind: str,
    note: str,
    happened_at: datetime,
    place: Place,
) -> tuple[Evidence, bool]:
    """The piece, and whether it is new: the same bytes for the same matter and item are one piece (a phone sends twice)."""
    sha256 = hashlib.sha256(upload.read()).hexdigest()
    upload.seek(0)
    same = visit.evidence.filter(
        file__sha256=sha256, visit_matter=matter, item_id=item_id, kind=kind
    ).first()
    if same is not None:
        return same, False
    stored = files.store(
        upload=upload,  # type: ignore[arg-type]
        name=upload.name or "照片",
        authority=visit.authority,
        by=actor,
        accept=ACCEPTED[Evidence.Kind(kind)],
    )
    piece = Evidence.objects.create(
        visit=visit,
        visit_matter=matter,
        item_id=item_id,
        kind=kind,
        file=stored,
        note=note.strip()[:200],
        latitude=place.latitude,
        longitude=place.longitude,
        taken_by=actor,
        happened_at=happened_at,
    )
    audit.record(
        "evidence.added",
        f"上传{Evidence.Kind(kind).label}：{stored.name}",
        target=visit,
        actor=actor,
        about=[matter] if matter else [],
        detail={"evidence": str(piece.pk), "sha256": stored.sha256, "sm3": stored.sm3},
    )
    if kind == Evidence.Kind.PHOTO:
        burning.start(piece)
    return piece, True
