"""Letters of 后续处置: issued once with what they say frozen, their receipt entered when it comes back (A84, A86)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import StoredFile, User
from bureau.services import numbers
from inspections.models import DisposalAsk, DisposalStep, Letter
from inspections.rules.disposal_paths import LETTERS, path_of
from inspections.rules.forms_letters import MARKS
from inspections.selectors import letters as reading
from inspections.services import disposal_steps


def issue(
    *,
    disposal_pk: Any,
    recipient: str,
    due_on: date,
    note: str,
    attachments: Sequence[str],
    actor: User,
    today: date,
) -> Letter:
    """Makes the letter of this measure, numbers and freezes it; an order's deadline becomes the disposal's (A86).

    Raises Forbidden for who is not responsible, RuleError where the path has another next step, for a deadline that has
    passed, and for 移送司法机关 before the head has approved it.
    """
    with transaction.atomic():
        row = disposal_steps.locked(disposal_pk, actor, "issue")
        kind = LETTERS[row.measure]
        recipient = recipient.strip()
        if not recipient:
            raise RuleError("请写明文书主送的单位。")
        if due_on < today:
            raise RuleError("要求办理的期限不能早于今天。")
        signed = row.asks.filter(kind=DisposalAsk.Kind.JUDICIAL, state=DisposalAsk.State.APPROVED)
        if kind == Letter.Kind.JUDICIAL and not signed.exists():
            raise RuleError("移送司法机关须先经主要负责人批准，请先提请批准。")
        number = numbers.document_number(
            authority=row.authority, kind=f"letter_{kind}", label=MARKS[kind], year=today.year
        )
        listed = [name.strip() for name in attachments if name.strip()]
        letter = Letter.objects.create(
            authority=row.authority,
            disposal=row,
            kind=kind,
            number=number,
            recipient=recipient[:200],
            content=reading.content(
                row,
                kind,
                number=number,
                recipient=recipient[:200],
                note=note.strip(),
                attachments=listed,
                due_on=due_on,
                on=today,
            ),
            sent_on=today,
            due_on=due_on,
            issued_by=actor,
        )
        row.due_on = due_on
        row.save(update_fields=["due_on"])
        disposal_steps.move(row, "issue")
        text = f"{letter.get_kind_display()} {number}，主送{letter.recipient}，期限 {due_on}"
        disposal_steps.keep(
            row, DisposalStep.Kind.LETTER, actor=actor, on=today, text=text, letter=letter
        )
        audit.record(
            "letter.issued",
            f"制发{text}",
            target=row,
            actor=actor,
            about=[letter, row.visit_matter, row.visit_matter.visit],
            detail={"number": number, "due_on": due_on.isoformat()},
        )
        return letter


def receive(
    *,
    disposal_pk: Any,
    receipt_on: date,
    note: str,
    document: StoredFile | None,
    actor: User,
    today: date,
) -> Letter:
    """Enters the receipt of the newest letter: 送达回证 of the firm, 回执 of the other office. Once for each letter."""
    if not note.strip():
        raise RuleError("请写明签收人和送达方式。")
    with transaction.atomic():
        row = disposal_steps.locked(disposal_pk, actor, "receipt")
        letter: Letter | None = (
            Letter.objects.select_for_update(of=("self",))
            .filter(disposal=row)
            .order_by("-id")
            .first()
        )
        if letter is None:
            raise RuleError("还没有制发文书，不能登记回执。")
        if letter.receipt_on is not None:
            raise Conflict(f"{letter.number} 的回执已于 {letter.receipt_on} 登记，不必再登记。")
        if receipt_on > today:
            raise RuleError("签收日期不能晚于今天。")
        if receipt_on < letter.sent_on:
            raise RuleError(f"签收日期不能早于印发日期 {letter.sent_on}。")
        letter.receipt_on, letter.receipt_note = receipt_on, note.strip()[:300]
        letter.receipt_by, letter.receipt_file = actor, document
        letter.save(update_fields=["receipt_on", "receipt_note", "receipt_by", "receipt_file"])
        disposal_steps.move(row, "receipt")
        disposal_steps.keep(
            row,
            DisposalStep.Kind.RECEIPT,
            actor=actor,
            on=receipt_on,
            text=f"{letter.number}：{letter.receipt_note}",
            letter=letter,
            document=document,
        )
        audit.record(
            "letter.received",
            f"{letter.number} 已签收：{letter.receipt_note}",
            target=row,
            actor=actor,
            about=[letter, row.visit_matter.visit],
            detail={"receipt_on": receipt_on.isoformat()},
        )
        return letter


def may_receive(letter: Letter | None, stage: str, measure: str) -> bool:
    """Whether the newest letter still lacks its receipt and the path has the step."""
    return (
        letter is not None
        and letter.receipt_on is None
        and path_of(measure).find(stage, "receipt") is not None
    )
