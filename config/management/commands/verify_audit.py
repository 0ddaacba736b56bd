"""verify_audit [--checkpoint FILE]: exit 0, or names the first wrong event and exits 1.

FILE is what somebody kept elsewhere: checkpoints (JSON), a chain.tsv, a superior's receipt, the foot of a printed record.
"""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bureau.services import sealing
from planning.selectors import kept_chain


class Command(BaseCommand):
    help = "核对留痕链和抽取公告链：逐条重算封条与封存点，并与在别处保存的文件对照。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--checkpoint",
            metavar="FILE",
            action="append",
            default=[],
            help="在别处保存的文件：封存点（JSON）、chain.tsv、上级收到的公告指纹或打印件上的链头（文字）；可以给几个",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        known: list[dict[str, Any]] = []
        texts: list[tuple[str, str]] = []
        for name in options["checkpoint"]:
            text = _read(name)
            if text.lstrip()[:1] in {"[", "{"}:
                known += _checkpoints(name, text)
            else:
                texts.append((name, text))
        verdict = sealing.verify(known)
        self.stdout.write(verdict.message)
        wrong = [f"公告链有断点：{fault}" for fault in kept_chain.faults()]
        for name, text in texts:
            found = kept_chain.problems(text)
            wrong += [f"{name}：{problem}" for problem in found]
            if not found:
                self.stdout.write(f"{name}：与本库一致。")
        for line in wrong:
            self.stdout.write(line)
        if wrong or not verdict.is_intact:
            sys.exit(1)


def _read(name: str) -> str:
    try:
        return Path(name).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"文件无法读取：{name}（{error}）") from error


def _checkpoints(name: str, text: str) -> list[dict[str, Any]]:
    try:
        content = json.loads(text)
        rows = content if isinstance(content, list) else [content]
        return [
            {"number": int(c["number"]), "sha256": c["sha256"]}
            | ({"sm3": c["sm3"]} if "sm3" in c else {})
            for c in rows
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(f"封存点文件无法读取：{name}（{error}）") from error
