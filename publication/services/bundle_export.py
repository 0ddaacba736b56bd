"""Writes the public site's data as a signed one-way bundle (ARCHITECTURE §3); nothing of the staff's leaves."""

import hashlib
import json
import os
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from bureau.models import Agency, Region, RuleSetting
from publication.models import PublicEntry, PublicRecord
from publication.rules import bundle
from publication.rules.bundle import BundleError, Manifest, Part
from registry.models import Matter

CHUNK = 1000
# Records are numbered when they are begun and seen when they are committed: what may have been on its way is sent again.
MARGIN_MS = 3_600_000


def write(*, folder: Path, private_key: bytes, now: datetime, whole: bool = False) -> Manifest:
    """The next bundle below `folder`, as 000001, 000002 …; only what is new since the last one there unless `whole`.

    All tables are read in one snapshot. The bundle appears under its name when it is complete. Raises BundleError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    last = _last(folder)
    number = last[0].number + 1 if last else 1
    making = folder / f".{number:06d}.{os.getpid()}"
    making.mkdir()
    since = "" if whole or last is None else _before(last[0].cursor)
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as asked:
                asked.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor = _newest() or (last[0].cursor if last else "")
        parts = tuple(_part(making, name, rows) for name, rows in _tables(since).items())
    manifest = Manifest(
        number=number,
        previous_sha256=last[1] if last else "",
        is_whole=not since,
        cursor=cursor,
        made_at=now.isoformat(),
        parts=parts,
    )
    data = manifest.as_bytes()
    (making / bundle.SIGNATURE).write_bytes(bundle.sign(data, private_key))
    (making / bundle.MANIFEST).write_bytes(data)
    making.rename(folder / f"{number:06d}")
    return manifest


def _tables(since: str) -> dict[str, Iterable[dict[str, Any]]]:
    """Rows by table in the order in which they can be read in; registers whole, records from `since` on."""
    records = PublicRecord.objects.all()
    entries = PublicEntry.objects.all()
    if since:
        records, entries = records.filter(pk__gte=since), entries.filter(record_id__gte=since)
    settings = RuleSetting.objects.filter(key__in=bundle.SETTINGS).order_by("pk")
    matters = Matter.objects.exclude(state=Matter.State.DRAFT).order_by("pk")
    return {
        # Above before below: whoever reads it in finds the code it names.
        "regions": _values("regions", Region.objects.order_by("code")),
        "agencies": _values("agencies", Agency.objects.order_by("pk")),
        "settings": _values("settings", settings),
        "matters": _values("matters", matters),
        "records": _flow("records", records),
        "entries": _flow("entries", entries),
    }


def _values(name: str, rows: "QuerySet[Any]") -> Iterator[dict[str, Any]]:
    return iter(rows.values(*bundle.COLUMNS[name]))


def _flow(name: str, rows: "QuerySet[Any]") -> Iterator[dict[str, Any]]:
    """By key, a chunk a query: a million rows in the memory of a thousand."""
    after: UUID | None = None
    while True:
        found = rows.order_by("pk") if after is None else rows.filter(pk__gt=after).order_by("pk")
        chunk = list(found.values(*bundle.COLUMNS[name])[:CHUNK])
        yield from chunk
        if len(chunk) < CHUNK:
            return
        after = chunk[-1]["id"]


def _part(folder: Path, name: str, rows: Iterable[dict[str, Any]]) -> Part:
    digest, count = hashlib.sha256(), 0
    with (folder / f"{name}.jsonl").open("wb") as file:
        for row in rows:
            line = json.dumps(row, ensure_ascii=False, default=_plain).encode() + b"\n"
            digest.update(line)
            file.write(line)
            count += 1
    return Part(name, count, digest.hexdigest())


def _plain(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return b64encode(bytes(value)).decode()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _last(folder: Path) -> tuple[Manifest, str] | None:
    """The newest bundle in the folder with its manifest's digest."""
    made = sorted(p for p in folder.iterdir() if p.is_dir() and p.name.isdigit())
    if not made:
        return None
    try:
        data = (made[-1] / bundle.MANIFEST).read_bytes()
    except OSError as missing:
        raise BundleError(f"{made[-1]} 不是完整的数据包，请移走后再导出。") from missing
    return bundle.read_manifest(data), hashlib.sha256(data).hexdigest()


def _newest() -> str:
    newest = PublicRecord.objects.order_by("-pk").values_list("pk", flat=True).first()
    return str(newest) if newest else ""


def _before(cursor: str) -> str:
    """The first possible key an hour before this one (UUIDv7: its first 48 bits are milliseconds)."""
    if not cursor:
        return ""
    milliseconds = max(0, (UUID(cursor).int >> 80) - MARGIN_MS)
    return str(UUID(int=milliseconds << 80))
