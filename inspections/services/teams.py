"""匹配执法检查人员: a sitting over the visits of one executing unit, joint with neighbours and departments where arranged
(A52–A57; DRAW §2, §6)."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import Agency, User
from inspections.models import PoolConsent, Replacement, TeamMember, TeamSitting, Visit
from inspections.selectors import joint, team_lists
from inspections.selectors import teams as reading
from inspections.services import consents, disclosure, guests
from inspections.services.desks import require_desk
from inspections.services.dispatch import serialise
from planning.models import Draw, Sitting, Task
from planning.services import draws, sittings, voids
from registry.models import Expert, Inspector


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
    neighbour: Agency | None = None,
    experts: str = TeamSitting.Experts.DRAWN,
    parties: Sequence[Agency] | None = None,
    **arrangement: Any,
) -> Sitting:
    """A 摇号会 over this unit's visits of the task that have no team (all of them, or `visits`).

    `pool` authority: the whole authority's officers stand in the list; neighbour: those of `neighbour` too, once it has
    agreed; both with the reason in `pool_note` (A55, A59). `parties`: the departments that take part and are asked for a
    team of their own; left out, all that have officers. `experts` drawn, or appointed afterwards (A54).
    `arrangement`: digits_each, beacon_source, beacon_round, beacon_not_before, reveal, reveal_by as planning takes them.
    Raises RuleError where nothing waits for a team or a visit does not belong here, Forbidden for another unit's desk.
    Basis: A53 (002 十九).
    """
    neighbour = neighbour if pool == TeamSitting.Pool.NEIGHBOUR else None
    _check_pool(unit, pool, pool_note, neighbour)
    with transaction.atomic():
        require_desk(actor, unit, [task])
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
            sitting=sitting,
            task=task,
            unit=unit,
            pool=pool,
            pool_note="" if pool == TeamSitting.Pool.UNIT else pool_note.strip(),
            neighbour=neighbour,
            experts=experts,
        )
        Visit.objects.filter(pk__in=chosen).update(team_sitting=prepared)
        _ask(prepared, parties, actor)
    return sitting


def _check_pool(unit: Agency, pool: str, note: str, neighbour: Agency | None) -> None:
    if pool == TeamSitting.Pool.UNIT:
        return
    if not note.strip():
        raise RuleError("扩大人员范围须写明原因，例如本所持证人员不足两人。")
    if pool == TeamSitting.Pool.NEIGHBOUR and (
        neighbour is None or not joint.neighbours_of(unit).filter(pk=neighbour.pk).exists()
    ):
        raise RuleError("请选择与哪个相邻单位联合匹配；对方名录库中须有在库人员。")


def _ask(prepared: TeamSitting, parties: Sequence[Agency] | None, actor: User) -> None:
    if prepared.neighbour is not None:
        consents.ask(
            prepared=prepared,
            agency=prepared.neighbour,
            purpose=PoolConsent.Purpose.NEIGHBOUR,
            reason=prepared.pool_note,
            actor=actor,
        )
    able = joint.parties_of(prepared.task, prepared.unit)
    for party in able if parties is None else parties:
        if party not in able or party == prepared.neighbour:
            raise RuleError(f"{party.name}不是本任务的参与单位，或没有在库人员，请重新选择。")
        consents.ask(
            prepared=prepared,
            agency=party,
            purpose=PoolConsent.Purpose.PARTY,
            reason=f"部门联合抽查：{prepared.task.name}",
            actor=actor,
        )


def lock(*, sitting: Sitting, actor: User, today: date, reason: str = "") -> Sitting:
    """Freezes visits.tsv, inspectors.tsv and conflicts.tsv and publishes the announcement (DRAW §2, §3).

    `reason` where this unit matched for the task before; left out it is said that those without a team are matched.
    Raises Conflict when it is locked already, RuleError naming what is missing.
    """
    with transaction.atomic():
        _require_desk(sitting, actor)
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
    with transaction.atomic():
        _require_desk(sitting, actor)
        return sittings.compute_with(
            sitting=sitting,
            purpose=Sitting.Purpose.TEAMS,
            apply=partial(_apply, actor=actor),
            actor=actor,
        )


def _require_desk(sitting: Sitting, actor: User) -> None:
    prepared = TeamSitting.objects.select_related("unit", "task").filter(sitting=sitting).first()
    if prepared is not None:
        require_desk(actor, prepared.unit, [prepared.task])


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
    is_whole = draw.unit_id == prepared.unit_id
    held = set(TeamMember.objects.filter(draw=draw).values_list("visit_id", flat=True))
    teamed = [v for v in visits if (v.team_draw_id == draw.pk if is_whole else v.pk in held)]
    waiting = {Visit.State.DISPATCHED, Visit.State.TEAMED, Visit.State.ORDERED}
    begun = [v for v in teamed if v.state not in {*waiting, *Visit.NOT_VISITED}]
    if begun:
        raise RuleError(
            f"{begun[0].entity.name}等 {len(begun)} 户已按这次匹配开始检查，不能再作废这次抽取。"
        )
    live = [visit for visit in teamed if visit.state not in Visit.NOT_VISITED]
    leaving = TeamMember.objects.filter(visit__in=live, is_current=True)
    if not is_whole:
        leaving = leaving.filter(draw=draw)
    Replacement.objects.filter(
        leaver__in=leaving.values("pk"), state=Replacement.State.REQUESTED
    ).update(state=Replacement.State.DECLINED, decision_note=reading.VOIDED)
    leaving.update(is_current=False, reason=reading.VOIDED)
    if is_whole:
        Visit.objects.filter(pk__in=[visit.pk for visit in live]).update(
            state=Visit.State.DISPATCHED, team_draw=None, order=None
        )
        Visit.objects.filter(
            team_sitting=prepared, state=Visit.State.DISPATCHED, team_draw__isnull=True
        ).update(team_sitting=None)
    if live:
        audit.record(
            "team.withdrawn",
            f"抽取 {draw.number} 作废，{len(live)} 户"
            + ("重新待匹配检查人员" if is_whole else f"的{draw.unit.short_name}人员退出检查组"),
            target=draw,
            actor=actor,
            about=[draw.task, *live],
            detail={"visits": [visit.number for visit in live]},
            is_bad=True,
        )


def _freeze(sitting: Sitting, reason: str, *, actor: User, today: date) -> list[Draw]:
    prepared = TeamSitting.objects.select_related(
        "unit", "task", "sitting__authority", "neighbour"
    ).get(sitting=sitting)
    list(Visit.objects.select_for_update().filter(team_sitting=prepared).order_by("pk"))
    visits = reading.prepared_visits(prepared)
    if not visits:
        raise RuleError("这次匹配的检查都已办结或已另行委派，没有可以锁定的名单。请取消这次安排。")
    consents.require_answered(prepared)
    return [
        draws.freeze(
            sitting=sitting,
            task=prepared.task,
            unit=lists.unit,
            kind=Draw.Kind.TEAMS,
            lists=lists.contents,
            team=lists.team,
            reason=reason.strip() or _usual_reason(prepared, lists.unit),
            counts={"unable": _tally(lists)},
            pool_count=lists.inspectors.count,
            actor=actor,
        )
        for lists in team_lists.of_sitting(prepared, visits, today)
    ]


def _tally(lists: team_lists.TeamLists) -> dict[str, int]:
    codes = [code.value for code in lists.unable.values()]
    return {code: codes.count(code) for code in set(codes)}


def _usual_reason(prepared: TeamSitting, unit: Agency) -> str:
    before = Draw.objects.filter(task=prepared.task, unit=unit, kind=Draw.Kind.TEAMS).order_by("-n")
    last = before.first()
    if last is None:
        return ""
    if last.events.filter(kind="voided").exists():
        return "前次匹配已作废，重新匹配"
    return "对尚无检查组的检查补充匹配"


def _apply(draw: Draw, result: bytes, *, actor: User) -> None:
    """Rows of one draw's teams. In joint work the executing unit's draw comes first and makes the teams; a participant's
    officers join those, whoever leads them in their own draw as a member: the visit has one leader (A52)."""
    prepared = TeamSitting.objects.select_related("unit").get(sitting_id=draw.sitting_id)
    is_whole = draw.unit_id == prepared.unit_id
    state = Visit.State.DISPATCHED if is_whole else Visit.State.TEAMED
    visits = {
        visit.number: visit
        for visit in Visit.objects.select_for_update(of=("self",))
        .filter(team_sitting=prepared, state=state)
        .select_related("authority")
        .order_by("pk")
    }
    drawn = reading.read_result(result)
    pids = {pid for row in drawn for _, pid, _ in row.members}
    officers = {p.pid: p for p in Inspector.objects.filter(pid__in=pids)}
    experts = {p.pid: p for p in Expert.objects.filter(pid__in=pids)}
    teamed = [row for row in drawn if row.is_filled and row.number in visits]
    # Behind the team of the executing unit, department after department.
    offset = 100 * draw.sitting.draws.filter(chain_number__lt=draw.chain_number).count()
    TeamMember.objects.bulk_create(
        [
            TeamMember(
                visit=visits[row.number],
                inspector=None if part == "expert" else officers[pid],
                expert=experts[pid] if part == "expert" else None,
                part=part if is_whole or part != "leader" else TeamMember.Part.MEMBER,
                source=TeamMember.Source.DRAWN,
                ticket=ticket,
                draw=draw,
                drawn_as=part,
                position=offset + place,
            )
            for row in teamed
            for place, (part, pid, ticket) in enumerate(row.members, 1)
        ],
        batch_size=1000,
    )
    done = [visits[row.number] for row in teamed]
    if is_whole:
        Visit.objects.filter(pk__in=[visit.pk for visit in done]).update(
            state=Visit.State.TEAMED, team_draw=draw
        )
        for visit in done:
            visit.state = Visit.State.TEAMED
    unfilled = [row.number for row in drawn if not row.is_filled and row.number in visits]
    audit.record(
        "team.matched",
        ("随机匹配检查人员" if is_whole else f"随机匹配{draw.unit.short_name}的检查人员")
        + f"：{len(done)} 户成组"
        + (f"，{len(unfilled)} 户未能成组" if unfilled else ""),
        target=draw,
        actor=actor,
        about=[draw.sitting, draw.task, *visits.values()],
        detail={"teamed": [row.number for row in teamed], "unfilled": unfilled},
        is_bad=bool(unfilled),
    )
    guests.seat(visits=done, unit=prepared.unit, people=list(officers.values()), actor=actor)
    disclosure.tell_matched(done, key=f"team.matched:{draw.pk}")
