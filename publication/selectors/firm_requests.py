"""What may be sent with a notice's code, and what was (A57, A82, A86, A98)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet

from bureau.models import Role, User
from bureau.veils import veil
from inspections.models import Disposal, Notice, Visit, VisitMatter
from inspections.rules.outcomes import DISPOSALS, public_label
from inspections.selectors import sealed
from publication.models import FirmRating, FirmRequest, PublicEntry, RatedNotice
from publication.rules.processes import FIRM_REQUEST_ROLES
from registry.models import Inspector

Kind = FirmRequest.Kind
_BEFORE = {
    Visit.State.DISPATCHED,
    Visit.State.TEAMED,
    Visit.State.ORDERED,
}


@dataclass(frozen=True)
class Subjects:
    """What the holder of a notice's code may write about now."""

    inspectors: list[Inspector]
    results: list[VisitMatter]
    disposals: list[Disposal]
    may_rate: bool

    @property
    def kinds(self) -> list[str]:
        """A complaint always; a recusal before the visit begins (A57); the others once there is something to write about."""
        return [
            *([Kind.RECUSAL] if self.inspectors else []),
            Kind.COMPLAINT,
            *([Kind.OBJECTION] if self.results else []),
            *([Kind.RECTIFICATION] if self.disposals else []),
        ]


@dataclass(frozen=True)
class PublishedResult:
    matter: str
    outcome: str
    entry: PublicEntry | None


def notice(token: str) -> Notice | None:
    rows = Notice.objects.select_related("visit__authority", "visit__unit", "visit__entity")
    return rows.filter(token=token[:32]).first()


def subjects(visit: Visit) -> Subjects:
    """A constant number of queries."""
    team = visit.team.filter(is_current=True, inspector__isnull=False).order_by("position")
    officers = [m.inspector for m in team.select_related("inspector") if m.inspector is not None]
    published = visit.matters.filter(state=VisitMatter.State.PUBLISHED)
    open_ones = Disposal.objects.filter(visit_matter__visit=visit, state=Disposal.State.OPEN)
    made = getattr(visit, "notice", None)
    is_rated = made is None or RatedNotice.objects.filter(notice=made).exists()
    return Subjects(
        inspectors=officers if visit.state in _BEFORE else [],
        results=list(published.select_related("matter").order_by("id")),
        disposals=list(open_ones.select_related("visit_matter__matter").order_by("due_on", "id")),
        may_rate=visit.ended_at is not None and not is_rated,
    )


def results_of(visit: Visit) -> list[PublishedResult]:
    """The published results of a visit with their public pages."""
    rows = list(
        visit.matters.filter(state=VisitMatter.State.PUBLISHED)
        .select_related("matter")
        .order_by("id")
    )
    names = [f"inspections.visitmatter:{row.pk}" for row in rows]
    entries = {e.subject: e for e in PublicEntry.objects.filter(subject__in=names)}
    return [
        PublishedResult(str(row.matter.name), public_label(row.outcome_codes), entries.get(name))
        for row, name in zip(rows, names, strict=True)
    ]


def disposal_label(row: Disposal) -> str:
    measure = DISPOSALS[row.measure].label if row.measure in DISPOSALS else row.measure
    return f"{row.visit_matter.matter.name}：{measure}，期限 {row.due_on:%Y-%m-%d}"


@veil("publication.firmrequest")
def hidden(user: User) -> Q | None:
    """A complaint is for those who lead that bureau and its auditors (A98); what names a sealed visit, for who answers it."""
    heard = [*FIRM_REQUEST_ROLES["complaint"], Role.AUDITOR]
    led = {seat.agency.authority_id for seat in user.seats if seat.role in heard}
    found = Q(kind=Kind.COMPLAINT) & ~Q(authority_id__in=led)
    shut = sealed.visits(user)
    if shut is not None:
        mine = [kind for kind, roles in FIRM_REQUEST_ROLES.items() if user.has_role(*roles)]
        found |= Q(visit__in=shut.values("pk")) & ~Q(kind__in=mine)
    return found


def rows() -> "QuerySet[FirmRequest]":
    return FirmRequest.objects.select_related(
        "authority",
        "visit__entity",
        "visit__unit",
        "inspector",
        "visit_matter__matter",
        "disposal__visit_matter__matter",
        "handled_by",
        "objection",
    )


def of_visit(visit: Visit) -> list[FirmRequest]:
    """What was sent about one visit, the newest first; its sender sees state and answer."""
    return list(rows().filter(visit=visit).order_by("-submitted_at", "-id"))


def open_at(authority_ids: Collection[Any], kinds: Collection[str]) -> "QuerySet[FirmRequest]":
    found = rows().filter(
        authority_id__in=authority_ids, state=FirmRequest.State.SUBMITTED, kind__in=kinds
    )
    return found.order_by("submitted_at", "id")


def ratings_by_unit(authority_ids: Collection[Any]) -> list[dict[str, Any]]:
    """Per unit: how many, and the mean score; for the assessor."""
    found = FirmRating.objects.filter(authority_id__in=authority_ids)
    return list(
        found.values("unit__name")
        .annotate(count=Count("id"), mean=Avg("score"))
        .order_by("unit__name")
    )


def rating_texts(authority_ids: Collection[Any]) -> "QuerySet[FirmRating]":
    found = FirmRating.objects.filter(authority_id__in=authority_ids).exclude(text="")
    return found.select_related("unit")
