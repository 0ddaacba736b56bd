"""本年检查: what the holder of a notice's code reads about this year's visits to the same entity by the same authority (A95, A98).

Only what the entity knows already: visits that have begun or whose notice was handed over, rechecks that took place. What a sealed draw or a plan
still holds back never shows here (DRAW §4).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from bureau.rules import caps
from bureau.selectors import rule_settings
from inspections.models import AdvanceNotice, Notice, RecheckVisit, Visit, VisitMatter
from inspections.rules.outcomes import public_label
from inspections.selectors import rechecks
from publication.models import Objection, PublicEntry
from registry.models import LedgerEntry, Listing
from registry.selectors import ledger

MOST = 50


@dataclass(frozen=True)
class PastVisit:
    day: date
    unit: str
    kind: str
    notice: str  # number; its code stays on its own paper
    counts: bool  # towards the published cap (A96)
    has_come: bool
    is_this: bool
    results: list[tuple[str, str, Any]]  # (matter, outcome, PublicEntry or None)


@dataclass(frozen=True)
class FirmYear:
    year: int
    visits: list[PastVisit]
    counted: int
    limit: int  # draws a year (A48)
    cap: int  # visits a year, published by the authority (A95)

    @property
    def is_over(self) -> bool:
        return self.counted > self.cap


@dataclass(frozen=True)
class ShownObjection:
    number: str
    matter: str
    received_on: date
    word: str
    due: str  # until when the next step is due
    finding: str
    reply: str


def of_notice(notice: Notice, today: date) -> FirmYear:
    """This year's visits, the newest first; a constant number of queries."""
    visit = notice.visit
    authority, entity = visit.authority, visit.entity
    since = date(today.year, 1, 1)  # the cap counts calendar years
    known = list(
        Visit.objects.filter(authority=authority, entity=entity)
        .filter(
            Q(started_at__isnull=False)
            | Q(notice__delivered_at__isnull=False)
            | Exists(AdvanceNotice.objects.filter(visit=OuterRef("pk")))
        )
        .select_related("notice")
        .prefetch_related("matters__matter")
    )
    by_source = {f"inspections.visit:{row.pk}": row for row in known}
    rows = (
        LedgerEntry.objects.filter(authority=authority, entity=entity, day__gte=since)
        .filter(day__lte=today)
        .filter(
            ~Q(source__startswith="inspections.") | Q(source__in=[*by_source, *_rechecked(visit)])
        )
        .select_related("unit")
        .order_by("-day", "-id")[:MOST]
    )
    entries = _entries(known)
    visits = [_past(row, by_source.get(row.source), visit, entries) for row in rows]
    settings = rule_settings.all_for(authority, today.year)
    listing = Listing.objects.filter(authority=authority, entity=entity).first()
    table = caps.read(str(settings["enterprise_cap"].value))
    return FirmYear(
        year=today.year,
        visits=visits,
        counted=sum(row.counts for row in visits),
        limit=int(settings["yearly_limit"].value),
        cap=caps.most_for(table, listing.credit_class if listing else caps.OTHER),
    )


def objections_of(visit: Visit) -> list[ShownObjection]:
    """Every objection to a result of this visit, sent here or at the desk, with state and reply (A82, A83)."""
    rows = Objection.objects.filter(visit_matter__visit=visit).select_related(
        "visit_matter__matter"
    )
    return [_objection(row) for row in rows.order_by("-received_on", "-id")]


def _rechecked(visit: Visit) -> list[str]:
    """Rechecks that took place, as the ledger names them; the others are planned, refused or called off."""
    rows = RecheckVisit.objects.filter(
        authority=visit.authority_id,
        disposal__visit_matter__visit__entity=visit.entity_id,
        state=RecheckVisit.State.DONE,
    )
    return [rechecks.source_of(row) for row in rows]


def _entries(visits: list[Visit]) -> dict[str, PublicEntry]:
    subjects = [
        f"inspections.visitmatter:{matter.pk}" for visit in visits for matter in visit.matters.all()
    ]
    return {row.subject: row for row in PublicEntry.objects.filter(subject__in=subjects)}


def _past(
    row: LedgerEntry, visit: Visit | None, this: Visit, entries: dict[str, PublicEntry]
) -> PastVisit:
    results: list[tuple[str, str, Any]] = []
    number = ""
    if visit is not None:
        made = getattr(visit, "notice", None)
        number = made.number if made else ""
        results = [
            (
                str(matter.matter.name),
                public_label(matter.outcome_codes),
                entries.get(f"inspections.visitmatter:{matter.pk}"),
            )
            for matter in visit.matters.all()
            if matter.state == VisitMatter.State.PUBLISHED
        ]
    return PastVisit(
        day=_day(row, visit),
        unit=row.unit.name if row.unit else "",
        kind=str(row.get_kind_display()),
        notice=number,
        counts=row.counts and row.kind not in ledger.CAP_EXEMPT,
        has_come=visit is None or visit.started_at is not None,
        is_this=visit is not None and visit.pk == this.pk,
        results=results,
    )


def _day(row: LedgerEntry, visit: Visit | None) -> date:
    """The day somebody came, or from which they may come: never the day of the draw."""
    if visit is None:
        return row.day
    return timezone.localdate(visit.started_at) if visit.started_at else visit.window_from


def _objection(row: Objection) -> ShownObjection:
    due_on = {
        Objection.State.RECEIVED: row.recheck_due_on,
        Objection.State.RECHECKED: row.reply_due_on,
    }.get(row.state)  # type: ignore[call-overload]
    step = "复查" if row.state == Objection.State.RECEIVED else "答复"
    return ShownObjection(
        number=row.number,
        matter=str(row.visit_matter.matter),
        received_on=row.received_on,
        word=str(row.get_state_display()),
        due=f"{_words(due_on)}前{step}" if due_on else "",
        # The finding reaches the applicant with the reply, not before it.
        finding=row.finding if row.state == Objection.State.REPLIED else "",
        reply=row.reply,
    )


def _words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
