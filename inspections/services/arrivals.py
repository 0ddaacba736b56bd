"""到场: officers confirm presence, with the second one the visit begins (A60, A64)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import User
from bureau.services import transitions
from inspections.models import TeamMember, Visit
from inspections.rules import clock as clock_rules
from inspections.rules.places import NOWHERE, Place
from inspections.rules.processes import VISIT
from inspections.selectors import fieldwork
from inspections.services.on_site import moments
from inspections.services.revisions import lock_visit, officer
from registry.rules.certificates import certificate_valid


def arrive(
    *,
    visit_pk: Any,
    actor: User,
    happened_at: datetime,
    place: Place = NOWHERE,
    certificates_shown: bool = True,
    on_device_of: User | None = None,
) -> Visit:
    """One officer confirms presence with their own account; with the second the visit begins (A64).

    `on_device_of`: whose phone it was, when the officer signed in there for this one step.

    Raises Forbidden outside the team, Conflict when the visit is not open for it, RuleError for an impossible time, an
    expired certificate or one that was not shown.
    """
    _require_shown(certificates_shown)
    with transaction.atomic():
        visit = lock_visit(visit_pk)
        member = officer(visit, actor)
        if visit.state == Visit.State.IN_PROGRESS:
            _check_arrival(visit, happened_at)
            _confirm(visit, [member], happened_at, actor, on_device_of)
            return visit
        if VISIT.find(visit.state, "start") is None:
            raise Conflict(transitions.moved_on(VISIT, visit))
        _check_arrival(visit, happened_at)
        _confirm(visit, [member], happened_at, actor, on_device_of)
        present = [m for m in fieldwork.officers(visit) if m.present_at is not None]
        if len(present) >= 2:
            moments = [m.present_at for m in present if m.present_at is not None]
            _begin(visit, actor, max(moments), place, present)
        return visit


def start(
    *,
    visit_pk: Any,
    actor: User,
    present: Sequence[int],
    happened_at: datetime,
    place: Place = NOWHERE,
    certificates_shown: bool = True,
) -> Visit:
    """The leader records who is there (`present`: ids of team members) and the visit begins (A52, A60, A64).

    Raises Forbidden for others than the leader, RuleError below two officers, for an impossible time or an expired
    certificate or one that was not shown, Conflict when the visit has begun already.
    """
    _require_shown(certificates_shown)
    with transaction.atomic():
        visit: Visit
        visit, _ = transitions.begin(
            VISIT, Visit.objects.select_related("entity"), visit_pk, "start", actor
        )
        member = officer(visit, actor)
        if member.part != TeamMember.Part.LEADER:
            raise Forbidden("到场情况由组长统一登记；您也可以用自己的账号确认本人到场。")
        chosen = [m for m in fieldwork.officers(visit) if m.pk in set(present) or m.pk == member.pk]
        if len({m.pk for m in chosen} | _present_ids(visit)) < 2:
            raise RuleError(
                "到场的执法人员不得少于 2 名。请勾选实际到场的人员；人数不够的，不能开始检查。"
            )
        _check_arrival(visit, happened_at)
        _confirm(visit, chosen, happened_at, actor)
        present_now = [m for m in fieldwork.officers(visit) if m.present_at is not None]
        _begin(visit, actor, happened_at, place, present_now)
        return visit


def _require_shown(certificates_shown: bool) -> None:
    if not certificates_shown:
        raise RuleError("请先向当事人出示执法证、说明来意，再勾选“已出示执法证”。")


def _present_ids(visit: Visit) -> set[int]:
    return {m.pk for m in fieldwork.officers(visit) if m.present_at is not None}


def _check_arrival(visit: Visit, happened_at: datetime) -> None:
    """Not in the future; not before the head approved, unless the approval follows an emergency (A97)."""
    order = visit.order
    decided = order.decided_at if order is not None and not order.is_emergency else None
    problem = clock_rules.claim_problem(
        happened_at, timezone.now(), not_before=decided, before="检查审批的时间"
    )
    if problem:
        raise RuleError(problem)
    if timezone.localdate(happened_at) < visit.window_from:
        raise RuleError(f"本次检查的期限自 {visit.window_from:%Y-%m-%d} 开始，还不能上门检查。")


def _confirm(
    visit: Visit,
    members: Sequence[TeamMember],
    happened_at: datetime,
    actor: User,
    on_device_of: User | None = None,
) -> None:
    """Notes presence once; who has no valid certificate that day cannot inspect (A19, A100)."""
    for member in members:
        if member.present_at is not None:
            continue
        assert member.inspector is not None
        person = member.inspector
        if not certificate_valid(person.certificate_expires_on, timezone.localdate(happened_at)):
            raise RuleError(
                f"{person.name}的执法证（{person.certificate_no}）已于 {person.certificate_expires_on:%Y-%m-%d} 到期，不能参加检查。请由分派员办理更换。"
            )
        member.present_at = member.certificate_shown_at = happened_at
        member.save(update_fields=["present_at", "certificate_shown_at"])
        audit.record(
            "presence.confirmed",
            f"{person.name}到场，出示执法证 {person.certificate_no}",
            target=visit,
            actor=actor,
            detail={
                "member": member.pk,
                "own_account": person.user_id == actor.pk,
                **({"on_device_of": on_device_of.full_name} if on_device_of else {}),
            },
        )


def _begin(
    visit: Visit,
    actor: User,
    happened_at: datetime,
    place: Place,
    present: Sequence[TeamMember],
) -> None:
    now = timezone.now()
    visit.state = Visit.State.IN_PROGRESS
    visit.started_at, visit.started_recorded_at = happened_at, now
    if place.is_known:
        visit.latitude, visit.longitude = place.latitude, place.longitude
    visit.save(
        update_fields=["state", "started_at", "started_recorded_at", "latitude", "longitude"]
    )
    names = "、".join(str(member) for member in present)
    audit.record(
        "visit.started",
        f"到场开始检查：{names}",
        target=visit,
        actor=actor,
        detail=moments(visit, happened_at, now)
        | {"outside_window": timezone.localdate(happened_at) > visit.window_to},
    )
