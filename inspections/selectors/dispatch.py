"""What dispatching a task would do: which visits come to be, which picks join a visit that exists, and why (A47, A49)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from bureau.models import Agency
from inspections.models import Visit, VisitMatter
from inspections.rules.merging import Newcomer, OpenVisit, Window, obstacle, visit_to_join
from planning.models import Pick, Sitting, Task, TaskParticipant
from registry.models import Checklist, Entity, Listing, Matter, MatterRevision

# Entities that cannot be inspected any more: their visits are settled as 视为完成 (A70).
GONE = (
    Entity.Standing.DEREGISTERED,
    Entity.Standing.REVOKED,
    Entity.Standing.CANCELLED,
)


@dataclass
class Group:
    """One entity of the task: the visit that it becomes, or joins."""

    entity: Entity
    unit: Agency | None
    picks: list[Pick]
    matters: list[Matter]
    joins: Visit | None = None
    apart: list[tuple[Visit, str]] = field(default_factory=list)

    @property
    def authority(self) -> Agency:
        """Whose visit it becomes: the executing unit's legal person (A15: a superior draws, its subordinate inspects)."""
        assert self.unit is not None
        return self.unit.authority or self.unit

    @property
    def is_gone(self) -> bool:
        return self.entity.standing in GONE


@dataclass
class Preview:
    task: Task
    groups: list[Group]
    executing: list[Agency]
    revisions: dict[int, MatterRevision]
    checklists: dict[int, Checklist]
    is_more: bool = False  # the task runs: these are reserves called up or a 补抽
    problems: list[str] = field(default_factory=list)

    @property
    def joining(self) -> list[Group]:
        return [group for group in self.groups if group.joins is not None]

    @property
    def gone(self) -> list[Group]:
        return [group for group in self.groups if group.is_gone]

    @property
    def without_unit(self) -> list[Group]:
        """Their responsible unit does not take part: somebody has to name who goes."""
        return [group for group in self.groups if group.unit is None]

    @property
    def by_unit(self) -> list[tuple[Agency, int]]:
        counts: dict[int, int] = defaultdict(int)
        units: dict[int, Agency] = {}
        for group in self.groups:
            if group.unit is not None:
                counts[group.unit.pk] += 1
                units[group.unit.pk] = group.unit
        return [(units[pk], counts[pk]) for pk in sorted(units, key=lambda pk: units[pk].code)]


def preview(
    task: Task, today: date, *, fallback: Agency | None = None, lock: bool = False
) -> Preview:
    """The task's picks as visits. `fallback`: who goes where the responsible unit is not an executing one.

    A constant number of queries. `lock`: the visits that may be joined are locked until the transaction ends.
    """
    picks = list(
        task.picks.filter(state=Pick.State.DRAWN, kind=Pick.Rank.SELECTED)
        .select_related("entity", "entity__region", "unit__authority", "draw")
        .order_by("stratum", "rank", "id")
    )
    executing = _executing(task)
    matters = list(task.matters.order_by("code"))
    groups = _groups(task, picks, matters, executing, fallback)
    _claim(task, groups)
    matters = sorted(
        {m.pk: m for g in groups for m in g.matters}.values() if groups else matters,
        key=lambda m: m.code,
    )
    _match(task, groups, today, lock)
    result = Preview(
        task,
        groups,
        executing,
        revisions={
            revision.matter_id: revision
            for revision in MatterRevision.objects.filter(matter__in=matters).order_by("version")
        },
        checklists={
            checklist.matter_id: checklist
            for checklist in Checklist.objects.filter(matter__in=matters, is_current=True)
        },
    )
    result.is_more = task.state == Task.State.DISPATCHED
    result.problems = _problems(result, matters)
    return result


def _executing(task: Task) -> list[Agency]:
    rows = task.participants.filter(part=TaskParticipant.Part.EXECUTING).select_related(
        "agency__authority"
    )
    return sorted((row.agency for row in rows), key=lambda agency: agency.code)


def _groups(
    task: Task,
    picks: Sequence[Pick],
    matters: list[Matter],
    executing: list[Agency],
    fallback: Agency | None,
) -> list[Group]:
    # A superior's task is carried out by those whose pools it draws from (A15).
    below = [agency.pk for agency in executing if agency.superior_id == task.authority_id]
    owners = below or [task.authority_id]
    listings = {
        listing.entity_id: listing
        for listing in Listing.objects.filter(
            authority_id__in=owners, entity_id__in={pick.entity_id for pick in picks}
        )
        .select_related("unit__authority")
        .order_by("-authority__code")  # listed with two subordinates: the first one's stays
    }
    by_entity: dict[int, list[Pick]] = defaultdict(list)
    for pick in picks:
        by_entity[pick.entity_id].append(pick)
    groups = []
    for entity_id, own in by_entity.items():
        listing = listings.get(entity_id)
        unit = _unit(own, listing.unit if listing else None, executing, fallback)
        groups.append(Group(own[0].entity, unit, own, _matters_of(own, matters)))
    return groups


def _claim(task: Task, groups: Sequence[Group]) -> None:
    """Subordinates inspect by their own matter where they have claimed the superior's (A06, A15), else by the superior's."""
    below = {g.authority.pk for g in groups if g.unit and g.authority.pk != task.authority_id}
    if not below:
        return
    own = {
        (matter.authority_id, matter.superior_code): matter
        for matter in Matter.objects.filter(authority_id__in=below)
        .in_force()
        .exclude(superior_code="")
    }
    for group in groups:
        if group.unit and group.authority.pk in below:
            claimed = [own.get((group.authority.pk, m.code), m) for m in group.matters]
            group.matters = list({m.pk: m for m in claimed}.values())


def _unit(
    picks: Sequence[Pick],
    responsible: Agency | None,
    executing: list[Agency],
    fallback: Agency | None,
) -> Agency | None:
    """The responsible unit of the listing, or one of the task's executing units where those are named (A47)."""
    named = next((pick.unit for pick in picks if pick.unit is not None), None) or responsible
    if not executing:
        return named or fallback
    if named is not None and any(unit.pk in (named.pk, named.authority_id) for unit in executing):
        return named
    return executing[0] if len(executing) == 1 else fallback


def _matters_of(picks: Sequence[Pick], matters: list[Matter]) -> list[Matter]:
    """A task may hold one draw per set of matters (DRAW §2): a pick brings those of its draw."""
    if any(pick.draw is None for pick in picks):
        return matters
    codes = {code for pick in picks if pick.draw for code in pick.draw.matters}
    return [matter for matter in matters if matter.code in codes] or matters


def _match(task: Task, groups: list[Group], today: date, lock: bool) -> None:
    newcomers = {group.entity.pk: group for group in groups}
    by_entity: dict[int, list[Visit]] = defaultdict(list)
    authorities = {group.authority.pk for group in groups if group.unit is not None}
    for visit in _open_visits(authorities, list(newcomers), lock):
        by_entity[visit.entity_id].append(visit)
    window = Window(task.window_from, task.window_to)
    for entity_id, visits in by_entity.items():
        group = newcomers[entity_id]
        if group.unit is None:
            continue
        newcomer = Newcomer(entity_id=entity_id, unit_id=group.unit.pk, window=window)
        seen = {str(visit.pk): visit for visit in visits}
        facts = [as_fact(visit) for visit in visits]
        chosen = visit_to_join(facts, newcomer, today)
        group.joins = seen[chosen.id] if chosen else None
        group.apart = [
            (seen[fact.id], why)
            for fact in facts
            if (why := obstacle(fact, newcomer, today)) is not None
        ]


def _open_visits(authorities: set[int], entity_ids: list[int], lock: bool) -> QuerySet[Visit]:
    answered = VisitMatter.objects.filter(visit=OuterRef("pk")).exclude(
        state=VisitMatter.State.PENDING
    )
    rows: QuerySet[Visit] = (
        Visit.objects.filter(authority_id__in=authorities, entity_id__in=entity_ids)
        .exclude(state__in=[Visit.State.CLOSED, *Visit.NOT_VISITED])
        .select_related("unit", "team_sitting__sitting")
        .prefetch_related("matters__task__created_by", "matters__task__unit", "matters__matter")
        .annotate(has_outcome=Exists(answered))
        .order_by("id")
    )
    return rows.select_for_update(of=("self",)) if lock else rows


def as_fact(visit: Visit) -> OpenVisit:
    """A visit annotated with `has_outcome`, as the merge rule sees it."""
    return OpenVisit(
        id=str(visit.pk),
        entity_id=visit.entity_id,
        unit_id=visit.unit_id,
        window=Window(visit.window_from, visit.window_to),
        number=visit.number,
        has_outcome=bool(getattr(visit, "has_outcome", False)),
        has_team=visit.state != Visit.State.DISPATCHED or is_being_drawn(visit),
    )


def is_being_drawn(visit: Visit) -> bool:
    """Its team's list is frozen: the matters must not change under the draw. Needs `team_sitting__sitting` loaded."""
    sitting = visit.team_sitting.sitting if visit.team_sitting else None
    return sitting is not None and sitting.state in {Sitting.State.LOCKED, Sitting.State.COMPUTED}


def _problems(found: Preview, matters: list[Matter]) -> list[str]:
    problems = []
    if not found.groups:
        problems.append("本任务没有待派发的抽中对象。请先完成抽取。")
    if not matters:
        problems.append("本任务没有抽查事项，不能派发。请联系任务经办核对任务设置。")
    for matter in matters:
        revision = found.revisions.get(matter.pk)
        if revision is None or revision.version != matter.version:
            problems.append(
                f"事项“{matter.name}”（{matter.code}）没有第 {matter.version} 版的版本记录，请先在事项清单中保存该事项，再派发。"
            )
        if matter.pk not in found.checklists:
            problems.append(
                f"事项“{matter.name}”（{matter.code}）没有现行检查表，检查人员到场将无表可填。请先在事项清单中录入检查表，再派发。"
            )
    return problems
