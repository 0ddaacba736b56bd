"""检查表: one item answered, by one person at a time (A61, A65)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import User
from bureau.services import transitions
from inspections.models import ChecklistAnswer, Evidence, VisitMatter
from inspections.rules import answers as answer_rules
from inspections.rules import clock as clock_rules
from inspections.rules.places import NOWHERE, Place
from inspections.rules.processes import VISIT
from inspections.selectors import fieldwork
from inspections.services.evidence import Upload, attach
from inspections.services.on_site import ON_RECORD, locked_matter, not_paused
from inspections.services.revisions import content_changed, lock_visit, may_change, officer


def give(
    *,
    visit_matter_pk: Any,
    item_number: int,
    actor: User,
    value: str,
    number: Decimal | None,
    remark: str,
    happened_at: datetime,
    key: UUID,
    seen: str = "",
    photos: Sequence[Upload] = (),
    place: Place = NOWHERE,
) -> ChecklistAnswer:
    """Saves one item and its photos; sending the same again changes nothing (A61, A65).

    `key` becomes the answer's id when it is new. `seen` is `version(answer)` as the page showed it: a change over somebody
    else's newer answer, or a late repetition of an old one, raises Conflict. RuleError when the answer is not whole.
    """
    with transaction.atomic():
        visit = lock_visit(
            VisitMatter.objects.values_list("visit_id", flat=True).get(pk=visit_matter_pk)
        )
        officer(visit, actor)
        if visit.state not in ON_RECORD:
            raise Conflict(transitions.moved_on(VISIT, visit))
        not_paused(visit, happened_at)
        matter = locked_matter(visit, visit_matter_pk)
        may_change(matter)
        row = matter.checklist.items.filter(number=item_number).first()
        if row is None:
            raise RuleError(f"检查表没有第 {item_number} 项，请刷新检查表。")
        now = timezone.now()
        remark = remark.strip()
        number = number if value != answer_rules.NOT_APPLICABLE else None
        problem = answer_rules.answer_problem(
            fieldwork.as_item(row), value, number, remark
        ) or clock_rules.claim_problem(happened_at, now)
        if problem:
            raise RuleError(problem)
        pieces = [
            attach(visit, matter, row.pk, actor, photo, Evidence.Kind.PHOTO, "", happened_at, place)
            for photo in photos
        ]
        stored = ChecklistAnswer.objects.filter(visit_matter=matter, item=row).first()
        if stored and (stored.value, stored.number, stored.remark) == (value, number, remark):
            if any(is_new for _, is_new in pieces):
                content_changed(matter)
            return stored
        if stored and seen != version(stored):
            raise Conflict(
                f"第 {item_number} 项刚由{stored.answered_by}改为“{stored.get_value_display()}”，您的内容没有保存。请看过最新内容再改。"
            )
        before = {"value": stored.value, "remark": stored.remark} if stored else {}
        if stored is None:
            if ChecklistAnswer.objects.filter(pk=key).exists():
                raise Conflict("这一页已经用来保存过另一项，请刷新后重新填写。")
            stored = ChecklistAnswer(id=key, visit_matter=matter, item=row)
        stored.value, stored.number, stored.remark = value, number, remark
        stored.answered_by, stored.happened_at, stored.recorded_at = actor, happened_at, now
        stored.save()
        content_changed(matter)
        audit.record(
            "answer.changed" if before else "answer.recorded",
            f"检查表第 {item_number} 项：{stored.get_value_display()}",
            target=matter,
            actor=actor,
            about=[visit],
            detail={
                "item": row.text,
                "number": str(number) if number is not None else None,
                "outside": fieldwork.as_item(row).is_outside(number),
                **audit.differences(before, {"value": value, "remark": remark}),
            },
            is_bad=value == answer_rules.NO,
        )
        return stored


def version(stored: ChecklistAnswer | None) -> str:
    """What `answer` compares with `seen`."""
    return stored.recorded_at.isoformat() if stored else ""
