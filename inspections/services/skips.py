"""裁量跳过: a pick left out for a reason that no rule names; approved by the head, public, made up for only by a 补抽 (DRAW §5)."""

from django.db import transaction
from django.urls import reverse

from bureau import audit
from bureau.errors import Conflict, RuleError
from bureau.models import Role, StoredFile, User
from bureau.services import notifications, transitions
from inspections.models import Visit, VisitMatter
from inspections.rules.processes import VISIT
from inspections.selectors.dispatch import is_being_drawn
from inspections.services.ending import leave_out
from planning.models import Pick, Skip
from planning.services import picks


def request(
    *, visit: Visit, pick: Pick, note: str, actor: User, evidence: StoredFile | None = None
) -> Skip:
    """Asks to leave one task's pick out of this visit. Raises RuleError when the pick is not of this visit."""
    with transaction.atomic():
        row = _visit(visit, "skip", actor)
        if not row.matters.filter(pick=pick, state=VisitMatter.State.PENDING).exists():
            raise RuleError("这次检查中没有这项任务的抽中对象，请刷新页面。")
        skip = picks.request_skip(pick=pick, note=note, actor=actor, evidence=evidence)
        audit.record(
            "visit.skip-requested",
            f"申请不再检查（{pick.task.number}）：{skip.note}",
            target=row,
            actor=actor,
            about=[pick.task],
            is_bad=True,
        )
        notifications.notify(
            users=[
                user
                for user in notifications.holders(
                    authority=row.authority, roles=[Role.HEAD, Role.DEPUTY]
                )
                if user.pk != actor.pk
            ],
            key=f"skip.requested:{skip.pk}",
            text=f"申请不检查抽中对象“{row.entity.name}”，请审批",
            url=reverse("inspections:skip-decide", args=[skip.pk]),
            authority=row.authority,
        )
    return skip


def decide(*, skip: Skip, approve: bool, actor: User, note: str = "") -> Skip:
    """The head's decision; approved, the pick's matters leave the visit."""
    with transaction.atomic():
        item = (
            VisitMatter.objects.filter(pick=skip.pick_id)
            .exclude(visit__state=Visit.State.SPLIT)
            .order_by("-id")
            .first()
        )
        if item is None:
            raise Conflict("这一户现在没有待检查的安排，请刷新页面查看。")
        visit: Visit = (
            Visit.objects.select_for_update(of=("self",))
            .select_related("entity", "authority", "team_sitting__sitting")
            .get(pk=item.visit_id)
        )
        if approve and VISIT.find(visit.state, "skip") is None:
            raise Conflict(transitions.moved_on(VISIT, visit))
        if approve and is_being_drawn(visit) and visit.state == Visit.State.DISPATCHED:
            raise Conflict("这次检查正在匹配检查人员，请等匹配完成后再审批。")
        row = picks.decide_skip(skip=skip, approve=approve, actor=actor, note=note)
        if approve:
            leave_out(visit=visit, pick=row.pick)
        audit.record(
            "visit.skip-approved" if approve else "visit.skip-refused",
            f"{'同意' if approve else '不同意'}不再检查：{note.strip() or row.note}",
            target=visit,
            actor=actor,
            is_bad=approve,
        )
        notifications.notify(
            users=[row.requested_by],
            key=f"skip.decided:{row.pk}",
            text=f"{visit.entity.name}不再检查的申请{'已同意，名额可以补抽' if approve else '未同意，请照常检查'}",
            url=reverse("inspections:visit-detail", args=[visit.pk]),
            authority=visit.authority,
        )
    return row


def _visit(visit: Visit, action: str, actor: User) -> Visit:
    rows = Visit.objects.select_related("entity", "authority", "team_sitting__sitting")
    row: Visit
    row, _ = transitions.begin(VISIT, rows, visit.pk, action, actor)
    if is_being_drawn(row) and row.state == Visit.State.DISPATCHED:
        raise Conflict("这次检查正在匹配检查人员，名单已锁定，请等匹配完成后再办理。")
    return row
