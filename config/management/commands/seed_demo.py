"""seed_demo [--entities N] [--if-empty]: the fictional 示范县自然资源和规划局, deterministic for a day."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from bureau.models import Agency
from bureau.services import sealing
from config.seed import clock, office, year
from config.seed.days import Days

ENTITIES = 640


class Command(BaseCommand):
    help = "建立虚构的演示单位（人员、名录、清单、本年计划与各环节的事项）。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--entities", type=int, default=ENTITIES, metavar="N", help="检查对象数，最多 1000000"
        )
        parser.add_argument("--if-empty", action="store_true", help="库中已有单位时不做任何事")
        parser.add_argument(
            "--today", type=date.fromisoformat, default=None, help="以哪一天为今天（测试用）"
        )
        parser.add_argument(
            "--registers-only", action="store_true", help="只建名录与清单，不建本年的工作"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["entities"] <= 1_000_000:
            raise CommandError("--entities 应在 1 到 1000000 之间。")
        if Agency.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError(
                "库中已有单位，演示数据只能建在空库里。要重来，请先 make clean 再 make demo。"
            )
        today = options["today"] or timezone.localdate()
        self.stdout.write(f"正在建立演示单位：{options['entities']} 个检查对象……")
        is_whole = not options["registers_only"] and options["entities"] in year.SIZES
        with transaction.atomic():  # a seed that fails leaves nothing behind
            days = Days(today)
            with clock.at(clock.moment(days.first, 8)):
                office.seed(today=today, count=options["entities"], year=days.year)
            if is_whole:
                self.stdout.write("正在办理本年的计划、抽取、检查和公示……")
                year.seed(today=today)
        while sealing.seal() is not None:
            pass
        self.stdout.write(
            "演示单位已建好。" if is_whole else "名录与清单已建好，没有建本年的工作。"
        )
