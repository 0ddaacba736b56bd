"""扫码入企、亮码入企: who entered when, where and how; entered afterwards only with a reason and in time (A98)."""

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import Role, User
from bureau.selectors import rule_settings
from bureau.services import transitions
from inspections.models import EntryLog, FirmCode, RouteNote, Visit
from inspections.rules import clock as clock_rules
from inspections.rules import entry as rules
from inspections.rules.places import NOWHERE, Place
from inspections.rules.processes import VISIT
from inspections.services.notices import ALPHABET
from inspections.services.on_site import is_entered_late
from inspections.services.revisions import lock_visit, officer
from registry.models import Entity, Listing

CODE_KEEPERS = (Role.INSPECTOR, Role.COORDINATOR, Role.ORGANISER, Role.DIVISION_ADMIN)
LATE_READERS = (Role.ASSESSOR, Role.HEAD, Role.DEPUTY, Role.AUDITOR, Role.ORGANISER)
TOKEN_LENGTH = 20  # 100 bits
AT_THE_DOOR = (Visit.State.ORDERED, Visit.State.IN_PROGRESS)
AFTERWARDS = (*AT_THE_DOOR, Visit.State.FINISHED, Visit.State.RECORDED, Visit.State.CLOSED)


def code_of(*, listing: Listing, actor: User) -> FirmCode:
    """The firm's code, made when it is asked for the first time; it never changes, the print hangs on a wall."""
    require(actor, listing.authority_id, *CODE_KEEPERS)
    known = FirmCode.objects.filter(entity=listing.entity).first()
    if known is not None:
        return known
    with transaction.atomic():
        Entity.objects.select_for_update().get(pk=listing.entity_id)
        code, made = FirmCode.objects.get_or_create(
            entity=listing.entity,
            defaults={
                "token": "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH)),
                "made_by": actor,
                "made_at": timezone.now(),
            },
        )
        if made:
            audit.record("firm-code.made", "制作企业码", target=listing, actor=actor)
        return code


def enter(
    *,
    visit_pk: Any,
    actor: User,
    way: str,
    happened_at: datetime,
    token: str = "",
    place: Place = NOWHERE,
) -> EntryLog:
    """Notes the entry of one officer for the day; a second time the same day finds the first.

    Raises Forbidden outside the team, Conflict when the visit is not open, RuleError for another firm's code or an
    impossible time.
    """
    if way not in (EntryLog.Way.SCANNED, EntryLog.Way.SHOWN):
        raise RuleError("请选择进入的方式：扫企业码，或亮检查码。")
    with transaction.atomic():
        visit = lock_visit(visit_pk)
        officer(visit, actor)
        if visit.state not in AT_THE_DOOR:
            raise Conflict(transitions.moved_on(VISIT, visit))
        if way == EntryLog.Way.SCANNED:
            _check_code(visit, token)
        _check_moment(visit, happened_at)
        return _log(visit, actor, way=way, happened_at=happened_at, place=place)


def enter_late(*, visit_pk: Any, actor: User, happened_at: datetime, reason: str) -> EntryLog:
    """An entry that was not noted at the door, within the bureau's days and with a reason; it stays flagged.

    Raises Forbidden, Conflict, RuleError like `enter`; RuleError also when the day has its entry already.
    """
    with transaction.atomic():
        visit = lock_visit(visit_pk)
        officer(visit, actor)
        if visit.state not in AFTERWARDS:
            raise Conflict(transitions.moved_on(VISIT, visit))
        _check_moment(visit, happened_at)
        now = timezone.localtime()
        days = int(rule_settings.value_of("entry_late_days", visit.authority, now.year))
        problem = rules.late_problem(happened_at, now, days=days, reason=reason)
        if problem:
            raise RuleError(problem)
        on = timezone.localdate(happened_at)
        if EntryLog.objects.filter(visit=visit, by=actor, on=on).exists():
            raise RuleError(f"您 {on:%Y-%m-%d} 进入这家单位已有登记，不用补录。")
        return _log(
            visit,
            actor,
            way=EntryLog.Way.LATE,
            happened_at=happened_at,
            place=NOWHERE,
            reason=reason.strip()[:300],
        )


def note_route(*, visit_pk: Any, actor: User, text: str) -> RouteNote:
    """How one gets there, for whoever comes next; the earlier words stay in their rows."""
    with transaction.atomic():
        visit = lock_visit(visit_pk)
        officer(visit, actor)
        text = text.strip()
        if not text:
            raise RuleError("请写明怎么去，例如“过大桥右转，沿河走 2 公里，蓝色铁门”。")
        known = RouteNote.objects.filter(entity=visit.entity, authority=visit.authority).first()
        if known is not None and known.text == text:
            return known
        row = RouteNote.objects.create(
            entity=visit.entity, authority=visit.authority, text=text, by=actor, at=timezone.now()
        )
        audit.record(
            "route.noted",
            "填写怎么去",
            target=visit,
            actor=actor,
            detail={
                "text": audit.differences({"text": known.text if known else ""}, {"text": text})
            },
        )
        return row


def _check_code(visit: Visit, token: str) -> None:
    found = FirmCode.objects.select_related("entity").filter(token=token[:32]).first()
    if found is None:
        raise RuleError("没有这个企业码。请对准本系统印发的企业码再扫，或改用亮检查码。")
    if found.entity_id != visit.entity_id:
        raise RuleError(f"扫到的不是“{visit.entity}”的企业码，请核对是不是走错了地方。")


def _check_moment(visit: Visit, happened_at: datetime) -> None:
    order = visit.order
    decided = order.decided_at if order is not None and not order.is_emergency else None
    problem = clock_rules.claim_problem(
        happened_at, timezone.now(), not_before=decided, before="检查审批的时间"
    )
    if problem:
        raise RuleError(problem)
    if timezone.localdate(happened_at) < visit.window_from:
        raise RuleError(f"本次检查的期限自 {visit.window_from:%Y-%m-%d} 开始，还不能登记进入。")


def _log(
    visit: Visit, actor: User, *, way: str, happened_at: datetime, place: Place, reason: str = ""
) -> EntryLog:
    on, now = timezone.localdate(happened_at), timezone.now()
    known: EntryLog | None = EntryLog.objects.filter(visit=visit, by=actor, on=on).first()
    if known is not None:
        return known
    row: EntryLog = EntryLog.objects.create(
        visit=visit,
        authority=visit.authority,
        way=way,
        on=on,
        happened_at=happened_at,
        recorded_at=now,
        latitude=place.latitude,
        longitude=place.longitude,
        is_late=way == EntryLog.Way.LATE or is_entered_late(visit, happened_at, now),
        reason=reason,
        by=actor,
    )
    audit.record(
        "entry.late" if row.is_late else "entry.logged",
        f"{actor.full_name}登记进入（{row.get_way_display()}）",
        target=visit,
        actor=actor,
        detail={
            "happened_at": happened_at.isoformat(),
            "recorded_at": now.isoformat(),
            "reason": reason,
            "has_place": place.is_known,
        },
        is_bad=row.is_late,
    )
    return row
