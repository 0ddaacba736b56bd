"""verify_audit [--checkpoint FILE]: exit 0, or names the first wrong event and exits 1."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bureau.services import sealing


class Command(BaseCommand):
    help = "核对留痕链：逐条重算封条与封存点。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--checkpoint", metavar="FILE", help="外部保存的封存点（JSON，一个或一列）"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        known = None
        if options["checkpoint"]:
            try:
                with open(options["checkpoint"], encoding="utf-8") as file:
                    content = json.load(file)
                known = content if isinstance(content, list) else [content]
                known = [
                    {"number": int(c["number"]), "sha256": c["sha256"]}
                    | ({"sm3": c["sm3"]} if "sm3" in c else {})
                    for c in known
                ]
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise CommandError(
                    f"封存点文件无法读取：{options['checkpoint']}（{error}）"
                ) from error
        verdict = sealing.verify(known)
        self.stdout.write(verdict.message)
        if not verdict.is_intact:
            sys.exit(1)
