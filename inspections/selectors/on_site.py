"""What happened at the door besides the checklist: entries, interruptions, names then and now, how to get there (A60, A98)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from bureau.models import User
from inspections.models import EntryLog, FirmCode, GlassSignature, RouteNote, Visit, VisitPause
from inspections.selectors import party_text
from registry.models import Entity, EntityRevision


@dataclass(frozen=True)
class Renamed:
    """`then` is the name at the moment asked for, `now` the present one; `changes` says when it changed and by what source."""

    then: str
    now: str
    changes: tuple[tuple[datetime, str, str, str], ...]  # moment, old, new, source


@dataclass(frozen=True)
class OnSite:
    entries: list[EntryLog]
    pauses: list[VisitPause]
    glass: GlassSignature | None
    is_stale: bool
    renamed: Renamed | None
    route: RouteNote | None

    @property
    def open_pause(self) -> VisitPause | None:
        return next((row for row in self.pauses if row.resumed_at is None), None)

    @property
    def is_empty(self) -> bool:
        return not (self.entries or self.pauses or self.glass or self.renamed)


def of_visit(visit: Visit) -> OnSite:
    """A constant number of queries; the checklist is read only where the party signed on glass."""
    glass = party_text.latest(visit)
    return OnSite(
        entries=list(visit.entries.select_related("by")),
        pauses=list(visit.pauses.select_related("paused_by", "resumed_by")),
        glass=glass,
        is_stale=glass is not None and party_text.is_stale(visit),
        renamed=renamed_since(visit.entity, visit.created_at),
        route=route_to(visit),
    )


def renamed_since(entity: Entity, moment: datetime) -> Renamed | None:
    """The names of an entity from a moment on; None while it has kept its name. One query."""
    rows = EntityRevision.objects.filter(
        entity=entity, at__gte=moment, changes__entity__has_key="name"
    ).order_by("id")
    changes = tuple((row.at, *_pair(row.changes["entity"]["name"]), row.source) for row in rows)
    if not changes or changes[0][1] == entity.name:
        return None
    return Renamed(changes[0][1], entity.name, changes)


def route_to(visit: Visit) -> RouteNote | None:
    rows = RouteNote.objects.filter(entity_id=visit.entity_id, authority_id=visit.authority_id)
    return rows.select_related("by").first()


def routes_to(visits: list[Visit]) -> dict[tuple[int, int], RouteNote]:
    """(entity, authority) → the newest words, for a list of visits; one query."""
    rows = (
        RouteNote.objects.filter(entity__in={visit.entity_id for visit in visits})
        .select_related("by")
        .order_by("entity_id", "authority_id", "-id")
        .distinct("entity_id", "authority_id")
    )
    return {(row.entity_id, row.authority_id): row for row in rows}


def open_pauses(visits: list[Visit]) -> dict[Any, VisitPause]:
    """Visit → its open interruption; one query."""
    rows = VisitPause.objects.filter(visit__in=visits, resumed_at=None)
    return {row.visit_id: row for row in rows}


def codes_of(visits: list[Visit]) -> list[str]:
    """The codes that hang at the doors of these visits, for the phone that keeps their pages."""
    entities = {visit.entity_id for visit in visits}
    return list(FirmCode.objects.filter(entity__in=entities).values_list("token", flat=True))


def late_entries(user: User) -> "QuerySet[EntryLog]":
    """Every late entry of the authorities that this person sees, for the assessor."""
    rows = EntryLog.objects.visible_to(user).filter(is_late=True)
    return rows.select_related("visit__entity", "visit__unit", "by")


def _pair(change: Any) -> tuple[str, str]:
    return str(change[0]), str(change[1])
