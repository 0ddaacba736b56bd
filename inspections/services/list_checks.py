"""核对名单: the executing unit checks what it was given within two working days (A105; setting list_check_workdays)."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden
from bureau.models import Agency, Role, User
from bureau.selectors import calendar, rule_settings
from bureau.services import notifications
from inspections.models import ListCheck, Visit
from inspections.selectors.list_checks import may_confirm
from planning.models import Task


def open_for(*, task: Task, unit: Agency, visits: Sequence[Visit], today: date) -> ListCheck:
    """The unit's list to check; what is added later to an unchecked list is added to it."""
    authority = unit.authority or unit
    days = int(rule_settings.value_of("list_check_workdays", authority, today.year))
    due = calendar.due_after(today, days)
    row, is_new = ListCheck.objects.get_or_create(
        task=task,
        unit=unit,
        confirmed_by=None,
        defaults={
            "authority": authority,
            "count": len(visits),
            "due_on": due.date,
            "due_is_provisional": due.provisional,
        },
    )
    if not is_new:
        row.count += len(visits)
        row.save(update_fields=["count"])
    row.visits.add(*visits)
    return row


def confirm(*, check: ListCheck, note: str, actor: User) -> ListCheck:
    """The unit's coordinator has checked its list; what is wrong is settled visit by visit (视为完成, transfer).

    Raises Forbidden to a coordinator of another unit, Conflict when somebody was first.
    """
    with transaction.atomic():
        row: ListCheck = (
            ListCheck.objects.select_for_update(of=("self",))
            .select_related("task", "unit")
            .get(pk=check.pk)
        )
        require(actor, row.authority_id, Role.COORDINATOR, Role.ORGANISER)
        if not may_confirm(actor, row):
            raise Forbidden(f"{row.unit.name}的名单由该单位的分派员核对。")
        if row.confirmed_by_id is not None:
            raise Conflict("这份名单刚由他人核对，请刷新页面查看。")
        row.confirmed_by, row.confirmed_at = actor, timezone.now()
        row.note = note.strip()[:300]
        row.save(update_fields=["confirmed_by", "confirmed_at", "note"])
        audit.record(
            "list.confirmed",
            f"{row.unit.name}核对抽中名单 {row.count} 户" + (f"：{row.note}" if row.note else ""),
            target=row.task,
            actor=actor,
            detail={"unit": row.unit.code, "count": row.count, "due": row.due_on.isoformat()},
        )
        return row


def remind(*, today: date) -> int:
    """Tells the coordinators the day before a list is due and when it is late; once each. Returns how many notices."""
    tomorrow = today + timedelta(days=1)
    found = 0
    rows = ListCheck.objects.filter(confirmed_by=None, due_on__lte=tomorrow).select_related(
        "task", "unit__authority", "authority"
    )
    for row in rows:
        late = row.due_on < today
        word = "已逾期" if late else f"{row.due_on:%m月%d日}到期"
        people = notifications.holders(
            authority=row.authority, roles=[Role.COORDINATOR], unit=row.unit
        ) or notifications.holders(authority=row.authority, roles=[Role.COORDINATOR])
        found += notifications.notify(
            users=people,
            key=f"list.check:{row.pk}:{'late' if late else 'soon'}",
            text=f"任务“{row.task.name}”下达{row.unit.name}的 {row.count} 户名单待核对，{word}",
            url=reverse("inspections:list-check", args=[row.pk]),
            authority=row.authority,
            is_urgent=late,
        )
    return found
