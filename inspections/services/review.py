"""审核: another person approves or returns a result; what follows when it is published (A80, A81)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.errors import Forbidden, RuleError
from bureau.models import Role, User
from bureau.selectors import rule_settings
from bureau.services import notifications, outbox
from inspections.models import Review, VisitMatter
from inspections.rules import results
from inspections.selectors import fieldwork, lacking, records, reviews
from inspections.services import closing, disposals
from inspections.services.revisions import (
    begin_matter,
    begin_matter_by_itself,
    lock_visit,
    settle,
)

MOST_AT_ONCE = 100


def approve(
    *,
    visit_matter_pk: Any,
    actor: User,
    today: date,
    note: str = "",
    is_held: bool = False,
) -> VisitMatter:
    """Approves; the result waits for its publication, and what must follow is opened.

    Where the bureau publishes at approval it is published by itself, unless the reviewer holds it for the publisher.

    Raises Forbidden for the recorder, the submitter and the team; Conflict for the second of two reviewers.
    """
    with transaction.atomic():
        matter = _approve(visit_matter_pk, actor, today, note)
        audit.record(
            "outcome.approved",
            "审核通过，转公示员",
            target=matter,
            actor=actor,
            about=[matter.visit],
            detail={"note": note, "revision": matter.outcome_revision, "held": is_held},
            role=Role.REVIEWER.label,
        )
        _pass_on([matter], today, is_held)
        return matter


def approve_clean(*, pks: Sequence[Any], actor: User, today: date) -> list[VisitMatter]:
    """Approves several at once, all or none: only results whose one finding is 未发现问题."""
    if not pks:
        raise RuleError("请先勾选要审核的结果。")
    if len(set(pks)) > MOST_AT_ONCE:
        raise RuleError(f"一次最多批量审核 {MOST_AT_ONCE} 项，请分几次办理。")
    with transaction.atomic():
        visit_ids = VisitMatter.objects.filter(pk__in=pks).values_list("visit_id", flat=True)
        for visit_id in sorted(set(visit_ids)):
            lock_visit(visit_id)
        approved = []
        for pk in sorted({str(pk) for pk in pks}):
            matter = _approve(pk, actor, today, "")
            if not results.is_clean(matter.outcome_codes):
                raise RuleError(
                    f"“{matter.visit.entity}”的{matter.matter}不是“未发现问题”，须逐件审核。请去掉这一件再批量通过。"
                )
            _is_whole(matter)
            approved.append(matter)
        audit.record(
            "outcome.approved_in_bulk",
            f"批量审核通过 {len(approved)} 项“未发现问题”的结果",
            target=approved[0].authority,
            actor=actor,
            authority=approved[0].authority,
            about=[*approved, *{m.visit_id: m.visit for m in approved}.values()],
            detail={"count": len(approved)},
            role=Role.REVIEWER.label,
        )
        _pass_on(approved, today)
        return approved


def send_back(
    *, visit_matter_pk: Any, actor: User, note: str, remarks: Mapping[str, str] | None = None
) -> VisitMatter:
    """Returns the result to the team; everything entered stays as it is (nothing is retyped).

    `remarks` are said to single lines, by their keys (inspections.rules.review_lines).
    """
    said = {key: text.strip()[:300] for key, text in (remarks or {}).items() if text.strip()}
    note = note.strip() or (f"见逐项意见（{len(said)} 条）。" if said else "")
    if not note:
        raise RuleError("退回须写明缺什么、怎么补正。")
    with transaction.atomic():
        matter = begin_matter(visit_matter_pk, "return", actor)
        visit = matter.visit
        _may_review(matter, actor)
        matter.state = VisitMatter.State.RETURNED
        matter.reviewed_by, matter.reviewed_at = actor, timezone.now()
        matter.review_note = note[:500]
        matter.save(update_fields=["state", "reviewed_by", "reviewed_at", "review_note"])
        _decide(matter, Review.Decision.RETURNED, said)
        settle(visit)
        audit.record(
            "outcome.returned",
            f"退回补正：{note}",
            target=matter,
            actor=actor,
            about=[visit],
            detail={"note": note, "remarks": said, "revision": matter.outcome_revision},
            role=Role.REVIEWER.label,
            is_bad=True,
        )
        notifications.notify(
            users=[
                member.inspector.user
                for member in fieldwork.officers(visit)
                if member.inspector is not None and member.inspector.user is not None
            ],
            key=f"outcome-returned:{matter.pk}:{matter.outcome_revision}",
            text=f"检查结果被退回补正：{visit.entity}，{matter.matter}。意见：{note}",
            url=reverse("inspections:outcome-detail", kwargs={"pk": matter.pk}),
            authority=matter.authority,
        )
        return matter


def mark_published(visit_matter: VisitMatter, actor: User | None, at: datetime) -> VisitMatter:
    """待公示 → 已公示, called by publication inside its own transaction, which records the event.

    Without an actor the system publishes: only where the bureau publishes at approval.

    Closes the visit with its ledger entry, the pick and the task when all that belongs to them is finished.
    Raises Conflict when the result is not waiting for publication (any more).
    """
    if actor is None:
        matter = begin_matter_by_itself(visit_matter.pk, "publish")
    else:
        matter = begin_matter(visit_matter.pk, "publish", actor)
    matter.state = VisitMatter.State.PUBLISHED
    matter.published_at, matter.published_by = at, actor
    matter.save(update_fields=["state", "published_at", "published_by"])
    closing.close_finished(matter=matter, actor=actor)
    return matter


def mark_withheld(visit_matter: VisitMatter, actor: User, at: datetime) -> VisitMatter:
    """待公示 → 依法不公开, called by publication like `mark_published`."""
    matter = begin_matter(visit_matter.pk, "withhold", actor)
    matter.state = VisitMatter.State.WITHHELD
    matter.save(update_fields=["state"])
    closing.close_finished(matter=matter, actor=actor)
    return matter


def _approve(pk: Any, actor: User, today: date, note: str) -> VisitMatter:
    matter = begin_matter(pk, "approve", actor)
    _may_review(matter, actor)
    matter.state = VisitMatter.State.APPROVED
    matter.reviewed_by, matter.reviewed_at = actor, timezone.now()
    matter.review_note = note.strip()[:500]
    matter.save(update_fields=["state", "reviewed_by", "reviewed_at", "review_note"])
    _decide(matter, Review.Decision.APPROVED, {})
    settle(matter.visit)
    disposals.open_missing(matter=matter, actor=actor, today=today)
    return matter


def _is_whole(matter: VisitMatter) -> None:
    """Nobody looks at a bulk one: what lacks an answer, a photo or a signature is looked at alone."""
    lacks = lacking.missing(matter.visit)
    if lacks:
        raise RuleError(
            f"“{matter.visit.entity}”的{matter.matter}资料不全（{lacks[0]}），须逐件审核。请去掉这一件再批量通过。"
        )


def _may_review(matter: VisitMatter, actor: User) -> None:
    problem = results.review_problem(
        actor.pk,
        recorder=matter.recorded_by_id,
        submitter=matter.submitted_by_id,
        team=fieldwork.team_user_ids(matter.visit),
    )
    problem = problem or reviews.unit_problem(actor, matter)
    if problem:
        raise Forbidden(problem)


def _decide(matter: VisitMatter, decision: str, remarks: dict[str, str]) -> None:
    """Closes the open submission; results submitted before there was a history get theirs now."""
    rows = Review.objects.filter(visit_matter=matter)
    row = rows.filter(decision="").first() or Review(
        visit_matter=matter,
        number=rows.count() + 1,
        revision=matter.outcome_revision,
        content=records.content(matter),
        submitted_by=matter.submitted_by,
        submitted_at=matter.submitted_at or timezone.now(),
    )
    row.decision, row.remarks, row.note = decision, remarks, matter.review_note
    row.decided_by, row.decided_at = matter.reviewed_by, matter.reviewed_at
    row.save()


def _pass_on(matters: Sequence[VisitMatter], today: date, is_held: bool = False) -> None:
    """To the publishers, or straight to the public (setting publication_mode)."""
    authority = matters[0].authority
    mode = rule_settings.value_of("publication_mode", authority, today.year)
    if mode != "at_approval" or is_held:
        _tell_publishers(matters)
        return
    for matter in matters:
        outbox.put(
            kind="public.result",
            key=f"public.result:{matter.pk}:{matter.outcome_revision}",
            label=f"自动公示：{matter.visit.entity}，{matter.matter}",
            authority=authority,
            payload={"visit_matter": str(matter.pk)},
        )


def _tell_publishers(matters: Sequence[VisitMatter]) -> None:
    first = matters[0]
    subject = (
        f"{first.visit.entity}，{first.matter}" if len(matters) == 1 else f"共 {len(matters)} 项"
    )
    notifications.notify(
        users=notifications.holders(authority=first.authority, roles=[Role.PUBLISHER]),
        key=f"outcome-approved:{first.pk}:{first.outcome_revision}",
        text=f"检查结果审核通过，待公示：{subject}。",
        url=reverse("publication:queue"),
        authority=first.authority,
    )
