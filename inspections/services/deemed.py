"""视为完成: asked for with evidence, approved by somebody else, listed and reported to the superior (A70: 002 二十八)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Agency, Role, StoredFile, User
from bureau.selectors import rule_settings
from bureau.services import notifications, numbers, outbox, transitions
from inspections.models import ContactAttempt, DeemedDone, DeemedReport, Visit, VisitMatter
from inspections.rules.processes import DEEMED, VISIT
from inspections.selectors import deemed as reading
from inspections.selectors.visits import tasks_of
from inspections.services.ending import end_uninspected
from planning.models import Pick

_LISTED = 100


def add_attempt(
    *, visit: Visit, on: date, way: str, result: str, actor: User, today: date
) -> ContactAttempt:
    """Records one attempt to reach the entity at its registered address. Rows are never changed.

    Raises RuleError for a day that lies ahead or before the visit was dispatched, or without what happened.
    """
    result = result.strip()
    if way not in ContactAttempt.Way.values:
        raise RuleError("请选择联系方式：上门、电话或邮寄。")
    if not result:
        raise RuleError("请写明联系的情况，例如大门紧锁、电话停机、邮件退回。")
    if on > today:
        raise RuleError("联系日期不能晚于今天。")
    with transaction.atomic():
        row = _open_visit(visit, actor)
        if on < timezone.localdate(row.created_at):
            raise RuleError(
                f"这次检查于 {timezone.localdate(row.created_at)} 派发，联系日期不能早于派发。"
            )
        attempt = ContactAttempt.objects.create(
            visit=row, on=on, way=way, result=result[:200], by=actor
        )
        audit.record(
            "visit.contact-attempted",
            f"{on:%m月%d日}{attempt.get_way_display()}联系：{result}",
            target=row,
            actor=actor,
        )
        return attempt


def request(
    *,
    visit: Visit,
    cause: str,
    note: str,
    actor: User,
    evidence: StoredFile | None = None,
) -> DeemedDone:
    """Asks for 视为完成, with what shows it. A refused request may be made again.

    Raises RuleError for an unknown cause, an empty note, or 无法联系 with fewer attempts on record than the bureau asks
    for; Conflict once results are there or a request is open. Basis: A70 (002 二十八).
    """
    if cause not in DeemedDone.Cause.values:
        raise RuleError("请选择视为完成的原因：无法联系、注销、被撤销设立登记或被吊销营业执照。")
    if not note.strip():
        raise RuleError("请写明情况和证据，例如登记机关的注销日期或上门核实的时间、见证人。")
    with transaction.atomic():
        row = _open_visit(visit, actor)
        _require_no_result(row)
        if row.transfers.filter(state__in=["requested", "offered"]).exists():
            raise Conflict("这次检查正在办理转交，请先办结转交。")
        if cause == DeemedDone.Cause.UNREACHABLE:
            _require_attempts(row)
        found = DeemedDone.objects.select_for_update().filter(visit=row).first()
        if found is not None and found.state != DeemedDone.State.REFUSED:
            raise Conflict("这次检查已提出视为完成申请，请等待批准。")
        done = found or DeemedDone(visit=row)
        done.authority, done.cause, done.note, done.evidence = (
            row.authority, cause, note.strip()[:300], evidence,
        )  # fmt: skip
        done.state, done.recorded_by, done.recorded_at = (
            DeemedDone.State.REQUESTED, actor, timezone.now(),
        )  # fmt: skip
        done.decided_by, done.decided_at, done.decision_note = None, None, ""
        done.save()
        audit.record(
            "deemed.requested",
            f"申请按视为完成办理：{done.get_cause_display()}。{done.note}",
            target=row,
            actor=actor,
            about=tasks_of(row),
            detail={"cause": cause, "note": done.note, "file": evidence.sha256 if evidence else ""},
        )
        notifications.notify(
            users=[
                user
                for user in notifications.holders(
                    authority=row.authority, roles=[Role.HEAD, Role.DEPUTY]
                )
                if user.pk != actor.pk
            ],
            key=f"deemed.requested:{done.pk}:{done.recorded_at.isoformat()}",
            text=f"{row.entity.name}申请按视为完成办理（{done.get_cause_display()}），请审批",
            url=reverse("inspections:deemed-detail", args=[done.pk]),
            authority=row.authority,
        )
    return done


def decide(*, deemed: DeemedDone, approve: bool, actor: User, note: str = "") -> DeemedDone:
    """The head or deputy approves or refuses, never who asked. Approved: matters, picks, ledger and visit end with it.

    Where the setting lets a reserve follow for this cause, it is called up and waits for dispatch (DRAW §5).
    """
    if not approve and not note.strip():
        raise RuleError("不批准的，请写明意见。")
    with transaction.atomic():
        visit, step = transitions.begin(
            VISIT,
            Visit.objects.select_related("entity", "authority"),
            deemed.visit_id,
            "settle_deemed",
            actor,
        )
        row: DeemedDone
        row, _ = transitions.begin(
            DEEMED,
            DeemedDone.objects.select_related("recorded_by"),
            deemed.pk,
            "approve" if approve else "refuse",
            actor,
        )
        if actor.pk == row.recorded_by_id:
            raise Forbidden("这项申请由您提出，须由其他负责人批准。")
        row.decided_by, row.decided_at, row.decision_note = actor, timezone.now(), note.strip()
        row.state = DeemedDone.State.APPROVED if approve else DeemedDone.State.REFUSED
        row.save(update_fields=["decided_by", "decided_at", "decision_note", "state"])
        if approve:
            _require_no_result(visit)
            end_uninspected(
                visit=visit,
                visit_state=step.to,
                pick_state=Pick.State.DEEMED_DONE,
                code=row.cause,
                note=row.note,
                requested_by=row.recorded_by,
                approved_by=actor,
                evidence=row.evidence,
            )
        audit.record(
            "visit.deemed-done" if approve else "deemed.refused",
            f"按视为完成办理：{row.get_cause_display()}。{row.note}"
            if approve
            else f"不批准视为完成：{row.decision_note}",
            target=visit,
            actor=actor,
            about=tasks_of(visit),
            detail={"cause": row.cause, "note": row.note, "requested_by": row.recorded_by_id},
        )
        notifications.notify(
            users=[row.recorded_by],
            key=f"deemed.decided:{row.pk}:{row.decided_at.isoformat()}",
            text=f"{visit.entity.name}的视为完成申请{'已批准' if approve else '未批准，请继续检查'}",
            url=reverse("inspections:visit-detail", args=[visit.pk]),
            authority=visit.authority,
        )
    return row


def report(
    *, authority: Agency, period_from: date, period_to: date, actor: User, today: date
) -> DeemedReport:
    """汇总上报: every approved case of the period that no report holds yet, by task, frozen and sent to the superior.

    Raises RuleError without a superior or when there is nothing to report.
    """
    require(actor, authority.pk, Role.ORGANISER, Role.HEAD, Role.DEPUTY)
    if authority.superior is None:
        raise RuleError("本单位没有登记上级主管部门，不能上报。请系统管理员先登记。")
    if period_to < period_from:
        raise RuleError("截止日期早于开始日期，请核对。")
    with transaction.atomic():
        Agency.objects.select_for_update(no_key=True).get(pk=authority.pk)
        rows = list(reading.unreported(authority, period_from, period_to))
        if not rows:
            raise RuleError(
                f"{period_from} 至 {period_to} 没有尚未上报的视为完成对象。已上报的列在各份名单中。"
            )
        content = reading.report_content(rows)
        made = DeemedReport.objects.create(
            authority=authority,
            superior=authority.superior,
            number=numbers.document_number(
                authority=authority, kind="deemed", label="视为完成", year=today.year
            ),
            period_from=period_from,
            period_to=period_to,
            content=content | {"form": reading.worded(content, authority)},
            sent_by=actor,
        )
        DeemedDone.objects.filter(pk__in=[row.pk for row in rows]).update(report=made)
        audit.record(
            "deemed.reported",
            f"上报视为完成名单 {made.number}，{len(rows)} 户",
            target=made,
            actor=actor,
            about=[row.visit for row in rows[:_LISTED]],
            detail={"count": len(rows), "visits": [row.visit.number for row in rows]},
        )
        outbox.put(
            kind="deemed.report",
            key=f"deemed.report:{made.pk}",
            label=f"视为完成名单 {made.number} 报{authority.superior.name}",
            authority=authority,
            payload={"report": str(made.pk)},
        )
    return made


def deliver_report(*, pk: Any) -> dict[str, Any]:
    """Tells the superior's readers; the receipt names them. Called by the outbox, twice changes nothing."""
    row = DeemedReport.objects.select_related("authority", "superior").get(pk=pk)
    readers = notifications.holders(authority=row.superior, roles=[Role.SUPERIOR])
    if not readers:
        raise RuleError(f"{row.superior.name}没有人担任上级主管，名单无人接收。")
    notifications.notify(
        users=readers,
        key=f"deemed.report:{row.pk}",
        text=f"{row.authority.short_name}上报视为完成名单 {row.number}，请签收",
        url=reverse("inspections:deemed-report", args=[row.pk]),
        authority=row.superior,
    )
    return {"readers": [user.full_name for user in readers]}


def receive(*, report: DeemedReport, actor: User) -> DeemedReport:
    """签收 by somebody who holds the superior role at the receiving authority; once."""
    with transaction.atomic():
        row: DeemedReport = (
            DeemedReport.objects.select_for_update(of=("self",))
            .select_related("authority", "superior", "sent_by")
            .get(pk=report.pk)
        )
        if not actor.has_role_at(row.superior_id, Role.SUPERIOR):
            raise Forbidden(f"由{row.superior.name}的上级主管签收。")
        if row.received_by_id is not None:
            raise Conflict("这份名单已经签收，请刷新页面查看。")
        row.received_by, row.received_at = actor, timezone.now()
        row.save(update_fields=["received_by", "received_at"])
        audit.record("deemed.received", f"签收视为完成名单 {row.number}", target=row, actor=actor)
        notifications.notify(
            users=[row.sent_by],
            key=f"deemed.received:{row.pk}",
            text=f"{row.superior.short_name}已签收视为完成名单 {row.number}",
            url=reverse("inspections:deemed-report", args=[row.pk]),
            authority=row.authority,
        )
        return row


def _open_visit(visit: Visit, actor: User) -> Visit:
    rows = Visit.objects.select_related("entity", "authority", "unit")
    row: Visit
    row, _ = transitions.begin(VISIT, rows, visit.pk, "deem_done", actor)
    return row


def _require_no_result(visit: Visit) -> None:
    if visit.matters.exclude(state=VisitMatter.State.PENDING).exists():
        raise Conflict("这次检查已录入结果，请按结果办理，不能再按视为完成处理。")


def _require_attempts(visit: Visit) -> None:
    least = int(
        rule_settings.value_of("contact_attempts", visit.authority, timezone.localdate().year)
    )
    days = visit.attempts.values("on").distinct().count()
    if days < least:
        raise RuleError(
            f"按“无法联系”办理，须先在不同日期联系至少 {least} 次并登记，现有 {days} 天的记录。请先登记联系情况。"
        )
