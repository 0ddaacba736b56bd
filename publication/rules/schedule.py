"""Which day a publisher may choose (A75). Pure."""

from datetime import date, timedelta

from bureau.rules.workdays import Calendar


def day_problem(day: date, *, today: date, due_on: date | None, calendar: Calendar) -> str | None:
    """Why a result cannot be published on that day; None when it can.

    Not after its deadline, not in the past, on a working day: somebody is there when the first question comes.
    """
    if day < today:
        return f"{day:%Y-%m-%d} 已经过去，请选今天以后的工作日。"
    if day == today:
        return "今天要公示的，请直接办理公示，不用选定日期。"
    if due_on is not None and day > due_on:
        return f"公示期限是 {due_on:%Y-%m-%d}，不能选在期限之后。请选期限当天或以前的工作日。"
    if not calendar.is_workday(day):
        return f"{day:%Y-%m-%d} 不是工作日，可以选 {last_workday(day, calendar):%Y-%m-%d}。"
    return None


def last_workday(day: date, calendar: Calendar) -> date:
    """That day or the working day before it."""
    while not calendar.is_workday(day):
        day -= timedelta(days=1)
    return day
