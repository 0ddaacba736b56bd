"""The unit of the new place takes a transferred visit over: a task and a visit of its own, the old one ends (A71: 002 二十八)."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import RuleError
from bureau.models import Agency, User
from inspections.models import Transfer, Visit, VisitMatter
from inspections.rules.merging import Window
from inspections.selectors import transfers as reading
from inspections.selectors.visits import tasks_of
from inspections.services import dispatch
from inspections.services.ending import end_uninspected, free_team
from inspections.services.transfers import (
    FREED,
    answering,
    locked_visit,
    require_movable,
    require_state,
    tell,
)
from planning.models import Pick, Task
from planning.services import received
from registry.models import Listing, Matter
from registry.services import ledger


def accept(
    *,
    transfer: Transfer,
    unit: Agency,
    matters: Mapping[int, Matter],
    actor: User,
    today: date,
) -> Visit:
    """The other authority takes it over: its own visit, for its own matters, in the same window; the old one ends.

    `matters` maps each matter of the old visit to one in force here. The receiving side gets a task of its own that
    names where the entity was drawn. Raises RuleError for a unit or matter that is not its own or has no checklist.
    """
    with transaction.atomic():
        visit = locked_visit(transfer)
        row = answering(transfer, "accept", actor)
        if unit.authority_id != row.to_authority_id or not unit.is_active:
            raise RuleError("请选择本单位的执行单位。")
        require_state(visit, "transfer")
        require_movable(visit)
        pending = list(
            visit.matters.filter(state=VisitMatter.State.PENDING)
            .select_related("matter", "task")
            .order_by("id")
        )
        own = _own_matters(row.to_authority, [item.matter_id for item in pending], matters)
        new, task = _visit_here(visit, row, unit, pending, own, actor, today)
        _end_there(visit, row)
        row.state, row.to_unit, row.new_visit = Transfer.State.ACCEPTED, unit, new
        row.answered_by, row.answered_at = actor, timezone.now()
        row.save(update_fields=["state", "to_unit", "new_visit", "answered_by", "answered_at"])
        _record_accepted(visit, row, new, task, actor)
    return new


def _visit_here(
    visit: Visit,
    row: Transfer,
    unit: Agency,
    pending: Sequence[VisitMatter],
    own: list[Matter],
    actor: User,
    today: date,
) -> tuple[Visit, Task]:
    """The receiving side's own listing, task, visit with its matters, and ledger entry."""
    sheets = reading.sheets_of(own)
    _list_here(row, unit, today, actor)
    task, pick = received.make(
        authority=row.to_authority,
        unit=unit,
        entity_id=visit.entity_id,
        matters=own,
        window_from=visit.window_from,
        window_to=visit.window_to,
        name=pending[0].task.name,
        team_size=max(item.task.team_size for item in pending),
        origin=f"{row.authority.name}转交（{row.number}）",
        origin_numbers=[item.task.number for item in pending],
        year=today.year,
        actor=actor,
    )
    new = dispatch.new_visit(
        row.to_authority,
        unit,
        visit.entity_id,
        Window(visit.window_from, visit.window_to),
        dispatch.visit_numbers(row.to_authority, today.year, 1)[0],
    )
    new.save(force_insert=True)
    VisitMatter.objects.bulk_create(
        [
            VisitMatter(
                visit=new,
                authority=row.to_authority,
                task=task,
                pick=pick,
                matter=matter,
                matter_revision=sheets[matter.pk][0],
                checklist=sheets[matter.pk][1],
                responsible_id=matter.responsible_unit_id or unit.pk,
                methods=matter.methods,
            )
            for matter in own
        ]
    )
    ledger.open_entry(
        entity=visit.entity,
        authority=row.to_authority,
        day=today,
        source=dispatch.source_of(new),
        matters=own,
        unit=unit,
    )
    return new, task


def _end_there(visit: Visit, row: Transfer) -> None:
    """The old unit's team is free and its visit ends as transferred."""
    assert row.decided_by is not None
    free_team(visit, why=FREED)
    visit.save(update_fields=["team_draw", "team_sitting", "order", "planned_on"])
    end_uninspected(
        visit=visit,
        visit_state=Visit.State.TRANSFERRED,
        pick_state=Pick.State.TRANSFERRED,
        code="moved_out",
        note=f"转交{row.to_authority.name}（{row.number}）：{row.reason}",
        requested_by=row.requested_by,
        approved_by=row.decided_by,
        evidence=row.evidence,
    )


def _record_accepted(visit: Visit, row: Transfer, new: Visit, task: Task, actor: User) -> None:
    """One event for each side; who asked, who approved and who goes on are told."""
    assert row.decided_by is not None
    assert row.to_unit is not None
    audit.record(
        "transfer.accepted",
        f"{row.to_authority.name}已接收，由{row.to_unit.name}检查",
        target=visit,
        actor=actor,
        authority=row.authority,
        about=[row, *tasks_of(visit)],
        detail={"new": new.number},
    )
    audit.record(
        "visit.received",
        f"接收{row.authority.name}转交的检查（{row.number}）",
        target=new,
        actor=actor,
        about=[row, task],
        detail={"from": row.authority.code, "old": visit.number},
    )
    tell(
        row,
        [row.requested_by, row.decided_by],
        "accepted",
        f"{row.to_authority.short_name}已接收{visit.entity.name}的检查",
    )
    tell(
        row,
        dispatch.coordinators(row.to_unit),
        "received",
        f"{visit.entity.name}由{row.authority.short_name}转来，请匹配检查人员",
    )


def _own_matters(
    authority: Agency, wanted: Sequence[int], chosen: Mapping[int, Matter]
) -> list[Matter]:
    """The receiving authority's matters, one for each, without doubles."""
    if any(pk not in chosen for pk in wanted):
        raise RuleError("请为每个事项选择本单位执行清单中的对应事项。")
    own = {chosen[pk].pk: chosen[pk] for pk in wanted}
    if any(matter.authority_id != authority.pk for matter in own.values()):
        raise RuleError("只能选择本单位执行清单内的事项。")
    return list(own.values())


def _list_here(row: Transfer, unit: Agency, today: date, actor: User) -> None:
    """The entity stands in the receiving authority's pool from now on, if it does not already (迁入)."""
    _, is_new = Listing.objects.get_or_create(
        entity_id=row.visit.entity_id,
        authority=row.to_authority,
        defaults={"unit": unit, "from_on": today},
    )
    if is_new:
        audit.record(
            "entity.listed",
            f"迁入入库：{row.visit.entity.name}（{row.number}）",
            target=row.visit.entity,
            actor=actor,
            authority=row.to_authority,
        )
