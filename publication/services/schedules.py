"""Publishing by itself: on a day that the publisher chose, or as soon as the reviewer approves (A75, A76)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, RuleError
from bureau.models import Agency, Role, User
from bureau.selectors import calendar, rule_settings
from bureau.services import notifications
from inspections.models import VisitMatter
from inspections.services.revisions import lock_visit_of
from publication.models import Nondisclosure, PublicationDay
from publication.rules.schedule import day_problem
from publication.services import records

MODE, CHOSEN_DAY = "publication_mode", "chosen_day"


def may_choose(authority: Agency, today: date) -> bool:
    """Whether the bureau lets publishers choose a day."""
    return bool(rule_settings.value_of(MODE, authority, today.year) == CHOSEN_DAY)


def choose(
    *, visit_matters: Sequence[Any], publish_on: date, actor: User, today: date
) -> list[PublicationDay]:
    """Sets or changes the day of one or several reviewed results, all or none.

    Raises RuleError for a day after a deadline, a day off or a bureau that does not choose days; Conflict when one of them
    is published or withheld already.
    """
    wanted = sorted({str(pk) for pk in visit_matters})
    if not wanted:
        raise RuleError("请先勾选要选定公示日的结果。")
    with transaction.atomic():
        rows = [_choose(pk, publish_on, actor, today) for pk in wanted]
        first = rows[0]
        audit.record(
            "result.scheduled",
            f"选定 {publish_on:%Y-%m-%d} 公示 {len(rows)} 项检查结果",
            target=first.visit_matter if len(rows) == 1 else first.authority,
            actor=actor,
            authority=first.authority,
            about=[row.visit_matter for row in rows],
            detail={"publish_on": publish_on.isoformat(), "count": len(rows)},
            role=str(Role.PUBLISHER.label),
        )
        return rows


def cancel(*, visit_matter: Any, actor: User) -> None:
    """Takes the chosen day back; the result waits for its publisher again. Raises Conflict when there is none any more."""
    with transaction.atomic():
        matter = _lock(visit_matter)
        require(actor, matter.authority_id, Role.PUBLISHER)
        row = PublicationDay.objects.filter(visit_matter=matter).first()
        if row is None or matter.state != VisitMatter.State.APPROVED:
            raise Conflict("这项结果没有等着公示的日期，可能已经公示。请刷新页面查看。")
        row.delete()
        audit.record(
            "result.unscheduled",
            f"取消选定的公示日 {row.publish_on:%Y-%m-%d}",
            target=matter,
            actor=actor,
            about=[matter.visit],
            role=str(Role.PUBLISHER.label),
        )


def publish_due(*, today: date) -> int:
    """Publishes what was chosen for today or earlier, and what a moved deadline leaves no later day for.

    Run every morning, twice does no harm. What cannot be published is told to the publishers, and tried again tomorrow.
    """
    rows = (
        PublicationDay.objects.filter(Q(publish_on__lte=today) | Q(visit_matter__due_on__lte=today))
        .filter(visit_matter__state=VisitMatter.State.APPROVED)
        .exclude(visit_matter__nondisclosure__isnull=False)
        .select_related(
            "set_by", "authority", "visit_matter__visit__entity", "visit_matter__matter"
        )
    )
    done = 0
    for row in rows.order_by("publish_on", "id"):
        try:
            records.publish_result(
                visit_matter=row.visit_matter_id, actor=row.set_by, today=today, is_scheduled=True
            )
        except RuleError as refused:
            _tell_failed(row, refused.message, today)
        else:
            done += 1
    return done


def publish_approved(*, visit_matter: Any, today: date) -> dict[str, Any]:
    """公示 at approval, called by the outbox; returns what happened. Twice is once."""
    if Nondisclosure.objects.filter(visit_matter=visit_matter).exists():
        return {"skipped": "已申请依法不公开"}
    try:
        record = records.publish_result(visit_matter=visit_matter, actor=None, today=today)
    except Conflict as moved_on:
        return {"skipped": moved_on.message}
    return {"record": str(record.pk), "version": record.version, "sha256": record.sha256}


def _choose(pk: Any, publish_on: date, actor: User, today: date) -> PublicationDay:
    matter = _lock(pk)
    require(actor, matter.authority_id, Role.PUBLISHER)
    if matter.state != VisitMatter.State.APPROVED:
        raise Conflict(
            f"“{matter.visit.entity}”的{matter.matter}现在是“{matter.get_state_display()}”，不能再选公示日。请刷新页面查看。"
        )
    if not may_choose(matter.authority, today):
        raise RuleError(
            "本单位没有采用“选定日期公示”。请直接办理公示，或由系统管理员在规则设置中更改。"
        )
    if Nondisclosure.objects.filter(visit_matter=matter).exists():
        raise RuleError(
            f"“{matter.visit.entity}”的{matter.matter}已申请依法不公开，须等主要负责人决定。"
        )
    problem = day_problem(
        publish_on, today=today, due_on=matter.due_on, calendar=calendar.calendar()
    )
    if problem:
        raise RuleError(f"“{matter.visit.entity}”：{problem}")
    row, _ = PublicationDay.objects.update_or_create(
        visit_matter=matter,
        defaults={"authority": matter.authority, "publish_on": publish_on, "set_by": actor},
    )
    return row


def _lock(pk: Any) -> VisitMatter:
    lock_visit_of(pk)  # the visit first, then its matters, as everywhere
    rows = VisitMatter.objects.select_related("visit__entity", "matter", "authority")
    matter: VisitMatter = rows.select_for_update(of=("self",)).get(pk=pk)
    return matter


def _tell_failed(row: PublicationDay, why: str, today: date) -> None:
    notifications.notify(
        users=notifications.holders(authority=row.authority, roles=[Role.PUBLISHER]),
        key=f"publication-day-failed:{row.visit_matter_id}:{today}",
        text=f"选定今天公示的结果没有公示成：{row.visit_matter.visit.entity}，{row.visit_matter.matter}。{why}",
        url=reverse("publication:queue"),
        authority=row.authority,
        is_urgent=True,
    )
