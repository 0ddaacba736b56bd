"""派发: confirmed picks become visits of the executing units; what can be done in one visit is merged (A47, A49, A99)."""

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import Agency, Role, User
from bureau.services import notifications, numbers, outbox, transitions
from inspections.models import MergeConsent, Visit, VisitMatter
from inspections.rules.merging import Window, common_window
from inspections.rules.processes import VISIT
from inspections.selectors import dispatch as reading
from inspections.selectors.dispatch import Group, Preview
from inspections.selectors.merges import notice_key
from inspections.services import list_checks, merges
from planning.models import Task
from planning.rules.processes import TASK
from planning.selectors import picks as pick_reads
from planning.services import picks as pick_service
from planning.services import shared_tasks
from registry.models import LedgerEntry, Matter
from registry.services import ledger


@dataclass(frozen=True)
class Dispatched:
    """What one dispatch did."""

    task: Task
    visits: list[Visit]
    joined: list[Visit]
    gone: list[Visit]  # their entities have left the register: to be settled as 视为完成


def source_of(visit: Visit) -> str:
    """The name of a visit in the ledger."""
    return f"inspections.visit:{visit.pk}"


def serialise(authority_id: int) -> None:
    """One dispatch, split or team lock of an authority at a time: two tasks dispatched together still find each other."""
    Agency.objects.select_for_update(no_key=True).get(pk=authority_id)


def dispatch(
    *, task: Task, actor: User, today: date, fallback_unit: Agency | None = None
) -> Dispatched:
    """Drawn task → visits with their matters, ledger, notices and the public task notice, in one transaction.

    A task that runs already dispatches what a reserve or a 补抽 added (DRAW §5). `fallback_unit` goes where the
    responsible unit is not among the task's executing ones. Raises RuleError for a matter without checklist or an entity
    without unit, Conflict when nothing waits for dispatch any more, Forbidden without the organiser's role.
    Basis: A47 (002 十七), A49 (002 十八), A99.
    """
    with transaction.atomic():
        serialise(task.authority_id)
        rows = Task.objects.select_related("authority", "unit")
        row = rows.select_for_update(of=("self",)).get(pk=task.pk)
        is_more = (
            row.state == Task.State.DISPATCHED and pick_reads.waiting_for_dispatch(row).exists()
        )
        action = "dispatch_more" if is_more else "dispatch"
        row, step = transitions.begin(TASK, rows, task.pk, action, actor)
        plan = reading.preview(row, today, fallback=fallback_unit, lock=True)
        if plan.problems:
            raise RuleError("".join(plan.problems))
        if plan.without_unit:
            names = "、".join(group.entity.name for group in plan.without_unit[:5])
            raise RuleError(
                f"{names}等 {len(plan.without_unit)} 户的责任单位不在本任务执行单位之列，请选择由哪个执行单位检查。"
            )
        made, joined = _visits(plan, row, today)
        by_entity = {visit.entity_id: visit for visit in [*made, *joined]}
        tasks = _parts(plan, row, actor)
        _matters(plan, by_entity, tasks)
        _ledger(plan, by_entity, row, today, is_more)
        pick_service.mark_dispatched(
            task=row, picks=[pick for group in plan.groups for pick in group.picks]
        )
        row.state = step.to
        if not is_more:
            row.dispatched_at, row.dispatched_by = timezone.now(), actor
        row.save(update_fields=["state", "dispatched_at", "dispatched_by"])
        for unit, _ in plan.by_unit:
            own = [visit for visit in by_entity.values() if visit.unit_id == unit.pk]
            part = tasks[unit.authority_id or unit.pk]
            list_checks.open_for(task=part, unit=unit, visits=own, today=today)
        merges.note_dispatch(visits=joined, task=row, actor=actor)
        gone = [by_entity[group.entity.pk] for group in plan.gone]
        _record(plan, row, made, joined, gone, actor)
        _tell(plan, row, joined, actor)
        outbox.put(
            kind="public.task_notice",
            key=f"public.task_notice:{row.pk}",
            label=f"任务公告：{row.name}",
            authority=row.authority,
            payload={"task": str(row.pk)},
        )
    return Dispatched(row, made, joined, gone)


def split(
    *, visit: Visit, task: Task, reason: str, actor: User, today: date
) -> tuple[Visit, Visit]:
    """Ends a merged visit and makes two of it, until the team is drawn: (the task's own, the rest).

    Both name where they come from, keep the day of the draw in the ledger, and count for the entity (A99 counts a joint
    visit once, two visits twice). Raises RuleError without a reason or for a visit that is not merged, Conflict once the
    team's list is frozen. Basis: ARCHITECTURE §5 "Merge rule".
    """
    reason = reason.strip()
    if not reason:
        raise RuleError("请写明拆分的原因。")
    with transaction.atomic():
        serialise(visit.authority_id)
        row, step = transitions.begin(VISIT, _with_sitting(), visit.pk, "split", actor)
        if reading.is_being_drawn(row):
            raise Conflict(
                "这次检查的人员匹配名单已锁定，不能再拆分。如确需分开检查，请先作废该次匹配。"
            )
        items = list(row.matters.select_related("matter", "task").order_by("id"))
        leaving = [item for item in items if item.task_id == task.pk]
        staying = [item for item in items if item.task_id != task.pk]
        if not leaving or not staying:
            raise RuleError("这次检查没有与其他任务合并，不需要拆分。")
        numbers_of = visit_numbers(row.authority, today.year, 2)
        parts = [
            _part(row, group, number)
            for group, number in zip((leaving, staying), numbers_of, strict=True)
        ]
        row.state, row.team_sitting = step.to, None
        row.save(update_fields=["state", "team_sitting"])
        ledger.replace_entry(
            source=source_of(row),
            by=[
                (source_of(part), _kind(group[0].task), [item.matter for item in group])
                for part, group in zip(parts, (leaving, staying), strict=True)
            ],
        )
        tasks = list({item.task_id: item.task for item in items}.values())
        audit.record(
            "visit.split",
            f"拆分检查：{task.number} 为 {parts[0].number}，其余为 {parts[1].number}，原因：{reason}",
            target=row,
            actor=actor,
            about=[*parts, *tasks],
            detail={
                "reason": reason,
                "new": [part.number for part in parts],
                "tasks": [one.number for one in tasks],
                "window": [row.window_from.isoformat(), row.window_to.isoformat()],
            },
        )
        _tell_organisers(
            tasks,
            actor,
            key=f"visit.split:{row.pk}",
            text=f"{row.entity.name}的合并检查 {row.number} 已拆分，原因：{reason}",
            url=reverse("inspections:visit-detail", args=[row.pk]),
        )
    return parts[0], parts[1]


def _part(row: Visit, items: list[VisitMatter], number: str) -> Visit:
    """One of the visits that come of a split, with these matters and the window that their tasks have in common."""
    window = common_window([Window(m.task.window_from, m.task.window_to) for m in items])
    part = new_visit(row.authority, row.unit, row.entity_id, window, number)
    part.split_from = row
    part.save(force_insert=True)
    VisitMatter.objects.filter(pk__in=[item.pk for item in items]).update(visit=part)
    own = MergeConsent.objects.filter(visit=row, task__in={item.task_id for item in items})
    if len({item.task_id for item in items}) > 1:
        own.update(visit=part)
    return part


def _with_sitting() -> QuerySet[Visit]:
    return Visit.objects.select_related("team_sitting__sitting", "authority", "unit", "entity")


def new_visit(
    authority: Agency, unit: Agency, entity_id: int, window: Window, number: str
) -> Visit:
    """Not saved yet; with its own salt for the team draw."""
    return Visit(
        authority=authority,
        unit=unit,
        entity_id=entity_id,
        number=number,
        window_from=window.starts_on,
        window_to=window.ends_on,
        target_salt=secrets.token_hex(32),
    )


def visit_numbers(authority: Agency, year: int, count: int) -> list[str]:
    """ASCII, because it is the visit-id of team draws (DRAW §1): SFX-2026-J0027."""
    if not count:
        return []
    prefix = authority.code if len(authority.code) <= 40 else f"A{authority.pk}"
    last = numbers.next_number(authority=authority, kind="visit", year=year, count=count)
    return [f"{prefix}-{year}-J{number:04d}" for number in range(last - count + 1, last + 1)]


def _visits(plan: Preview, task: Task, today: date) -> tuple[list[Visit], list[Visit]]:
    window = Window(task.window_from, task.window_to)
    made, joined = [], []
    new = Counter(group.authority.pk for group in plan.groups if group.joins is None)
    authorities = {group.authority.pk: group.authority for group in plan.groups}
    fresh = {
        pk: iter(visit_numbers(authorities[pk], today.year, new[pk])) for pk in sorted(authorities)
    }
    for group in plan.groups:
        visit = group.joins
        if visit is None:
            assert group.unit is not None
            number = next(fresh[group.authority.pk])
            made.append(new_visit(group.authority, group.unit, group.entity.pk, window, number))
            continue
        common = Window(visit.window_from, visit.window_to).within(window)
        visit.window_from, visit.window_to = common.starts_on, common.ends_on
        visit.save(update_fields=["window_from", "window_to"])
        joined.append(visit)
    Visit.objects.bulk_create(made, batch_size=1000)
    return made, joined


def _parts(plan: Preview, task: Task, actor: User) -> dict[int, Task]:
    """The task of each authority that inspects: its own, and under a superior's the part of each subordinate (A15)."""
    found = {task.authority_id: task}
    groups: dict[int, list[Group]] = {}
    for group in plan.groups:
        if group.authority.pk != task.authority_id:
            groups.setdefault(group.authority.pk, []).append(group)
    for pk, own in sorted(groups.items()):
        found[pk] = shared_tasks.part_of(
            task=task,
            authority=own[0].authority,
            units=list({g.unit.pk: g.unit for g in own if g.unit}.values()),
            matters=list({m.pk: m for g in own for m in g.matters}.values()),
            actor=actor,
        )
    return found


def _responsible(matter: Matter, task: Task, unit: Agency | None) -> int:
    """The division that answers for the matter; of the superior's matter the subordinate's unit itself (A15)."""
    if matter.authority_id == task.authority_id:
        return int(matter.responsible_unit_id or task.unit_id)
    assert unit is not None
    return int(unit.pk)


def _matters(plan: Preview, by_entity: dict[int, Visit], tasks: dict[int, Task]) -> None:
    VisitMatter.objects.bulk_create(
        [
            VisitMatter(
                visit=by_entity[group.entity.pk],
                authority_id=group.authority.pk,
                task=tasks[group.authority.pk],
                pick=next(
                    (
                        p
                        for p in group.picks
                        if p.draw and {matter.code, matter.superior_code} & set(p.draw.matters)
                    ),
                    group.picks[0],
                ),
                matter=matter,
                matter_revision=plan.revisions[matter.pk],
                checklist=plan.checklists[matter.pk],
                responsible_id=_responsible(matter, tasks[group.authority.pk], group.unit),
                methods=matter.methods,
            )
            for group in plan.groups
            for matter in group.matters
        ],
        batch_size=1000,
    )


def _kind(task: Task) -> str:
    return LedgerEntry.Kind.SPECIAL if task.is_special else LedgerEntry.Kind.RANDOM


def _ledger(
    plan: Preview, by_entity: dict[int, Visit], task: Task, today: date, is_more: bool
) -> None:
    """One entry per visit, also where several tasks meet in it (A99); it counts from the draw on (A48)."""
    day = timezone.localdate(task.drawn_at) if task.drawn_at and not is_more else today
    ledger.open_entries(
        rows=[
            ledger.NewEntry(
                entity_id=group.entity.pk,
                authority_id=group.authority.pk,
                day=day,
                source=source_of(by_entity[group.entity.pk]),
                unit_id=by_entity[group.entity.pk].unit_id,
                kind=_kind(task),
                matter_ids=tuple(matter.pk for matter in group.matters),
            )
            for group in plan.groups
        ]
    )


def _other_tasks(groups: Iterable[Group]) -> list[Task]:
    tasks = {
        item.task_id: item.task
        for group in groups
        if group.joins is not None
        for item in group.joins.matters.all()
    }
    return list(tasks.values())


def _record(
    plan: Preview,
    task: Task,
    made: list[Visit],
    joined: list[Visit],
    gone: list[Visit],
    actor: User,
) -> None:
    parts = [f"派发任务，下达 {len(plan.groups)} 户"]
    if joined:
        parts.append(f"其中 {len(joined)} 户与其他任务合并检查")
    if gone:
        parts.append(f"{len(gone)} 户已注销、吊销或撤销登记，待按视为完成办理")
    audit.record(
        "task.dispatched",
        "，".join(parts),
        target=task,
        actor=actor,
        about=[*made, *joined, *_other_tasks(plan.joining)],
        detail={
            "visits": [visit.number for visit in made],
            "joined": [visit.number for visit in joined],
            "gone": [visit.number for visit in gone],
        },
    )


def _tell(plan: Preview, task: Task, joined: list[Visit], actor: User) -> None:
    url = reverse("inspections:team-board")
    for unit, count in plan.by_unit:
        notifications.notify(
            users=coordinators(unit),
            key=f"task.dispatched:{task.pk}:{unit.pk}:{plan.groups[0].picks[0].pk}",
            text=f"任务“{task.name}”已派发，{unit.name}有 {count} 户待核对名单、匹配检查人员",
            url=url,
            authority=task.authority,
        )
    others = [other for other in _other_tasks(plan.joining) if other.pk != task.pk]
    _tell_organisers(
        others,
        actor,
        key=notice_key(task),
        text=f"任务“{task.name}”的 {len(joined)} 户并入已有检查，请确认；人员匹配前可以拆分",
        url=reverse("inspections:visit-list") + f"?task={task.pk}",
    )


def coordinators(unit: Agency) -> list[User]:
    """Who hands out the visits of this unit; where it has nobody of its own, those of the authority."""
    authority = unit.authority or unit
    own = notifications.holders(authority=authority, roles=[Role.COORDINATOR], unit=unit)
    return own or notifications.holders(authority=authority, roles=[Role.COORDINATOR])


def _tell_organisers(tasks: Iterable[Task], actor: User, *, key: str, text: str, url: str) -> None:
    for task in tasks:
        people = {person.pk: person for person in (task.created_by, task.dispatched_by) if person}
        people.pop(actor.pk, None)
        notifications.notify(
            users=people.values(), key=key, text=text, url=url, authority=task.authority
        )
