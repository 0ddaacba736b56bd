"""合并检查的依据: which tasks meet in a visit, in which windows, who organised each, and who saw it and agreed (A49)."""

from dataclasses import dataclass
from datetime import date, datetime

from bureau.models import Notification, Role, User
from inspections.models import MergeConsent, Visit, VisitMatter
from inspections.rules.merging import Window
from planning.models import Task


@dataclass(frozen=True)
class Joined:
    """One task of a merged visit."""

    task: Task
    window: Window
    organiser: str
    matters: list[str]
    consent: MergeConsent | None
    seen_at: datetime | None  # when its organiser read the notice of the merge
    may_agree: bool

    @property
    def word(self) -> str:
        if self.consent is not None:
            return "派发时确认" if self.consent.by_dispatch else "已同意"
        return "已阅，尚未答复" if self.seen_at else "尚未阅知"

    @property
    def css(self) -> str:
        if self.consent is not None:
            return "done"
        return "run" if self.seen_at else "wait"


@dataclass(frozen=True)
class Merge:
    """The proof shown beside a merged visit: `common` is what the windows have in common."""

    rows: list[Joined]
    common: Window


def of_visit(visit: Visit, items: list[VisitMatter], user: User) -> Merge | None:
    """None for a visit of one task. `items` with `task__created_by`, `task__unit`, `matter`; two queries."""
    tasks = {item.task_id: item.task for item in items}
    if len(tasks) < 2:
        return None
    consents = {
        row.task_id: row for row in MergeConsent.objects.filter(visit=visit).select_related("user")
    }
    read: dict[tuple[int | None, str], datetime] = {
        (row.user_id, row.key): row.read_at
        for row in Notification.objects.filter(
            key__in=[notice_key(task) for task in tasks.values()], read_at__isnull=False
        )
        if row.read_at is not None
    }
    rows = []
    for task in tasks.values():
        others = [notice_key(other) for other in tasks.values() if other.pk != task.pk]
        moments = [
            read[(task.created_by_id, key)] for key in others if (task.created_by_id, key) in read
        ]
        rows.append(
            Joined(
                task=task,
                window=Window(task.window_from, task.window_to),
                organiser=task.created_by.full_name if task.created_by else "–",
                matters=list(dict.fromkeys(i.matter.name for i in items if i.task_id == task.pk)),
                consent=consents.get(task.pk),
                seen_at=min(moments, default=None),
                may_agree=task.pk not in consents
                and visit.state not in {Visit.State.CLOSED, *Visit.NOT_VISITED}
                and may_agree(user, task),
            )
        )
    return Merge(rows, Window(visit.window_from, visit.window_to))


@dataclass(frozen=True)
class Proposed:
    """What dispatching would merge: the visit's tasks and what the windows will have in common."""

    entity: str
    visit: Visit
    tasks: list[Task]
    window_from: date
    window_to: date
    unit: str


def proposed(task: Task, joining: list[tuple[str, Visit, str]]) -> list[Proposed]:
    """(entity, visit that it joins, unit) as rows of the dispatch page; the visits' tasks are prefetched."""
    rows = []
    for entity, visit, unit in joining:
        common = Window(visit.window_from, visit.window_to).within(
            Window(task.window_from, task.window_to)
        )
        tasks = list({item.task_id: item.task for item in visit.matters.all()}.values())
        rows.append(Proposed(entity, visit, tasks, common.starts_on, common.ends_on, unit))
    return rows


def notice_key(task: Task) -> str:
    """Under which the organisers of the other tasks were told that this task's picks joined their visits."""
    return f"task.joined:{task.pk}"


def may_agree(user: User, task: Task) -> bool:
    """The task's own organiser, or one of the division that organises it."""
    if not user.has_role_at(task.authority_id, Role.ORGANISER):
        return False
    if user.pk in {task.created_by_id, task.dispatched_by_id}:
        return True
    return any(
        seat.role == Role.ORGANISER and seat.agency_id in {task.unit_id, task.authority_id}
        for seat in user.seats
    )
