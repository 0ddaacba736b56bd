"""The task of a visit that another authority handed over: it names where the entity was drawn (A71)."""

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from bureau import audit
from bureau.models import Agency, User
from bureau.services import numbers
from planning.models import Pick, Task, TaskParticipant
from registry.models import Matter


def make(
    *,
    authority: Agency,
    unit: Agency,
    entity_id: int,
    matters: Sequence[Matter],
    window_from: date,
    window_to: date,
    name: str,
    team_size: int,
    origin: str,
    origin_numbers: Sequence[str],
    year: int,
    actor: User,
) -> tuple[Task, Pick]:
    """A dispatched task with this one entity; call it in the transaction that receives. The draw stays where it was held."""
    now = timezone.now()
    task = Task(
        authority=authority,
        unit=unit,
        year=year,
        number=numbers.document_number(authority=authority, kind="task", label="双随机", year=year),
        name=f"{name}（转交）"[:150],
        ad_hoc_reason=f"{origin}，原任务 {'、'.join(dict.fromkeys(origin_numbers))}"[:300],
        draw_source=Task.DrawSource.TRANSFER,
        platform_name=origin[:100],
        platform_number="、".join(dict.fromkeys(origin_numbers))[:100],
        window_from=window_from,
        window_to=window_to,
        team_size=team_size,
        state=Task.State.DISPATCHED,
        created_by=actor,
        drawn_at=now,
        dispatched_at=now,
        dispatched_by=actor,
    )
    task.save(force_insert=True)
    task.matters.set(matters)
    TaskParticipant.objects.create(task=task, agency=unit, part="executing")
    pick = Pick.objects.create(
        authority=authority,
        task=task,
        entity_id=entity_id,
        unit=unit,
        rank=1,
        state=Pick.State.DISPATCHED,
    )
    audit.record("task.received", f"建立转交任务：{origin}", target=task, actor=actor)
    return task, pick
