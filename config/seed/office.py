"""The office and its registers: regions, agencies, people, matters, entities, inspectors, experts."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from bureau import audit
from bureau.models import Agency, Membership, Region, User
from registry.demo import entities as content
from registry.demo import matters, office, people
from registry.models import (
    Checklist,
    ChecklistItem,
    Entity,
    Expert,
    Inspector,
    Listing,
    Matter,
    MatterRevision,
    Recusal,
    SpecialPool,
)
from registry.rules.names import bigrams, search_key

PASSWORD = "Shifan-2026-demo"
ADMIN = "admin"
BATCH = 5000


def seed(*, today: date, count: int, year: int | None = None) -> Agency:
    """Everything that stands before the work of `year` (today's) begins; returns the county bureau."""
    year = year or today.year
    with transaction.atomic():
        regions = _regions()
        agencies = _agencies(regions)
        users = _people(agencies)
        authority = agencies[office.AUTHORITY]
        author = users["luoyining"]
        _matters(agencies, author, year)
        _inspectors(agencies, users, today)
        pools = _pools(agencies)
        _entities(agencies, regions, pools, year, count)
        _recusals(authority, author)
        audit.record(
            "office.opened",
            "演示单位建立：名录库、清单与人员均为虚构",
            target=authority,
            actor=None,
            authority=authority,
        )
        return authority


def _regions() -> dict[str, Region]:
    made: dict[str, Region] = {}
    for row in office.REGIONS:
        made[row.code] = Region.objects.create(
            code=row.code, name=row.name, parent=made.get(row.parent)
        )
    return made


def _agencies(regions: dict[str, Region]) -> dict[str, Agency]:
    made: dict[str, Agency] = {}
    for row in office.AGENCIES:
        agency = Agency(
            code=row.code, name=row.name, short_name=row.short_name, kind=row.kind, document_mark=row.document_mark,
            parent=made.get(row.parent), authority=made.get(row.parent), superior=made.get(row.superior),
            region=regions[row.region], phone=row.phone, address=row.address, is_lead=row.is_lead,
        )  # fmt: skip
        agency.save()
        if agency.kind in (Agency.Kind.AUTHORITY, Agency.Kind.PARTNER):
            agency.authority = agency
            agency.save(update_fields=["authority"])
        made[row.code] = agency
    return made


def _people(agencies: dict[str, Agency]) -> dict[str, User]:
    password = make_password(PASSWORD)
    made: dict[str, User] = {}
    for person in office.PEOPLE:
        user = User.objects.create(
            username=person.username,
            full_name=person.full_name,
            phone=person.phone,
            password=password,
        )
        Membership.objects.bulk_create(
            [Membership(user=user, agency=agencies[code], role=role) for code, role in person.seats]
        )
        made[person.username] = user
    made[ADMIN] = User.objects.create(
        username=ADMIN, full_name="平台运维", password=password, is_staff=True, is_superuser=True
    )
    Membership.objects.create(
        user=made[ADMIN], agency=agencies[office.AUTHORITY], role="system_admin"
    )
    return made


def _matters(agencies: dict[str, Agency], author: User, year: int) -> None:
    in_force_from = date(year, 1, 4)
    for row in matters.MATTERS:
        matter = Matter.objects.create(
            authority=agencies[office.AUTHORITY], code=row.code, name=row.name, field=row.area, category=row.category,
            object_kinds=list(row.object_kinds), object_text=row.object_text, content=row.content, methods=list(row.methods),
            body=row.body, level=row.level, legal_basis=row.legal_basis, ratio_text=row.ratio_text,
            frequency_text=row.frequency_text, required_quals=sorted(row.required_quals), preferred_quals=sorted(row.preferred_quals),
            expert_fields=sorted(row.expert_fields), materials=row.materials, guide=row.guide, preset_disposals=dict(row.preset_disposals),
            is_enterprise_related=row.is_enterprise_related, responsible_unit=agencies[row.responsible_unit],
            superior_code=row.superior_code, state=Matter.State.IN_FORCE, in_force_from=in_force_from,
            claimed_by=author if row.superior_code else None,
            claimed_at=_moment(in_force_from) if row.superior_code else None, published_at=_moment(in_force_from),
        )  # fmt: skip
        MatterRevision.objects.create(
            matter=matter, version=1, reason="年初发布", by=author,
            content={
                "code": matter.code, "name": matter.name, "category": matter.category, "object_text": matter.object_text,
                "content": matter.content, "methods": matter.methods, "body": matter.body, "legal_basis": matter.legal_basis,
                "ratio_text": matter.ratio_text, "frequency_text": matter.frequency_text,
                "required_quals": matter.required_quals, "expert_fields": matter.expert_fields,
            },
        )  # fmt: skip
        checklist = Checklist.objects.create(
            matter=matter, version=1, name=f"{matter.name.removesuffix('检查')}检查表"
        )
        ChecklistItem.objects.bulk_create(
            [
                ChecklistItem(
                    checklist=checklist, number=number, text=item.text, point=item.point, basis=item.basis, method=item.method,
                    needs_photo=item.needs_photo, unit=item.unit, minimum=item.minimum, maximum=item.maximum, phrases=list(item.phrases),
                )
                for number, item in enumerate(row.checklist, 1)
            ]
        )  # fmt: skip


def _inspectors(agencies: dict[str, Agency], users: dict[str, User], today: date) -> None:
    authority = agencies[office.AUTHORITY]
    Inspector.objects.bulk_create(
        [
            Inspector(
                authority=authority, unit=agencies[row.unit], user=users[row.username], pid=row.pid, name=row.name, post=row.post,
                certificate_no=row.certificate_no, certificate_issuer=row.certificate_issuer,
                certificate_expires_on=row.certificate_expires_on, quals=list(row.quals), duties=list(row.duties),
                may_lead=row.may_lead, capacity=row.capacity,
            )
            for row in people.inspectors(today)
        ]
    )  # fmt: skip
    Expert.objects.bulk_create(
        [
            Expert(
                authority=authority,
                pid=row.pid,
                name=row.name,
                organisation=row.organisation,
                title=row.title,
                fields=sorted(row.fields),
                phone=row.phone,
            )
            for row in people.EXPERTS
        ]
    )


def _pools(agencies: dict[str, Agency]) -> dict[str, SpecialPool]:
    return {
        row.code: SpecialPool.objects.create(
            authority=agencies[office.AUTHORITY], code=row.code, name=row.name, object_kind=row.object_kind,
            criterion=row.criterion, requirement=row.requirement, unit=agencies[row.unit],
        )
        for row in content.SPECIAL_POOLS
    }  # fmt: skip


def _entities(
    agencies: dict[str, Agency],
    regions: dict[str, Region],
    pools: dict[str, SpecialPool],
    year: int,
    count: int,
) -> None:
    """In batches of bulk inserts, so that a million rows need no more memory than five thousand."""
    authority = agencies[office.AUTHORITY]
    from_on = date(year - 1, 12, 1)
    for batch in _batches(content.entities(count), BATCH):
        made = Entity.objects.bulk_create(
            [
                Entity(
                    id_kind=row.id_kind, code=row.code, public_code=_public_code(row), kind=row.kind, name=row.name,
                    search_name=search_key(row.name)[:200], bigrams=bigrams(row.name), standing=row.standing,
                    region=regions[row.region], address=row.address, industry=row.industry, industry_name=row.industry_name,
                    scale=row.scale, legal_representative=row.legal_representative, contact_name=row.contact_name,
                    contact_phone=row.contact_phone, business_scope=row.business_scope, established_on=row.established_on,
                    licence_name=row.licence_name, licence_number=row.licence_number, licence_expires_on=row.licence_expires_on,
                )
                for row in batch
            ]
        )  # fmt: skip
        listings = Listing.objects.bulk_create(
            [
                Listing(
                    entity=entity, authority=authority, unit=agencies[row.unit], credit_class=row.credit_class,
                    class_source="企业信用风险分类结果（演示）" if row.credit_class != "-" else "", classed_on=from_on if row.credit_class != "-" else None,
                    tags=list(row.tags), risk_flags=list(row.risk_flags), from_on=from_on,
                )
                for entity, row in zip(made, batch, strict=True)
            ]
        )  # fmt: skip
        through = SpecialPool.listings.through
        through.objects.bulk_create(
            [
                through(specialpool_id=pools[code].pk, listing_id=listing.pk)
                for listing, row in zip(listings, batch, strict=True)
                for code in row.special_pools
            ]
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registry_entity; ANALYZE registry_listing")


def _public_code(row: content.DemoEntity) -> str:
    """The code where it is ASCII; else one issued from its digest (stable, so that seeding is deterministic)."""
    if row.code.isascii() and row.id_kind != "person":
        return row.code
    return "P" + hashlib.sha256(f"{row.id_kind}|{row.code}".encode()).hexdigest()[:15].upper()


def _recusals(authority: Agency, author: User) -> None:
    by_kind: dict[str, list[Entity]] = {}
    for row in people.RECUSALS:
        entities = by_kind.setdefault(
            row.kind, list(Entity.objects.filter(kind=row.kind).order_by("id")[:50])
        )
        if row.index < len(entities):
            Recusal.objects.create(
                authority=authority, inspector=Inspector.objects.get(pid=row.pid), entity=entities[row.index],
                reason=row.reason, note=row.note, declared_by=author,
            )  # fmt: skip


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(9, 0)))


def _batches(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


__all__ = ["ADMIN", "PASSWORD", "seed"]
