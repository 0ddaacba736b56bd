"""后续处置的公布: what became of a published problem, in public words, once a measure is closed (A85, A88).

What officials wrote about it stays inside: only the kind of measure and the day are shown.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from inspections.models import VisitMatter
from publication.models import PublicEntry, PublicRecord
from publication.selectors import content as shown
from publication.selectors import followups as reads
from publication.services import records

Kind = PublicRecord.Kind


def publish(*, visit_matter: Any) -> PublicRecord | None:
    """The closed measures of a published result as its follow-up record; None while there is nothing to show.

    Called again after the next measure it makes the next version; the same twice is one version.
    """
    with transaction.atomic():
        matter = (
            VisitMatter.objects.select_for_update(of=("self",))
            .select_related("authority", "matter", "visit__entity")
            .get(pk=visit_matter)
        )
        if matter.state != VisitMatter.State.PUBLISHED:
            return None  # the publication itself asks again
        steps, pending = reads.steps_of(matter)
        if not steps:
            return None
        subject = shown.result_subject(matter)
        result = PublicEntry.objects.filter(subject=subject).first()
        if result is None:
            return None
        at = timezone.now()
        return records.freeze(
            kind=Kind.FOLLOWUP,
            subject=f"{subject}/followup",
            authority=matter.authority,
            title=f"{result.entity_name}：{matter.matter.name}（后续处置）",
            content=reads.content(matter, result, steps, pending),
            actor=None,
            at=at,
            index={
                "entity_name": result.entity_name,
                "entity_code": result.entity_code,
                "matter_name": result.matter_name,
                "task_number": result.task_number,
                "unit_name": result.unit_name,
            },
        )
