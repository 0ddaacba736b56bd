"""Tasks as their pages show them: list, steps, what is still missing, the facts of the scheme (A43–A47)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from bureau.models import Agency
from bureau.selectors import rule_settings
from bureau.services import wordings
from planning.models import (
    Draw,
    DrawEvent,
    Pick,
    Plan,
    PlanItem,
    Sitting,
    Task,
    TaskParticipant,
)
from planning.rules import chance, scheme
from planning.rules.forms_planning import SCHEME_FORM
from planning.rules.scheme import SchemeFacts
from planning.selectors import pool_parts, pool_preview
from planning.selectors.picks import FELL_OUT
from registry.models import Inspector, Matter
from registry.selectors import entities

DONE_STATES = ("done", "deemed_done", "transferred", "skipped")


@dataclass(frozen=True)
class PickCounts:
    """How far the drawn ones are; reserves are counted apart."""

    selected: int
    reserves: int
    finished: int
    deemed: int
    fell_out: int = 0  # deemed done, handed over or skipped: what a 补抽 may make up for
    waiting: int = 0  # drawn and not dispatched


def listed(user: Any) -> "QuerySet[Task]":
    """Tasks in the user's scope with how many were picked and finished; one query a page."""
    rows: QuerySet[Task] = Task.objects.select_related("unit", "plan_item")
    selected = Q(picks__kind=Pick.Rank.SELECTED) & ~Q(picks__state=Pick.State.VOIDED)
    return rows.filter(authority_id__in=user.authority_ids).annotate(
        picked=Count("picks", filter=selected),
        finished=Count("picks", filter=selected & Q(picks__state__in=DONE_STATES)),
    )


def state_counts(user: Any) -> dict[str, int]:
    """How many tasks of the user's scope are in each state; one query."""
    rows = Task.objects.filter(authority_id__in=user.authority_ids).order_by()
    return dict(rows.values_list("state").annotate(n=Count("pk")))


def with_details(rows: "QuerySet[Task] | None" = None) -> "QuerySet[Task]":
    """Everything the task's page reads, prefetched."""
    base: QuerySet[Task] = Task.objects.all() if rows is None else rows
    return base.select_related(
        "authority__superior", "unit", "plan_item__plan", "created_by", "dispatched_by"
    ).prefetch_related(
        "matters",
        "groups__matters",
        "participants__agency",
        "strata",
        "sittings__draws",
        "sittings__supplement",
    )


def units_of(task: Task, part: str) -> list[str]:
    """Names of the units with this part; no query where participants are prefetched."""
    return [p.agency.name for p in task.participants.all() if p.part == part]


def pick_counts(task: Task) -> PickCounts:
    """One query."""
    selected = Q(kind=Pick.Rank.SELECTED) & ~Q(state=Pick.State.VOIDED)
    found = task.picks.aggregate(
        selected=Count("pk", filter=selected),
        reserves=Count("pk", filter=Q(kind=Pick.Rank.RESERVE) & ~Q(state=Pick.State.VOIDED)),
        finished=Count("pk", filter=selected & Q(state__in=DONE_STATES)),
        deemed=Count("pk", filter=selected & Q(state=Pick.State.DEEMED_DONE)),
        fell_out=Count("pk", filter=selected & Q(state__in=FELL_OUT)),
        waiting=Count("pk", filter=selected & Q(state=Pick.State.DRAWN)),
    )
    return PickCounts(**found)


def picks_of(task: Task) -> "QuerySet[Pick]":
    return task.picks.exclude(state=Pick.State.VOIDED).select_related("entity", "unit")


def live_sitting(task: Task) -> Sitting | None:
    """The sitting that draws the task's entities and is not void nor a 补抽; reads prefetched sittings."""
    return next(
        (
            s
            for s in task.sittings.all()
            if s.purpose == Sitting.Purpose.ENTITIES
            and s.state != Sitting.State.VOIDED
            and not hasattr(s, "supplement")
        ),
        None,
    )


def is_sealed(task: Task) -> bool:
    """Whether a draw of this task is deferred and not revealed: whoever looks at its list is recorded (DRAW §4)."""
    return (
        Draw.objects.filter(task=task, reveal="deferred", events__kind="computed")
        .exclude(events__kind__in=["revealed", "voided"])
        .exists()
    )


def has_sealed(task: Task) -> bool:
    """Whether a computed draw over one of the task's pools keeps its picks sealed: exclusions would tell them.

    Draws of the task's own authority, of the subordinates whose pools it draws from, and those of a superior over one of
    these pools (A15). One query where the participants are loaded.
    """
    owners = pool_parts.concerned(task)
    shared = TaskParticipant.objects.filter(
        task=OuterRef("task"), part=TaskParticipant.Part.POOL, agency__in=owners
    )
    return (
        Draw.objects.filter(Q(authority__in=owners) | Exists(shared))
        .filter(kind=Draw.Kind.ENTITIES, events__kind="computed")
        .exclude(events__kind="revealed")
        .exists()
    )


def batches_of(task: Task) -> dict[tuple[Any, str], tuple[int, int]]:
    """(k, 检查批次) by draw and stratum, of the strata that are inspected whole and in batches (DRAW §2); one query."""
    return {
        (draw.pk, row["label"]): (row["k"], row["batches"])
        for draw in task.draws.filter(kind=Draw.Kind.ENTITIES).only("counts")
        for row in draw.counts.get("strata", [])
        if row.get("batches", 1) > 1
    }


def chance_note(task: Task, *, is_public: bool = False) -> str:
    """What was not left to chance in this task's draws, in words for the desk and the public; empty where it all was.

    Every draw that counts is read by its frozen numbers (planning.rules.chance). `is_public`: of a draw that is not
    revealed only what its announcement tells already. One query.
    """
    if task.draw_source == Task.DrawSource.DIRECT:
        return chance.DIRECT
    revealed = DrawEvent.objects.filter(draw=OuterRef("pk"), kind="revealed")
    said = [
        f"{draw.group_name}：{draw.chance_words}" if draw.group_name else draw.chance_words
        for draw in task.draws.filter(kind=Draw.Kind.ENTITIES)
        .exclude(events__kind="voided")
        .annotate(is_revealed=Exists(revealed))
        .order_by("chain_number")
        .only("counts", "group_name")
        if draw.chance_words and (not is_public or draw.is_revealed or _is_announced(draw))
    ]
    return "".join(dict.fromkeys(said))


def _is_announced(draw: Draw) -> bool:
    """The announcement gives k of each stratum and the number of all candidates, not that of each stratum."""
    strata = draw.counts.get("strata", [])
    return bool(sum(row["k"] for row in strata) == sum(row["n"] for row in strata))


def gaps(
    task: Task,
    today: date,
    counted: Sequence[tuple[pool_parts.Part, pool_preview.Preview]] | None = None,
) -> list[str]:
    """What is still missing before the draw, as sentences; both pools are asked elsewhere. Basis: A01, A32, A46."""
    found = []
    matters = list(task.matters.all())
    if not matters:
        found.append("没有抽查事项。")
    idle = [m.name for m in matters if m.state != Matter.State.IN_FORCE]
    if idle:
        found.append(f"事项“{'、'.join(idle)}”已不在执行清单内，请改选。")
    if task.draw_source == Task.DrawSource.PLATFORM:
        found.append("本任务由上级平台抽取，请直接导入平台名单。")
        return found
    if task.window_to < today:
        found.append("检查期已经结束，请修改检查起止日期。")
    if not any(p.part == "executing" for p in task.participants.all()):
        found.append("没有选择执行单位。")
    if not task.scheme.strip():
        found.append("没有实施方案（每次抽查都要有）。")
    for part, preview in counted or pool_preview.previews(task, today):
        found += _part_gaps(f"“{part.name}”组：" if part.number else "", preview)
    return found


def _part_gaps(lead: str, preview: pool_preview.Preview) -> list[str]:
    if not preview.strata:
        return [f"{lead}没有设置抽取分层。"]
    found = [f"{lead}第“{s.stratum.label}”层：{s.problem}" for s in preview.strata if s.problem]
    if not preview.k:
        found.append(f"{lead}按现在的设置一户也抽不到，请修改范围或比例。")
    return found


def startable_items(user: Any) -> "QuerySet[PlanItem]":
    """Items of published plans of the user's own authorities from which a task may be made."""
    return (
        PlanItem.objects.filter(
            plan__authority_id__in=user.own_authority_ids,
            plan__state=Plan.State.PUBLISHED,
            state=PlanItem.State.ACTIVE,
        )
        .select_related("plan")
        .order_by("-plan__year", "number")
    )


def usual_units(authority: Agency) -> list[int]:
    """Who executed the authority's newest task; before the first one, every unit that has officers. Two queries at most."""
    newest = Task.objects.filter(authority=authority, participants__part="executing").first()
    if newest is not None:
        return [p.agency_id for p in newest.participants.all() if p.part == "executing"]
    people = Inspector.objects.filter(authority=authority, state=Inspector.State.ACTIVE)
    return sorted(set(people.values_list("unit_id", flat=True)))


def scheme_facts(task: Task, today: date) -> SchemeFacts:
    """What the draft of the 实施方案 is written from; a constant number of queries."""
    preview = pool_preview.preview(task, today)
    matters = list(task.matters.all())
    workdays = rule_settings.value_of("publication_workdays", task.authority, task.year)
    return SchemeFacts(
        authority=task.authority.name,
        unit=task.unit.name,
        task=task.name,
        number=task.number,
        origin=origin(task),
        matters=[matter.name for matter in matters],
        bases=_once(matter.legal_basis.strip().rstrip("。；") for matter in matters),
        methods=_once(
            str(Matter.Method(method).label) for matter in matters for method in matter.methods
        ),
        scope=scope_words(task),
        strata=[
            f"{row.stratum.label}（{row.condition}）：{row.how}，"
            f"{row.candidates} 户候选中抽取 {row.k} 户"
            for row in preview.strata
        ],
        picks=preview.k,
        window_from=task.window_from,
        window_to=task.window_to,
        executing=units_of(task, "executing"),
        participants=units_of(task, "participant"),
        team_size=task.team_size,
        names_in_notice=task.names_in_notice,
        publication_workdays=int(workdays),
    )


def scheme_draft(task: Task, today: date) -> str:
    """The first text of the 实施方案, in the bureau's own wording."""
    facts = scheme_facts(task, today)
    form = wordings.of(SCHEME_FORM.key, task.authority, **scheme.values_of(facts))
    return scheme.draft(facts, form["passages"])


def scope_words(task: Task) -> str:
    """The pool in words: the task's, or that of each group of its matters."""
    groups = list(task.groups.all())
    if not groups:
        return entities.scope_label(pool_parts.whole_scope(task))
    labels = entities.scope_labels([group.scope for group in groups])
    return "；".join(
        f"{group.name}组为{label}" for group, label in zip(groups, labels, strict=True)
    )


def origin(task: Task) -> str:
    """年度计划第 3 项 or 临时抽查 with its reason."""
    if task.plan_item is not None:
        return f"{task.plan_item.plan.title}第 {task.plan_item.number} 项“{task.plan_item.name}”"
    return f"临时抽查需要（{task.ad_hoc_reason}）"


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(word for word in words if word))
