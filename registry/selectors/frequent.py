"""The 检查台账 read for alerts: repeated visits and a cap that is used up or nearly so (A95, A96, A99)."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from bureau.models import Agency, User
from bureau.rules import caps
from bureau.selectors import rule_settings
from registry.models import Entity, LedgerEntry, Listing
from registry.rules.frequent import OVER, REACHED, Alert, cap_alert, repeated_alert
from registry.selectors.ledger import CAP_EXEMPT, entries


@dataclass
class Frequent:
    """One entity that is inspected often: counted and exempt visits apart, and what stands open."""

    entity: Entity
    cap: int
    counted: int = 0
    exempt: dict[str, int] = field(default_factory=dict)  # kind in words → visits of the year
    rows: list[LedgerEntry] = field(default_factory=list)  # of the last days, and the open ones
    alerts: list[Alert] = field(default_factory=list)

    @property
    def rank(self) -> tuple[int, int, int]:
        """The worst first."""
        return self.cap - self.counted, -len(self.rows), self.entity.pk

    @property
    def open_rows(self) -> list[LedgerEntry]:
        return [row for row in self.rows if row.is_open]

    @property
    def is_bad(self) -> bool:
        return any(alert.kind in {OVER, REACHED} for alert in self.alerts)


def of_authority(authority: Agency, reader: User, today: date) -> list[Frequent]:
    """The worst first: a constant number of queries, sealed draws left out for this reader."""
    found = rule_settings.all_for(authority, today.year)
    days = int(found["frequent_days"].value)
    left = int(found["frequent_left"].value)
    table = caps.read(str(found["enterprise_cap"].value))
    rows = entries(authority, reader)
    counted = _counted(rows, today)
    least = max(min(table.values()) - left, 1)
    ids = {pk for pk, n in counted.items() if n >= least} | _repeated(rows, today, days)
    made = _made(authority, ids, counted, table)
    _add_exempt(made, rows, today)
    _add_rows(made, rows, today, days)
    for one in made.values():
        alerts = (
            cap_alert(one.counted, one.cap, left),
            repeated_alert(
                ((r.day, _unit(r)) for r in one.rows if _is_recent(r, today, days)), days
            ),
        )
        one.alerts = [alert for alert in alerts if alert is not None]
    shown = [one for one in made.values() if one.alerts]
    shown.sort(key=lambda one: one.rank)
    return shown


def waiting(authority: Agency, reader: User, today: date) -> int:
    """How many of them still have a visit open that can be merged, put off or left out."""
    return sum(bool(one.open_rows) for one in of_authority(authority, reader, today))


def _counted(rows: "QuerySet[LedgerEntry]", today: date) -> dict[int, int]:
    year = rows.filter(counts=True, day__year=today.year).exclude(kind__in=CAP_EXEMPT)
    per = year.order_by().values("entity_id").annotate(n=Count("id"))
    return dict(per.values_list("entity_id", "n"))


def _recent(today: date, days: int) -> Q:
    return Q(day__gte=today - timedelta(days=days), day__lte=today + timedelta(days=days))


def _is_recent(row: LedgerEntry, today: date, days: int) -> bool:
    return abs((row.day - today).days) <= days


def _repeated(rows: "QuerySet[LedgerEntry]", today: date, days: int) -> set[int]:
    per = rows.filter(_recent(today, days)).order_by().values("entity_id")
    return set(per.annotate(n=Count("id")).filter(n__gte=2).values_list("entity_id", flat=True))


def _made(
    authority: Agency, ids: Collection[int], counted: dict[int, int], table: dict[str, int]
) -> dict[int, Frequent]:
    classes = dict(
        Listing.objects.filter(authority=authority, entity__in=ids).values_list(
            "entity_id", "credit_class"
        )
    )
    return {
        entity.pk: Frequent(
            entity,
            caps.most_for(table, classes.get(entity.pk, caps.OTHER)),
            counted.get(entity.pk, 0),
        )
        for entity in Entity.objects.filter(pk__in=ids)
    }


def _add_exempt(made: dict[int, Frequent], rows: "QuerySet[LedgerEntry]", today: date) -> None:
    """Complaints, rechecks and what does not count stand apart (A96)."""
    year = rows.filter(day__year=today.year, entity__in=made).filter(
        Q(kind__in=CAP_EXEMPT) | Q(counts=False)
    )
    for pk, kind, n in year.order_by().values_list("entity_id", "kind").annotate(n=Count("id")):
        made[pk].exempt[str(LedgerEntry.Kind(kind).label)] = n


def _add_rows(
    made: dict[int, Frequent], rows: "QuerySet[LedgerEntry]", today: date, days: int
) -> None:
    wanted = rows.filter(_recent(today, days) | Q(is_open=True), entity__in=made)
    by_entity: dict[int, list[LedgerEntry]] = defaultdict(list)
    for row in wanted.select_related("unit").prefetch_related("matters").order_by("day", "id"):
        by_entity[row.entity_id].append(row)
    for pk, found in by_entity.items():
        made[pk].rows = found


def _unit(row: LedgerEntry) -> str:
    return row.unit.short_name if row.unit else "未登记单位"
