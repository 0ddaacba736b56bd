"""Cells of the office's own pages."""

import io
from typing import Any

from django.db import transaction
from PIL import Image

from bureau import audit
from bureau.models import Job, Membership, Notification
from bureau.services import files
from tests.site.access import cell

Made = tuple[dict[str, Any], dict[str, Any]]


def event(cast: dict[str, Any]) -> Made:
    with transaction.atomic():
        made = audit.record(
            "plan.submitted",
            "提交",
            target=cast["bureau"],
            actor=cast["organiser"],
            authority=cast["bureau"],
        )
    return {"pk": made.pk}, {}


def contact(cast: dict[str, Any]) -> Made:
    return {}, {"phone": "0999-1234567", "email": ""}


def job(cast: dict[str, Any]) -> Made:
    made = Job.objects.create(
        key="k", kind="none", label="测试作业", authority=cast["bureau"], state="done"
    )
    return {"pk": made.pk}, {}


def stored_file(cast: dict[str, Any]) -> Made:
    picture = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(picture, "PNG")
    picture.seek(0)
    made = files.store(
        upload=picture, name="照片.png", authority=cast["bureau"], by=None, accept=("image",)
    )
    return {"pk": made.pk}, {}


def notice(cast: dict[str, Any]) -> Made:
    made = Notification.objects.create(user=cast["organiser"], key="k", text="提醒")
    return {"pk": made.pk}, {}


def person(cast: dict[str, Any]) -> Made:
    return {"pk": cast["inspector"].pk}, {}


def new_seat(cast: dict[str, Any]) -> Made:
    return {"pk": cast["inspector"].pk}, {"agency": cast["station"].pk, "role": "inspector"}


def seat(cast: dict[str, Any]) -> Made:
    return {"pk": Membership.objects.get(user=cast["inspector"]).pk}, {}


def reset(cast: dict[str, Any]) -> Made:
    return {"pk": cast["inspector"].pk}, {"reset-password": "Xianlin-4821-bei"}


def stop(cast: dict[str, Any]) -> Made:
    return {"pk": cast["inspector"].pk}, {"active": "0"}


def new_person(cast: dict[str, Any]) -> Made:
    return {}, {
        "username": "new.person",
        "full_name": "新人",
        "phone": "",
        "password": "Xianlin-4821-bei",
    }


def setting(cast: dict[str, Any]) -> Made:
    return {"key": "yearly_limit"}, {"value": "3", "year": "", "citation": "测试文件〔2026〕1号"}


def setting_key(cast: dict[str, Any]) -> Made:
    return {"key": "yearly_limit"}, {}


ADMINS = ("system_admin", "division_admin")
CELLS = [
    cell("home", outsider=200),
    cell("bureau:login", anonymous=200, ok=302, outsider=302),
    cell("bureau:logout", method="post", ok=302, outsider=302),
    cell("bureau:profile", outsider=200),
    cell("bureau:profile", method="post", make=contact, ok=302, outsider=302),
    cell("bureau:password-change", outsider=200),
    cell("bureau:notifications", outsider=200),
    cell("bureau:notifications-read", method="post", ok=302, outsider=302),
    # somebody else's notice is not there for anybody but its owner: all go back to their own list
    cell("bureau:notification-open", method="post", make=notice, ok=302, outsider=302),
    cell("bureau:audit-trail", outsider=200),
    cell("bureau:audit-event", make=event),
    cell("bureau:audit-checkpoints", outsider=200),
    cell("bureau:job", make=job),
    cell("bureau:file", make=stored_file),
    cell("bureau:settings", outsider=200),
    cell("bureau:setting-edit", "system_admin", make=setting_key, outsider=200),
    cell("bureau:setting-edit", "system_admin", method="post", make=setting, ok=302, outsider=302),
    cell("bureau:members", *ADMINS, outsider=200),
    cell("bureau:member-create", "system_admin", outsider=200),
    cell(
        "bureau:member-create",
        "system_admin",
        method="post",
        make=new_person,
        ok=302,
        outsider=None,
    ),
    cell("bureau:member-detail", *ADMINS, make=person),
    cell("bureau:member-detail", "system_admin", method="post", make=new_seat, ok=302),
    cell("bureau:member-password", "system_admin", method="post", make=reset, ok=302),
    cell("bureau:member-active", "system_admin", method="post", make=stop, ok=302),
    cell("bureau:seat-end", *ADMINS, method="post", make=seat, ok=302),
]
