"""检查审批: the head of the authority approves before every visit, in batch; afterwards only in an emergency (A97)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Agency, Role, User
from bureau.selectors import calendar, rule_settings
from bureau.services import notifications, numbers, transitions
from inspections.models import InspectionOrder, Replacement, TeamMember, Visit
from inspections.rules.processes import ORDER, VISIT
from inspections.rules.teams import missing_quals
from inspections.selectors import joint, teams
from inspections.selectors import orders as reading
from inspections.services import disclosure
from planning.models import Task

NUMBER_LABEL = "检查审批"


def request(
    *,
    task: Task,
    visits: Sequence[Visit | UUID],
    actor: User,
    reason: str = "",
    is_emergency: bool = False,
    emergency_on: date | None = None,
    year: int | None = None,
) -> InspectionOrder:
    """Asks the head to approve visits of one task that have their teams, one or a batch.

    An emergency (with its reason) may begin at once, the head decides afterwards, within some working days of the visit
    (`emergency_on`, else today). Raises RuleError where a visit's team is not complete or being changed or that day lies
    ahead, Conflict where a visit has moved on or is already asked for. Basis: A97, A101.
    """
    today = timezone.localdate()
    on = (emergency_on or today) if is_emergency else None
    ids = [item.pk if isinstance(item, Visit) else item for item in visits]
    if not ids:
        raise RuleError("请至少选择一户再提请审批。")
    if is_emergency and not reason.strip():
        raise RuleError("紧急检查事后补办审批，须写明紧急情况。")
    if on is not None and on > today:
        raise RuleError("紧急检查的日期不能晚于今天；还没有进行的检查，请按事前审批提请。")
    with transaction.atomic():
        require(actor, task.authority_id, Role.COORDINATOR, Role.ORGANISER)
        rows = _locked(task, ids)
        short = joint.lacking(rows)
        for visit in rows:
            _check(visit)
            _check_joint(visit, short.get(visit.pk, []))
        order = InspectionOrder.objects.create(
            authority=task.authority,
            number=numbers.document_number(
                authority=task.authority,
                kind="inspection_order",
                label=NUMBER_LABEL,
                year=year or today.year,
            ),
            task=task,
            is_emergency=is_emergency,
            reason=reason.strip(),
            requested_by=actor,
            requested_at=timezone.now(),
            **_emergency_deadline(task.authority, on),
        )
        order.frequency = reading.frequency(order, rows, today)
        order.is_over_limit = _is_over(order)
        order.save(update_fields=["frequency", "is_over_limit"])
        for visit in rows:
            visit.order = order
            if is_emergency:
                visit.state = Visit.State.ORDERED
        Visit.objects.bulk_update(rows, ["order", "state"], batch_size=500)
        audit.record(
            "order.requested",
            f"提请检查审批 {order.number}，{len(rows)} 户"
            + ("（紧急，先行检查、事后补办）" if is_emergency else "")
            + ("，超过补办期限" if order.is_asked_late else ""),
            target=order,
            actor=actor,
            about=[task, *rows],
            detail={
                "visits": [visit.number for visit in rows],
                "reason": order.reason,
                "frequency": order.frequency,
                "emergency_on": on.isoformat() if on else "",
                "due_on": order.due_on.isoformat() if order.due_on else "",
            },
            is_bad=order.is_asked_late,
        )
        notifications.notify(
            users=notifications.holders(authority=task.authority, roles=[Role.HEAD]),
            key=f"order.requested:{order.pk}",
            text=f"{actor.full_name}提请检查审批 {order.number}，{len(rows)} 户",
            url=reverse("inspections:order-detail", args=[order.pk]),
            authority=task.authority,
            is_urgent=is_emergency,
        )
    return order


def decide(
    *,
    order: InspectionOrder,
    approve: bool,
    actor: User,
    note: str = "",
    over_reason: str = "",
) -> InspectionOrder:
    """The head's decision. Approved: the visits may begin. Refused: they go back, except what an emergency has begun.

    Raises Forbidden for the person who asked and without the head's role, RuleError for a refusal without reason and for an
    approval above a yearly limit without `over_reason`, Conflict when it was decided already. Basis: A95, A97;
    ARCHITECTURE §4 "who asks does not approve".
    """
    if not approve and not note.strip():
        raise RuleError("不批准须写明意见，便于申请人改正后另行提请。")
    with transaction.atomic():
        row: InspectionOrder
        row, step = transitions.begin(
            ORDER,
            InspectionOrder.objects.select_related("task", "authority", "requested_by"),
            order.pk,
            "approve" if approve else "refuse",
            actor,
        )
        if row.requested_by_id == actor.pk:
            raise Forbidden("您是这份审批的申请人，不能审批自己的申请，请由其他负责人审批。")
        visits = list(
            row.visits.select_for_update(of=("self",))
            .select_related("authority", "entity")
            .prefetch_related("matters__task")
            .order_by("pk")
        )
        today = timezone.localdate()
        row.frequency = row.frequency | reading.frequency(row, visits, today)
        row.is_over_limit = _is_over(row)
        row.over_reason = over_reason.strip() if approve and row.is_over_limit else ""
        if approve and row.is_over_limit and not row.over_reason:
            raise RuleError(_over_sentence(row, visits, today))
        row.state, row.decided_by, row.decided_at = step.to, actor, timezone.now()
        row.decision_note = note.strip()
        row.save(
            update_fields=[
                "state",
                "decided_by",
                "decided_at",
                "decision_note",
                "frequency",
                "is_over_limit",
                "over_reason",
            ]
        )
        if approve:
            moved = [v for v in visits if v.state == Visit.State.TEAMED]
            Visit.objects.filter(pk__in=[v.pk for v in moved]).update(state=Visit.State.ORDERED)
        else:
            moved = [v for v in visits if v.state in {Visit.State.TEAMED, Visit.State.ORDERED}]
            Visit.objects.filter(pk__in=[v.pk for v in moved]).update(
                state=Visit.State.TEAMED, order=None
            )
        about = [*visits, *([row.task] if row.task else [])]
        audit.record(
            "order.approved" if approve else "order.refused",
            f"{'批准' if approve else '不批准'}检查审批 {row.number}，{len(visits)} 户"
            + (f"：{row.decision_note}" if row.decision_note else "")
            + (f"；其中超过年度上限的，理由：{row.over_reason}" if row.over_reason else ""),
            target=row,
            actor=actor,
            about=about,
            detail={
                "visits": [visit.number for visit in visits],
                "moved": [visit.number for visit in moved],
                "note": row.decision_note,
                "over": {n: f["problems"] for n, f in row.frequency.items() if f["problems"]},
                "over_reason": row.over_reason,
            },
            is_bad=not approve,
        )
        _tell(row, visits, approve)
    return row


def _emergency_deadline(authority: Agency, on: date | None) -> dict[str, Any]:
    """Until when an emergency visit of that day must be approved (setting; the day itself does not count)."""
    if on is None:
        return {}
    workdays = int(rule_settings.value_of("emergency_order_workdays", authority, on.year))
    found = calendar.due_after(on, workdays)
    return {"emergency_on": on, "due_on": found.date, "due_is_provisional": found.provisional}


def _is_over(order: InspectionOrder) -> bool:
    return any(found["problems"] for found in order.frequency.values())


def _over_sentence(order: InspectionOrder, visits: Sequence[Visit], today: date) -> str:
    over = reading.excesses(order, visits, today)
    named = "；".join(f"{v.entity.name}{'，'.join(why)}" for v, why in over[:5])
    more = f"等 {len(over)} 户" if len(over) > 5 else ""
    return f"{named}{more}。批准这些检查须写明理由；不宜检查的请选“不批准”，由经办去掉后另行提请。"


def _locked(task: Task, ids: Sequence[UUID]) -> list[Visit]:
    rows = list(
        Visit.objects.select_for_update(of=("self",))
        .filter(pk__in=ids, authority_id=task.authority_id)
        .order_by("pk")
        .select_related("entity", "order")
        .prefetch_related("matters__matter", "matters__task")
    )
    if len(rows) != len(set(ids)) or any(
        all(item.task_id != task.pk for item in visit.matters.all()) for visit in rows
    ):
        raise RuleError("所选检查中有的不属于这个任务，请返回任务页面重新选择。")
    return rows


def _check(visit: Visit) -> None:
    if VISIT.find(visit.state, "request_order") is None:
        raise Conflict(transitions.moved_on(VISIT, visit))
    if visit.order is not None:
        raise Conflict(f"{visit.entity.name}已在审批 {visit.order.number} 中，请等待审批结果。")
    parts = list(
        visit.team.filter(is_current=True)
        .filter(part__in=[TeamMember.Part.LEADER, TeamMember.Part.MEMBER])
        .values_list("part", flat=True)
    )
    if len(parts) < 2 or parts.count(TeamMember.Part.LEADER) != 1:
        raise RuleError(
            f"{visit.entity.name}的检查组不足两名执法人员或没有组长，请先补齐再提请审批。"
        )
    if visit.replacements.filter(state=Replacement.State.REQUESTED).exists():
        raise RuleError(f"{visit.entity.name}有人员更换待办理，请办结后再提请审批。")


def _check_joint(visit: Visit, short: list[str]) -> None:
    """What a team lacks beyond its size: a department's officers, an expert who was to be appointed (A52, A54)."""
    if short:
        raise RuleError(
            f"{visit.entity.name}的联合检查还缺{'、'.join(short)}的执法人员（不少于两名），请先补派再提请审批。"
        )
    _, fields = teams.demands_of([visit])[visit.pk]
    if fields:
        experts = [m for m in teams.current_team(visit) if m.expert]
        lacking = missing_quals(fields, teams.labels_of(experts))
        if lacking:
            raise RuleError(
                f"{visit.entity.name}的检查须“{'、'.join(lacking)}”领域的专家参加，请先在检查页面指定专家。"
            )


def _tell(order: InspectionOrder, visits: list[Visit], approve: bool) -> None:
    url = reverse("inspections:order-detail", args=[order.pk])
    word = "已批准" if approve else "未批准"
    notifications.notify(
        users=[order.requested_by],
        key=f"order.decided:{order.pk}",
        text=f"检查审批 {order.number} {word}",
        url=url,
        authority=order.authority,
        is_urgent=not approve,
    )
    if approve:
        known = disclosure.known_only(visits)
        people = User.objects.filter(
            inspector__isnull=False,
            pk__in=TeamMember.objects.filter(visit__in=known, is_current=True).values(
                "inspector__user_id"
            ),
        )
        notifications.notify(
            users=people,
            key=f"order.ready:{order.pk}",
            text=f"检查审批 {order.number} 已批准，可以制作通知书并上门检查",
            url=reverse("inspections:visit-list") + "?state=ordered",
            authority=order.authority,
        )
