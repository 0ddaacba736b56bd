"""预先告知: noting that the firm was told, how and by whom; what the bureau's own rule asks for (A58)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import User
from bureau.selectors import calendar
from bureau.services import transitions
from inspections.models import AdvanceNotice, Visit
from inspections.rules.processes import VISIT
from inspections.selectors import advance
from inspections.services.notices import may_issue


def tell(
    *, visit: Visit, actor: User, how: str, person: str, at: datetime, note: str = ""
) -> AdvanceNotice:
    """Records the word given to a firm whose visit is approved.

    By the desk or the team. Raises RuleError where the house gives no word in advance and for a time that lies ahead,
    Conflict once the visit has begun.
    """
    if how not in AdvanceNotice.How.values:
        raise RuleError("请选择告知方式。")
    if not person.strip():
        raise RuleError("请写明告知了谁，例如负责人或联络员的姓名。")
    with transaction.atomic():
        row: Visit = (
            Visit.objects.select_for_update(of=("self",))
            .select_related("authority", "unit", "entity", "order")
            .get(pk=visit.pk)
        )
        if not may_issue(row, actor):
            raise Forbidden("预先告知由执行单位分派员、任务经办或本检查组人员办理，您不在其中。")
        if row.state != Visit.State.ORDERED:
            raise Conflict(transitions.moved_on(VISIT, row))
        days = advance.workdays(row.authority, timezone.localdate().year)
        if not days:
            raise RuleError(
                "本单位没有规定检查前预先告知，不需要登记；要改的，请在规则设置中修改。"
            )
        if at > timezone.now():
            raise RuleError("告知时间不能晚于现在，请改正。")
        due_on = advance.due_of(row, days, calendar.calendar())
        made = AdvanceNotice.objects.create(
            visit=row,
            authority=row.authority,
            how=how,
            person=person.strip(),
            happened_at=at,
            due_on=due_on,
            note=note.strip(),
            by=actor,
        )
        is_late = timezone.localdate(at) > due_on
        audit.record(
            "visit.firm-told",
            f"预先告知{row.entity.name}：{made.get_how_display()}，{made.person}"
            + ("，晚于规定期限" if is_late else ""),
            target=row,
            actor=actor,
            about=[made],
            detail={"happened_at": at.isoformat(), "due_on": due_on.isoformat(), "note": made.note},
            is_bad=is_late,
        )
    return made
