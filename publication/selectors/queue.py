"""The desk's 公示 pages: what waits to be published, what is withheld, what was published."""

from collections.abc import Collection
from typing import Any

from django.db.models import F, QuerySet

from bureau.models import User
from inspections.models import VisitMatter
from publication.models import Nondisclosure, PublicEntry, PublicRecord


def results(authority_ids: Collection[Any]) -> "QuerySet[VisitMatter]":
    """Results with what the lists show beside them."""
    return VisitMatter.objects.filter(authority_id__in=authority_ids).select_related(
        "visit__entity",
        "visit__unit",
        "matter",
        "task",
        "authority",
        "nondisclosure__requested_by",
        "publication_day__set_by",
    )


def to_publish(authority_ids: Collection[Any]) -> "QuerySet[VisitMatter]":
    """Reviewed, and nobody has asked to withhold them; the nearest deadline first."""
    rows = results(authority_ids).filter(
        state=VisitMatter.State.APPROVED, nondisclosure__isnull=True
    )
    return rows.order_by(F("due_on").asc(nulls_last=True), "id")


def to_decide(authority_ids: Collection[Any]) -> "QuerySet[Nondisclosure]":
    """Requests to withhold a result that nobody has decided."""
    return (
        Nondisclosure.objects.filter(
            visit_matter__authority_id__in=authority_ids, approved_by__isnull=True
        )
        .select_related(
            "visit_matter__visit__entity",
            "visit_matter__matter",
            "visit_matter__task",
            "requested_by",
        )
        .order_by("requested_at")
    )


def withheld(authority_ids: Collection[Any]) -> "QuerySet[Nondisclosure]":
    return (
        Nondisclosure.objects.filter(
            visit_matter__authority_id__in=authority_ids, approved_by__isnull=False
        )
        .select_related(
            "visit_matter__visit__entity", "visit_matter__matter", "requested_by", "approved_by"
        )
        .order_by("-approved_at")
    )


def published(user: User) -> "QuerySet[PublicEntry]":
    """Everything published within the user's scope, of all kinds; to be paged by (-published_at, -id)."""
    rows: QuerySet[PublicEntry] = PublicEntry.objects.visible_to(user)
    return rows.select_related("record__published_by")


def versions(subject: str) -> list[PublicRecord]:
    """Every version of one published thing, the newest first."""
    rows = PublicRecord.objects.filter(subject=subject).select_related("published_by")
    return list(rows.order_by("-version"))
