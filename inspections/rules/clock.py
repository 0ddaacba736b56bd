"""公示期限的起算与提醒: where the 20 working days begin, and which reminder is due (A75, DOMAIN §0.1)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

LATE = "late"


def starts_on(
    rule: str, *, visit_ended_on: date, task_window_to: date, task_ended_on: date | None
) -> date:
    """The day from which the publication period counts; that day itself does not count.

    `visit_end`: 检查结束 (001 二(四)). `task_end`: 本次抽查任务完成 (002 (二十六)4): the day the task's last visit ended, and while
    visits are outstanding its planned end, so that one stuck visit cannot postpone every deadline; never before one's own visit ended.
    """
    if rule == "visit_end":
        return visit_ended_on
    return max(visit_ended_on, task_ended_on or task_window_to)


def reminder(days_left: int, is_late: bool, marks: Sequence[int]) -> str | None:
    """The reminder that is due: "late", the smallest mark not yet passed ("5", "3", "1"), or None when it is too early.

    On a day between two marks the earlier one is still due: it may have been missed while the server was down, and
    its key makes it once.
    """
    if is_late:
        return LATE
    reached = [mark for mark in marks if days_left <= mark]
    return str(min(reached)) if reached else None


def is_entered_late(happened_at: datetime, recorded_at: datetime, hours: int) -> bool:
    """Whether what a person claims was told to the server so late that it is flagged (事后补录; A90)."""
    return recorded_at - happened_at > timedelta(hours=hours)


def claim_problem(
    happened_at: datetime, now: datetime, *, not_before: datetime | None = None, before: str = ""
) -> str | None:
    """Why a claimed moment cannot be: in the future, or before what must come first (`before` names it). None when it can.

    People state minutes, so moments are compared by the minute.
    """
    claimed = happened_at.replace(second=0, microsecond=0)
    if claimed > now + timedelta(minutes=5):
        return "填写的时间在将来，请按实际发生的时间填写。"
    if not_before is not None and claimed < not_before.replace(second=0, microsecond=0):
        return f"填写的时间早于{before}，请核对后重新填写。"
    return None
