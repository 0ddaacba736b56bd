"""依法不公开: asked for by the publisher with reason and basis, decided by the head, never by the same person (A75)."""

from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role, User
from bureau.services import notifications
from inspections.models import VisitMatter
from inspections.services import review
from inspections.services.revisions import lock_visit_of
from publication.models import Nondisclosure


def request(*, visit_matter: Any, reason: str, basis: str, actor: User) -> Nondisclosure:
    """Asks the head not to publish a reviewed result; until then it cannot be published either.

    Raises RuleError without reason or basis, or when the result does not wait for publication; Conflict when asked already.
    """
    if not reason.strip() or not basis.strip():
        raise RuleError("请写明不公开的原因和法律依据，两项都须填写。")
    with transaction.atomic():
        matter = _lock(visit_matter)
        require(actor, matter.authority_id, Role.PUBLISHER)
        if matter.state != VisitMatter.State.APPROVED:
            raise Conflict(
                f"这项结果现在是“{matter.get_state_display()}”，不能再申请不公开。请刷新页面查看。"
            )
        try:
            with transaction.atomic():
                row = Nondisclosure.objects.create(
                    visit_matter=matter,
                    reason=reason.strip(),
                    basis=basis.strip(),
                    requested_by=actor,
                )
        except IntegrityError as twice:
            raise Conflict("这项结果已经申请依法不公开，请等主要负责人决定。") from twice
        audit.record(
            "nondisclosure.requested",
            f"申请依法不公开：{row.reason}",
            target=matter,
            actor=actor,
            about=[matter.visit],
            detail={"reason": row.reason, "basis": row.basis},
            role=str(Role.PUBLISHER.label),
        )
        notifications.notify(
            users=[
                user
                for user in notifications.holders(authority=matter.authority, roles=[Role.HEAD])
                if user.pk != actor.pk
            ],
            key=f"nondisclosure:{matter.pk}:{row.pk}",
            text=f"有一项检查结果申请依法不公开，待您决定：{matter.visit.entity}，{matter.matter}。",
            url=reverse("publication:nondisclosure-decide", kwargs={"pk": matter.pk}),
            authority=matter.authority,
        )
        return row


def decide(*, visit_matter: Any, approve: bool, note: str = "", actor: User) -> VisitMatter:
    """The head approves (the result is withheld for good) or declines (it goes back to the queue, the trail keeps the request).

    Raises Forbidden for the person who asked, Conflict when it was decided already.
    """
    if not approve and not note.strip():
        raise RuleError("不同意的，请写明意见。")
    with transaction.atomic():
        matter = _lock(visit_matter)
        require(actor, matter.authority_id, Role.HEAD)
        row = (
            Nondisclosure.objects.select_for_update(of=("self",))
            .filter(visit_matter=matter)
            .first()
        )
        if row is None or row.approved_by_id is not None:
            raise Conflict("这项申请已经办结，请刷新页面查看。")
        if row.requested_by_id == actor.pk:
            raise Forbidden("不公开由您申请，须由另一位负责人决定。")
        if approve:
            row.approved_by, row.approved_at = actor, timezone.now()
            row.save(update_fields=["approved_by", "approved_at"])
            review.mark_withheld(matter, actor=actor, at=row.approved_at)
        else:
            row.delete()
        audit.record(
            "nondisclosure.approved" if approve else "nondisclosure.declined",
            "同意依法不公开" if approve else f"不同意依法不公开：{note.strip()}",
            target=matter,
            actor=actor,
            about=[matter.visit],
            detail={"reason": row.reason, "basis": row.basis, "note": note.strip()},
            role=str(Role.HEAD.label),
            is_bad=not approve,
        )
        notifications.notify(
            users=[row.requested_by],
            key=f"nondisclosure-decided:{matter.pk}:{row.requested_at.isoformat()}",
            text=f"{matter.visit.entity}的{matter.matter}："
            + (
                "主要负责人同意依法不公开。"
                if approve
                else f"不同意不公开，请办理公示。意见：{note.strip()}"
            ),
            url=reverse("publication:queue"),
            authority=matter.authority,
        )
        matter.refresh_from_db(fields=["state"])
        return matter


def _lock(pk: Any) -> VisitMatter:
    lock_visit_of(pk)  # the visit first, then its matters, as everywhere
    rows = VisitMatter.objects.select_related("visit__entity", "matter", "authority")
    matter: VisitMatter = rows.select_for_update(of=("self",)).get(pk=pk)
    return matter
