"""Transfers as lists and pages show them, and what the written notice says (A71)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from bureau.errors import RuleError
from bureau.models import Agency, User
from bureau.services import wordings
from inspections.models import Transfer, VisitMatter
from inspections.rules.forms_transfer import TRANSFER_FORM, values_of
from registry.models import Checklist, Matter, MatterRevision

Rows = QuerySet[Transfer]


def listed(user: User) -> Rows:
    """Both sides of the transfers that the user may see, newest first; one query."""
    rows: Rows = Transfer.objects.visible_to(user).select_related(
        "visit__entity", "authority", "from_unit", "to_authority", "to_unit"
    )
    return rows


def whole() -> Rows:
    """Everything that one transfer's page shows."""
    rows: Rows = Transfer.objects.select_related(
        "visit__entity",
        "visit__unit",
        "new_visit__unit",
        "authority",
        "from_unit",
        "to_authority",
        "to_unit",
        "requested_by",
        "decided_by",
        "answered_by",
        "evidence",
    )
    return rows


def notice_content(transfer: Transfer, today: date) -> dict[str, Any]:
    """What the 转交通知 says, as JSON: read once when it is asked for, and dated with the approval."""
    visit = transfer.visit
    items = list(visit.matters.select_related("matter", "task").order_by("id"))
    return {
        "number": transfer.number,
        "from_authority": transfer.authority.name,
        "from_unit": transfer.from_unit.name,
        "to": (transfer.to_unit or transfer.to_authority).name,
        "entity": visit.entity.name,
        "code": "" if visit.entity.kind == "person" else visit.entity.public_code,
        "old_address": visit.entity.address,
        "new_address": transfer.new_address,
        "moved_on": transfer.moved_on.isoformat(),
        "reason": transfer.reason,
        "visit": visit.number,
        "tasks": list(dict.fromkeys(f"{item.task.name}（{item.task.number}）" for item in items)),
        "matters": list(dict.fromkeys(item.matter.name for item in items)),
        "window_from": visit.window_from.isoformat(),
        "window_to": visit.window_to.isoformat(),
        "on": today.isoformat(),
    }


def printed(transfer: Transfer) -> dict[str, Any]:
    """The frozen content with its date read; an approval from before wordings were kept speaks as the form does now."""
    content: dict[str, Any] = transfer.content
    form = content.get("form") or worded(transfer)
    return content | {"form": form, "on": date.fromisoformat(content["on"])}


def worded(transfer: Transfer) -> dict[str, Any]:
    """The notice in the wording of the authority that gives the visit away."""
    return wordings.of(TRANSFER_FORM.key, transfer.authority, **values_of(transfer.content))


def open_matters(transfer: Transfer) -> list[VisitMatter]:
    """What the receiving side will check: one row for each matter of the old visit."""
    rows = transfer.visit.matters.select_related("matter", "task").order_by("id")
    return list({item.matter_id: item for item in rows}.values())


def choices_of(authority: Agency) -> "QuerySet[Matter]":
    """Matters in force there that can be carried out: with a current checklist."""
    with_sheet = Checklist.objects.filter(is_current=True).values("matter")
    rows: QuerySet[Matter] = Matter.objects.filter(
        authority=authority, pk__in=with_sheet
    ).in_force()
    return rows.order_by("code")


def sheets_of(matters: Sequence[Matter]) -> dict[int, tuple[MatterRevision, Checklist]]:
    """The version and the checklist of each. Raises RuleError naming a matter that lacks one."""
    revisions = {
        (row.matter_id, row.version): row
        for row in MatterRevision.objects.filter(matter__in=matters)
    }
    sheets = {
        row.matter_id: row for row in Checklist.objects.filter(matter__in=matters, is_current=True)
    }
    found = {}
    for matter in matters:
        revision = revisions.get((matter.pk, matter.version))
        if revision is None or matter.pk not in sheets:
            raise RuleError(
                f"事项“{matter.name}”（{matter.code}）没有现行版本记录或检查表，请先在事项清单中补全。"
            )
        found[matter.pk] = (revision, sheets[matter.pk])
    return found


def linked(authority: Agency) -> Q:
    """Authorities that may receive: the superior, the subordinates, and those under the same superior."""
    near = Q(superior=authority)
    if authority.superior_id is not None:
        near |= Q(pk=authority.superior_id) | Q(superior_id=authority.superior_id)
    return Q(near, kind=Agency.Kind.AUTHORITY, is_active=True) & ~Q(pk=authority.pk)
