"""行政处罚信息: entered, reviewed by another person, published and pushed, marked in the register (A88)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Agency, User
from bureau.selectors import calendar, rule_settings
from bureau.services import notifications, transitions
from inspections.models import Disposal
from publication.models import Penalty, PublicRecord
from publication.rules.processes import PENALTY, PENALTY_RECORDERS
from publication.selectors import penalties as reads
from publication.services import pushing, records
from registry.models import Entity
from registry.rules.kinds import EntityKind
from registry.rules.names import bigrams, search_key
from registry.services import marks


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What the 处罚决定书 says."""

    number: str
    decided_by_name: str
    decided_on: date
    kind: str
    fact: str
    basis: str
    content: str
    amount: Decimal | None = None
    flag: str = ""
    flag_until_on: date | None = None


def record(
    *,
    entity: Entity,
    authority: Agency,
    decision: Decision,
    actor: User,
    today: date,
    disposal: Disposal | None = None,
) -> Penalty:
    """Enters a penalty; its publication is due so many working days after the decision (setting penalty_workdays).

    Raises RuleError for what is missing or impossible or another firm's disposal, Conflict for a decision that was
    entered already.
    """
    with transaction.atomic():
        require(actor, authority.pk, *PENALTY_RECORDERS)
        _check(decision, entity, today)
        if disposal is not None and disposal.visit_matter.visit.entity_id != entity.pk:
            raise RuleError(
                f"{disposal.number} 的检查对象是“{disposal.visit_matter.visit.entity}”，与所填代码的“{entity}”不是同一家，请核对代码。"
            )
        try:
            with transaction.atomic():
                row: Penalty = Penalty.objects.create(
                    authority=authority,
                    entity=entity,
                    disposal=disposal,
                    recorded_by=actor,
                    **_due(authority, decision),
                    **vars(decision),
                )
        except IntegrityError as twice:
            raise Conflict(f"处罚决定书 {decision.number} 已经录入，不能重复录入。") from twice
        _written(row, "penalty.recorded", f"录入行政处罚信息 {row.number}：{row.content}", actor)
        return row


def amend(*, penalty_pk: Any, decision: Decision, actor: User, today: date) -> Penalty:
    """Puts right what the review returned. Raises Conflict when it is not with the recorder."""
    with transaction.atomic():
        row, _ = transitions.begin(PENALTY, reads.rows(), penalty_pk, "amend", actor)
        _check(decision, row.entity, today)
        for name, value in {**vars(decision), **_due(row.authority, decision)}.items():
            setattr(row, name, value)
        row.state = Penalty.State.RECORDED
        row.recorded_by, row.recorded_at = actor, timezone.now()
        row.reviewed_by = row.reviewed_at = None
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as twice:
            raise Conflict(f"处罚决定书 {decision.number} 已经录入，不能重复录入。") from twice
        _written(row, "penalty.amended", f"补正行政处罚信息 {row.number}", actor)
        return row


def review(*, penalty_pk: Any, approve: bool, note: str, actor: User, today: date) -> Penalty:
    """By somebody else. Approved: published at once, pushed to the platforms, marked in the register where it says so.

    Raises Forbidden for who entered it, RuleError for a return without reason, Conflict for the second of two.
    """
    if not approve and not note.strip():
        raise RuleError("退回须写明缺什么、怎么补正。")
    with transaction.atomic():
        row, step = transitions.begin(
            PENALTY, reads.rows(), penalty_pk, "approve" if approve else "return", actor
        )
        if row.recorded_by_id == actor.pk:
            raise Forbidden("这条处罚信息由您录入，须由其他人审核。")
        row.state, row.reviewed_by, row.reviewed_at = step.to, actor, timezone.now()
        row.review_note = note.strip()[:300]
        if approve:
            row.record = _publish(row, actor, today)
        row.save(update_fields=["state", "reviewed_by", "reviewed_at", "review_note", "record"])
        if row.record is not None:
            pushing.push("penalty", row.record)
            _mark(row, actor)
        word = "审核通过并公示" if approve else "退回"
        _written(
            row,
            "penalty.published" if approve else "penalty.returned",
            f"{word}行政处罚信息 {row.number}" + (f"：{row.review_note}" if note else ""),
            actor,
            is_bad=not approve,
        )
        if not approve:
            notifications.notify(
                users=[row.recorded_by],
                key=f"penalty-returned:{row.pk}:{row.reviewed_at:%Y%m%d%H%M%S}",
                text=f"处罚信息 {row.number} 被退回：{row.review_note}",
                url=reverse("publication:penalty-detail", kwargs={"pk": row.pk}),
                authority=row.authority,
                is_urgent=True,
            )
        return row


def warn_due(*, today: date) -> int:
    """Open ones due within three working days or overdue, each step once, to who must act."""
    told = 0
    for row in reads.rows().exclude(state=Penalty.State.PUBLISHED).order_by("id"):
        due = calendar.due(row.due_on, today)
        if due is None or due.days_left > 3:
            continue
        users = [row.recorded_by]
        if row.state == Penalty.State.RECORDED:
            roles = sorted(PENALTY.roles_for("approve"))
            users = notifications.holders(authority=row.authority, roles=roles)
        told += notifications.notify(
            users=[
                user for user in users if user.pk != row.recorded_by_id or row.state == "returned"
            ],
            key=f"penalty-due:{row.pk}:{row.state}:{'late' if due.is_late else 'soon'}",
            text=f"处罚信息 {row.number} 公示{due.text}：{row.entity}，{row.get_state_display()}。",
            url=reverse("publication:penalty-detail", kwargs={"pk": row.pk}),
            authority=row.authority,
            is_urgent=due.is_late,
        )
    return told


def _due(authority: Agency, decision: Decision) -> dict[str, Any]:
    days = int(rule_settings.value_of("penalty_workdays", authority, decision.decided_on.year))
    found = calendar.due_after(decision.decided_on, days)
    return {"due_on": found.date, "due_is_provisional": found.provisional}


def _check(decision: Decision, entity: Entity, today: date) -> None:
    for value, word in (
        (decision.number, "处罚决定书文号"),
        (decision.decided_by_name, "作出处罚的机关"),
        (decision.fact, "违法事实"),
        (decision.basis, "处罚依据"),
        (decision.content, "处罚内容"),
    ):
        if not value.strip():
            raise RuleError(f"请填写{word}。")
    if EntityKind(entity.kind) == EntityKind.PERSON:
        for value, word in ((decision.basis, "处罚依据"), (decision.content, "处罚内容")):
            if entity.name in value:
                raise RuleError(f"{word}会对外公示，不能写自然人的姓名，请改写为“当事人”。")
    if decision.decided_on > today:
        raise RuleError("处罚决定日期不能晚于今天。")
    if decision.kind == Penalty.Kind.FINE and not decision.amount:
        raise RuleError("罚款须填写金额。")
    if decision.flag_until_on is not None and not decision.flag:
        raise RuleError("填写了列入期限，请同时选择列入哪一类。")
    if decision.flag_until_on is not None and decision.flag_until_on <= decision.decided_on:
        raise RuleError("列入期限须晚于处罚决定日期。")


def _publish(row: Penalty, actor: User, today: date) -> PublicRecord:
    content = reads.content(row, today)
    name = content["entity"]["name"]
    return records.freeze(
        kind=PublicRecord.Kind.PENALTY,
        subject=f"publication.penalty:{row.pk}",
        authority=row.authority,
        title=f"{name}：{row.get_kind_display()}",
        content=content,
        actor=actor,
        at=timezone.now(),
        due_on=row.due_on,
        index={
            "entity_name": name,
            "entity_code": content["entity"]["code"],
            "search_name": search_key(name),
            "bigrams": bigrams(name),
            "unit_name": row.decided_by_name,
            "inspected_on": row.decided_on,
            "outcome_text": row.content,
            "found_problem": True,
        },
    )


def _mark(row: Penalty, actor: User) -> None:
    if row.flag:
        marks.put(
            entity=row.entity,
            authority_id=row.authority_id,
            flag=row.flag,
            source=f"publication.penalty:{row.pk}",
            reason=f"处罚决定书 {row.number}",
            from_on=row.decided_on,
            until_on=row.flag_until_on,
            actor=actor,
        )


def _written(row: Penalty, action: str, label: str, actor: User, is_bad: bool = False) -> None:
    disposal = row.disposal
    audit.record(
        action,
        label,
        target=row,
        actor=actor,
        about=[disposal, disposal.visit_matter] if disposal else [],
        detail={"due_on": row.due_on.isoformat(), "flag": row.flag},
        is_bad=is_bad,
    )
