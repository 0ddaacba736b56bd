"""录音录像: what of a visit is recorded or on its way, and whether this visit must be recorded (A67)."""

from django.utils import timezone

from bureau.selectors import rule_settings
from inspections.models import Evidence, LargeUpload, Visit
from registry.models import Matter

RECORDINGS = (Evidence.Kind.VIDEO, Evidence.Kind.AUDIO)
ON_THE_WAY = (LargeUpload.State.OPEN, LargeUpload.State.WHOLE)


def is_lacking(visit: Visit) -> bool:
    """Whether this visit must be recorded (setting process_recording) and nothing is, nor on its way.

    What is on its way counts: in a valley without a signal a long recording arrives after the visit has ended.
    """
    if not _is_required(visit):
        return False
    is_here = visit.evidence.filter(kind__in=RECORDINGS).exists()
    return not is_here and not visit.large_uploads.filter(state__in=ON_THE_WAY).exists()


def uploads_of(visit: Visit) -> list[LargeUpload]:
    """Under way, being checked, or refused lately; what is done stands among the evidence."""
    rows = visit.large_uploads.exclude(state=LargeUpload.State.DONE)
    return list(rows.select_related("started_by").order_by("-id")[:20])


def recordings_of(visit: Visit) -> list[Evidence]:
    rows = visit.evidence.filter(kind__in=RECORDINGS)
    return list(rows.select_related("file", "taken_by", "visit_matter__matter"))


def _is_required(visit: Visit) -> bool:
    day = timezone.localdate(visit.started_at) if visit.started_at else timezone.localdate()
    rule = rule_settings.value_of("process_recording", visit.authority, day.year)
    if rule == "key":
        return visit.matters.filter(matter__category=Matter.Category.KEY).exists()
    return bool(rule == "all")
