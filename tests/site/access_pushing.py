"""Cells of 推送 (A88, A108)."""

from datetime import date
from typing import Any

from django.utils import timezone

from bureau.models import OutboxMessage
from publication.models import PushPackage, PushTarget
from publication.services import push_packages, push_targets
from tests.site.access import Cell, cell
from tests.site.access_publication import _published

Made = tuple[dict[str, Any], dict[str, Any]]
EXCEL = {
    "name": "上级监管平台",
    "kind": "excel",
    "url": "",
    "credential": "",
    "receives": ["result"],
    "mapping": "",
    "is_active": "on",
}


def _target(cast: dict[str, Any], **given: Any) -> PushTarget:
    fields = EXCEL | {"mapping": [], "is_active": True} | given
    return push_targets.save(authority=cast["bureau"], actor=cast["everyone"], **fields)


def _package(cast: dict[str, Any]) -> PushPackage:
    target = _target(cast)
    _published(cast)
    today = timezone.localdate()
    return push_packages.make(
        target=target,
        period_from=date(2020, 1, 1),
        period_to=today,
        actor=cast["everyone"],
        today=today,
    )


def new_target(cast: dict[str, Any]) -> Made:
    return {}, EXCEL


def target(cast: dict[str, Any]) -> Made:
    return {"pk": _target(cast).pk}, EXCEL | {"name": "改了名"}


def past(cast: dict[str, Any]) -> Made:
    return {"pk": _target(cast).pk}, {"since": "2026-01-01"}


def failed(cast: dict[str, Any]) -> Made:
    target = _target(cast)
    _published(cast)
    push = target.pushes.get()
    push.message = OutboxMessage.objects.create(
        key="push:test", kind="push", label="推送", authority=cast["bureau"], state="failed"
    )
    push.save(update_fields=["message"])
    return {}, {"pk": [str(push.pk)]}


def unpacked(cast: dict[str, Any]) -> Made:
    target = _target(cast)
    _published(cast)
    today = timezone.localdate().isoformat()
    return {}, {"target": target.pk, "period_from": "2020-01-01", "period_to": today}


def package(cast: dict[str, Any]) -> Made:
    row = _package(cast)
    today = timezone.localdate().isoformat()
    return {"pk": row.pk}, {"receipt_number": "SJ-1", "handed_over_on": today}


CELLS: list[Cell] = [
    cell("publication:push-list", outsider=200),
    cell(
        "publication:push-resend", "publisher", "system_admin", method="post", ok=302, make=failed
    ),
    cell("publication:push-target-list", outsider=200),
    cell("publication:push-target-create", "system_admin", outsider=200),
    cell(
        "publication:push-target-create",
        "system_admin",
        method="post",
        ok=302,
        outsider=None,
        make=new_target,
    ),
    cell("publication:push-target-edit", "system_admin", make=target),
    cell("publication:push-target-edit", "system_admin", method="post", ok=302, make=target),
    cell("publication:push-target-past", "system_admin", method="post", ok=302, make=past),
    cell("publication:push-package-list", outsider=200),
    cell(
        "publication:push-package-list",
        "publisher",
        method="post",
        ok=302,
        refused=422,
        outsider=422,
        make=unpacked,
    ),
    cell("publication:push-package-detail", make=package),
    cell("publication:push-package-detail", "publisher", method="post", ok=302, make=package),
    cell("publication:push-package-discard", "publisher", method="post", ok=302, make=package),
]
