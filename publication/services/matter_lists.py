"""抽查事项清单 as a public record: a version for every change of what is in force (A07, A09)."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from bureau.models import Agency
from publication.models import PublicRecord
from publication.selectors import matter_lists as reads
from publication.services import records


def publish(*, authority: Any) -> PublicRecord:
    """The list in force of one authority (its primary key) as it stands now; unchanged it stays the same version."""
    with transaction.atomic():
        # Two deliveries at once wait for each other here instead of making the same version.
        row: Agency = Agency.objects.select_for_update(no_key=True, of=("self",)).get(pk=authority)
        return records.freeze(
            kind=PublicRecord.Kind.MATTER_LIST,
            subject=reads.subject(row),
            authority=row,
            title=f"{row.name}随机抽查事项清单",
            content=reads.content(row),
            actor=None,
            at=timezone.now(),
        )
