"""Small builders for the register tests: listings with a valid code, matters with a checklist, officers, and signing in."""

from datetime import date
from typing import Any

from django.test import Client

from bureau.models import Agency, User
from registry.models import Checklist, ChecklistItem, Inspector, Listing, Matter
from registry.services import entities
from tests.registry.rosters import uscc

TODAY = date(2026, 3, 2)
FACTS: dict[str, Any] = {
    "kind": "enterprise", "name": "", "standing": "active", "address": "北山镇1号", "industry": "B1011", "industry_name": "采石", "scale": "small",
    "legal_representative": "甲某", "contact_name": "", "contact_phone": "", "business_scope": "", "established_on": None,
    "licence_name": "", "licence_number": "", "licence_expires_on": None,
}  # fmt: skip


def facts(**changes: Any) -> dict[str, Any]:
    return FACTS | changes


def about(unit: Agency, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "unit": unit,
        "credit_class": "B",
        "class_source": "",
        "classed_on": None,
        "tags": [],
        "risk_flags": [],
    }
    return values | changes


def listed(actor: User, authority: Agency, number: int, **changes: Any) -> Listing:
    """An entity in the pool, by the service."""
    name = changes.pop("name", f"示范县第{number}建材有限公司")
    return entities.create(
        actor=actor,
        authority=authority,
        id_kind=changes.pop("id_kind", "uscc"),
        code=changes.pop("code", uscc(number)),
        facts=facts(name=name),
        listing=about(authority, **changes),
        today=TODAY,
    )


def edited(listing: Listing, **changes: Any) -> dict[str, str]:
    """What the edit form posts."""
    entity = listing.entity
    return {
        "name": entity.name, "kind": entity.kind, "standing": entity.standing, "unit": str(listing.unit_id), "credit_class": listing.credit_class,
        "address": entity.address, "industry": entity.industry, "industry_name": entity.industry_name, "scale": entity.scale,
        "legal_representative": entity.legal_representative, "tags": "、".join(listing.tags), "version": str(entity.version),
    } | changes  # fmt: skip


def matter(authority: Agency, code: str = "KC-01", *, items: int = 2, **fields: Any) -> Matter:
    values: dict[str, Any] = {
        "name": f"事项{code}", "category": "general", "object_kinds": ["mine"], "object_text": "采矿权人", "content": "开采情况", "methods": ["on_site"],
        "body": "县局", "legal_basis": "《中华人民共和国矿产资源法》第三十三条", "state": "draft", "responsible_unit": authority,
    }  # fmt: skip
    made = Matter.objects.create(authority=authority, code=code, **values | fields)
    if items:
        checklist = Checklist.objects.create(matter=made, version=1, name="检查表")
        ChecklistItem.objects.bulk_create(
            [
                ChecklistItem(checklist=checklist, number=n, text=f"第{n}条")
                for n in range(1, items + 1)
            ]
        )
    return made


def officer(unit: Agency, number: int, **fields: Any) -> Inspector:
    values: dict[str, Any] = {
        "pid": f"SFX-{number:03d}",
        "name": f"检查员{number}",
        "certificate_no": f"9901{number:05d}",
        "certificate_expires_on": date(2028, 12, 31),
    }
    return Inspector.objects.create(authority_id=unit.authority_id, unit=unit, **values | fields)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
