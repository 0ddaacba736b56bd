"""The annual plan's deadline: each notice once, however often the job runs (A28, A29)."""

from datetime import date

from django.urls import reverse

from bureau.models import Agency, Role
from bureau.selectors import calendar, rule_settings
from bureau.services import notifications
from planning.models import Plan
from planning.selectors import plans


def warn_plans(*, today: date) -> int:
    """Tells organisers and heads of authorities whose plan is not published; returns how many notices are new.

    The next year's plan is looked at too, since its deadline may be nearer than the warning days reach into January.
    """
    published = set(
        Plan.objects.filter(
            year__in=[today.year, today.year + 1], state=Plan.State.PUBLISHED
        ).values_list("authority_id", "year")
    )
    told = 0
    for authority in Agency.objects.filter(
        kind=Agency.Kind.AUTHORITY, is_active=True, units__memberships__role=Role.ORGANISER
    ).distinct():
        for year in (today.year, today.year + 1):
            if (authority.pk, year) not in published:
                told += _warn(authority, year, today)
    return told


def _warn(authority: Agency, year: int, today: date) -> int:
    on = plans.due_on(authority, year)
    due = calendar.due(on, today)
    if due is None:
        return 0
    if due.is_late:
        step, text = "late", f"{year} 年度抽查计划已过公布期限（{on}），请尽快编制、报批并公布。"
    else:
        days = sorted(rule_settings.value_of("plan_warning_days", authority, year))
        step = next((str(n) for n in days if due.days_left <= n), "")
        if not step:
            return 0
        text = f"{year} 年度抽查计划应在 {on} 前公布，{due.text}。"
    return notifications.notify(
        users=notifications.holders(authority=authority, roles=[Role.ORGANISER, Role.HEAD]),
        key=f"plan-due:{authority.pk}:{year}:{step}",
        text=text,
        url=reverse("planning:plan-list"),
        authority=authority,
        is_urgent=due.is_late,
    )
