"""`manage.py export_public DIR`: the public site's data as the next signed one-way bundle (ARCHITECTURE §3)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from publication.rules import bundle
from publication.services import bundle_export


class Command(BaseCommand):
    help = "把公示网站的数据写成签名的单向数据包；只含已公示的内容。第一次先用 --new-key 生成密钥。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="数据包所在文件夹，各包依次编号")
        parser.add_argument("--key", type=Path, help="签名私钥；不写时用 BUNDLE_KEY_FILE")
        parser.add_argument("--whole", action="store_true", help="全部，而不只是上一包以后的")
        parser.add_argument(
            "--new-key", action="store_true", help="先在 --key 处生成一对密钥，公钥另存为 .pub"
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        path = options["key"] or (settings.BUNDLE_KEY_FILE and Path(settings.BUNDLE_KEY_FILE))
        if not path:
            raise CommandError("请用 --key 或环境变量 BUNDLE_KEY_FILE 指明签名私钥。")
        try:
            if options["new_key"]:
                self._make(path)
            made = bundle_export.write(
                folder=folder,
                private_key=path.read_bytes(),
                now=timezone.now(),
                whole=options["whole"],
            )
        except (bundle.BundleError, OSError) as refused:
            raise CommandError(str(refused)) from refused
        rows = {part.name: part.rows for part in made.parts}
        self.stdout.write(
            f"第 {made.number} 包已写入 {folder / f'{made.number:06d}'}：公示记录 {rows['records']} 条。"
        )

    def _make(self, path: Path) -> None:
        if path.exists():
            raise CommandError(f"{path} 已经存在，不覆盖密钥。")
        private, public = bundle.new_key()
        path.touch(mode=0o600)
        path.write_bytes(private)
        path.with_name(f"{path.name}.pub").write_bytes(public)
        self.stdout.write(f"密钥已生成；把 {path}.pub 交给公示网站一侧，私钥留在本机。")
