"""Keeping the inspector and expert registers, and recusals (A19–A25, A57, A100)."""

import hashlib
import json
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Agency, Role, User
from bureau.services import numbers
from registry.models import Entity, Expert, Inspector, Recusal

KEEPERS = (Role.DIVISION_ADMIN,)
RECUSAL_KEEPERS = (*KEEPERS, Role.COORDINATOR, Role.ORGANISER, Role.HEAD)
FIELDS = (
    "name", "unit", "user", "post", "phone", "certificate_no", "certificate_name", "certificate_issuer", "certificate_expires_on",
    "certificate2_no", "certificate2_expires_on", "quals", "duties", "may_lead", "capacity", "away_from", "away_to", "away_reason",
)  # fmt: skip


def may_keep(actor: User, unit: Agency) -> bool:
    """谁管辖、谁维护: a division's administrator keeps that division's officers; the lead division's and the bureau's keep all (A24, A25)."""
    return any(
        seat.role in KEEPERS
        and seat.agency.authority_id == unit.authority_id
        and (
            seat.agency_id == unit.pk
            or seat.agency.is_lead
            or seat.agency_id == seat.agency.authority_id
        )
        for seat in actor.seats
    )


def fingerprint(inspector: Inspector) -> str:
    """What a person saw when the form was opened; another one means that somebody else has changed the row since."""
    seen = json.dumps([_shown(getattr(inspector, name)) for name in FIELDS], ensure_ascii=False)
    return hashlib.sha256(seen.encode()).hexdigest()


def save_inspector(
    *,
    actor: User,
    authority: Agency,
    inspector: Inspector | None,
    fields: dict[str, Any],
    year: int,
    seen: str = "",
) -> Inspector:
    """Adds an officer (with a new code that is never reused) or changes one (A19).

    `seen` is the `fingerprint` of what the person changed; Conflict when the row has moved on. Raises RuleError when the
    certificate is already registered, Forbidden for another division's officer (A25).
    """
    require(actor, authority.pk, *KEEPERS)
    with transaction.atomic():
        is_new = inspector is None
        row = (
            Inspector(authority=authority, pid=_pid(authority, "I", year))
            if inspector is None
            else Inspector.objects.select_for_update(of=("self",))
            .select_related("unit", "user")
            .get(pk=inspector.pk)
        )
        _require_unit(actor, fields["unit"] if inspector is None else row.unit)
        if inspector is not None and seen and fingerprint(row) != seen:
            raise Conflict(
                f"{row.name}的登记刚被他人修改，请刷新后核对再改；您填写的内容没有写入。"
            )
        before = {name: _shown(getattr(row, name)) for name in fields} if not is_new else {}
        for name, value in fields.items():
            setattr(row, name, value)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise RuleError(
                f"执法证号 {fields.get('certificate_no')} 或所选账号已登记在另一人名下，请核对。"
            ) from error
        changes = audit.differences(before, {name: _shown(getattr(row, name)) for name in fields})
        audit.record(
            "inspector.registered" if is_new else "inspector.changed",
            f"{'登记' if is_new else '修改'}执法检查人员：{row.name}",
            target=row,
            actor=actor,
            detail={"changes": changes},
        )
        return row


def set_inspector_state(*, actor: User, inspector: Inspector, state: str, reason: str) -> None:
    """Takes an officer out of the register or back in; frozen draws are not touched."""
    require(actor, inspector.authority_id, *KEEPERS)
    if not reason.strip():
        raise RuleError("请写明原因，例如调离、退休、返岗。")
    with transaction.atomic():
        row = (
            Inspector.objects.select_for_update(of=("self",))
            .select_related("unit")
            .get(pk=inspector.pk)
        )
        _require_unit(actor, row.unit)
        if row.state == state:
            raise Conflict(f"{row.name}已经是“{row.get_state_display()}”。")
        row.state = state
        row.save(update_fields=["state"])
        audit.record(
            "inspector.left" if state == "left" else "inspector.back",
            f"{row.name}{'出库' if state == 'left' else '重新入库'}：{reason.strip()}",
            target=row,
            actor=actor,
        )


def save_expert(
    *, actor: User, authority: Agency, expert: Expert | None, fields: dict[str, Any], year: int
) -> Expert:
    """Adds or changes an expert of the 专家库."""
    require(actor, authority.pk, *KEEPERS)
    with transaction.atomic():
        row = (
            Expert(authority=authority, pid=_pid(authority, "E", year))
            if expert is None
            else Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)
        )
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()
        audit.record(
            "expert.registered" if expert is None else "expert.changed",
            f"{'登记' if expert is None else '修改'}专家：{row.name}",
            target=row,
            actor=actor,
        )
        return row


def declare_recusal(
    *,
    actor: User,
    entity: Entity,
    reason: str,
    note: str,
    inspector: Inspector | None = None,
    expert: Expert | None = None,
    authority: Agency | None = None,
) -> Recusal:
    """回避 between a person and an entity: by the inspector themself or by those who keep the register (A57).

    `authority`: whose visit it is, where somebody of a linked authority goes along; left out, the person's own.
    """
    person = inspector or expert
    if person is None:
        raise RuleError("请选择需要回避的人员。")
    is_self = inspector is not None and inspector.user_id == actor.pk
    if not is_self:
        require(actor, (authority or person.authority).pk, *RECUSAL_KEEPERS)
    with transaction.atomic():
        try:
            with transaction.atomic():
                row = Recusal.objects.create(
                    authority=person.authority,
                    inspector=inspector,
                    expert=expert,
                    entity=entity,
                    reason=reason,
                    note=note,
                    declared_by=actor,
                )
        except IntegrityError as error:
            raise RuleError(f"已登记过{person}对“{entity.name}”的回避，无须重复登记。") from error
        audit.record(
            "recusal.declared",
            f"回避：{person} 不检查 {entity.name}（{row.get_reason_display()}）",
            target=row,
            actor=actor,
            authority=person.authority,
            about=[person, entity],
        )
        return row


def lift_recusal(*, actor: User, recusal: Recusal) -> None:
    """Ends a recusal; nobody lifts their own."""
    require(actor, recusal.authority_id, *KEEPERS)
    with transaction.atomic():
        row = (
            Recusal.objects.select_for_update(of=("self",))
            .select_related("inspector", "expert", "entity", "authority")
            .get(pk=recusal.pk)
        )
        if row.inspector and row.inspector.user_id == actor.pk:
            raise Forbidden("不能解除自己的回避，请由另一位管理员办理。")
        if row.state != Recusal.State.IN_FORCE:
            raise Conflict("这项回避已经解除。")
        row.state, row.lifted_at = Recusal.State.LIFTED, timezone.now()
        row.save(update_fields=["state", "lifted_at"])
        audit.record(
            "recusal.lifted",
            f"解除回避：{row}",
            target=row,
            actor=actor,
            about=[row.entity, row.inspector or row.expert],
        )


def _require_unit(actor: User, unit: Agency) -> None:
    if not may_keep(actor, unit):
        raise Forbidden(
            f"{unit.name}的执法检查人员由该科室（所）或牵头科室的内设机构管理员维护，您不能修改。"
        )


def _pid(authority: Agency, mark: str, year: int) -> str:
    return f"{mark}{authority.code}-{year}-{numbers.next_number(authority=authority, kind=f'pid-{mark}', year=year):04}"


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | list | bool) else str(value)
