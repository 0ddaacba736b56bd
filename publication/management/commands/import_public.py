"""`manage.py import_public DIR`: a public host takes bundles in, each only whole, signed and in its order (ARCHITECTURE §3)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from publication.models import PublicBundle
from publication.rules import bundle
from publication.services import bundle_import


class Command(BaseCommand):
    help = "在公示网站一侧导入签名的数据包；签名不符、缺包或内容被改动的，一条也不写入。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="一个数据包，或放着各包的文件夹")
        parser.add_argument("--key", type=Path, help="核验公钥；不写时用 BUNDLE_PUBLIC_KEY_FILE")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        named = settings.BUNDLE_PUBLIC_KEY_FILE
        path = options["key"] or (named and Path(named))
        if not path:
            raise CommandError("请用 --key 或环境变量 BUNDLE_PUBLIC_KEY_FILE 指明核验公钥。")
        try:
            key = path.read_bytes()
            for one in self._waiting(folder, key):
                made = bundle_import.read(folder=one, public_key=key)
                self.stdout.write(f"第 {made.number} 包已导入。")
        except (bundle.BundleError, OSError) as refused:
            raise CommandError(str(refused)) from refused
        except (DatabaseError, ValueError, KeyError, TypeError) as wrong:
            raise CommandError("数据包的内容写不进本站，没有导入；请核对两边的版本。") from wrong

    def _waiting(self, folder: Path, key: bytes) -> list[Path]:
        """The folder itself where it is a bundle, else those in it that come after the last one read."""
        if (folder / bundle.MANIFEST).exists():
            return [folder]
        source = bundle.source_of(key)
        last = PublicBundle.objects.filter(source=source).order_by("-number").first()
        found = sorted(p for p in folder.iterdir() if p.is_dir() and p.name.isdigit())
        return [p for p in found if last is None or int(p.name) > last.number]
