"""push_receiver: a platform on this machine for trying out the push; Ctrl-C ends it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from publication.receiver import Receiver, serve


class Command(BaseCommand):
    help = "在本机启动一个试用的接收平台：核对签名，保存收到的内容，返回回执。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=8790)
        parser.add_argument("--credential", default="DEMO", help="密钥名称")
        parser.add_argument("--folder", type=Path, default=None, help="收到的内容存在哪里")

    def handle(self, *args: Any, **options: Any) -> None:
        secret = settings.PUSH_SECRETS.get(options["credential"])
        if not secret:
            raise CommandError(f"没有设置环境变量 PUSH_SECRET_{options['credential']}。")
        receiver = Receiver(secret, options["folder"])
        with serve(receiver, port=options["port"]) as server:
            self.stdout.write(
                f"接收平台已启动：http://127.0.0.1:{server.server_port}/ ，按 Ctrl-C 结束。"
            )
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write(f"收到 {len(receiver.received)} 条。")
