"""What happened around the year's draws: delays, who voided, drew again or skipped, and the load of officers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from bureau.models import Agency
from inspections.models import TeamMember
from planning.models import Draw, DrawEvent, Pick, Skip, VoidRequest
from publication import sql
from publication.rules import fairness
from publication.selectors.fairness import Compared, Counted, compared
from registry.models import Inspector


@dataclass(frozen=True)
class Delay:
    draw: Draw
    to_compute: timedelta
    to_dispatch: timedelta | None
    visits: int
    begun: int
    to_visit: timedelta | None  # the median

    @property
    def spans(self) -> tuple[str, str, str]:
        return (
            fairness.span(self.to_compute),
            fairness.span(self.to_dispatch),
            fairness.span(self.to_visit),
        )


@dataclass(frozen=True)
class Handler:
    """One person's part; for the public all persons together."""

    name: str
    draws: int
    voids: Compared
    redraws: Compared
    picks: int
    skips: Compared


@dataclass(frozen=True)
class Load:
    inspector: Inspector
    drawn: int
    assigned: int

    @property
    def all(self) -> int:
        return self.drawn + self.assigned


def delays(found: Counted) -> list[Delay]:
    """Per draw: lock to result, result to dispatch, dispatch to arrival. One query beside the draws'."""
    visited = sql.visited([draw.task_id for draw in found.draws])
    rows = []
    for draw in found.draws:
        at = {event.kind: event.at for event in draw.events.all()}
        visits, begun, median = visited.get(draw.task_id, (0, 0, None))
        rows.append(
            Delay(
                draw,
                at["computed"] - draw.locked_at,
                _between(at["computed"], draw.task.dispatched_at),
                visits,
                begun,
                None if median is None else timedelta(seconds=median),
            )
        )
    return rows


def handlers(authority: Agency, year: int, *, by_name: bool) -> list[Handler]:
    """Voids and further draws per operator, skips per organiser; four queries. `by_name` False: everybody as one row.

    Bounds: if the same voids, redraws and skips fell on the draws and picks by chance, how many would be this person's.
    """
    draws = (
        Draw.objects.filter(authority=authority, locked_at__year=year)
        .order_by()
        .values_list("sitting__operator", "sitting__operator__full_name")
        .annotate(
            all=Count("pk"),
            voided=Count("pk", filter=Q(Exists(_voided()))),
            again=Count("pk", filter=Q(Exists(_before()))),
        )
    )
    picks = (
        Pick.objects.filter(authority=authority, task__year=year, kind=Pick.Rank.SELECTED)
        .exclude(state=Pick.State.VOIDED)
        .order_by()
        .values_list("task__created_by", "task__created_by__full_name")
        .annotate(
            all=Count("pk"),
            skipped=Count("pk", filter=Q(Exists(_skipped()))),
        )
    )
    held = {pk: (name, n, voided, again) for pk, name, n, voided, again in draws}
    organised = {pk: (name, n, skipped) for pk, name, n, skipped in picks}
    all_draws, all_voids, all_again = _sums(held.values(), 3)
    all_picks, all_skips = _sums(organised.values(), 2)
    if not by_name:
        held = {None: ("全部经办人", all_draws, all_voids, all_again)} if all_draws else {}
        organised = {None: ("全部经办人", all_picks, all_skips)} if held else {}
    rows = []
    for pk in dict.fromkeys([*held, *organised]):
        name, n, voided, again = held.get(pk, ("", 0, 0, 0))
        other, picked, skipped = organised.get(pk, ("", 0, 0))
        rows.append(
            Handler(
                name or other or "系统",
                n,
                compared("作废", voided, fairness.hypergeometric(all_draws, all_voids, n)),
                compared("重抽、补抽", again, fairness.hypergeometric(all_draws, all_again, n)),
                picked,
                compared("跳过", skipped, fairness.hypergeometric(all_picks, all_skips, picked)),
            )
        )
    return sorted(rows, key=lambda row: (-row.draws, -row.picks, row.name))


def skip_causes(authority: Agency, year: int) -> list[tuple[str, int]]:
    """How many approved skips for which cause; one query."""
    rows = (
        Skip.objects.filter(
            pick__authority=authority, pick__task__year=year, state=Skip.State.APPROVED
        )
        .order_by()
        .values_list("code")
        .annotate(count=Count("pk"))
        .order_by("-count", "code")
    )
    return [(str(Skip.Code(code).label), count) for code, count in rows]


def void_reasons(authority: Agency, year: int) -> list[VoidRequest]:
    """The year's approved voids with who asked and who approved; one query."""
    return list(
        VoidRequest.objects.filter(
            sitting__authority=authority,
            state=VoidRequest.State.APPROVED,
            decided_at__year=year,
        ).select_related("sitting", "draw", "requested_by", "decided_by")
    )


def loads(authority: Agency, year: int) -> list[Load]:
    """Visits per officer in service, those with none too; two queries. The busiest first."""
    counts = {
        pk: (drawn, every - drawn)
        for pk, every, drawn in TeamMember.objects.filter(
            visit__authority=authority,
            visit__created_at__year=year,
            is_current=True,
            inspector__isnull=False,
        )
        .order_by()
        .values_list("inspector")
        .annotate(
            all=Count("pk"),
            drawn=Count(
                "pk",
                filter=Q(source__in=[TeamMember.Source.DRAWN, TeamMember.Source.REPLACEMENT]),
            ),
        )
    }
    officers = (
        Inspector.objects.filter(authority=authority)
        .filter(Q(state=Inspector.State.ACTIVE) | Q(pk__in=counts))
        .select_related("unit")
    )
    rows = [Load(officer, *counts.get(officer.pk, (0, 0))) for officer in officers]
    return sorted(rows, key=lambda row: (-row.all, row.inspector.pid))


def load_spread(rows: Sequence[Load]) -> list[tuple[int, int]]:
    """(visits, how many officers have so many), from none to the most."""
    spread = Counter(row.all for row in rows)
    return [(visits, spread[visits]) for visits in range(max(spread, default=-1) + 1)]


def _voided() -> Any:
    return DrawEvent.objects.filter(draw=OuterRef("pk"), kind=DrawEvent.Kind.VOIDED)


def _before() -> Any:
    """An earlier draw of the same matters of the same task: then this one is 重抽 or 补抽."""
    same = {name: OuterRef(name) for name in ("task", "kind", "unit", "matters")}
    return Draw.objects.filter(**same, n__lt=OuterRef("n"))


def _skipped() -> Any:
    return Skip.objects.filter(pick=OuterRef("pk"), state=Skip.State.APPROVED)


def _sums(rows: Iterable[Sequence[Any]], width: int) -> list[int]:
    """Column sums, the name in front left out."""
    table = list(rows)
    return [sum(row[i + 1] for row in table) for i in range(width)]


def _between(start: datetime, end: datetime | None) -> timedelta | None:
    return None if end is None else end - start
