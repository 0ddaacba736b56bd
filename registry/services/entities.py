"""Keeping the entity register: each change with its revision and its event (A12–A17)."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import Agency, Role, User
from registry.models import Entity, EntityRevision, Listing
from registry.rules import identifiers
from registry.rules.names import bigrams, search_key
from registry.services import public_codes

KEEPERS = (Role.DIVISION_ADMIN, Role.ORGANISER)
ENTITY_FIELDS = (
    "kind", "name", "standing", "address", "industry", "industry_name", "scale", "legal_representative", "contact_name",
    "contact_phone", "business_scope", "established_on", "licence_name", "licence_number", "licence_expires_on",
)  # fmt: skip
LISTING_FIELDS = ("unit", "credit_class", "class_source", "classed_on", "tags", "risk_flags")


def create(
    *,
    actor: User,
    authority: Agency,
    id_kind: str,
    code: str,
    facts: dict[str, Any],
    listing: dict[str, Any],
    today: date,
) -> Listing:
    """Adds an entity to this authority's pool; one that another authority already knows is only listed.

    Raises RuleError for a code that is wrong or already listed here.
    """
    require(actor, authority.pk, *KEEPERS)
    problem = identifiers.check_id(identifiers.IdKind(id_kind), code)
    if problem is not None and problem.blocks:
        raise RuleError(problem.sentence)
    with transaction.atomic():
        entity = Entity.objects.filter(id_kind=id_kind, code=code).first()
        if entity is None:
            entity = Entity(
                id_kind=id_kind,
                code=code,
                public_code=public_code(authority, id_kind, code),
                region=authority.region,
            )
            _write(entity, facts)
            try:
                with transaction.atomic():
                    entity.save(force_insert=True)
            except IntegrityError as taken:
                raise Conflict(
                    f"代码 {code} 刚被他人登记，您填写的内容没有写入；请刷新后核对。"
                ) from taken
        try:
            with transaction.atomic():
                row = Listing.objects.create(
                    entity=entity, authority=authority, from_on=today, **listing
                )
        except IntegrityError as error:
            raise RuleError(
                f"代码 {code} 的检查对象“{entity.name}”已在本单位名录库中，请直接修改原记录。"
            ) from error
        audit.record(
            "entity.listed", f"入库：{entity.name}", target=entity, actor=actor, authority=authority
        )
        return row


def public_code(authority: Agency, id_kind: str, code: str) -> str:
    """The code where it may stand in public files; else one issued, never reused (DRAW §1)."""
    if id_kind != Entity.IdKind.PERSON and not identifiers.needs_public_code(code):
        return code
    return public_codes.issue(authority=authority)[0]


def change(
    *,
    actor: User,
    listing: Listing,
    version: int,
    facts: dict[str, Any],
    about_listing: dict[str, Any],
) -> Listing:
    """Changes facts and listing; `version` is the entity's version the person saw. Raises Conflict when it has moved on."""
    require(actor, listing.authority_id, *KEEPERS)
    with transaction.atomic():
        row = (
            Listing.objects.select_for_update(of=("self", "entity"))
            .select_related("entity", "unit")
            .get(pk=listing.pk)
        )
        entity = row.entity
        if entity.version != version:
            raise Conflict(
                f"“{entity.name}”已被他人修改为第 {entity.version} 版，请刷新后核对差异再改；您填写的内容没有写入。"
            )
        entity_changes = _changes(entity, facts)
        listing_changes = _changes(row, about_listing)
        if not entity_changes and not listing_changes:
            raise RuleError("没有改动任何内容。")
        _write(entity, facts)
        for name, value in about_listing.items():
            setattr(row, name, value)
        entity.version += 1
        entity.save(
            update_fields=[*facts, "search_name", "bigrams", "version", "updated_at"],
        )
        row.save(update_fields=list(about_listing))
        EntityRevision.objects.create(
            entity=entity,
            version=entity.version,
            source="页面修改",
            by=actor,
            changes={"entity": entity_changes, "listing": listing_changes},
        )
        audit.record(
            "entity.changed",
            f"修改：{entity.name}",
            target=entity,
            actor=actor,
            authority=row.authority,
            detail={"entity": entity_changes, "listing": listing_changes},
        )
        return row


def leave(*, actor: User, listing: Listing, reason: str, today: date) -> None:
    """Takes an entity out of the pool; its history stays."""
    require(actor, listing.authority_id, *KEEPERS)
    if not reason.strip():
        raise RuleError("请写明出库原因。")
    with transaction.atomic():
        row = (
            Listing.objects.select_for_update(of=("self",))
            .select_related("entity")
            .get(pk=listing.pk)
        )
        if row.state != Listing.State.IN_POOL:
            raise Conflict(f"“{row.entity.name}”已经出库。")
        row.state, row.to_on, row.left_reason = Listing.State.LEFT, max(today, row.from_on), reason
        row.save(update_fields=["state", "to_on", "left_reason"])
        audit.record(
            "entity.left",
            f"出库：{row.entity.name}（{reason}）",
            target=row.entity,
            actor=actor,
            authority=row.authority,
        )


def put_back(*, actor: User, listing: Listing) -> None:
    """Back into the pool."""
    require(actor, listing.authority_id, *KEEPERS)
    with transaction.atomic():
        row = (
            Listing.objects.select_for_update(of=("self",))
            .select_related("entity")
            .get(pk=listing.pk)
        )
        if row.state == Listing.State.IN_POOL:
            raise Conflict(f"“{row.entity.name}”已在库中。")
        row.state, row.to_on, row.left_reason = Listing.State.IN_POOL, None, ""
        row.save(update_fields=["state", "to_on", "left_reason"])
        audit.record(
            "entity.relisted",
            f"重新入库：{row.entity.name}",
            target=row.entity,
            actor=actor,
            authority=row.authority,
        )


def tag(*, actor: User, authority: Agency, pks: list[int], name: str, remove: bool = False) -> int:
    """Adds a tag to, or takes it from, the chosen entities: one event with its batch, a revision for each (A17).

    Returns how many changed. An edit begun before is then refused, so that it cannot undo the tag unseen.
    """
    require(actor, authority.pk, *KEEPERS)
    name = name.strip()
    if not 1 <= len(name) <= 40 or "," in name or "，" in name:
        raise RuleError("标签须为 1–40 个字，不能含逗号。")
    with transaction.atomic():
        rows = list(
            Listing.objects.select_for_update(of=("self", "entity"))
            .filter(authority=authority, pk__in=pks)
            .select_related("entity")
            .order_by("pk")  # everybody locks in the same order
        )
        changed: list[Listing] = []
        revisions: list[EntityRevision] = []
        for row in rows:
            if remove == (name in row.tags):
                before = row.tags
                row.tags = [t for t in before if t != name] if remove else sorted({*before, name})
                row.entity.version += 1
                changed.append(row)
                revisions.append(_retagged(row, before, actor))
        Listing.objects.bulk_update(changed, ["tags"], batch_size=1000)
        Entity.objects.bulk_update([row.entity for row in changed], ["version"], batch_size=1000)
        EntityRevision.objects.bulk_create(revisions, batch_size=1000)
        if changed:
            audit.record(
                "entity.tagged", f"{'取消' if remove else '加'}标签“{name}”：{len(changed)} 家", target=authority, actor=actor, authority=authority,
                about=[row.entity for row in changed],
                detail={"tag": name, "removed": remove, "batch": [row.entity.public_code for row in changed]},
            )  # fmt: skip
        return len(changed)


def _retagged(row: Listing, before: list[str], actor: User) -> EntityRevision:
    return EntityRevision(
        entity=row.entity,
        version=row.entity.version,
        source="批量改标签",
        by=actor,
        changes={"entity": {}, "listing": {"tags": [before, row.tags]}},
    )


def _write(entity: Entity, facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        setattr(entity, name, value)
    entity.search_name = search_key(entity.name)[:200]
    entity.bigrams = bigrams(entity.name)


def _changes(row: Entity | Listing, values: dict[str, Any]) -> dict[str, list[Any]]:
    return {
        name: [_shown(getattr(row, name)), _shown(value)]
        for name, value in values.items()
        if getattr(row, name) != value
    }


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | list) else str(value)
