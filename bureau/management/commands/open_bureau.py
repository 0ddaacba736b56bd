"""open_bureau: the first authority and its first system administrator in an empty installation.

Everything else is then done at the desk by that person; the command refuses to run a second time for the same code.
"""

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bureau import audit
from bureau.models import Agency, Membership, Region, Role, User


class Command(BaseCommand):
    help = "建立单位和第一位系统管理员。密码从终端输入，或从标准输入读一行。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("code", help="单位代码（字母、数字和 . _ -）")
        parser.add_argument("name", help="单位全称")
        parser.add_argument("--short", required=True, help="简称")
        parser.add_argument("--mark", required=True, help="机关代字，用于文号，例如 示自然资")
        parser.add_argument(
            "--region", nargs=2, metavar=("代码", "名称"), required=True, help="行政区划代码和名称"
        )
        parser.add_argument("--superior", default="", help="上级主管部门的单位代码（已建立的）")
        parser.add_argument("--username", required=True, help="系统管理员账号")
        parser.add_argument("--full-name", required=True, help="系统管理员姓名")

    def handle(self, *args: Any, **options: Any) -> None:
        superior = (
            Agency.objects.filter(code=options["superior"]).first() if options["superior"] else None
        )
        if options["superior"] and superior is None:
            raise CommandError(f"没有代码为 {options['superior']} 的上级单位，请先建立上级。")
        if Agency.objects.filter(code=options["code"]).exists():
            raise CommandError(f"代码为 {options['code']} 的单位已经存在，人员请在“设置”中管理。")
        if User.objects.filter(username__iexact=options["username"]).exists():
            raise CommandError(f"账号 {options['username']} 已有人使用，请换一个。")
        password = self._password()
        with transaction.atomic():
            region, _ = Region.objects.get_or_create(
                code=options["region"][0], defaults={"name": options["region"][1]}
            )
            agency = Agency(
                code=options["code"], name=options["name"], short_name=options["short"], document_mark=options["mark"],
                kind=Agency.Kind.AUTHORITY, superior=superior, region=region,
            )  # fmt: skip
            try:
                agency.full_clean(exclude=["authority", "parent"])
            except ValidationError as error:
                raise CommandError("；".join(error.messages)) from error
            agency.save()
            agency.authority = agency
            agency.save(update_fields=["authority"])
            admin = User.objects.create_user(
                username=options["username"],
                full_name=options["full_name"],
                password=password,
                must_change_password=True,
            )
            Membership.objects.create(user=admin, agency=agency, role=Role.SYSTEM_ADMIN)
            audit.record(
                "office.opened",
                f"建立单位 {agency.name}，系统管理员 {admin.full_name}",
                target=agency,
                actor=None,
                authority=agency,
                about=[admin],
            )
        self.stdout.write(
            f"已建立 {agency.name}。请用账号 {admin.username} 登录 /desk/，首次登录须修改密码。"
        )

    @staticmethod
    def _password() -> str:
        password = (
            getpass.getpass("初始密码：")
            if sys.stdin.isatty()
            else sys.stdin.readline().rstrip("\n")
        )
        try:
            validate_password(password)
        except ValidationError as error:
            raise CommandError("初始密码不合要求：" + "；".join(error.messages)) from error
        return password
