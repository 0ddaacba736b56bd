"""demo_accounts: who may sign in to the demo, with what."""

from typing import Any

from django.core.management.base import BaseCommand

from bureau.models import User
from config.seed import office


class Command(BaseCommand):
    help = "列出演示账号。"

    def handle(self, *args: Any, **options: Any) -> None:
        rows = [
            (
                user.username,
                user.full_name,
                "、".join(
                    dict.fromkeys(
                        f"{s.get_role_display()}（{s.agency.short_name}）" for s in user.seats
                    )
                ),
            )
            for user in User.objects.filter(is_active=True).order_by("id")[:40]
        ]
        if not any(user == office.ADMIN for user, _, _ in rows):
            return
        self.stdout.write(f"演示账号（密码都是 {office.PASSWORD}）：")
        for username, name, roles in rows:
            self.stdout.write(f"  {username:<14}{name}　{roles}")
