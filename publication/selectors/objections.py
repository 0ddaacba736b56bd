"""异议 as their pages and jobs need them (A82, A83)."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects

from bureau.models import User
from publication.models import Objection, PublicEntry, PublicRecord
from publication.rules import processes

TEAM = "visit_matter__visit__team__inspector"


def rows() -> "QuerySet[Objection]":
    return Objection.objects.select_related(
        "authority",
        "visit_matter__visit__entity",
        "visit_matter__matter",
        "visit_matter__task",
        "registered_by",
        "rechecked_by",
        "replied_by",
    )


def open_at(authority_ids: Collection[Any], state: str) -> list[Objection]:
    """Those in one state, the nearest deadline first."""
    due = "reply_due_on" if state == Objection.State.RECHECKED else "recheck_due_on"
    found = rows().filter(authority_id__in=authority_ids, state=state).order_by(due, "id")
    return list(found.prefetch_related(TEAM))


def recheck_problem(row: Objection, user: User) -> str | None:
    """Why this person may not recheck; None when they may. No query where `open_at` read the team."""
    matter = row.visit_matter
    prefetch_related_objects([row], TEAM)
    return processes.recheck_problem(
        user.pk,
        recorder=matter.recorded_by_id,
        submitter=matter.submitted_by_id,
        reviewer=matter.reviewed_by_id,
        publisher=matter.published_by_id,
        team=frozenset(
            member.inspector.user_id
            for member in matter.visit.team.all()
            if member.inspector and member.inspector.user_id
        ),
    )


def published_results(authority_ids: Collection[Any], query: str) -> list[PublicEntry]:
    """Published results to object to, by name or code; at most twenty."""
    found = PublicEntry.objects.filter(
        authority_id__in=authority_ids, kind=PublicRecord.Kind.RESULT
    )
    exact = found.filter(entity_code=query)
    return list((exact | found.filter(entity_name__icontains=query)).order_by("-published_at")[:20])
