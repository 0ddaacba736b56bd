"""更换检查人员: asked for with a lawful cause, agreed by another person, filled by the draw's own order (A51, A56, A57; DRAW §6)."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role, User
from bureau.services import notifications, transitions
from inspections.models import Replacement, TeamMember, Visit
from inspections.rules.processes import VISIT
from inspections.rules.teams import BY_HAND, Passed, deciders, may_be_declined, missing_quals, unfit
from inspections.selectors import desk, succession
from inspections.selectors import teams as reading
from inspections.services import disclosure, guests
from inspections.services.assignments import check_people
from inspections.services.desks import require_desk_of
from inspections.services.dispatch import coordinators
from registry.models import Expert, Inspector, Recusal
from registry.selectors import recusals
from registry.services import people


def request(
    *,
    visit: Visit,
    member: TeamMember,
    code: str,
    note: str,
    actor: User,
    recusal_reason: str = "declared",
    today: date | None = None,
) -> Replacement:
    """Somebody must leave the team: asked by themself or by the visit's desk, before the visit begins.

    岗位调整、工作冲突、身体健康, 回避, or because a rule bars them by now (`today` needed for that). A declared interest is
    registered at once, so that nobody draws them for this entity again; what the firm asks for is registered when the
    head agrees (行政处罚法第四十三条). Raises RuleError without a cause, Conflict once the visit has begun. Basis: A56, A57.
    """
    if code not in Replacement.Code.values:
        raise RuleError("更换检查人员须有法定原因：岗位调整、工作冲突、身体健康或回避。")
    is_recusal = code == Replacement.Code.RECUSAL
    if is_recusal and recusal_reason not in Recusal.Reason.values:
        raise RuleError("请选择回避事由。")
    if not note.strip():
        raise RuleError("请写明更换的具体情况。")
    with transaction.atomic():
        row = _open_visit(visit)
        leaver = _member(row, member)
        if leaver.part == TeamMember.Part.HELPER:
            raise RuleError("协助人员不是抽取产生的，不再参加的请在检查页面直接登记。")
        if not _is_self(leaver, actor):
            require_desk_of(actor, row)
        if code == Replacement.Code.UNFIT:
            _require_unfit(row, leaver, today)
        if is_recusal and recusal_reason != Recusal.Reason.PARTY_REQUEST:
            _recuse(row, leaver, recusal_reason, note, actor)
        last = row.replacements.aggregate(last=Max("number"))["last"] or 0
        try:
            with transaction.atomic():
                asked = Replacement.objects.create(
                    visit=row,
                    number=last + 1,
                    leaver=leaver,
                    code=code,
                    recusal_reason=recusal_reason if is_recusal else "",
                    note=note.strip(),
                    requested_by=actor,
                )
        except IntegrityError as taken:
            raise Conflict(f"{leaver}的更换已在办理，请等待办理结果。") from taken
        audit.record(
            "replacement.requested",
            f"申请更换{leaver}：{asked.get_code_display()}，{asked.note}",
            target=row,
            actor=actor,
            about=[asked],
            detail={"pid": reading.pid_of(leaver), "code": code, "note": asked.note},
        )
        notifications.notify(
            users=[person for person in _told(row, asked) if person.pk != actor.pk],
            key=f"replacement.requested:{asked.pk}",
            text=f"{row.entity.name}的检查人员{leaver}申请退出（{asked.get_code_display()}），请办理更换",
            url=reverse("inspections:replacement-detail", args=[asked.pk]),
            authority=row.authority,
            is_urgent=True,
        )
    return asked


def pass_over(
    *, replacement: Replacement, pid: str, code: str, actor: User, today: date
) -> Replacement:
    """Whose turn it is cannot come: noted with code and approver, and the next in order is called (DRAW §6).

    Raises Conflict when somebody else is next by now, RuleError for a code that is no lawful cause.
    """
    if code not in BY_HAND:
        raise RuleError("跳过须有原因：岗位调整、工作冲突或身体健康。")
    with transaction.atomic():
        asked, visit = _pending(replacement, actor)
        following, _ = succession.next_in_order(asked, today)
        if following is None or following.pid != pid:
            raise Conflict("递补次序已变化，请刷新页面后再办理。")
        _note_passed(asked, actor, [(pid, Passed(code))])
        asked.save(update_fields=["passed_over"])
        audit.record(
            "replacement.passed-over",
            f"递补跳过{following.name}：{Passed(code).label}",
            target=visit,
            actor=actor,
            about=[asked],
            detail={"pid": pid, "code": code},
        )
    return asked


def consent(
    *, replacement: Replacement, actor: User, today: date, expected_pid: str = ""
) -> Replacement:
    """Agrees: the next by the draw's order comes in, of the same kind, so that the visit's quals stay covered.

    Whom a rule bars since the lock (certificate, leave, left the register) is passed over and noted. Several who leave
    one team are replaced in team order. `expected_pid`: whom the page showed. Raises Forbidden for the leaver themself,
    RuleError when nobody is left (then 另行指派). Basis: A51, A56 (003 二(三); 002 二十一).
    """
    with transaction.atomic():
        asked, visit = _pending(replacement, actor)
        earlier = (
            visit.replacements.filter(
                state=Replacement.State.REQUESTED, leaver__position__lt=asked.leaver.position
            )
            .exclude(pk=asked.pk)
            .first()
        )
        if earlier is not None:
            raise RuleError(f"同组多人更换须按组内次序办理，请先办理{earlier.leaver}的更换。")
        following, skipped = succession.next_in_order(asked, today)
        if following is None:
            raise RuleError(
                "按抽取次序已没有可以递补的人员。请另行指派，或作废这次匹配后扩大人员范围重新匹配。"
            )
        if expected_pid and expected_pid != following.pid:
            raise Conflict(f"递补次序已变化，现在轮到{following.name}。请刷新页面核对后再同意。")
        _note_passed(asked, actor, [(pid, Passed(code.value)) for pid, code in skipped])
        _register_request(asked, visit, actor)
        joiner = _swap(
            asked,
            visit,
            person=following.inspector or following.expert,
            source=TeamMember.Source.REPLACEMENT,
            ticket=following.ticket,
        )
        _finish(asked, visit, joiner, actor, f"依次递补：{asked.leaver} → {joiner}")
    return asked


def designate(
    *,
    replacement: Replacement,
    person: Inspector | Expert,
    reason: str,
    actor: User,
    today: date,
) -> Replacement:
    """另行指派: somebody out of turn comes in, with the reason, marked so in the public changes.tsv (002 二十一; DRAW §6).

    Raises RuleError for somebody who may not go, or when the visit's quals would not be covered any more.
    """
    if not reason.strip():
        raise RuleError("另行指派须写明原因。")
    with transaction.atomic():
        asked, visit = _pending(replacement, actor)
        _check_designated(asked, visit, person, today)
        _register_request(asked, visit, actor)
        asked.is_designated = True
        joiner = _swap(
            asked,
            visit,
            person=person,
            source=TeamMember.Source.DESIGNATED,
            reason=reason.strip(),
        )
        _finish(
            asked,
            visit,
            joiner,
            actor,
            f"另行指派：{asked.leaver} → {joiner}，原因：{reason.strip()}",
            note=reason.strip(),
        )
    return asked


def decline(*, replacement: Replacement, note: str, actor: User) -> Replacement:
    """Does not agree; the member stays. A declared 回避 cannot be declined, a firm's request can, by the head (A57)."""
    if not note.strip():
        raise RuleError("不同意更换须写明理由。")
    with transaction.atomic():
        asked, visit = _pending(replacement, actor)
        if not may_be_declined(asked.code, asked.recusal_reason):
            raise RuleError(
                "有利害关系须回避、不具备资格须退出，不能不同意。请递补或另行指派接替人员。"
            )
        asked.state, asked.approved_by = Replacement.State.DECLINED, actor
        asked.decided_at, asked.decision_note = timezone.now(), note.strip()
        asked.save(update_fields=["state", "approved_by", "decided_at", "decision_note"])
        audit.record(
            "replacement.declined",
            f"不同意更换{asked.leaver}：{asked.decision_note}",
            target=visit,
            actor=actor,
            about=[asked],
        )
        _tell_requester(asked, visit, "未同意")
    return asked


def _open_visit(visit: Visit) -> Visit:
    row: Visit = (
        Visit.objects.select_for_update(of=("self",))
        .select_related("entity", "unit", "authority", "team_draw")
        .get(pk=visit.pk)
    )
    if VISIT.find(row.state, "replace") is None:
        raise Conflict(transitions.moved_on(VISIT, row))
    return row


def _pending(replacement: Replacement, actor: User) -> tuple[Replacement, Visit]:
    visit = _open_visit(replacement.visit)
    asked = (
        Replacement.objects.select_for_update(of=("self",))
        .select_related("leaver__inspector", "leaver__expert", "leaver__draw", "requested_by")
        .get(pk=replacement.pk)
    )
    asked.visit = visit
    if asked.state != Replacement.State.REQUESTED:
        raise Conflict(f"这项更换已由他人办理：{asked.get_state_display()}。请刷新页面查看。")
    roles = deciders(asked.code, asked.recusal_reason)
    require(actor, visit.authority_id, *roles)
    if Role.HEAD not in roles:
        require_desk_of(actor, visit)
    if _is_self(asked.leaver, actor):
        raise Forbidden("您就是要退出的人员，更换须由他人同意，请由其他分派员或任务经办办理。")
    if asked.requested_by_id == actor.pk:
        raise Forbidden("这项更换由您提出，须由另一位分派员或任务经办同意。")
    return asked, visit


def may_decide(actor: User, replacement: Replacement) -> bool:
    """Whether the page shows the buttons. Needs `leaver` with its person and `visit` loaded."""
    visit = replacement.visit
    roles = deciders(replacement.code, replacement.recusal_reason)
    holds = (
        actor.has_role_at(visit.authority_id, *roles)
        if Role.HEAD in roles
        else desk.of(actor).has(visit)
    )
    return (
        holds
        and replacement.requested_by_id != actor.pk
        and not _is_self(replacement.leaver, actor)
    )


def is_party_to(actor: User, replacement: Replacement) -> bool:
    """Who asked, or who leaves: they know already. Needs `leaver` with its person."""
    return replacement.requested_by_id == actor.pk or _is_self(replacement.leaver, actor)


def _told(visit: Visit, asked: Replacement) -> list[User]:
    """Who can agree: the unit's coordinators, or the head."""
    roles = deciders(asked.code, asked.recusal_reason)
    if Role.HEAD in roles:
        return notifications.holders(authority=visit.authority, roles=roles)
    return coordinators(visit.unit)


def _require_unfit(visit: Visit, leaver: TeamMember, today: date | None) -> None:
    person = _person(leaver)
    if isinstance(person, Inspector):
        day = today or visit.window_to
        found = unfit(reading.officer_of(person), reading.window_of(visit), day) is not None
    else:
        found = person.state != Inspector.State.ACTIVE
    if not found:
        raise RuleError(
            f"{person.name}的证件、在岗和在库情况都符合要求，不能按不具备资格更换，请选择其他原因。"
        )


def _register_request(asked: Replacement, visit: Visit, actor: User) -> None:
    """A firm's request that the head agrees to becomes a 回避 in the register (A57)."""
    if asked.recusal_reason == Recusal.Reason.PARTY_REQUEST:
        _recuse(visit, asked.leaver, asked.recusal_reason, asked.note, actor)


def _member(visit: Visit, member: TeamMember) -> TeamMember:
    found = (
        visit.team.filter(pk=member.pk, is_current=True)
        .select_related("inspector", "expert")
        .first()
    )
    if found is None:
        raise Conflict("此人已不在检查组内，请刷新页面查看。")
    return found


def _recuse(visit: Visit, leaver: TeamMember, reason: str, note: str, actor: User) -> None:
    """The tie in the register; one that stands there already is enough."""
    person = _person(leaver)
    officers = [person.pk] if isinstance(person, Inspector) else []
    experts = [person.pk] if isinstance(person, Expert) else []
    if recusals.in_force(officers, [visit.entity_id], experts).exists():
        return
    people.declare_recusal(
        actor=actor,
        entity=visit.entity,
        reason=reason,
        note=note.strip(),
        inspector=leaver.inspector,
        expert=leaver.expert,
        authority=visit.authority,
    )


def _person(member: TeamMember) -> Inspector | Expert:
    person = member.inspector or member.expert
    assert person is not None
    return person


def _is_self(member: TeamMember, actor: User) -> bool:
    return _person(member).user_id == actor.pk


def _note_passed(asked: Replacement, actor: User, rows: list[tuple[str, Passed]]) -> None:
    asked.passed_over = [
        *asked.passed_over,
        *(
            {"pid": pid, "code": code.value, "label": code.label, "approver": actor.full_name}
            for pid, code in rows
        ),
    ]


def _swap(
    asked: Replacement,
    visit: Visit,
    *,
    person: Inspector | Expert | None,
    source: str,
    ticket: str = "",
    reason: str = "",
) -> TeamMember:
    if person is None:
        raise RuleError("接替人员在名录库中已找不到，请另行指派。")
    leaver = asked.leaver
    leaver.is_current = False
    leaver.save(update_fields=["is_current"])
    last = visit.team.aggregate(last=Max("position"))["last"] or 0
    return TeamMember.objects.create(
        visit=visit,
        inspector=person if isinstance(person, Inspector) else None,
        expert=person if isinstance(person, Expert) else None,
        part=leaver.part,
        source=source,
        reason=reason[:200],
        ticket=ticket,
        draw=leaver.draw,
        drawn_as=leaver.drawn_as,
        position=last + 1,
    )


def _finish(
    asked: Replacement,
    visit: Visit,
    joiner: TeamMember,
    actor: User,
    label: str,
    note: str = "",
) -> None:
    asked.state, asked.joiner, asked.approved_by = Replacement.State.DONE, joiner, actor
    asked.decided_at, asked.decision_note = timezone.now(), note
    asked.save(
        update_fields=[
            "state",
            "joiner",
            "approved_by",
            "decided_at",
            "decision_note",
            "passed_over",
            "is_designated",
        ]
    )
    audit.record(
        "replacement.done",
        f"更换检查人员（{asked.get_code_display()}），{label}",
        target=visit,
        actor=actor,
        about=[asked, *([asked.leaver.draw] if asked.leaver.draw else [])],
        detail={
            "out": reading.pid_of(asked.leaver),
            "in": reading.pid_of(joiner),
            "passed_over": asked.passed_over,
            "designated": asked.is_designated,
        },
    )
    _tell_requester(asked, visit, "已办理")
    if joiner.inspector is not None:
        guests.seat(visits=[visit], unit=visit.unit, people=[joiner.inspector], actor=actor)
    disclosure.tell_joined(
        visit, joiner, key=f"replacement.joined:{asked.pk}", instead_of=str(asked.leaver)
    )


def _tell_requester(asked: Replacement, visit: Visit, word: str) -> None:
    notifications.notify(
        users=[asked.requested_by],
        key=f"replacement.decided:{asked.pk}",
        text=f"{visit.entity.name}检查人员{asked.leaver}的更换{word}",
        url=reverse("inspections:visit-detail", args=[visit.pk]),
        authority=visit.authority,
    )


def _check_designated(
    asked: Replacement, visit: Visit, person: Inspector | Expert, today: date
) -> None:
    if person.authority_id not in {visit.authority_id, _person(asked.leaver).authority_id}:
        raise Forbidden(
            "只能指派本单位名录库中的人员；联合检查的，也可以是退出人员所在单位的人员。"
        )
    wants_expert = asked.leaver.part == TeamMember.Part.EXPERT
    if wants_expert != isinstance(person, Expert):
        raise RuleError("接替人员须与退出人员同类：执法人员接执法人员，专家接专家。")
    staying = [m for m in reading.current_team(visit) if m.pk != asked.leaver.pk]
    if any(
        _person(member).pk == person.pk and bool(member.expert) == wants_expert
        for member in staying
    ):
        raise RuleError(f"{person.name}已在检查组内，请另选人员。")
    if isinstance(person, Inspector):
        if asked.leaver.part == TeamMember.Part.LEADER and not person.may_lead:
            raise RuleError(f"{person.name}在名录库中登记为不任组长，不能接替组长，请另选人员。")
        check_people(visit, [person], [], today)
    else:
        check_people(visit, [], [person], today)
    loaded = Visit.objects.prefetch_related("matters__matter", "matters__task").get(pk=visit.pk)
    quals, fields = reading.demands_of([loaded])[loaded.pk]
    team = [*(_person(member) for member in staying), person]
    lacking = missing_quals(
        quals, [frozenset(p.quals) for p in team if isinstance(p, Inspector)]
    ) or missing_quals(fields, [frozenset(p.fields) for p in team if isinstance(p, Expert)])
    if lacking:
        raise RuleError(
            f"换成{person.name}后检查组缺少依法须具备的“{'、'.join(lacking)}”，请另选人员。"
        )
