"""复查: officers of the unit go again, on the head's order, to see whether what was ordered was done (A86, A96, A97).

It stands in the ledger as 复查, which is exempt from the yearly cap (A96).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role, StoredFile, User
from bureau.services import notifications, numbers, transitions
from inspections.models import Disposal, DisposalStep, RecheckVisit
from inspections.rules.disposal_paths import RECHECK
from inspections.selectors import rechecks as reading
from inspections.services import disposal_steps, disposals
from registry.models import Inspector, LedgerEntry
from registry.services import ledger

OFFICERS = 2  # 行政处罚法第四十二条; A52


def request(
    *,
    disposal_pk: Any,
    officers: Sequence[Inspector],
    planned_on: date,
    reason: str,
    actor: User,
    today: date,
) -> RecheckVisit:
    """Asks the head for a recheck by these officers on this day (A97: every inspection needs the head's approval).

    Raises RuleError for fewer than two, for somebody without a valid certificate, away or who must recuse; Conflict
    while another recheck is open.
    """
    if planned_on < today:
        raise RuleError("复查日期不能早于今天。")
    with transaction.atomic():
        row = disposal_steps.locked(disposal_pk, actor, "recheck")
        _check_officers(row, officers, planned_on)
        try:
            with transaction.atomic():
                made: RecheckVisit = RecheckVisit.objects.create(
                    authority=row.authority,
                    disposal=row,
                    number=numbers.document_number(
                        authority=row.authority, kind="recheck", label="复查", year=today.year
                    ),
                    unit=reading.unit_of(row),
                    planned_on=planned_on,
                    reason=reason.strip(),
                    requested_by=actor,
                )
        except IntegrityError as twice:
            raise Conflict("这项处置的复查正在办理，请刷新页面查看。") from twice
        made.officers.set(officers)
        disposal_steps.move(row, "recheck")
        names = "、".join(officer.name for officer in officers)
        text = f"提请复查 {made.number}：{planned_on}，{names}"
        disposal_steps.keep(
            row, DisposalStep.Kind.RECHECK, actor=actor, on=today, text=text, recheck=made
        )
        audit.record(
            "recheck.requested",
            text,
            target=made,
            actor=actor,
            about=[row, row.visit_matter.visit],
            detail={"officers": [o.certificate_no for o in officers], "reason": made.reason},
        )
        notifications.notify(
            users=notifications.holders(authority=row.authority, roles=[Role.HEAD]),
            key=f"recheck-requested:{made.pk}",
            text=f"{actor.full_name}提请复查：{row.visit_matter.visit.entity}，{planned_on}（{made.number}）。",
            url=_url(made),
            authority=row.authority,
        )
        return made


def decide(*, recheck_pk: Any, approve: bool, note: str, actor: User) -> RecheckVisit:
    """The head's decision. Approved: the officers are told, the ledger opens its entry. Refused: back to the deadline.

    Raises Forbidden for who asked, Conflict when it was decided already, RuleError for a refusal without reason.
    """
    if not approve and not note.strip():
        raise RuleError("不批准须写明意见。")
    with transaction.atomic():
        row = _begin(recheck_pk, "approve" if approve else "refuse", actor)
        if row.requested_by_id == actor.pk:
            raise Forbidden("您是这次复查的提请人，不能审批自己的提请，请由其他负责人审批。")
        row.state = RecheckVisit.State.APPROVED if approve else RecheckVisit.State.REFUSED
        row.decided_by, row.decided_at = actor, timezone.now()
        row.decision_note = note.strip()
        row.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
        matter = row.disposal.visit_matter
        if approve:
            ledger.open_entry(
                entity=matter.visit.entity,
                authority=row.authority,
                day=row.planned_on,
                source=reading.source_of(row),
                kind=LedgerEntry.Kind.RECHECK,
                counts=False,
                matters=[matter.matter],
                unit=row.unit,
                note=f"{row.disposal.number} 责令改正的复查",
            )
        else:
            _back(row)
        word = "批准" if approve else "不批准"
        audit.record(
            "recheck.approved" if approve else "recheck.refused",
            f"{word}复查 {row.number}" + (f"：{row.decision_note}" if row.decision_note else ""),
            target=row,
            actor=actor,
            about=[row.disposal, matter.visit],
            is_bad=not approve,
        )
        going = [officer.user for officer in row.officers.select_related("user") if officer.user]
        notifications.notify(
            users={user.pk: user for user in [row.requested_by, *going]}.values(),
            key=f"recheck-decided:{row.pk}",
            text=f"复查 {row.number} 已{word}：{matter.visit.entity}，{row.planned_on}。",
            url=_url(row),
            authority=row.authority,
            is_urgent=not approve,
        )
        return row


def record(
    *,
    recheck_pk: Any,
    visited_on: date,
    place: str,
    is_passed: bool,
    finding: str,
    actor: User,
    today: date,
    documents: Sequence[StoredFile] = (),
) -> RecheckVisit:
    """What they saw; passed ends the disposal, not passed leaves the next order or the case (A86).

    By an officer of the recheck. Raises Forbidden for others, RuleError for an impossible day or without words.
    """
    if not finding.strip():
        raise RuleError("请写明复查看到的情况。")
    with transaction.atomic():
        row = _begin(recheck_pk, "record", actor)
        if not row.officers.filter(user=actor).exists():
            raise Forbidden("复查结果由参加复查的检查人员登记。")
        if visited_on > today:
            raise RuleError("复查日期不能晚于今天。")
        if row.decided_at is not None and visited_on < timezone.localdate(row.decided_at):
            raise RuleError("复查日期不能早于批准日期，检查须先经批准。")
        row.state = RecheckVisit.State.DONE
        row.visited_on, row.is_passed = visited_on, is_passed
        row.finding, row.place = finding.strip()[:500], place.strip()[:300]
        row.recorded_by, row.recorded_at = actor, timezone.now()
        row.save(
            update_fields=[
                "state",
                "visited_on",
                "is_passed",
                "finding",
                "place",
                "recorded_by",
                "recorded_at",
            ]
        )
        row.documents.set(documents)
        ledger.close_entry(source=reading.source_of(row), day=visited_on)
        disposal = row.disposal
        kind = DisposalStep.Kind.PASSED if is_passed else DisposalStep.Kind.FAILED
        disposal.stage = "closed" if is_passed else "failed"
        disposal.save(update_fields=["stage"])
        disposal_steps.keep(
            disposal,
            kind,
            actor=actor,
            on=visited_on,
            text=f"复查 {row.number}：{row.finding}",
            recheck=row,
            document=documents[0] if documents else None,
        )
        audit.record(
            "recheck.recorded",
            f"复查 {row.number}：{'已改正' if is_passed else '未改正'}，{row.finding}",
            target=row,
            actor=actor,
            about=[disposal, disposal.visit_matter.visit],
            detail={"visited_on": visited_on.isoformat(), "files": [d.sha256 for d in documents]},
            is_bad=not is_passed,
        )
        if is_passed:
            disposals.settle(
                disposal,
                actor=actor,
                result=f"复查 {row.number}，已改正：{row.finding}",
                closed_on=visited_on,
            )
        return row


def cancel(*, recheck_pk: Any, reason: str, actor: User) -> RecheckVisit:
    """It will not take place; the order goes on. Raises RuleError without a reason."""
    if not reason.strip():
        raise RuleError("取消复查须写明原因。")
    with transaction.atomic():
        row = _begin(recheck_pk, "cancel", actor)
        if not disposals.may_close(row.disposal, actor):
            raise Forbidden(f"这项处置由{row.disposal.responsible}负责，由该单位取消复查。")
        row.state = RecheckVisit.State.CANCELLED
        row.finding = reason.strip()[:500]
        row.save(update_fields=["state", "finding"])
        ledger.close_entry(source=reading.source_of(row), counts=False)
        _back(row)
        audit.record(
            "recheck.cancelled",
            f"取消复查 {row.number}：{row.finding}",
            target=row,
            actor=actor,
            about=[row.disposal],
        )
        return row


def remind(*, today: date) -> int:
    """The officers of approved rechecks, on the day and when it has passed, each once (A86)."""
    new = 0
    rows = reading.rows().filter(state=RecheckVisit.State.APPROVED, planned_on__lte=today)
    for row in rows.order_by("planned_on", "id"):
        is_late = row.planned_on < today
        officers = row.officers.select_related("user").exclude(user=None)
        new += notifications.notify(
            users=[officer.user for officer in officers if officer.user],
            key=f"recheck-due:{row.pk}:{'late' if is_late else 'today'}",
            text=f"复查 {row.number}：{row.disposal.visit_matter.visit.entity}，安排 {row.planned_on}，{'已过期' if is_late else '就在今天'}。",
            url=_url(row),
            authority=row.authority,
            is_urgent=is_late,
        )
    return new


def _begin(pk: Any, action: str, actor: User) -> RecheckVisit:
    """The disposal is locked before its recheck, as everywhere."""
    known = RecheckVisit.objects.values_list("disposal_id", flat=True).get(pk=pk)
    disposal = (
        Disposal.objects.select_for_update(of=("self",))
        .select_related(*disposal_steps.ROWS)
        .get(pk=known)
    )
    row: RecheckVisit
    row, _ = transitions.begin(
        RECHECK,
        RecheckVisit.objects.select_related("authority", "unit", "requested_by"),
        pk,
        action,
        actor,
    )
    row.disposal = disposal
    return row


def _back(row: RecheckVisit) -> None:
    row.disposal.stage = "ordered"
    row.disposal.save(update_fields=["stage"])


def _check_officers(row: Disposal, officers: Sequence[Inspector], on: date) -> None:
    if len({officer.pk for officer in officers}) < OFFICERS:
        raise RuleError("复查须由两名以上执法人员进行，请补选。")
    choices = {choice.inspector.pk: choice for choice in reading.choices(row, on)}
    for officer in officers:
        choice = choices.get(officer.pk)
        if choice is None:
            raise RuleError(f"{officer.name}不在本单位执法检查人员名录库，不能参加复查。")
        if choice.why_not:
            raise RuleError(f"{officer.name}不能参加复查：{choice.why_not}。")


def _url(row: RecheckVisit) -> str:
    return reverse("inspections:recheck-detail", kwargs={"pk": row.pk})
