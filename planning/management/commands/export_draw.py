"""`manage.py export_draw NUMBER DIR`: a draw's public files as lottery/verify.py reads them (ARCHITECTURE §7)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

import lottery
from planning.models import Draw
from planning.selectors import draws


class Command(BaseCommand):
    help = "导出一次抽取现在可以公开的全部文件，供 verify.py 核验；未到公开时间的名单和结果不导出。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="抽取编号，例如 SFX-2026-0007-E1")
        parser.add_argument("folder", type=Path, help="目标文件夹，须为空或不存在")

    def handle(self, *args: Any, number: str, folder: Path, **options: Any) -> None:
        draw = Draw.objects.filter(number=number).first()
        if draw is None:
            raise CommandError(f"没有编号为“{number}”的抽取，请核对编号。")
        files = draws.files(draw, "public")
        try:
            lottery.write_folder(folder, files)
        except (lottery.ProtocolError, OSError) as refused:
            raise CommandError(str(refused)) from refused
        if options["verbosity"]:
            _, line = draws.verdict(draw)
            self.stdout.write(f"{len(files)} 个文件已写入 {folder}：{line}")
