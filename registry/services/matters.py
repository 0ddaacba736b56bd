"""Keeping the matter list: versions, checklists, claim, end (A01–A09)."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import Agency, Role, User
from registry.models import Checklist, ChecklistItem, Matter, MatterRevision
from registry.services import matter_list

KEEPERS = (Role.DIVISION_ADMIN, Role.ORGANISER)
CONTENT = (
    "code", "name", "field", "category", "object_kinds", "object_text", "content", "methods", "body", "level", "legal_basis",
    "ratio_text", "frequency_text", "required_quals", "preferred_quals", "expert_fields", "materials", "guide", "is_enterprise_related",
)  # fmt: skip


def content_of(matter: Matter) -> dict[str, Any]:
    """What one version says, as kept in its revision."""
    return {name: getattr(matter, name) for name in CONTENT}


def create(*, actor: User, authority: Agency, fields: dict[str, Any], unit: Agency) -> Matter:
    """A new matter as a draft. Raises RuleError when the code is taken."""
    require(actor, authority.pk, *KEEPERS)
    with transaction.atomic():
        try:
            with transaction.atomic():
                matter = Matter.objects.create(authority=authority, responsible_unit=unit, **fields)
        except IntegrityError as error:
            raise RuleError(
                f"事项编码 {fields['code']} 在本单位清单中已有，请换一个或修改原事项。"
            ) from error
        MatterRevision.objects.create(
            matter=matter, version=1, content=content_of(matter), reason="新增事项", by=actor
        )
        audit.record("matter.created", f"新增事项：{matter.name}", target=matter, actor=actor)
        return matter


def revise(
    *, actor: User, matter: Matter, version: int, fields: dict[str, Any], reason: str
) -> Matter:
    """The next version; earlier visits keep theirs. `version` is the one the person saw. Raises Conflict, RuleError (A07)."""
    require(actor, matter.authority_id, *KEEPERS)
    if not reason.strip():
        raise RuleError("请写明调整原因，例如法律法规修订的名称和文号。")
    with transaction.atomic():
        row = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
        if row.version != version:
            raise Conflict(
                f"“{row.name}”已被他人调整为第 {row.version} 版，请刷新后再改；您填写的内容没有写入。"
            )
        before = content_of(row)
        for name, value in fields.items():
            setattr(row, name, value)
        changes = audit.differences(before, content_of(row))
        if not changes:
            raise RuleError("没有改动任何内容。")
        row.version += 1
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise RuleError(
                "事项编码与本单位另一事项重复，或执行中的事项缺少检查依据，请核对。"
            ) from error
        MatterRevision.objects.create(
            matter=row, version=row.version, content=content_of(row), reason=reason, by=actor
        )
        audit.record(
            "matter.revised",
            f"调整事项：{row.name}（第 {row.version} 版）",
            target=row,
            actor=actor,
            detail={"changes": changes, "reason": reason},
        )
        if row.state == Matter.State.IN_FORCE:
            matter_list.announce(authority=row.authority)
        return row


def put_in_force(*, actor: User, matter: Matter, today: date) -> None:
    """Draft or ended → in force. Without a legal basis or a checklist it is refused (A01, A61)."""
    require(actor, matter.authority_id, *KEEPERS)
    with transaction.atomic():
        row = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
        if row.state == Matter.State.IN_FORCE:
            raise Conflict(f"“{row.name}”已在执行中。")
        if not row.legal_basis.strip():
            raise RuleError("没有检查依据的事项不能列入执行清单，请先补充依据条文。")
        if not row.checklists.filter(is_current=True).exists():
            raise RuleError("还没有检查表：请先编制检查表，再列入执行清单。")
        row.state, row.in_force_from, row.ended_on, row.end_reason = (
            Matter.State.IN_FORCE,
            today,
            None,
            "",
        )
        row.published_at = timezone.now()
        row.save(update_fields=["state", "in_force_from", "ended_on", "end_reason", "published_at"])
        audit.record("matter.put_in_force", f"列入执行清单：{row.name}", target=row, actor=actor)
        matter_list.announce(authority=row.authority)


def end(*, actor: User, matter: Matter, reason: str, today: date) -> None:
    """Takes a matter off the list with its reason; running visits go on with their version."""
    require(actor, matter.authority_id, *KEEPERS)
    if not reason.strip():
        raise RuleError("请写明停用原因。")
    with transaction.atomic():
        row = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
        if row.state != Matter.State.IN_FORCE:
            raise Conflict(f"“{row.name}”不在执行中，不能停用。")
        row.state, row.ended_on, row.end_reason = Matter.State.ENDED, today, reason
        row.save(update_fields=["state", "ended_on", "end_reason"])
        audit.record("matter.ended", f"停用事项：{row.name}（{reason}）", target=row, actor=actor)
        matter_list.announce(authority=row.authority)


def revise_checklist(
    *, actor: User, matter: Matter, items: list[dict[str, Any]], version: int
) -> Checklist:
    """A new version of the checklist; answers already given keep theirs (A61). `version` 0 when there was none."""
    require(actor, matter.authority_id, *KEEPERS)
    if not items:
        raise RuleError("检查表至少要有一条。")
    with transaction.atomic():
        row = Matter.objects.select_for_update(of=("self",)).get(pk=matter.pk)
        current = row.checklists.filter(is_current=True).first()
        if (current.version if current else 0) != version:
            raise Conflict(
                f"检查表已被他人改为第 {current.version if current else 0} 版，请刷新后再改；您填写的内容没有写入。"
            )
        row.checklists.filter(is_current=True).update(is_current=False)
        checklist = Checklist.objects.create(
            matter=row, version=version + 1, name=f"{row.name}检查表"[:200]
        )
        ChecklistItem.objects.bulk_create(
            [
                ChecklistItem(checklist=checklist, number=number, **item)
                for number, item in enumerate(items, 1)
            ]
        )
        audit.record(
            "checklist.revised",
            f"检查表第 {checklist.version} 版：{row.name}，{len(items)} 条",
            target=row,
            actor=actor,
        )
        return checklist
