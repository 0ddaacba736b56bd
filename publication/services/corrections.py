"""更正: a published result is changed only after the head's signature; the public keeps every version (A81, A82)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role, User
from bureau.services import notifications, numbers, transitions
from inspections.models import VisitMatter
from inspections.rules.corrected import Result
from inspections.selectors.records import result_of
from inspections.services import corrections as results
from inspections.services.revisions import lock_visit_of
from publication.models import Correction, Objection
from publication.rules.processes import CORRECTION, CORRECTORS
from publication.selectors import corrections as reads
from publication.services import records


def request(
    *,
    visit_matter: Any,
    codes: Sequence[str],
    methods: Sequence[str],
    note: str,
    findings: Sequence[tuple[str, str, str]],
    reason: str,
    actor: User,
    today: date,
    objection: Objection | None = None,
) -> Correction:
    """Asks the head to correct a published result (`findings`: 事实, 依据, 现场措施 each).

    Raises RuleError when nothing would change or the corrected result does not agree with itself; Conflict when the result is
    not published or a correction waits already.
    """
    if not reason.strip():
        raise RuleError("请写明更正的原因；原因随更正一起公示。")
    with transaction.atomic():
        lock_visit_of(visit_matter)
        matter: VisitMatter = (
            VisitMatter.objects.select_for_update(of=("self",))
            .select_related("visit__entity", "matter", "authority")
            .get(pk=visit_matter)
        )
        require(actor, matter.authority_id, *CORRECTORS)
        if matter.state != VisitMatter.State.PUBLISHED:
            raise Conflict(
                f"这项结果现在是“{matter.get_state_display()}”，还没有公示，不需要办更正。"
            )
        if objection is not None:
            _check_objection(objection, matter)
        before = result_of(matter)
        after = results.made_of(codes=codes, methods=methods, note=note, findings=findings)
        if after == before:
            raise RuleError("更正后的内容与现在公示的结果一样，没有要更正的。请改正有误的地方。")
        try:
            with transaction.atomic():
                row = Correction.objects.create(
                    number=numbers.document_number(
                        authority=matter.authority,
                        kind="correction",
                        label="更正",
                        year=today.year,
                    ),
                    visit_matter=matter,
                    authority=matter.authority,
                    objection=objection,
                    before=before.as_json(),
                    after=after.as_json(),
                    of_revision=matter.outcome_revision,
                    reason=reason.strip(),
                    requested_by=actor,
                )
        except IntegrityError as twice:
            raise Conflict("这项结果已有一件更正待主要负责人签字，请先等它办结。") from twice
        audit.record(
            "correction.requested",
            f"申请更正 {row.number}：{row.reason}",
            target=row,
            actor=actor,
            about=[matter, matter.visit],
            detail={"changes": audit.differences(row.before, row.after)},
        )
        heads = notifications.holders(authority=matter.authority, roles=[Role.HEAD])
        notifications.notify(
            users=[user for user in heads if user.pk != actor.pk],
            key=f"correction:{row.pk}",
            text=f"有一件结果更正待您签字：{matter.visit.entity}，{matter.matter}。",
            url=reverse("publication:correction-detail", kwargs={"pk": row.pk}),
            authority=matter.authority,
        )
        return row


def decide(
    *, correction: Any, approve: bool, actor: User, today: date, note: str = ""
) -> Correction:
    """The head signs or refuses. Signed, the result, what follows it and the public record change in one transaction.

    Raises Forbidden for who asked, Conflict for the second of two, RuleError for a refusal without a word.
    """
    if not approve and not note.strip():
        raise RuleError("不同意更正的，请写明理由。")
    with transaction.atomic():
        action = "approve" if approve else "refuse"
        lock_visit_of(reads.rows().values_list("visit_matter_id", flat=True).get(pk=correction))
        row: Correction
        row, _ = transitions.begin(CORRECTION, reads.rows(), correction, action, actor)
        if row.requested_by_id == actor.pk:
            raise Forbidden("这件更正由您申请，须由另一位主要负责人签字。")
        row.decided_by, row.decided_at = actor, timezone.now()
        row.decision_note = note.strip()
        if approve:
            _correct(row, actor, today)
        else:
            row.state = Correction.State.REFUSED
            row.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
        audit.record(
            f"correction.{row.state}",
            f"{'签字同意' if approve else '不同意'}更正 {row.number}",
            target=row,
            actor=actor,
            about=[row.visit_matter, row.visit_matter.visit],
            detail={"note": row.decision_note},
            role=str(Role.HEAD.label),
            is_bad=not approve,
        )
        _tell(row, actor)
        return row


def _correct(row: Correction, actor: User, today: date) -> None:
    matter = results.apply(
        visit_matter_pk=row.visit_matter_id,
        result=Result.from_json(row.after),
        of_revision=row.of_revision,
        actor=actor,
        today=today,
    )
    record = records.republish_result(matter=matter, actor=actor, today=today, correction=row)
    row.state, row.record = Correction.State.APPROVED, record
    row.save(update_fields=["state", "record", "decided_by", "decided_at", "decision_note"])


def _check_objection(objection: Objection, matter: VisitMatter) -> None:
    if objection.visit_matter_id != matter.pk:
        raise RuleError("所选异议说的不是这项结果。")
    if not objection.is_upheld:
        raise RuleError(f"异议 {objection.number} 没有认定成立，不能据以更正。")


def _tell(row: Correction, actor: User) -> None:
    matter = row.visit_matter
    people = {row.requested_by_id: row.requested_by}
    if row.state == Correction.State.APPROVED:
        for user in notifications.holders(authority=row.authority, roles=[Role.PUBLISHER]):
            people[user.pk] = user
        for member in matter.visit.team.filter(is_current=True).select_related("inspector__user"):
            if member.inspector is not None and member.inspector.user is not None:
                people[member.inspector.user.pk] = member.inspector.user
    people.pop(actor.pk, None)
    notifications.notify(
        users=list(people.values()),
        key=f"correction-decided:{row.pk}",
        text=f"结果更正 {row.number}{row.get_state_display()}：{matter.visit.entity}，{matter.matter}。",
        url=reverse("publication:correction-detail", kwargs={"pk": row.pk}),
        authority=row.authority,
    )
