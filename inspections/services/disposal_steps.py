"""One step after the other on a disposal's path, by the responsible unit; each is kept with its paper (A84–A86)."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from bureau import audit
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Agency, StoredFile, User
from bureau.services import transitions
from inspections.models import Disposal, DisposalStep, Letter, RecheckVisit
from inspections.rules.disposal_paths import blocked, path_of
from inspections.rules.processes import DISPOSAL
from inspections.services import disposals

Kind = DisposalStep.Kind
# What the form of a plain step must say.
WORDS = {
    Kind.PASSED: "请写明核查了什么材料、怎样确认已经改正。",
    Kind.FAILED: "请写明哪里没有改正。",
    Kind.FILED: "请写明立案日期、案号和办案机构。",
    Kind.NOT_FILED: "不予立案须写明对方说明的理由。",
}
ROWS = (
    "authority",
    "responsible",
    "responsible_user",
    "finding",
    "visit_matter__visit__entity",
    "visit_matter__visit__unit",
    "visit_matter__matter",
    "visit_matter__task",
)


def take(
    *,
    disposal_pk: Any,
    action: str,
    text: str,
    happened_on: date,
    actor: User,
    today: date,
    document: StoredFile | None = None,
) -> Disposal:
    """A plain step: the firm's material checked and passed or not, 立案 or not.

    Raises Forbidden for who is not responsible, Conflict when it is closed, RuleError for another next step, an
    impossible day or without words.
    """
    if action not in WORDS:
        raise RuleError("没有这一步，请回到处置页面选择。")
    if not text.strip():
        raise RuleError(WORDS[Kind(action)])
    with transaction.atomic():
        row = locked(disposal_pk, actor, action)
        check_day(row, happened_on, today)
        step = keep(row, Kind(action), actor=actor, on=happened_on, text=text, document=document)
        to = move(row, action)
        audit.record(
            f"disposal.{action}",
            f"{step.get_kind_display()}：{step.text}",
            target=row,
            actor=actor,
            about=[row.visit_matter, row.visit_matter.visit],
            detail={"happened_on": happened_on.isoformat(), "stage": to},
            is_bad=action in {Kind.FAILED, Kind.NOT_FILED},
        )
        if to == "closed":
            disposals.settle(row, actor=actor, result=text, closed_on=happened_on)
        return row


def escalate(
    *,
    disposal_pk: Any,
    text: str,
    responsible: Agency,
    due_on: date,
    actor: User,
    today: date,
) -> Disposal:
    """Not put right: this one ends, a new one hands the case to the office that punishes (A86: 责令限期改正 then penalty).

    Returns the new disposal.
    """
    if not text.strip():
        raise RuleError("请写明未改正的情况和移送的理由。")
    with transaction.atomic():
        row = locked(disposal_pk, actor, "escalate")
        made = disposals.follow(
            row, actor=actor, measure="case", responsible=responsible, due_on=due_on, today=today
        )
        keep(row, Kind.ESCALATED, actor=actor, on=today, text=f"{text.strip()}（转 {made.number}）")
        move(row, "escalate")
        disposals.settle(
            row,
            actor=actor,
            result=f"责令改正后未改正，移送办案机构，见 {made.number}。{text.strip()}",
            closed_on=today,
        )
        return made


def material_received(
    *, disposal: Disposal, text: str, document: StoredFile | None, actor: User, today: date
) -> DisposalStep:
    """The firm's papers came in (over its page or at the desk): kept with the disposal, to be checked (A86)."""
    return keep(disposal, Kind.MATERIAL, actor=actor, on=today, text=text, document=document)


def locked(pk: Any, actor: User, action: str) -> Disposal:
    """The row under its lock, open, in the actor's hands, and with this step ahead of it."""
    row: Disposal = (
        Disposal.objects.select_for_update(of=("self",)).select_related(*ROWS).get(pk=pk)
    )
    if row.state != Disposal.State.OPEN:
        raise Conflict(transitions.moved_on(DISPOSAL, row))
    if not disposals.may_close(row, actor):
        raise Forbidden(f"这项处置由{row.responsible}负责，须由该单位的人员或任务经办办理。")
    problem = blocked(row.measure, row.stage, action)
    if problem:
        raise RuleError(problem)
    return row


def move(row: Disposal, action: str) -> str:
    """To the stage that the path's table says; the caller holds the lock."""
    step = path_of(row.measure).find(row.stage, action)
    assert step is not None
    row.stage = step.to
    row.save(update_fields=["stage"])
    return row.stage


def keep(
    row: Disposal,
    kind: str,
    *,
    actor: User | None,
    on: date,
    text: str = "",
    document: StoredFile | None = None,
    letter: Letter | None = None,
    recheck: RecheckVisit | None = None,
    mark: str = "",
) -> DisposalStep:
    return DisposalStep.objects.create(
        disposal=row,
        kind=kind,
        happened_on=on,
        text=text.strip()[:500],
        document=document,
        letter=letter,
        recheck=recheck,
        mark=mark,
        by=actor,
    )


def check_day(row: Disposal, on: date, today: date) -> None:
    if on > today:
        raise RuleError("日期不能晚于今天。")
    started = row.visit_matter.visit.started_at
    if started is not None and on < timezone.localdate(started):
        raise RuleError("日期不能早于检查当天。")
