"""Papers of an objection: issued with the step that they tell of, delivered later (A82, A83)."""

from datetime import date
from typing import Any

from django.db import transaction

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import User
from bureau.services import numbers
from publication.models import Objection, ObjectionPaper
from publication.rules.forms_objection import MARKS
from publication.rules.processes import RECEIVERS
from publication.selectors import objection_papers as reading


def issue(row: Objection, kind: str, *, actor: User | None, today: date) -> ObjectionPaper:
    """Freezes the paper of the step just taken; the caller holds the objection's lock and its transaction."""
    number = row.number
    if kind in MARKS:
        number = numbers.document_number(
            authority=row.authority,
            kind=f"objection_{kind}",
            label=MARKS[kind],
            year=today.year,
        )
    paper: ObjectionPaper = ObjectionPaper.objects.create(
        objection=row,
        authority=row.authority,
        kind=kind,
        number=number,
        content=reading.content(row, kind, number=number, on=today),
        issued_on=today,
        issued_by=actor,
    )
    return paper


def deliver(
    *, paper_pk: Any, delivered_on: date, note: str, actor: User, today: date
) -> ObjectionPaper:
    """Enters when and how the applicant got it, once. Raises RuleError for an impossible day, Conflict the second time."""
    if not note.strip():
        raise RuleError("请写明送达方式和签收人。")
    with transaction.atomic():
        paper: ObjectionPaper = (
            ObjectionPaper.objects.select_for_update(of=("self",))
            .select_related("objection", "authority")
            .get(pk=paper_pk)
        )
        require(actor, paper.authority_id, *RECEIVERS)
        if paper.delivered_on is not None:
            raise Conflict(f"{paper.number} 已于 {paper.delivered_on} 登记送达，不必再登记。")
        if paper.kind == ObjectionPaper.Kind.APPLICATION:
            raise RuleError("申请登记表留在本单位，不须送达。")
        if not paper.issued_on <= delivered_on <= today:
            raise RuleError("送达日期须在制发之后、不晚于今天。")
        paper.delivered_on, paper.delivery_note = delivered_on, note.strip()[:200]
        paper.delivered_by = actor
        paper.save(update_fields=["delivered_on", "delivery_note", "delivered_by"])
        audit.record(
            "objection.paper-delivered",
            f"{paper.get_kind_display()} {paper.number} 已送达：{paper.delivery_note}",
            target=paper.objection,
            actor=actor,
            detail={"delivered_on": delivered_on.isoformat()},
        )
        return paper
