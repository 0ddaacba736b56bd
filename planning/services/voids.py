"""作废: asked for by one, approved by another; the draw stays visible with what was thrown away (DRAW §3)."""

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role, User
from bureau.selectors import rule_settings
from bureau.services import notifications, transitions
from planning.models import Draw, Sitting, VoidRequest
from planning.rules.sittings import process_of
from planning.selectors import separation
from planning.selectors import sittings as progress
from planning.services import draws, entity_draws, sittings
from planning.services.sitting_desks import require_desk

Undo = Callable[[Draw, User], None]
UNDO: dict[str, Undo] = {}


def undoes(kind: str) -> Callable[[Undo], Undo]:
    """Registers what a void draw of this kind leads to, in the same transaction; inspections does so for `teams`.

    The function raises RuleError when it is too late to void.
    """

    def register(undo: Undo) -> Undo:
        UNDO[kind] = undo
        return undo

    return register


@undoes("entities")
def _undo_entities(draw: Draw, actor: User) -> None:
    if hasattr(
        draw.sitting, "supplement"
    ):  # the task runs on without what the 补抽 would have added
        entity_draws.hold([draw.task_id], action="supplement")
        entity_draws.withdraw_picks(draw=draw)
        return
    entity_draws.take_back(draw=draw)


@transaction.atomic
def request(*, sitting: Sitting, reason: str, actor: User, draw: Draw | None = None) -> VoidRequest:
    """Asks to void the whole sitting, or after the result one of its draws. Raises RuleError or Conflict."""
    sitting, _ = transitions.begin(
        process_of(sitting.purpose),
        Sitting.objects.select_related("authority"),
        sitting.pk,
        "request_void",
        actor,
    )
    require_desk(sitting, actor)
    if not reason.strip():
        raise RuleError("请写明作废原因，原因会随作废的抽取一并公开。")
    if draw is not None and (draw.sitting_id != sitting.pk or _is_void(draw)):
        raise RuleError("这次抽取不属于本次摇号会，或已经作废。")
    if draw is not None and sitting.state == Sitting.State.LOCKED:
        raise RuleError("抽取尚未计算，只能整场作废。")
    _require_waited(sitting)
    for one in [draw] if draw else list(sitting.draws.all()):
        draws.check_reason(one, reason.strip())
    try:
        with transaction.atomic():
            asked = VoidRequest.objects.create(
                sitting=sitting, draw=draw, reason=reason.strip(), requested_by=actor
            )
    except IntegrityError as open_already:
        raise Conflict("本次摇号已有一项作废申请待批准，请等待批准结果。") from open_already
    audit.record(
        "sitting.void-requested",
        f"申请作废：{asked.reason}",
        target=sitting,
        actor=actor,
        about=[draw] if draw else [],
        is_bad=True,
    )
    notifications.notify(
        users=_approvers(sitting),
        key=f"sitting.void:{asked.pk}",
        text=f"{actor.full_name}申请作废“{sitting.title}”，请审批。",
        url=f"/desk/planning/sittings/{sitting.pk}/void/decide/",
        authority=sitting.authority,
        is_urgent=True,
    )
    return asked


@transaction.atomic
def decide(*, asked: VoidRequest, approve: bool, actor: User, note: str = "") -> VoidRequest:
    """Approves or refuses. Approved: void.txt, the result where all digits are open, everything revealed (DRAW §3).

    Raises Forbidden for who asked, operated or witnessed; Conflict when it was decided meanwhile.
    """
    sitting = (
        Sitting.objects.select_for_update(of=("self",))
        .select_related("authority")
        .get(pk=asked.sitting_id)
    )
    asked = VoidRequest.objects.select_for_update().get(pk=asked.pk)
    if asked.state != VoidRequest.State.SUBMITTED:
        raise Conflict(f"这项作废申请已由他人办理：{asked.get_state_display()}。请刷新页面查看。")
    require_approver(sitting, actor)
    if actor.pk in {asked.requested_by_id, *separation.run_by(sitting)}:
        raise Forbidden("申请人和操作人不能批准作废，请由其他有权人员审批。")
    if sitting.witnesses.filter(user=actor).exists():
        raise Forbidden("您是本次摇号的监督人，不能批准作废，请由其他有权人员审批。")
    if not approve and not note.strip():
        raise RuleError("不同意作废，请写明意见。")
    asked.state = VoidRequest.State.APPROVED if approve else VoidRequest.State.REFUSED
    asked.decided_by, asked.decided_at = actor, timezone.now()
    asked.decision_note = note.strip()
    asked.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    if approve:
        _void(sitting, asked, actor)
    audit.record(
        "sitting.void-approved" if approve else "sitting.void-refused",
        f"批准作废：{asked.reason}" if approve else f"不同意作废：{asked.decision_note}",
        target=sitting,
        actor=actor,
        is_bad=approve,
    )
    return asked


def needs_superior(sitting: Sitting) -> bool:
    """Once digits, a beacon's value or the result are known the superior approves, unless the setting leaves it to the
    head (DRAW §3). Where no superior is entered, the head is all there is."""
    if sitting.authority.superior_id is None:
        return False
    year = timezone.localdate().year
    wanted = rule_settings.value_of("void_approver", sitting.authority, year)
    return wanted == "superior" and (
        sitting.state == Sitting.State.COMPUTED
        or sitting.witnesses.filter(opened_at__isnull=False).exists()
        or progress.progress(sitting).beacon_known
    )


def require_approver(sitting: Sitting, actor: User) -> None:
    """Raises Forbidden unless the actor may decide on voiding this sitting."""
    if not needs_superior(sitting):
        require(actor, sitting.authority_id, Role.HEAD)
    elif (
        sitting.authority_id not in actor.subordinate_ids
    ):  # one's own authority has another above it
        raise Forbidden("报数以后作废须由上级主管部门批准，您不在本单位的上级主管部门任上级主管。")


def _require_waited(sitting: Sitting) -> None:
    """While something of the seed is known and a witness still has time to open, nobody may choose to throw it away."""
    if sitting.state != Sitting.State.LOCKED:
        return
    state = progress.progress(sitting)
    until = progress.open_until(sitting)
    is_part_known = bool(state.opened) or state.beacon_known
    if is_part_known and state.unopened and until is not None and timezone.now() < until:
        raise RuleError(
            f"还在等{'、'.join(state.unopened)}公布监督数字，时限到 {timezone.localtime(until):%m-%d %H:%M}。"
            "已有数字公开，时限之前不能申请作废；过时仍不公布的，可以申请作废。"
        )


def _approvers(sitting: Sitting) -> list[User]:
    if needs_superior(sitting) and sitting.authority.superior is not None:
        return notifications.holders(authority=sitting.authority.superior, roles=[Role.SUPERIOR])
    return notifications.holders(authority=sitting.authority, roles=[Role.HEAD])


def _void(sitting: Sitting, asked: VoidRequest, actor: User) -> None:
    whole = sitting.draws.select_related("sitting", "task", "authority").order_by("chain_number")
    chosen = [d for d in whole if asked.draw_id in {None, d.pk} and not _is_void(d)]
    at = timezone.now()
    for draw in chosen:
        UNDO[draw.kind](draw, actor)
        if sitting.state == Sitting.State.LOCKED:
            _finish(sitting, draw, actor)
        draws.void(draw, reason=asked.reason, at=at, actor=actor)
        draws.reveal(draw, actor=actor)
    if all(_is_void(draw) for draw in whole):
        sitting.state = Sitting.State.VOIDED
        sitting.save(update_fields=["state"])


def _finish(sitting: Sitting, draw: Draw, actor: User) -> None:
    """What a draw voided before its result still gets: the result if everything is open, else the incomplete record."""
    given = sittings.given_so_far(sitting)
    if progress.progress(sitting).missing:
        draws.record_incomplete(draw, given)
    else:
        draws.compute(draw, given, actor=actor)


def _is_void(draw: Draw) -> bool:
    return draw.events.filter(kind="voided").exists()
