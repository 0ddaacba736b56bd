"""检查台账: written by inspections when a visit comes to be and when it ends (A48, A96, A99)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from bureau.models import Agency
from registry.models import Entity, LedgerEntry, Matter


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """One inspection of one entity; `source` names the row that caused it and makes it once."""

    entity_id: int
    authority_id: int
    day: date
    source: str
    unit_id: int | None = None
    kind: str = LedgerEntry.Kind.RANDOM
    counts: bool = True
    matter_ids: tuple[int, ...] = ()
    note: str = ""


def open_entry(
    *,
    entity: Entity,
    authority: Agency,
    day: date,
    source: str,
    kind: str = LedgerEntry.Kind.RANDOM,
    counts: bool = True,
    matters: Iterable[Matter] = (),
    unit: Agency | None = None,
    note: str = "",
) -> LedgerEntry:
    """The entry of this source; made when new, else its matters are added (a merged visit counts once, A99)."""
    entry = NewEntry(
        entity_id=entity.pk,
        authority_id=authority.pk,
        day=day,
        source=source,
        unit_id=unit.pk if unit else None,
        kind=kind,
        counts=counts,
        matter_ids=tuple(matter.pk for matter in matters),
        note=note,
    )
    return open_entries(rows=[entry])[source]


def open_entries(*, rows: Sequence[NewEntry]) -> dict[str, LedgerEntry]:
    """Many entries at once, by source; those that exist keep their day and gain matters. A constant number of queries."""
    with transaction.atomic():
        LedgerEntry.objects.bulk_create(
            [
                LedgerEntry(
                    entity_id=row.entity_id,
                    authority_id=row.authority_id,
                    day=row.day,
                    kind=row.kind,
                    counts=row.counts,
                    unit_id=row.unit_id,
                    source=row.source,
                    note=row.note,
                )
                for row in rows
            ],
            ignore_conflicts=True,
            batch_size=1000,
        )
        entries = {
            entry.source: entry
            for entry in LedgerEntry.objects.filter(source__in=[row.source for row in rows])
        }
        through = LedgerEntry.matters.through
        through.objects.bulk_create(
            [
                through(ledgerentry_id=entries[row.source].pk, matter_id=matter_id)
                for row in rows
                for matter_id in row.matter_ids
            ],
            ignore_conflicts=True,
            batch_size=2000,
        )
    return entries


def set_matters(*, source: str, matters: Iterable[Matter]) -> None:
    """What is still checked under this source, after a split."""
    LedgerEntry.objects.get(source=source).matters.set(list(matters))


def replace_entry(*, source: str, by: Sequence[tuple[str, str, Sequence[Matter]]]) -> None:
    """The open entry of this source becomes several: (source, kind, matters) each, of the same day and unit (a split)."""
    with transaction.atomic():
        old = LedgerEntry.objects.select_for_update().get(source=source)
        LedgerEntry.objects.filter(pk=old.pk).update(is_open=False, counts=False)
        open_entries(
            rows=[
                NewEntry(
                    entity_id=old.entity_id,
                    authority_id=old.authority_id,
                    day=old.day,
                    source=name,
                    unit_id=old.unit_id,
                    kind=kind,
                    counts=old.counts,
                    matter_ids=tuple(matter.pk for matter in matters),
                )
                for name, kind, matters in by
            ]
        )


def move_entry(*, source: str, unit: Agency) -> None:
    """Another unit of the same authority goes (A71)."""
    LedgerEntry.objects.filter(source=source).update(unit=unit)


def close_entry(*, source: str, day: date | None = None, counts: bool | None = None) -> bool:
    """Ends the entry: the entity is free for the next draw. `day` is the day of the visit when it took place.

    `counts=False` when nobody came (视为完成). False when there is no open entry of this source.
    """
    changes: dict[str, object] = {"is_open": False}
    if day is not None:
        changes["day"] = day
    if counts is not None:
        changes["counts"] = counts
    return bool(LedgerEntry.objects.filter(source=source, is_open=True).update(**changes))
