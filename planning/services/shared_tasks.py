"""A subordinate's part of its superior's task: a task of its own that names where it was drawn (A15).

The draw, the picks and the notice stay with the superior; visits, orders, teams and results are the subordinate's.
"""

from collections.abc import Sequence

from django.utils import timezone

from bureau import audit
from bureau.models import Agency, User
from bureau.services import numbers
from planning.models import Pick, Task, TaskParticipant
from planning.selectors.picks import FINAL
from registry.models import Matter


def part_of(
    *,
    task: Task,
    authority: Agency,
    units: Sequence[Agency],
    matters: Sequence[Matter],
    actor: User,
) -> Task:
    """The authority's part, made at the first dispatch and found again afterwards; call it in dispatch's transaction."""
    part = Task.objects.filter(origin=task, authority=authority).first()
    is_new = part is None
    if part is None:
        now = timezone.now()
        part = Task(
            origin=task,
            authority=authority,
            unit=authority,
            year=task.year,
            number=numbers.document_number(
                authority=authority, kind="task", label="双随机", year=task.year
            ),
            name=task.name,
            ad_hoc_reason=f"{task.authority.name}组织，原任务 {task.number}"[:300],
            scope=task.scope,
            is_targeted=task.is_targeted,
            is_risk_differentiated=task.is_risk_differentiated,
            is_special=task.is_special,
            special_reason=task.special_reason,
            draw_source=Task.DrawSource.SUPERIOR,
            platform_name=task.authority.name[:100],
            platform_number=task.number,
            window_from=task.window_from,
            window_to=task.window_to,
            team_size=task.team_size,
            scheme=task.scheme,
            names_in_notice=task.names_in_notice,
            state=Task.State.DISPATCHED,
            drawn_at=task.drawn_at,
            dispatched_at=now,
        )
        part.save(force_insert=True)
    elif part.state == Task.State.CLOSED:
        part.state, part.closed_at = Task.State.DISPATCHED, None
        part.save(update_fields=["state", "closed_at"])
    part.matters.add(*matters)
    known = set(part.participants.values_list("agency_id", flat=True))
    TaskParticipant.objects.bulk_create(
        TaskParticipant(task=part, agency=unit, part="executing")
        for unit in units
        if unit.pk not in known
    )
    audit.record(
        "task.received" if is_new else "task.received_more",
        f"{task.authority.name}派发任务，原任务 {task.number}",
        target=part,
        actor=actor,
        authority=authority,
        about=[task],
    )
    return part


def close_parts(task: Task, actor: User | None) -> int:
    """Closes each subordinate's part with the last of its picks; the caller holds the superior's task. Returns how many."""
    closed = 0
    for part in Task.objects.filter(origin=task, state=Task.State.DISPATCHED).select_for_update():
        open_picks = Pick.objects.filter(
            task=task, kind=Pick.Rank.SELECTED, unit__authority_id=part.authority_id
        ).exclude(state__in=FINAL)
        if open_picks.exists():
            continue
        part.state, part.closed_at = Task.State.CLOSED, timezone.now()
        part.save(update_fields=["state", "closed_at"])
        audit.record(
            "task.closed",
            "本单位的对象全部办结，任务完成",
            target=part,
            actor=actor,
            authority=part.authority,
        )
        closed += 1
    return closed
