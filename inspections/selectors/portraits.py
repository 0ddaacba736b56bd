"""Photos of who comes, for whoever holds the notice: only those printed on it, only while it is to be acted on (A98)."""

from collections.abc import Sequence

from bureau.models import StoredFile
from inspections.models import Notice, TeamMember, Visit

OPEN = (Visit.State.ORDERED, Visit.State.IN_PROGRESS)


def numbers(token: str) -> frozenset[int]:
    """Which of the notice's inspectors (by their place in it, from 0) have a photo to show. At most two queries."""
    return frozenset(number for number, file in enumerate(_files(token)) if file is not None)


def portrait(token: str, number: int) -> StoredFile | None:
    """The photo of the notice's inspector at that place, or None."""
    found = _files(token)
    return found[number] if 0 <= number < len(found) else None


def _files(token: str) -> Sequence[StoredFile | None]:
    notice = Notice.objects.filter(token=token[:32], visit__state__in=OPEN).first()
    if notice is None:
        return []
    team = TeamMember.objects.filter(
        visit=notice.visit_id, is_current=True, inspector__photo__isnull=False
    ).select_related("inspector__photo")
    by_certificate = {
        m.inspector.certificate_no: m.inspector.photo for m in team if m.inspector is not None
    }
    return [by_certificate.get(person["certificate_no"]) for person in notice.content["inspectors"]]
