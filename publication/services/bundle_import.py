"""Takes a signed bundle in on the public host: everything is checked before anything is written (ARCHITECTURE §3)."""

import hashlib
import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from bureau.models import Agency, Region, RuleSetting
from publication.models import PublicBundle, PublicEntry, PublicRecord
from publication.rules import bundle
from publication.rules.bundle import BundleError, Manifest
from registry.models import Matter

CHUNK = 1000
LINKS = ("parent__code", "authority__code", "superior__code", "region__code")
_LOCK = 7_301_402


def read(*, folder: Path, public_key: bytes) -> Manifest:
    """All or nothing. Raises BundleError for a wrong signature, an altered file, a gap, or a bundle read already."""
    try:
        data = (folder / bundle.MANIFEST).read_bytes()
        bundle.check(data, (folder / bundle.SIGNATURE).read_bytes(), public_key)
    except OSError as missing:
        raise BundleError(f"{folder} 里没有完整的数据包。") from missing
    manifest, source = bundle.read_manifest(data), bundle.source_of(public_key)
    _check_files(folder, manifest)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        _check_order(manifest, source)
        _registers(folder)
        codes = dict(Agency.objects.values_list("code", "pk"))
        _records(folder, source, codes)
        _entries(folder, source, codes)
        PublicBundle.objects.create(
            source=source,
            number=manifest.number,
            sha256=hashlib.sha256(data).hexdigest(),
            records=next(part.rows for part in manifest.parts if part.name == "records"),
        )
    return manifest


def _check_files(folder: Path, manifest: Manifest) -> None:
    for part in manifest.parts:
        digest, rows = hashlib.sha256(), 0
        try:
            with (folder / f"{part.name}.jsonl").open("rb") as file:
                for line in file:
                    digest.update(line)
                    rows += 1
        except OSError as missing:
            raise BundleError(f"数据包缺少 {part.name}.jsonl。没有导入。") from missing
        if (digest.hexdigest(), rows) != (part.sha256, part.rows):
            raise BundleError(f"{part.name}.jsonl 与清单不符，可能被改动。没有导入。")


def _check_order(manifest: Manifest, source: str) -> None:
    last = PublicBundle.objects.filter(source=source).order_by("-number").first()
    if last is not None and manifest.number <= last.number:
        raise BundleError(f"第 {manifest.number} 包已经导入过，现在到第 {last.number} 包。")
    if manifest.is_whole:
        return
    if last is None or manifest.number != last.number + 1:
        have = last.number if last else 0
        raise BundleError(f"缺第 {have + 1} 包：请按顺序导入，或导入一个完整的数据包。")
    if manifest.previous_sha256 != last.sha256:
        raise BundleError(f"第 {manifest.number} 包不是接着第 {last.number} 包做的。没有导入。")


def _registers(folder: Path) -> None:
    """Regions, units, quoted settings and matters, by their codes; what was there before stays when it is gone there."""
    for row in _lines(folder, "regions"):
        Region.objects.update_or_create(code=row["code"], defaults={"name": row["name"]})
    regions = {region.code: region for region in Region.objects.all()}
    rows = list(_lines(folder, "agencies"))
    # Legal persons first, who are their own authority; divisions and stations refer to them.
    rows.sort(key=lambda row: row["authority__code"] not in {None, row["code"]})
    agencies: dict[str, Agency] = {agency.code: agency for agency in Agency.objects.all()}
    for row in rows:
        values = {key: value for key, value in row.items() if key not in {*LINKS, "code"}}
        values["region"] = regions.get(row["region__code"])
        authority = agencies.get(row["authority__code"])
        if authority is not None:
            values["authority"] = authority
        made, _ = Agency.objects.update_or_create(code=row["code"], defaults=values)
        agencies[made.code] = made
    for row in rows:
        Agency.objects.filter(code=row["code"]).update(
            parent=agencies.get(row["parent__code"]),
            authority=agencies.get(row["authority__code"]),
            superior=agencies.get(row["superior__code"]),
        )
    for row in _lines(folder, "settings"):
        RuleSetting.objects.update_or_create(
            authority=agencies[row["authority__code"]],
            year=row["year"],
            key=row["key"],
            defaults={name: row[name] for name in ("value", "mode", "citation")},
        )
    for row in _lines(folder, "matters"):
        values = {k: v for k, v in row.items() if not k.endswith("__code") and k != "code"}
        values["responsible_unit"] = agencies.get(row["responsible_unit__code"])
        Matter.objects.update_or_create(
            authority=agencies[row["authority__code"]], code=row["code"], defaults=values
        )


def _records(folder: Path, source: str, codes: Mapping[str, int]) -> None:
    for rows in _chunks(folder, "records"):
        made = [_record(row, source, codes) for row in rows]
        known = dict(
            PublicRecord.objects.filter(pk__in=[row.pk for row in made]).values_list("pk", "sha256")
        )
        for row in made:
            if known.get(_key(row.pk), row.sha256) != row.sha256:
                raise BundleError(
                    f"公示记录 {row.pk} 与本站已有的不一样：公示过的内容不能改。没有导入。"
                )
        PublicRecord.objects.bulk_create([row for row in made if _key(row.pk) not in known])


def _record(row: dict[str, Any], source: str, codes: Mapping[str, int]) -> PublicRecord:
    content = b64decode(row.pop("content"))
    if hashlib.sha256(content).hexdigest() != row["sha256"]:
        raise BundleError(f"公示记录 {row['id']} 的内容与指纹不符。没有导入。")
    return PublicRecord(**_local(row, source, codes), content=content)


def _entries(folder: Path, source: str, codes: Mapping[str, int]) -> None:
    changing = [c for c in bundle.COLUMNS["entries"] if c not in {"id", "authority__code"}]
    for rows in _chunks(folder, "entries"):
        PublicEntry.objects.bulk_create(
            [PublicEntry(**_local(row, source, codes)) for row in rows],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*changing, "authority_id"],
        )


def _local(row: dict[str, Any], source: str, codes: Mapping[str, int]) -> dict[str, Any]:
    """The row with this host's numbers; subjects of several desks do not meet."""
    row["authority_id"] = codes[row.pop("authority__code")]
    row["subject"] = f"{source}:{row['subject']}"
    return row


def _key(pk: Any) -> Any:
    return PublicRecord._meta.pk.to_python(pk)


def _chunks(folder: Path, name: str) -> Iterator[list[dict[str, Any]]]:
    lines = _lines(folder, name)
    while chunk := list(islice(lines, CHUNK)):
        yield chunk


def _lines(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """Rows with exactly the columns of this table: a column more would be written without having been thought of."""
    wanted = set(bundle.COLUMNS[name])
    with (folder / f"{name}.jsonl").open("rb") as file:
        for line in file:
            row = json.loads(line)
            if set(row) != wanted:
                raise BundleError(f"{name}.jsonl 的列与本程序不同，两边的版本不一致。没有导入。")
            yield row
