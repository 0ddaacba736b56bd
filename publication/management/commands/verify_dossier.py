"""Recomputes what was kept of archived dossiers: the whole file by SHA-256 and SM3, each part by its pages (A89)."""

import hashlib
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from pypdf.errors import PyPdfError

from inspections.models import Dossier
from publication.services import dossiers


class Command(BaseCommand):
    help = "Verifies one dossier FILE (as it was handed over) or, with --all, every archived file. Exit 0 or 1."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument(
            "--number", default="", help="its 档案编号, to name the parts that differ"
        )
        parser.add_argument("--all", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"]:
            self._every()
        elif options["file"]:
            self._one(options["file"], options["number"])
        else:
            self._fail("请给出文件，或用 --all。")

    def _every(self) -> None:
        count, wrong = 0, []
        for row in Dossier.objects.select_related("file").order_by("number").iterator(100):
            problem = dossiers.problem_of(row)
            count += not problem
            if problem:
                wrong.append(f"{row.number}：{problem}")
        self.stdout.write(f"VERIFIED {count}")
        if wrong:
            self._fail("\n".join(wrong))

    def _one(self, path: Path, number: str) -> None:
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        row = Dossier.objects.filter(file__sha256=digest).first()
        if row is not None:
            self.stdout.write(f"VERIFIED {row.number}")
            return
        known = Dossier.objects.filter(number=number).first() if number else None
        if known is None:
            self._fail(f"{path.name}：没有一卷档案是这个文件（SHA-256 {digest}）。")
            return
        try:
            changed = dossiers.changed_parts(known, content)
        except (PyPdfError, ValueError, KeyError):
            changed = []
        where = f"与归档时不同的是：{'、'.join(changed)}" if changed else "卷内文件以外的部分不同"
        self._fail(f"{path.name} 不是归档的 {known.number}，{where}。")

    def _fail(self, text: str) -> None:
        self.stderr.write(text)
        sys.exit(1)
