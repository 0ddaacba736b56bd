"""`manage.py import_roster KIND FILE --agency CODE`: the page's pipeline for other programs.

The last line of stdout is JSON. Exit 0: clean, 2: rows with errors, 3: file refused. Without --commit nothing stays.
With row errors --commit writes nothing (exit 2) unless --skip-errors leaves those rows out.
"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from bureau.errors import RuleError
from bureau.models import Agency
from registry.models import ImportBatch, ImportRow
from registry.rules.columns import ImportKind
from registry.services import imports


class Command(BaseCommand):
    help = "导入名录：检查对象、执法检查人员、抽查事项、年度计划、检查台账。不加 --commit 只核对，不写入。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=[kind.value for kind in ImportKind])
        parser.add_argument("file", type=Path)
        parser.add_argument("--agency", required=True, help="单位代码")
        parser.add_argument("--commit", action="store_true", help="写入；有错误行时整批不写")
        parser.add_argument(
            "--skip-errors", action="store_true", help="与 --commit 同用：错误行不写，其余写入"
        )
        parser.add_argument("--json", action="store_true", help="只输出最后一行 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            authority = _authority(options["agency"])
            answer = run(
                kind=options["kind"],
                path=options["file"],
                authority=authority,
                commit=options["commit"],
                skip_errors=options["skip_errors"],
            )
        except RuleError as refusal:
            self.stdout.write(json.dumps({"refused": refusal.message}, ensure_ascii=False))
            sys.exit(3)
        written = answer.pop("committed")
        if not options["json"]:
            self._tell(answer, written)
        self.stdout.write(json.dumps(answer, ensure_ascii=False))
        if answer["errors"]:
            sys.exit(2)

    def _tell(self, answer: dict[str, Any], is_written: bool) -> None:
        for error in answer["errors"]:
            self.stdout.write(f"{error['sheet']}：{error['message']}")
        for notice in answer["notices"]:
            self.stdout.write(f"提示：{notice}")
        counts = "新增 {new}，变更 {changed}，无变化 {unchanged}".format(**answer)
        failed = len({(e["sheet"], e["row"]) for e in answer["errors"]})
        written = "已写入。" if is_written else "没有写入。"
        self.stdout.write(f"共 {answer['total']} 行：{counts}，有错误 {failed}。{written}")


def run(
    *, kind: str, path: Path, authority: Agency, commit: bool, skip_errors: bool
) -> dict[str, Any]:
    """The answer as in the contract, and whether it was `committed`. Raises RuleError when the file as a whole is refused."""
    imports.importer_of(kind)
    stored = ""
    try:
        with transaction.atomic():
            batch = _stage(kind, path, authority)
            stored = batch.file.path
            answer = answer_of(batch)
            is_clean = not batch.errors or skip_errors
            answer["committed"] = commit and is_clean and bool(batch.new + batch.changed)
            if answer["committed"]:
                imports.commit(
                    batch=batch, skip_errors=skip_errors, actor=None, today=timezone.localdate()
                )
                stored = ""
            else:
                transaction.set_rollback(True)
    finally:
        if stored:
            default_storage.delete(stored)
    return answer


def answer_of(batch: ImportBatch) -> dict[str, Any]:
    rows = ImportRow.objects.filter(batch=batch).order_by("id")
    notices = [
        f"{row.sheet}第 {row.row} 行{notice}"
        for row in rows.exclude(notices=[]).only("sheet", "row", "notices")
        for notice in row.notices
    ]
    return {
        "total": batch.total,
        "new": batch.new,
        "changed": batch.changed,
        "unchanged": batch.unchanged,
        "errors": [
            {
                "sheet": row.sheet,
                "row": row.row,
                "column": problem["column"],
                "value": problem["value"],
                "message": "；".join(
                    t for t in (imports.sentence(row.row, problem), problem["remedy"]) if t
                ),
            }
            for row in rows.filter(verdict=ImportRow.Verdict.ERROR)
            for problem in row.problems
        ],
        "notices": [*batch.notices, *notices],
    }


def _stage(kind: str, path: Path, authority: Agency) -> ImportBatch:
    try:
        with path.open("rb") as upload:
            batch = imports.store(
                kind=kind, upload=upload, name=path.name, authority=authority, by=None
            )
    except OSError as error:
        raise RuleError(f"文件“{path}”打不开：请核对路径和读取权限。") from error
    imports.stage(batch, today=timezone.localdate())
    if batch.state == ImportBatch.State.REFUSED:
        default_storage.delete(batch.file.path)
        raise RuleError(batch.refusal)
    return batch


def _authority(code: str) -> Agency:
    agency = Agency.objects.select_related("authority__region").filter(code=code).first()
    if agency is None or agency.authority is None:
        raise RuleError(f"没有代码为“{code}”的单位。请核对 --agency。")
    return agency.authority
