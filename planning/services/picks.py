"""What becomes of a pick after the draw: dispatched, done, or not inspected, each cause by its rule (DRAW §5; A70, A71).

Inspections own the arrows and call these; a pick that falls out leaves a `Skip` with code, evidence and approver.
"""

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role, StoredFile, User
from bureau.selectors import rule_settings
from bureau.services import jobs
from planning.models import Pick, Skip, Task
from planning.selectors.picks import FINAL
from planning.services.shared_tasks import close_parts

_NEXT: dict[str, frozenset[str]] = {
    Pick.State.DRAWN: frozenset({"dispatched", "deemed_done", "transferred", "skipped", "voided"}),
    Pick.State.DISPATCHED: frozenset({"done", "deemed_done", "transferred", "skipped", "drawn"}),
    # A correction may reopen a finished check; nothing else comes back.
    Pick.State.DONE: frozenset({"dispatched"}),
}
# Causes that a public register shows: only for these may a reserve follow, where the bureau's setting says so.
ON_PUBLIC_REGISTER = frozenset(
    {Skip.Code.DEREGISTERED, Skip.Code.CANCELLED, Skip.Code.REVOKED, Skip.Code.MOVED_OUT}
)


def mark(pick: Pick, *, state: str, actor: User | None) -> Pick:
    """Moves one pick, and closes its task with the last one (视为完成 counts as done, A70).

    Raises Conflict when the pick has moved on. Dispatch is recorded once for the task, not for each pick.
    """
    with transaction.atomic():
        task = _locked(pick.task_id)
        row = _move(task, pick, state, actor)
        close_when_done(task, actor)
        return row


def mark_dispatched(*, task: Task, picks: Sequence[Pick]) -> int:
    """All of them at once: two queries however many there are. The caller holds the task's row and records the dispatch.

    Raises Conflict when one of them has moved on.
    """
    wanted = [pick.pk for pick in picks]
    waiting = Pick.objects.filter(task=task, pk__in=wanted, state=Pick.State.DRAWN)
    moved = waiting.update(state=Pick.State.DISPATCHED)
    if moved != len(wanted):
        raise Conflict(
            f"任务“{task.name}”的抽中名单刚有变动（{len(wanted) - moved} 户已不是待派发），请刷新页面后再派发。"
        )
    for pick in picks:
        pick.state = Pick.State.DISPATCHED
    return moved


def request_skip(*, pick: Pick, note: str, actor: User, evidence: StoredFile | None = None) -> Skip:
    """Asks to leave a pick out for a reason that no rule names (裁量跳过); only a 补抽 can make up for it (DRAW §5).

    Raises RuleError without a reason, Conflict when one is open or the pick has ended, Forbidden without the role.
    """
    note = note.strip()
    if not note:
        raise RuleError("请写明不检查这一户的原因和依据。")
    with transaction.atomic():
        _locked(pick.task_id)
        row = _row(pick)
        require(actor, row.authority_id, Role.ORGANISER)
        if row.state != Pick.State.DISPATCHED:
            raise Conflict(_moved_on(row))
        try:
            with transaction.atomic():
                skip = Skip.objects.create(
                    pick=row,
                    code=Skip.Code.DISCRETIONARY,
                    note=note[:300],
                    evidence=evidence,
                    requested_by=actor,
                )
        except IntegrityError as taken:
            raise Conflict("这一户已有一项申请在办，请先等批准结果。") from taken
        audit.record(
            "skip.requested",
            f"申请不检查“{row.entity}”：{note}",
            target=row,
            authority=row.authority,
            actor=actor,
            about=[row.task],
            is_bad=True,
        )
        return skip


def decide_skip(*, skip: Skip, approve: bool, actor: User, note: str = "") -> Skip:
    """The head approves or refuses a discretionary skip; never who asked for it (DRAW §5).

    Raises Forbidden to the person who asked, Conflict when it was decided meanwhile.
    """
    if not approve and not note.strip():
        raise RuleError("不同意的，请写明意见。")
    with transaction.atomic():
        task = _locked(skip.pick.task_id)
        row: Skip = (
            Skip.objects.select_for_update(of=("self",))
            .select_related("pick__entity", "pick__authority")
            .get(pk=skip.pk)
        )
        require(actor, row.pick.authority_id, Role.HEAD, Role.DEPUTY)
        if row.state != Skip.State.REQUESTED:
            raise Conflict(f"这项申请已经办理：{row.get_state_display()}。请刷新页面查看。")
        if actor.pk == row.requested_by_id:
            raise Forbidden("这项申请由您提出，须由其他负责人批准。")
        row.approved_by, row.decided_at, row.decision_note = actor, timezone.now(), note.strip()
        row.state = Skip.State.APPROVED if approve else Skip.State.REFUSED
        row.save(update_fields=["approved_by", "decided_at", "decision_note", "state"])
        if approve:
            _move(task, row.pick, Pick.State.SKIPPED, actor)
            close_when_done(task, actor)
        audit.record(
            "skip.approved" if approve else "skip.refused",
            f"{'同意' if approve else '不同意'}不检查“{row.pick.entity}”：{note.strip() or row.note}",
            target=row.pick,
            authority=row.pick.authority,
            actor=actor,
            about=[task],
            is_bad=approve,
        )
        return row


def settle(
    *,
    picks: Iterable[Pick],
    state: str,
    code: str,
    note: str,
    requested_by: User,
    approved_by: User,
    evidence: StoredFile | None = None,
) -> list[Pick]:
    """Picks that cannot be inspected, for a cause that a rule names, already approved by another person.

    Each gets its Skip; where the bureau's setting says so for this cause, the next reserve in rank follows. Returns the
    reserves that were called up: they wait for dispatch. Basis: A70, A71 (002 二十八), DRAW §5.
    """
    called = []
    with transaction.atomic():
        for pick in sorted(picks, key=lambda p: (str(p.task_id), str(p.pk))):
            task = _locked(pick.task_id)
            row = _move(task, pick, state, approved_by)
            Skip.objects.create(
                pick=row,
                code=code,
                note=note[:300],
                evidence=evidence,
                requested_by=requested_by,
                approved_by=approved_by,
                state=Skip.State.APPROVED,
                decided_at=timezone.now(),
            )
            follower = _call_reserve(task, row, code, approved_by)
            if follower is not None:
                called.append(follower)
            close_when_done(task, approved_by)
    return called


def close_when_done(task: Task, actor: User | None) -> bool:
    """Closes a dispatched task with its last pick; deferred lists become public with it. The caller holds the row."""
    if task.state != Task.State.DISPATCHED:
        return False
    close_parts(task, actor)
    open_picks = task.picks.filter(kind=Pick.Rank.SELECTED).exclude(state__in=FINAL)
    if open_picks.exists() or _has_open_supplement(task):
        return False
    task.state, task.closed_at = Task.State.CLOSED, timezone.now()
    task.save(update_fields=["state", "closed_at"])
    audit.record("task.closed", "全部对象办结，任务完成", target=task, actor=actor)
    jobs.send("planning.reveal_due")  # the lists that waited for the end of the task
    return True


def reopen(task: Task, actor: User | None) -> None:
    """A closed task runs again when a 补抽 brings further picks. The caller holds the row."""
    if task.state == Task.State.CLOSED:
        task.state, task.closed_at = Task.State.DISPATCHED, None
        task.save(update_fields=["state", "closed_at"])
        audit.record("task.reopened", "补抽后任务继续", target=task, actor=actor)


def _has_open_supplement(task: Task) -> bool:
    """A 补抽 that is arranged or locked will bring further picks."""
    open_states = ["prepared", "locked"]
    return task.supplements.filter(sitting__state__in=open_states).exists()


def _locked(task_id: object) -> Task:
    task: Task = (
        Task.objects.select_for_update(of=("self",)).select_related("authority").get(pk=task_id)
    )
    return task


def _row(pick: Pick) -> Pick:
    row: Pick = (
        Pick.objects.select_for_update(of=("self",))
        .select_related("entity", "authority", "task")
        .get(pk=pick.pk)
    )
    return row


def _moved_on(row: Pick) -> str:
    return f"“{row.entity}”在本任务中现在是“{row.get_state_display()}”，不能再办这一步。请刷新页面查看。"


def _move(task: Task, pick: Pick, state: str, actor: User | None) -> Pick:
    row = _row(pick)
    if state not in _NEXT.get(row.state, frozenset()):
        raise Conflict(_moved_on(row))
    row.state = pick.state = state
    row.save(update_fields=["state"])
    if state != Pick.State.DISPATCHED:
        audit.record(
            f"pick.{state}",
            f"“{row.entity}”{row.get_state_display()}",
            target=row,
            authority=row.authority,
            about=[task],
            actor=actor,
        )
    return row


def _call_reserve(task: Task, pick: Pick, code: str, actor: User) -> Pick | None:
    """The next reserve in rank of the pick's stratum, where the setting for this cause is on; None otherwise."""
    if code not in ON_PUBLIC_REGISTER or pick.draw_id is None:
        return None
    if not rule_settings.value_of(f"reserve_{code}", task.authority, task.year):
        return None
    reserve: Pick | None = (
        Pick.objects.select_for_update(of=("self",))
        .select_related("entity", "authority")
        .filter(
            draw_id=pick.draw_id,
            stratum=pick.stratum,
            kind=Pick.Rank.RESERVE,
            state=Pick.State.DRAWN,
        )
        .order_by("rank")
        .first()
    )
    if reserve is None:
        return None
    reserve.kind, reserve.follows = Pick.Rank.SELECTED, pick
    reserve.save(update_fields=["kind", "follows"])
    audit.record(
        "pick.called",
        f"第 {reserve.rank} 位“{reserve.entity}”递补第 {pick.rank} 位“{pick.entity}”",
        target=reserve,
        authority=reserve.authority,
        about=[task, pick],
        actor=actor,
        detail={"code": code, "stratum": pick.stratum, "out": pick.rank, "in": reserve.rank},
    )
    return reserve
