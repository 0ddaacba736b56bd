"""匹配执法检查人员: a sitting over the visits of one executing unit, and 直接委派 where it finds nobody (A52–A57; DRAW §2, §6)."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.urls import reverse

from bureau import audit
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Agency, User
from bureau.services import notifications, transitions
from inspections.models import Replacement, TeamMember, TeamSitting, Visit
from inspections.rules.merging import Window
from inspections.rules.processes import VISIT
from inspections.rules.teams import missing_quals, team_problem, unfit
from inspections.selectors import teams as reading
from inspections.services.dispatch import serialise
from planning.models import Draw, Sitting, Task
from planning.services import draws, sittings, voids
from registry.models import Expert, Inspector
from registry.rules.recusal import Interest


def prepare_sitting(
    *,
    unit: Agency,
    task: Task,
    actor: User,
    planned_at: datetime,
    visits: Sequence[Visit] | None = None,
    title: str = "",
    place: str = "",
    pool: str = TeamSitting.Pool.UNIT,
    pool_note: str = "",
    **arrangement: Any,
) -> Sitting:
    """A 摇号会 over this unit's visits of the task that have no team (all of them, or `visits`).

    `pool` authority: the whole authority's officers stand in the list, with the reason in `pool_note` (A55 joint matching).
    `arrangement`: digits_each, beacon_source, beacon_round, beacon_not_before, reveal, reveal_by as planning takes them.
    Raises RuleError where nothing waits for a team or a visit does not belong here. Basis: A53 (002 十九).
    """
    if pool == TeamSitting.Pool.AUTHORITY and not pool_note.strip():
        raise RuleError("从全局人员中匹配须写明原因，例如本所持证人员不足两人。")
    with transaction.atomic():
        serialise(task.authority_id)
        free = {visit.pk: visit for visit in reading.free_visits(unit=unit, task=task)}
        chosen = list(free) if visits is None else [visit.pk for visit in visits]
        if not chosen:
            raise RuleError(f"{unit.name}在这个任务中没有待匹配人员的检查，不需要安排。")
        if any(pk not in free for pk in chosen):
            raise Conflict("所选检查中有的已匹配人员，或已安排在另一次匹配中，请刷新后重新选择。")
        sitting = sittings.prepare(
            purpose=Sitting.Purpose.TEAMS,
            tasks=[task],
            unit=unit,
            title=title.strip() or f"{unit.short_name}匹配检查人员（{task.name}）"[:150],
            planned_at=planned_at,
            place=place,
            actor=actor,
            **arrangement,
        )
        prepared = TeamSitting.objects.create(
            sitting=sitting, task=task, unit=unit, pool=pool, pool_note=pool_note.strip()
        )
        Visit.objects.filter(pk__in=chosen).update(team_sitting=prepared)
    return sitting


def lock(*, sitting: Sitting, actor: User, today: date, reason: str = "") -> Sitting:
    """Freezes visits.tsv, inspectors.tsv and conflicts.tsv and publishes the announcement (DRAW §2, §3).

    `reason` where this unit matched for the task before; left out it is said that those without a team are matched.
    Raises Conflict when it is locked already, RuleError naming what is missing.
    """
    with transaction.atomic():
        serialise(sitting.authority_id)
        return sittings.lock_with(
            sitting=sitting,
            purpose=Sitting.Purpose.TEAMS,
            freeze=partial(_freeze, actor=actor, today=today),
            actor=actor,
            reason=reason,
        )


def compute(*, sitting: Sitting, actor: User) -> Sitting:
    """Computes the matching and turns it into teams: visits → teamed; unfilled ones wait for a decision (DRAW §6)."""
    return sittings.compute_with(
        sitting=sitting,
        purpose=Sitting.Purpose.TEAMS,
        apply=partial(_apply, actor=actor),
        actor=actor,
    )


def assign(
    *,
    visit: Visit,
    officers: Sequence[Inspector],
    leader: Inspector,
    reason: str,
    actor: User,
    today: date,
    experts: Sequence[Expert] = (),
) -> Visit:
    """直接委派: two officers or more, exactly one leader, valid certificates, nobody who must recuse, with a reason.

    For a task drawn on a superior's platform the team that the platform matched is entered this way. Raises RuleError
    naming what is wrong, Conflict while a draw holds the visit. Basis: A52, A54, A55 (002 十九), A57, A100.
    """
    if not reason.strip():
        raise RuleError("直接委派须写明原因，例如本单位持证人员不足，随机匹配未能成组。")
    with transaction.atomic():
        row: Visit
        row, step = transitions.begin(
            VISIT,
            Visit.objects.select_related("entity", "team_sitting__sitting", "authority"),
            visit.pk,
            "assign",
            actor,
        )
        if row.team_sitting and row.team_sitting.sitting.state == Sitting.State.LOCKED:
            raise Conflict("这次检查的人员匹配名单已锁定，请等抽取完成；未能成组时再直接委派。")
        _check_assignment(row, officers, leader, experts, today)
        ordered = [leader, *(person for person in officers if person.pk != leader.pk)]
        source = (
            TeamMember.Source.PLATFORM if _is_from_platform(row) else TeamMember.Source.ASSIGNED
        )
        TeamMember.objects.bulk_create(
            [
                TeamMember(
                    visit=row,
                    inspector=person,
                    part=TeamMember.Part.MEMBER if place else TeamMember.Part.LEADER,
                    source=source,
                    reason=reason.strip()[:200],
                    position=place + 1,
                )
                for place, person in enumerate(ordered)
            ]
            + [
                TeamMember(
                    visit=row,
                    expert=person,
                    part=TeamMember.Part.EXPERT,
                    source=source,
                    reason=reason.strip()[:200],
                    position=len(ordered) + place + 1,
                )
                for place, person in enumerate(experts)
            ]
        )
        row.state, row.team_draw = step.to, None
        row.save(update_fields=["state", "team_draw"])
        names = "、".join(person.name for person in ordered)
        audit.record(
            "team.assigned",
            f"{source.label}检查人员：{names}（组长{leader.name}），原因：{reason.strip()}",
            target=row,
            actor=actor,
            about=_tasks_of(row),
            detail={
                "officers": [person.pid for person in ordered],
                "experts": [person.pid for person in experts],
                "reason": reason.strip(),
            },
        )
        _tell_team([row], key=f"team.assigned:{row.pk}")
    return row


@voids.undoes("teams")
def undo(draw: Draw, actor: User) -> None:
    """What a void team draw leads to: its teams do not count and the visits wait for a team again (DRAW §3).

    Raises RuleError once one of the visits has begun. Runs in the transaction that voids.
    """
    prepared = TeamSitting.objects.get(sitting_id=draw.sitting_id)
    visits = list(
        Visit.objects.select_for_update(of=("self",))
        .filter(team_sitting=prepared)
        .select_related("entity")
        .order_by("pk")
    )
    teamed = [visit for visit in visits if visit.team_draw_id == draw.pk]
    begun = [v for v in teamed if v.state not in {Visit.State.TEAMED, Visit.State.ORDERED}]
    begun = [v for v in begun if v.state != Visit.State.DEEMED_DONE]
    if begun:
        raise RuleError(
            f"{begun[0].entity.name}等 {len(begun)} 户已按这次匹配开始检查，不能再作废这次抽取。"
        )
    live = [visit for visit in teamed if visit.state != Visit.State.DEEMED_DONE]
    TeamMember.objects.filter(visit__in=live, is_current=True).update(
        is_current=False, reason=reading.VOIDED
    )
    Replacement.objects.filter(visit__in=live, state=Replacement.State.REQUESTED).update(
        state=Replacement.State.DECLINED, decision_note=reading.VOIDED
    )
    Visit.objects.filter(pk__in=[visit.pk for visit in live]).update(
        state=Visit.State.DISPATCHED, team_draw=None, order=None
    )
    Visit.objects.filter(
        team_sitting=prepared, state=Visit.State.DISPATCHED, team_draw__isnull=True
    ).update(team_sitting=None)
    if live:
        audit.record(
            "team.withdrawn",
            f"抽取 {draw.number} 作废，{len(live)} 户重新待匹配检查人员",
            target=draw,
            actor=actor,
            about=[draw.task, *live],
            detail={"visits": [visit.number for visit in live]},
            is_bad=True,
        )


def _freeze(sitting: Sitting, reason: str, *, actor: User, today: date) -> list[Draw]:
    prepared = TeamSitting.objects.select_related("unit", "task", "sitting__authority").get(
        sitting=sitting
    )
    list(Visit.objects.select_for_update().filter(team_sitting=prepared).order_by("pk"))
    visits = reading.prepared_visits(prepared)
    if not visits:
        raise RuleError("这次匹配的检查都已办结或已另行委派，没有可以锁定的名单。请取消这次安排。")
    lists = reading.team_lists(prepared, visits, today)
    return [
        draws.freeze(
            sitting=sitting,
            task=prepared.task,
            unit=prepared.unit,
            kind=Draw.Kind.TEAMS,
            lists=lists.contents,
            team=lists.team,
            reason=reason.strip() or _usual_reason(prepared),
            counts={"unable": _tally(lists)},
            pool_count=lists.inspectors.count,
            actor=actor,
        )
    ]


def _tally(lists: reading.TeamLists) -> dict[str, int]:
    codes = [code.value for code in lists.unable.values()]
    return {code: codes.count(code) for code in set(codes)}


def _usual_reason(prepared: TeamSitting) -> str:
    before = Draw.objects.filter(
        task=prepared.task, unit=prepared.unit, kind=Draw.Kind.TEAMS
    ).order_by("-n")
    last = before.first()
    if last is None:
        return ""
    if last.events.filter(kind="voided").exists():
        return "前次匹配已作废，重新匹配"
    return "对尚无检查组的检查补充匹配"


def _apply(draw: Draw, result: bytes, *, actor: User) -> None:
    prepared = TeamSitting.objects.get(sitting_id=draw.sitting_id)
    visits = {
        visit.number: visit
        for visit in Visit.objects.select_for_update(of=("self",))
        .filter(team_sitting=prepared, state=Visit.State.DISPATCHED)
        .order_by("pk")
    }
    drawn = reading.read_result(result)
    pids = {pid for row in drawn for _, pid, _ in row.members}
    officers = {p.pid: p for p in Inspector.objects.filter(pid__in=pids)}
    experts = {p.pid: p for p in Expert.objects.filter(pid__in=pids)}
    teamed = [row for row in drawn if row.is_filled and row.number in visits]
    TeamMember.objects.bulk_create(
        [
            TeamMember(
                visit=visits[row.number],
                inspector=None if part == "expert" else officers[pid],
                expert=experts[pid] if part == "expert" else None,
                part=part,
                source=TeamMember.Source.DRAWN,
                ticket=ticket,
                position=place,
            )
            for row in teamed
            for place, (part, pid, ticket) in enumerate(row.members, 1)
        ],
        batch_size=1000,
    )
    done = [visits[row.number] for row in teamed]
    Visit.objects.filter(pk__in=[visit.pk for visit in done]).update(
        state=Visit.State.TEAMED, team_draw=draw
    )
    unfilled = [row.number for row in drawn if not row.is_filled and row.number in visits]
    audit.record(
        "team.matched",
        f"随机匹配检查人员：{len(done)} 户成组"
        + (f"，{len(unfilled)} 户未能成组" if unfilled else ""),
        target=draw,
        actor=actor,
        about=[draw.sitting, draw.task, *visits.values()],
        detail={"teamed": [row.number for row in teamed], "unfilled": unfilled},
        is_bad=bool(unfilled),
    )
    _tell_team(done, key=f"team.matched:{draw.pk}")


def _check_assignment(
    visit: Visit,
    officers: Sequence[Inspector],
    leader: Inspector,
    experts: Sequence[Expert],
    today: date,
) -> None:
    homes = {person.authority_id for person in officers} | {p.authority_id for p in experts}
    if homes - {visit.authority_id}:
        raise Forbidden("只能委派本单位名录库中的人员。")
    loaded = (
        Visit.objects.select_related("entity")
        .prefetch_related("matters__matter", "matters__task")
        .get(pk=visit.pk)
    )
    problem = team_problem(
        [reading.officer_of(person) for person in officers],
        [leader.pid],
        reading.team_size([loaded]),
    )
    if problem:
        raise RuleError(problem)
    check_people(loaded, officers, experts, today)
    quals, fields = reading.demands_of([loaded])[loaded.pk]
    lacking = missing_quals(quals, [frozenset(person.quals) for person in officers])
    if lacking:
        raise RuleError(
            f"事项依法须具备“{'、'.join(lacking)}”资质的人员参加，所选人员均不具备，请补选。"
        )
    lacking = missing_quals(fields, [frozenset(person.fields) for person in experts])
    if lacking:
        raise RuleError(f"事项须“{'、'.join(lacking)}”领域的专家参加，请从专家库补选。")


def check_people(
    visit: Visit, officers: Sequence[Inspector], experts: Sequence[Expert], today: date
) -> None:
    """Raises RuleError for somebody whose certificate or leave forbids it, or who must recuse (A19, A24, A57, A100)."""
    window = Window(visit.window_from, visit.window_to)
    for person in officers:
        code = unfit(reading.officer_of(person), window, today)
        if code is not None:
            raise RuleError(f"{person.name}不能参加这次检查：{code.label}。请另选人员。")
    reasons = reading.recusal_reasons([visit], officers, experts)
    everybody: list[Inspector | Expert] = [*officers, *experts]
    for one in everybody:
        found = reasons.get((visit.number, one.pid))
        if found:
            raise RuleError(
                f"{one.name}须回避{visit.entity.name}：{Interest(found).label}。请另选人员。"
            )


def _is_from_platform(visit: Visit) -> bool:
    return all(task.draw_source == Task.DrawSource.PLATFORM for task in _tasks_of(visit))


def _tasks_of(visit: Visit) -> list[Task]:
    return list(Task.objects.filter(visit_matters__visit=visit).distinct())


def _tell_team(visits: Sequence[Visit], *, key: str) -> None:
    people = User.objects.filter(
        pk__in=TeamMember.objects.filter(visit__in=visits, is_current=True).values(
            "inspector__user_id"
        )
    )
    notifications.notify(
        users=people,
        key=key,
        text="您被匹配到新的检查，请查看检查对象；有利害关系的请在检查开始前申请回避",
        url=reverse("inspections:visit-list") + "?mine=on",
        authority=visits[0].authority if visits else None,
    )
