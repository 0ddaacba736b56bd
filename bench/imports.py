#!/usr/bin/env python3
"""Import of 10,000 rows end to end, beside django-import-export row by row on a sample, in the same run.

Runs in an empty migrated database (`make bench ARGS=imports` gives it one, with durable settings). The baseline is
spared much: it reads three columns, checks nothing, and keeps no rows, revisions or trail.

usage: bench/imports.py [ROWS [SAMPLE]]
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
TODAY = date(2026, 3, 2)


def main(rows: int, sample: int) -> None:
    import django

    django.setup()
    from django.conf import settings

    from bureau.models import Agency
    from registry.demo.workbook import roster_workbook

    if Agency.objects.exists():
        sys.exit("这个数据库里已有数据。请用 make bench ARGS=imports，它会另建一个空库。")
    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = Path(folder) / "media"
        authority = bureau()
        book = roster_workbook(Path(folder) / "roster.xlsx", rows, errors=True).path
        small = roster_workbook(Path(folder) / "sample.xlsx", sample, errors=False, skip=rows).path
        print(f"{'what':<44} {'rows':>8} {'seconds':>9} {'rows/s':>9}")
        batch = tell("read, check, stage, compare (all new)", rows, lambda: stage(book, authority))
        tell("write entities, listings, revisions", batch.new, lambda: commit(batch))
        again = tell("the same file again (all unchanged)", rows, lambda: stage(book, authority))
        assert (again.new, again.changed, again.unchanged) == (0, 0, batch.new), again
        tell(
            "baseline: django-import-export, sample",
            sample,
            lambda: import_export(small, authority),
        )


def tell(what: str, rows: int, work: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - began
    print(f"{what:<44} {rows:>8,} {seconds:>9.2f} {rows / seconds:>9,.0f}", flush=True)
    return result


def stage(path: Path, authority: Any) -> Any:
    from registry.services import imports

    with path.open("rb") as upload:
        batch = imports.store(
            kind="entities", upload=upload, name=path.name, authority=authority, by=None
        )
    return imports.stage(batch, today=TODAY)


def commit(batch: Any) -> Any:
    from registry.services import imports

    return imports.commit(batch=batch, skip_errors=True, actor=None, today=TODAY)


def import_export(path: Path, authority: Any) -> None:
    """As its documentation shows: a ModelResource with its checks, one row after the other, openpyxl as reader."""
    import tablib
    from import_export import fields, resources
    from openpyxl import load_workbook

    from bureau.models import Agency
    from registry.models import Entity, Listing
    from registry.rules.names import bigrams, search_key

    units = {agency.name: agency for agency in Agency.objects.all()}

    class EntityResource(resources.ModelResource):
        code = fields.Field("code", "统一代码")
        name = fields.Field("name", "主体名称")
        address = fields.Field("address", "经营地址")

        class Meta:
            model = Entity
            fields = ("code", "name", "address")
            import_id_fields = ("code",)

        def before_save_instance(self, instance: Entity, row: Any, **kwargs: Any) -> None:
            instance.id_kind, instance.kind, instance.public_code = (
                "uscc",
                "enterprise",
                instance.code,
            )
            instance.search_name, instance.bigrams = (
                search_key(instance.name),
                bigrams(instance.name),
            )

        def after_import(self, *args: Any, **kwargs: Any) -> None:
            """Its reset of sequences needs the owner's rights, which no application has here."""

        def after_save_instance(self, instance: Entity, row: Any, **kwargs: Any) -> None:
            Listing.objects.update_or_create(
                entity=instance,
                authority=authority,
                defaults={"unit": units[row["管辖所"]], "from_on": TODAY},
            )

    sheet = load_workbook(path, read_only=True).active
    found = [list(cells) for cells in sheet.iter_rows(min_row=4, values_only=True)]
    table = tablib.Dataset(headers=found[0])
    for cells in found[1:]:
        if cells[1] and cells[2]:
            cells[2] = half_width(str(cells[2]))
            table.append(cells)
    result = EntityResource().import_data(table, dry_run=False, raise_errors=True)
    assert result.totals["new"] == len(table), "the baseline did not write every row"


def half_width(code: str) -> str:
    from registry.rules.uscc import normalise

    return normalise(code).text


def bureau() -> Any:
    from bureau.models import Agency, Region
    from registry.demo.office import AGENCIES, AUTHORITY

    region = Region.objects.create(code="990101", name="示范县")
    authority = Agency.objects.create(
        code=AUTHORITY,
        name="示范县自然资源和规划局",
        short_name="县局",
        kind="authority",
        region=region,
    )
    authority.authority = authority
    authority.save(update_fields=["authority"])
    for unit in AGENCIES:
        if unit.parent == AUTHORITY:
            Agency.objects.create(
                code=unit.code,
                name=unit.name,
                short_name=unit.short_name,
                kind=unit.kind,
                parent=authority,
                authority=authority,
            )
    return authority


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:3]]
    main(*(numbers or [10_000]), *([] if len(numbers) > 1 else [500]))
