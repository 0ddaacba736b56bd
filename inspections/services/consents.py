"""Officers of another unit in a team draw: asked for, agreed or refused by that unit, or entered from its letter (A55, A59)."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Agency, User
from bureau.selectors.waiting import reach
from bureau.services import notifications
from inspections.models import PoolConsent, TeamSitting
from inspections.selectors import joint
from inspections.services.desks import require_desk
from planning.models import Sitting

State, Purpose = PoolConsent.State, PoolConsent.Purpose


def ask(
    *, prepared: TeamSitting, agency: Agency, purpose: str, reason: str, actor: User
) -> PoolConsent:
    """Asks another unit for its officers; part of preparing a sitting, in its transaction."""
    asked = PoolConsent.objects.create(
        team_sitting=prepared,
        agency=agency,
        purpose=purpose,
        reason=reason.strip()[:200],
        requested_by=actor,
    )
    audit.record(
        "pool.requested",
        f"请{agency.name}派员参加匹配（{asked.get_purpose_display()}）：{asked.reason}",
        target=prepared.sitting,
        actor=actor,
        about=[prepared.task, agency],
        detail={"agency": agency.code, "purpose": purpose, "reason": asked.reason},
    )
    notifications.notify(
        users=[person for person in answerers(agency) if person.pk != actor.pk],
        key=f"pool.requested:{asked.pk}",
        text=f"{prepared.unit.name}请{agency.short_name}派员联合匹配检查人员，请同意或说明理由",
        url=reverse("inspections:pool-consent", args=[asked.pk]),
        authority=agency.authority,
        is_urgent=True,
    )
    return asked


def answerers(agency: Agency) -> list[User]:
    """Who can say yes for this unit; nobody where the department has no accounts here."""
    authority = agency.authority or agency
    people = notifications.holders(authority=authority, roles=joint.CONSENTERS)
    return [
        user for user in people if reach(user, *joint.CONSENTERS).covers(agency.pk, authority.pk)
    ]


def decide(*, consent: PoolConsent, agree: bool, actor: User, note: str = "") -> PoolConsent:
    """That unit's coordinator, or its authority's head, agrees or refuses with the reason.

    Raises Forbidden for anybody else and for whoever asked, Conflict when it was answered or the list is locked.
    """
    if not agree and not note.strip():
        raise RuleError("不同意须写明理由，便于对方另行安排。")
    with transaction.atomic():
        row = _pending(consent)
        if not joint.may_answer(actor, row):
            raise Forbidden(
                f"这项请求由{row.agency.name}的分派员或主要负责人答复，提出请求的人不能代为同意。"
            )
        _answer(row, agree, actor, note=note)
    return row


def enter_letter(
    *, consent: PoolConsent, agree: bool, letter: str, actor: User, note: str = ""
) -> PoolConsent:
    """The answer of a department without accounts here, by the number of its letter; entered by the unit that asked.

    Raises RuleError without the letter's number, or where the department can answer for itself.
    """
    if not letter.strip():
        raise RuleError("请填写对方来函的文号或日期。")
    with transaction.atomic():
        row = _pending(consent)
        require_desk(actor, row.team_sitting.unit, [row.team_sitting.task])
        if answerers(row.agency):
            raise RuleError(f"{row.agency.name}有人员可以在系统内答复，请由对方办理。")
        row.letter = letter.strip()
        _answer(row, agree, actor, note=note)
    return row


def require_answered(prepared: TeamSitting) -> None:
    """Raises RuleError while somebody has not answered, or a neighbour refused: the lists cannot be frozen yet."""
    for row in joint.consents(prepared):
        if row.state == State.REQUESTED:
            raise RuleError(
                f"{row.agency.name}尚未同意派员（{row.get_purpose_display()}），名单不能锁定。请等对方答复，或取消本次安排。"
            )
        if row.state == State.REFUSED and row.purpose == Purpose.NEIGHBOUR:
            raise RuleError(
                f"{row.agency.name}不同意联合匹配：{row.note}。请取消本次安排，改选其他单位或直接委派。"
            )


def _pending(consent: PoolConsent) -> PoolConsent:
    """The sitting is locked first: answering and locking the list exclude each other."""
    sitting = Sitting.objects.select_for_update().get(team_sitting__pk=consent.team_sitting_id)
    row: PoolConsent = (
        PoolConsent.objects.select_for_update(of=("self",))
        .select_related("agency", "requested_by", "team_sitting__unit", "team_sitting__task")
        .get(pk=consent.pk)
    )
    row.team_sitting.sitting = sitting
    if row.state != State.REQUESTED:
        raise Conflict(f"这项请求已答复：{row.get_state_display()}。请刷新页面查看。")
    if sitting.state != Sitting.State.PREPARED:
        raise Conflict("名单已锁定或安排已取消，这项请求不再需要答复。")
    return row


def _answer(row: PoolConsent, agree: bool, actor: User, *, note: str) -> None:
    row.state = State.AGREED if agree else State.REFUSED
    row.decided_by, row.decided_at, row.note = actor, timezone.now(), note.strip()[:200]
    row.save(update_fields=["state", "decided_by", "decided_at", "letter", "note"])
    said = "同意派员" if agree else "不同意派员"
    source = f"（来函{row.letter}）" if row.letter else ""
    audit.record(
        "pool.agreed" if agree else "pool.refused",
        f"{row.agency.name}{said}{source}" + (f"：{row.note}" if row.note else ""),
        target=row.team_sitting.sitting,
        actor=actor,
        about=[row.team_sitting.task, row.agency],
        detail={"agency": row.agency.code, "letter": row.letter, "note": row.note},
        is_bad=not agree,
    )
    notifications.notify(
        users=[row.requested_by],
        key=f"pool.answered:{row.pk}",
        text=f"{row.agency.short_name}{said}",
        url=reverse("planning:sitting-detail", args=[row.team_sitting.sitting_id]),
        authority=row.team_sitting.sitting.authority,
        is_urgent=not agree,
    )
