"""open_office: the first authority of a new installation and its first administrator. Everything else is done at the desk."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bureau import audit
from bureau.models import Agency, Membership, Region, Role, User


class Command(BaseCommand):
    help = "在空库中建立本单位和第一位系统管理员。以后的单位在管理后台、人员在工作台办理。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--code", required=True, help="单位代码，写进每一份抽取公告，以后不能改"
        )
        parser.add_argument("--name", required=True, help="单位全称，例如 某县自然资源和规划局")
        parser.add_argument("--short-name", required=True, help="简称，例如 县局")
        parser.add_argument("--mark", default="", help="机关代字，例如 某自然资")
        parser.add_argument("--region", required=True, help="行政区划代码，例如 330421")
        parser.add_argument("--region-name", required=True, help="行政区划名称，例如 某县")
        parser.add_argument("--username", required=True, help="第一位系统管理员的登录名")
        parser.add_argument("--full-name", required=True, help="姓名")
        parser.add_argument(
            "--superuser", action="store_true", help="同时可进管理后台（建科室、导入放假安排）"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if Agency.objects.exists():
            raise CommandError("库中已有单位：新的单位请在管理后台建立，人员请在工作台“设置”办理。")
        password = getpass("初始口令（首次登录须修改）：")
        try:
            validate_password(password)
        except ValidationError as refused:
            raise CommandError("；".join(refused.messages)) from refused
        try:
            with transaction.atomic():
                authority, user = _open(password, options)
        except ValidationError as refused:
            raise CommandError("；".join(refused.messages)) from refused
        self.stdout.write(f"已建立{authority.name}，系统管理员 {user.username}。请登录后修改口令。")


def _open(password: str, options: dict[str, Any]) -> tuple[Agency, User]:
    region, _ = Region.objects.get_or_create(
        code=options["region"], defaults={"name": options["region_name"]}
    )
    authority = Agency(
        code=options["code"], name=options["name"], short_name=options["short_name"],
        document_mark=options["mark"], kind=Agency.Kind.AUTHORITY, region=region,
    )  # fmt: skip
    authority.full_clean()
    authority.save()
    authority.authority = authority
    authority.save(update_fields=["authority"])
    user = User(
        username=options["username"], full_name=options["full_name"], must_change_password=True,
        is_staff=options["superuser"], is_superuser=options["superuser"],
    )  # fmt: skip
    user.set_password(password)
    user.full_clean()
    user.save()
    Membership.objects.create(user=user, agency=authority, role=Role.SYSTEM_ADMIN)
    audit.record(
        "office.opened",
        f"启用平台：{authority.name}，第一位系统管理员 {user.full_name}",
        target=authority,
        actor=None,
        authority=authority,
    )
    return authority, user
