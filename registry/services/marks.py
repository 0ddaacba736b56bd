"""联合惩戒 and 严重违法 come back to the register as marks: set by an outcome, ended by its date or with a reason (A36, A48, A88)."""

from datetime import date

from django.db import transaction

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import User
from registry.models import Entity, EntityRevision, Listing, RiskMark
from registry.rules.kinds import RiskFlag
from registry.services.entities import KEEPERS


def put(
    *,
    entity: Entity,
    authority_id: int,
    flag: str,
    source: str,
    reason: str,
    from_on: date,
    until_on: date | None,
    actor: User,
) -> RiskMark | None:
    """Marks this authority's listing of the entity; None where it is not listed there. The same source marks once.

    Called by whoever approved the outcome that leads to it, in the same transaction.
    """
    if flag not in set(RiskFlag):
        raise RuleError("没有这种风险标记。")
    if until_on is not None and until_on < from_on:
        raise RuleError("标记的截止日期不能早于起始日期。")
    with transaction.atomic():
        listing = _locked(Listing.objects.filter(entity=entity, authority_id=authority_id))
        if listing is None:
            return None
        mark, is_new = RiskMark.objects.get_or_create(
            listing=listing,
            flag=flag,
            source=source,
            defaults={
                "authority_id": authority_id,
                "reason": reason[:300],
                "from_on": from_on,
                "until_on": until_on,
                "set_by": actor,
            },
        )
        if is_new:
            until = f"，至 {until_on}" if until_on else ""
            _write(listing, {*listing.risk_flags, flag}, reason, actor)
            audit.record(
                "entity.marked",
                f"风险标记“{_label(flag)}”：{reason}{until}",
                target=listing.entity,
                actor=actor,
                authority=listing.authority,
                detail={"flag": flag, "source": source, "until": str(until_on or "")},
                is_bad=True,
            )
        return mark


def take_off(*, mark_pk: int, reason: str, actor: User, today: date) -> RiskMark:
    """Ends a mark before its date, with the reason (信用修复, 处罚撤销). Raises Conflict when it has ended."""
    if not reason.strip():
        raise RuleError("取消标记须写明理由。")
    with transaction.atomic():
        mark = RiskMark.objects.get(pk=mark_pk)
        require(actor, mark.authority_id, *KEEPERS)
        return _end(mark, reason.strip(), actor, today)


def expire(*, today: date) -> int:
    """The beat's: marks whose date has passed. Returns how many; running twice does no harm."""
    ended = 0
    for mark in RiskMark.objects.standing().filter(until_on__lt=today).order_by("id"):
        with transaction.atomic():
            try:
                _end(mark, f"期限 {mark.until_on} 届满", None, today)
            except Conflict:
                continue
            ended += 1
    return ended


def _end(mark: RiskMark, reason: str, actor: User | None, today: date) -> RiskMark:
    listing = _locked(Listing.objects.filter(pk=mark.listing_id))
    assert listing is not None
    held: RiskMark = RiskMark.objects.select_for_update(of=("self",)).get(pk=mark.pk)
    if held.ended_on is not None:
        raise Conflict(f"这个标记已于 {held.ended_on} 取消：{held.end_reason}")
    held.ended_on, held.ended_by, held.end_reason = today, actor, reason[:300]
    held.save(update_fields=["ended_on", "ended_by", "end_reason"])
    others = RiskMark.objects.standing().filter(listing=listing, flag=held.flag)
    if not others.exists():
        _write(listing, set(listing.risk_flags) - {held.flag}, reason, actor)
    audit.record(
        "entity.unmarked",
        f"取消风险标记“{_label(held.flag)}”：{reason}",
        target=listing.entity,
        actor=actor,
        authority=listing.authority,
        detail={"flag": held.flag, "source": held.source},
    )
    return held


def _locked(rows: "object") -> Listing | None:
    found: Listing | None = (
        rows.select_for_update(of=("self", "entity"))  # type: ignore[attr-defined]
        .select_related("entity", "authority")
        .first()
    )
    return found


def _write(listing: Listing, flags: set[str], reason: str, actor: User | None) -> None:
    """The listing's flags with a revision, so that an edit begun before does not undo them unseen."""
    before, after = listing.risk_flags, sorted(flags)
    if before == after:
        return
    entity = listing.entity
    entity.version += 1
    entity.save(update_fields=["version", "updated_at"])
    listing.risk_flags = after
    listing.save(update_fields=["risk_flags"])
    EntityRevision.objects.create(
        entity=entity,
        version=entity.version,
        source=f"风险标记：{reason}"[:100],
        by=actor,
        changes={"entity": {}, "listing": {"risk_flags": [before, after]}},
    )


def _label(flag: str) -> str:
    return dict(RiskFlag.choices()).get(flag, flag)
