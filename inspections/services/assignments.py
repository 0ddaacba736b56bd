"""Who goes by decision, each with its reason: 直接委派, 专家指定, 派员协助 (A54, A55, A105)."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Max

from bureau import audit
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import User
from bureau.services import transitions
from inspections.models import TeamMember, Visit
from inspections.rules.merging import Window
from inspections.rules.processes import VISIT
from inspections.rules.teams import missing_quals, team_problem, unfit
from inspections.selectors import joint
from inspections.selectors import teams as reading
from inspections.selectors.team_lists import recusal_reasons
from inspections.selectors.visits import tasks_of
from inspections.services import disclosure, guests
from inspections.services.desks import require_desk_of
from planning.models import Sitting, Task
from registry.models import Expert, Inspector
from registry.rules.recusal import Interest


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
            Visit.objects.select_related("entity", "unit", "team_sitting__sitting", "authority"),
            visit.pk,
            "assign",
            actor,
        )
        require_desk_of(actor, row)
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
            about=tasks_of(row),
            detail={
                "officers": [person.pid for person in ordered],
                "experts": [person.pid for person in experts],
                "reason": reason.strip(),
            },
        )
        guests.seat(visits=[row], unit=row.unit, people=list(officers), actor=actor)
        disclosure.tell_matched([row], key=f"team.assigned:{row.pk}")
    return row


def appoint_expert(
    *, visit: Visit, expert: Expert, reason: str, actor: User, today: date
) -> TeamMember:
    """An expert of the register joins the team by decision; never one who must recuse (A54: 随机抽取或直接指定).

    Raises RuleError without a reason, for an expert of another authority, or somebody in the team already; Conflict once
    the visit has begun.
    """
    if not reason.strip():
        raise RuleError("指定专家须写明原因，例如事项须该领域专家参加。")
    with transaction.atomic():
        row = _open(visit, "appoint_expert", actor)
        if expert.authority_id != row.authority_id or expert.state != Inspector.State.ACTIVE:
            raise RuleError("只能指定本单位专家库中的在库专家。")
        check_people(row, [], [expert], today)
        member = _join(
            row,
            TeamMember(
                expert=expert,
                part=TeamMember.Part.EXPERT,
                source=TeamMember.Source.ASSIGNED,
                reason=reason.strip()[:200],
            ),
        )
        _record(row, member, "team.expert-appointed", "指定专家", actor)
    return member


def send_helper(
    *, visit: Visit, person: Inspector | Expert, reason: str, actor: User, today: date
) -> TeamMember:
    """派员协助: a professional of the unit goes along where the drawn team lacks a qualification that is preferred.

    Not counted in the team's size, does not sign the result, stands on notice and record with the reason. Raises
    RuleError for somebody who may not go or is in the team already. Basis: A105; A100 (others only assist).
    """
    if not reason.strip():
        raise RuleError("派员协助须写明原因，例如本组无人具备无人机航测专长。")
    with transaction.atomic():
        row = _open(visit, "send_helper", actor)
        if person.authority_id != row.authority_id:
            raise RuleError("协助人员由本单位派出，请从本单位名录库中选择。")
        if isinstance(person, Inspector):
            check_people(row, [person], [], today)
        else:
            check_people(row, [], [person], today)
        member = _join(
            row,
            TeamMember(
                inspector=person if isinstance(person, Inspector) else None,
                expert=person if isinstance(person, Expert) else None,
                part=TeamMember.Part.HELPER,
                source=TeamMember.Source.SENT,
                reason=reason.strip()[:200],
            ),
        )
        _record(row, member, "team.helper-sent", "派员协助", actor)
        disclosure.tell_joined(row, member, key=f"team.helper:{member.pk}")
    return member


def withdraw_extra(*, visit: Visit, member: TeamMember, reason: str, actor: User) -> None:
    """A helper, or an expert who was appointed, does not go after all. Whom the draw chose is replaced instead."""
    if not reason.strip():
        raise RuleError("请写明不再参加的原因。")
    with transaction.atomic():
        row = _open(visit, "send_helper", actor)
        found = row.team.filter(pk=member.pk, is_current=True, draw__isnull=True).first()
        if found is None or found.part not in {TeamMember.Part.HELPER, TeamMember.Part.EXPERT}:
            raise Conflict("此人不是派出的协助人员或指定的专家，或已不在检查组内，请刷新页面查看。")
        found.is_current = False
        found.save(update_fields=["is_current"])
        audit.record(
            "team.extra-withdrawn",
            f"{found.get_part_display()}{found}不再参加，原因：{reason.strip()}",
            target=row,
            actor=actor,
            about=tasks_of(row),
            detail={"pid": reading.pid_of(found), "reason": reason.strip()},
        )


def _open(visit: Visit, action: str, actor: User) -> Visit:
    row: Visit
    row, _ = transitions.begin(
        VISIT,
        Visit.objects.select_related("entity", "unit", "authority"),
        visit.pk,
        action,
        actor,
    )
    require_desk_of(actor, row)
    return row


def _join(visit: Visit, member: TeamMember) -> TeamMember:
    person = member.inspector or member.expert
    assert person is not None
    team = visit.team.filter(is_current=True)
    taken = (
        team.filter(inspector=member.inspector)
        if member.inspector
        else team.filter(expert=member.expert)
    )
    if taken.exists():
        raise RuleError(f"{person.name}已在检查组内，请另选人员。")
    member.visit = visit
    member.position = (visit.team.aggregate(last=Max("position"))["last"] or 0) + 1
    member.save(force_insert=True)
    return member


def _record(visit: Visit, member: TeamMember, action: str, word: str, actor: User) -> None:
    audit.record(
        action,
        f"{word}：{member}，原因：{member.reason}",
        target=visit,
        actor=actor,
        about=tasks_of(visit),
        detail={"pid": reading.pid_of(member), "reason": member.reason},
    )


def _check_assignment(
    visit: Visit,
    officers: Sequence[Inspector],
    leader: Inspector,
    experts: Sequence[Expert],
    today: date,
) -> None:
    allowed = {visit.authority_id} | {
        party.authority_id for party in joint.parties_of_visit(visit) if party.authority_id
    }
    homes = {person.authority_id for person in officers} | {p.authority_id for p in experts}
    if homes - allowed:
        raise Forbidden("只能委派本单位名录库中的人员；部门联合检查的，也可以是参与部门的人员。")
    if leader.authority_id != visit.authority_id:
        raise Forbidden("联合检查的组长由牵头单位的人员担任，请另选组长。")
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
    reasons = recusal_reasons([visit], officers, experts)
    everybody: list[Inspector | Expert] = [*officers, *experts]
    for one in everybody:
        found = reasons.get((visit.number, one.pid))
        if found:
            raise RuleError(
                f"{one.name}须回避{visit.entity.name}：{Interest(found).label}。请另选人员。"
            )


def _is_from_platform(visit: Visit) -> bool:
    return all(task.draw_source == Task.DrawSource.PLATFORM for task in tasks_of(visit))
