"""后续处置: opened from a finding with a preset measure, followed until it is closed (A84–A87, A94b)."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bureau import audit
from bureau.errors import Forbidden, RuleError
from bureau.models import Agency, Role, User
from bureau.selectors import rule_settings
from bureau.services import notifications, numbers, outbox, transitions
from inspections.models import (
    Disposal,
    DisposalAsk,
    DisposalStep,
    Finding,
    RecheckVisit,
    VisitMatter,
)
from inspections.rules.disposal_paths import blocked
from inspections.rules.outcomes import DISPOSALS, OUTCOMES
from inspections.rules.processes import DISPOSAL
from inspections.rules.results import has_problem
from inspections.selectors import disposals as selector
from inspections.selectors import fieldwork, rechecks
from registry.services import ledger

NOTHING_TO_DO = "无需后续处置"


@dataclass(frozen=True)
class Defaults:
    """What the form shows before anybody changes it."""

    measure: str
    responsible: Agency
    due_on: date


def defaults(*, matter: VisitMatter, today: date) -> Defaults:
    """The matter's preset measure, its responsible unit, and the bureau's usual period (A94)."""
    days = int(rule_settings.value_of("disposal_days", matter.authority, today.year))
    return Defaults(
        selector.preset(matter)[0] if matter.outcome_codes else "none",
        matter.responsible,
        today + timedelta(days=days),
    )


def open(
    *,
    visit_matter_pk: Any,
    actor: User,
    measure: str,
    responsible: Agency,
    due_on: date,
    today: date,
    finding: Finding | None = None,
    responsible_user: User | None = None,
) -> Disposal:
    """Opens a disposal; 无需后续处置 is closed at once (DOMAIN C "Disposal").

    By an officer of the team, an organiser or a coordinator. Raises Forbidden, RuleError.
    """
    with transaction.atomic():
        matter = (
            VisitMatter.objects.select_for_update(of=("self",))
            .select_related("visit__entity", "matter", "authority", "responsible")
            .get(pk=visit_matter_pk)
        )
        _may_open(matter, actor)
        return _open(
            matter,
            actor=actor,
            measure=measure,
            responsible=responsible,
            due_on=due_on,
            today=today,
            finding=finding,
            responsible_user=responsible_user,
        )


def open_missing(*, matter: VisitMatter, actor: User, today: date) -> list[Disposal]:
    """Whatever must follow and was not opened by hand is opened with its preset: nothing gets lost (A85).

    Every finding without a disposal gets one; a result without findings (停业, 无法联系) gets its own. Call it in the
    transaction that approves the result.
    """
    existing = list(matter.disposals.values_list("finding_id", "measure"))
    covered = {finding_id for finding_id, _ in existing}
    findings = [f for f in matter.findings.standing().order_by("number") if f.pk not in covered]
    measures = [m for m in selector.preset(matter) if m not in {m for _, m in existing}]
    if not has_problem(matter.outcome_codes):
        measures = [m for m in measures if not DISPOSALS[m].closes_at_once]
        findings = []
    elif not findings:
        return []
    start = defaults(matter=matter, today=today)
    pairs = (
        zip_longest(findings, measures)
        if not findings
        else zip_longest(findings, measures[: len(findings)])
    )
    return [
        _open(
            matter,
            actor=actor,
            measure=measure or start.measure,
            responsible=start.responsible,
            due_on=max((finding and finding.rectify_by) or start.due_on, today),
            today=today,
            finding=finding,
            responsible_user=None,
        )
        for finding, measure in pairs
    ]


def close(*, disposal_pk: Any, actor: User, result: str, closed_on: date, today: date) -> Disposal:
    """Closes with result and date, by the responsible unit or an organiser (A85).

    Raises Forbidden for others, Conflict when it is closed already, RuleError for an empty result or an impossible date.
    """
    with transaction.atomic():
        row: Disposal
        row, _ = transitions.begin(
            DISPOSAL,
            Disposal.objects.select_related("responsible", "visit_matter__visit"),
            disposal_pk,
            "close",
            actor,
        )
        if not may_close(row, actor):
            raise Forbidden(f"这项处置由{row.responsible}负责，须由该单位的人员或任务经办办结。")
        problem = blocked(row.measure, row.stage, "close")
        if problem:
            raise RuleError(problem)
        if not result.strip():
            raise RuleError("办结须填写处置结果。")
        if closed_on > today:
            raise RuleError("办结日期不能晚于今天。")
        visit = row.visit_matter.visit
        if visit.started_at is not None and closed_on < timezone.localdate(visit.started_at):
            raise RuleError("办结日期不能早于检查当天。")
        return settle(row, actor=actor, result=result, closed_on=closed_on)


def settle(
    row: Disposal, *, actor: User, result: str, closed_on: date, is_announced: bool = True
) -> Disposal:
    """Ends it with its result; the caller holds the lock and has checked that the path allows it.

    Announced: the public page of the result says what became of it; a correction says so by itself.
    """
    row.state, row.stage = Disposal.State.CLOSED, "closed"
    row.result, row.closed_on = result.strip()[:500], closed_on
    row.closed_by, row.closed_at = actor, timezone.now()
    row.save(update_fields=["state", "stage", "result", "closed_on", "closed_by", "closed_at"])
    _end_open_work(row)
    DisposalStep.objects.create(
        disposal=row,
        kind=DisposalStep.Kind.CLOSED,
        happened_on=closed_on,
        text=row.result,
        by=actor,
    )
    audit.record(
        "disposal.closed",
        f"办结处置：{selector.measure_label(row.measure)}",
        target=row,
        actor=actor,
        about=[row.visit_matter, row.visit_matter.visit],
        detail={
            "result": row.result,
            "closed_on": str(closed_on),
            "late": closed_on > row.due_on,
        },
    )
    if is_announced:
        outbox.put(
            kind="public.followup",
            key=f"public.followup:{row.pk}",
            label=f"后续处置 {row.number}",
            authority=row.authority,
            payload={"matter": str(row.visit_matter_id)},
        )
    return row


def _end_open_work(row: Disposal) -> None:
    """A recheck or request that nobody needs any more ends with it, and leaves the ledger."""
    going = row.rechecks.filter(
        state__in=[RecheckVisit.State.REQUESTED, RecheckVisit.State.APPROVED]
    )
    for recheck in going:
        ledger.close_entry(source=rechecks.source_of(recheck), counts=False)
    going.update(state=RecheckVisit.State.CANCELLED)
    row.asks.filter(state=DisposalAsk.State.REQUESTED).update(
        state=DisposalAsk.State.REFUSED, decision_note="处置已办结。"
    )


def follow(
    row: Disposal, *, actor: User, measure: str, responsible: Agency, due_on: date, today: date
) -> Disposal:
    """A further disposal of the same finding that goes on from `row` (A86)."""
    made = _open(
        row.visit_matter,
        actor=actor,
        measure=measure,
        responsible=responsible,
        due_on=due_on,
        today=today,
        finding=row.finding,
        responsible_user=None,
        parent=row,
    )
    return made


def may_close(row: Disposal, actor: User) -> bool:
    """Of the responsible unit, or an organiser of the authority (for other departments, who report back)."""
    if actor.has_role_at(row.authority_id, Role.ORGANISER):
        return True
    if row.responsible_id == row.authority_id:
        return actor.has_role_at(row.authority_id, Role.COORDINATOR, Role.INSPECTOR)
    return row.responsible_id in actor.unit_ids or row.responsible_user_id == actor.pk


def _may_open(matter: VisitMatter, actor: User) -> None:
    if actor.has_role_at(matter.authority_id, Role.ORGANISER, Role.COORDINATOR):
        return
    if actor.pk in fieldwork.team_user_ids(matter.visit):
        return
    raise Forbidden("处置由检查组、任务经办或执行单位分派员发起。")


def _open(
    matter: VisitMatter,
    *,
    actor: User,
    measure: str,
    responsible: Agency,
    due_on: date,
    today: date,
    finding: Finding | None,
    responsible_user: User | None,
    parent: Disposal | None = None,
) -> Disposal:
    if measure not in DISPOSALS:
        raise RuleError("请从列表中选择处置措施。")
    if not matter.outcome_codes:
        raise RuleError("请先录入检查结果，再发起后续处置。")
    follows = any(OUTCOMES[code].needs_disposal for code in matter.outcome_codes)
    if not follows and not has_problem(matter.outcome_codes):
        raise RuleError("检查结果没有问题，不需要后续处置。")
    if finding is not None and finding.visit_matter_id != matter.pk:
        raise RuleError("所选问题不属于这个检查事项。")
    if not selector.units_for(matter.authority).filter(pk=responsible.pk).exists():
        raise RuleError("责任单位须是本局、本局科室（所）或接收移送的部门。")
    if due_on < today:
        raise RuleError("处置期限不能早于今天。")
    at_once = DISPOSALS[measure].closes_at_once
    row = Disposal.objects.create(
        authority=matter.authority,
        visit_matter=matter,
        finding=finding,
        number=numbers.document_number(
            authority=matter.authority, kind="disposal", label="处置", year=today.year
        ),
        measure=measure,
        responsible=responsible,
        responsible_user=responsible_user,
        due_on=today if at_once else due_on,
        parent=parent,
        opened_by=actor,
        **(
            {
                "state": Disposal.State.CLOSED,
                "stage": "closed",
                "result": NOTHING_TO_DO,
                "closed_on": today,
                "closed_by": actor,
                "closed_at": timezone.now(),
            }
            if at_once
            else {}
        ),
    )
    audit.record(
        "disposal.opened",
        f"发起处置 {row.number}：{selector.measure_label(measure)}，{responsible.short_name}",
        target=row,
        actor=actor,
        about=[matter, matter.visit],
        detail={"due_on": str(row.due_on), "finding": finding.number if finding else None},
        is_bad=not at_once,
    )
    if not at_once:
        notifications.notify(
            users=responsible_people(row),
            key=f"disposal-opened:{row.pk}",
            text=f"有一项后续处置由您或您所在单位负责：{matter.visit.entity}，{selector.measure_label(measure)}，期限 {row.due_on:%Y-%m-%d}。",
            url=reverse("inspections:disposal-detail", kwargs={"pk": row.pk}),
            authority=matter.authority,
        )
    return row


def responsible_people(row: Disposal) -> list[User]:
    """The named person, else those who work at the responsible unit, else the organisers, who follow it up."""
    if row.responsible_user is not None:
        return [row.responsible_user]
    roles = [Role.COORDINATOR, Role.INSPECTOR]
    if row.responsible_id != row.authority_id and row.responsible.authority_id == row.authority_id:
        found = notifications.holders(authority=row.authority, roles=roles, unit=row.responsible)
        if found:
            return found
    return notifications.holders(authority=row.authority, roles=[Role.ORGANISER])
