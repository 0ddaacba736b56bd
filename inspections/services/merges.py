"""谁知道、谁同意合并: the organisers of both tasks see a merge and say so; it is shown with the visit (A49, ARCHITECTURE §5)."""

from collections.abc import Iterable

from django.db import transaction

from bureau import audit
from bureau.access import require
from bureau.errors import Conflict, Forbidden, RuleError
from bureau.models import Role, User
from bureau.services import transitions
from inspections.models import MergeConsent, Visit
from inspections.rules.processes import VISIT
from inspections.selectors.merges import may_agree
from planning.models import Task


def note_dispatch(*, visits: Iterable[Visit], task: Task, actor: User) -> None:
    """Who dispatched a task saw on the dispatch page what merges, and dispatched it so: that is their consent."""
    MergeConsent.objects.bulk_create(
        [MergeConsent(visit=visit, task=task, user=actor, by_dispatch=True) for visit in visits],
        ignore_conflicts=True,
    )


def agree(*, visit: Visit, task: Task, actor: User) -> MergeConsent:
    """The organiser of a task in a merged visit says that they saw it and agree; once for each task.

    Raises Forbidden to anybody but the task's organiser or its division's, Conflict once it is split or ended.
    """
    with transaction.atomic():
        row: Visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
        tasks = {item.task_id: item.task for item in row.matters.select_related("task")}
        own = tasks.get(task.pk)
        if own is None or len(tasks) < 2:
            raise Conflict("这次检查现在没有合并，不需要确认。请刷新页面查看。")
        if row.state in {Visit.State.CLOSED, *Visit.NOT_VISITED}:
            raise Conflict(transitions.moved_on(VISIT, row))
        require(actor, own.authority_id, Role.ORGANISER)
        if not may_agree(actor, own):
            raise Forbidden(f"由任务 {own.number} 的经办人或{own.unit.name}的任务经办确认。")
        consent, is_new = MergeConsent.objects.get_or_create(
            visit=row, task=own, defaults={"user": actor}
        )
        if not is_new:
            raise RuleError(f"任务 {own.number} 已由{consent.user.full_name}确认。")
        audit.record(
            "visit.merge-agreed",
            f"任务 {own.number} 同意合并检查",
            target=row,
            actor=actor,
            about=[own],
        )
        return consent
