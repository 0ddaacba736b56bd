"""What of plans, tasks and sittings waits for a person: rows of the 工作台."""

from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from bureau.models import Agency, Role, User
from bureau.selectors import calendar
from bureau.selectors.waiting import WaitingItem, reach
from planning.models import Filing, Plan, PlanAdjustment, PoolConfirmation, SittingWitness, Task
from planning.selectors import plans, sittings

_MODULES = ("计划", "任务与摇号")


def for_user(user: User, today: date) -> list[WaitingItem]:
    """A constant number of queries; only steps that this person may take."""
    own = user.own_authority_ids
    found: list[WaitingItem] = []
    if user.has_role(Role.HEAD, Role.DEPUTY):
        found += _approvals(user) + _adjustments(user)
    if user.has_role(Role.ORGANISER, Role.PUBLISHER):
        found += _publishing(user)
    if user.has_role(Role.ORGANISER):
        found += _missing_plans(own, today) + _own_tasks(user)
    if user.has_role(Role.DIVISION_ADMIN):
        found += _confirmations(user)
    found += sittings.waiting_for(user)
    if user.has_role(Role.WITNESS):
        found += _witnessing(user)
    if user.has_role(Role.SUPERIOR):
        found += _filings(user)
    return found


def _approvals(user: User) -> list[WaitingItem]:
    rows = Plan.objects.filter(authority_id__in=user.own_authority_ids, state="submitted")
    return [
        WaitingItem(
            "审批年度计划",
            reverse("planning:plan-detail", args=[plan.pk]),
            "soon",
            "待审批",
            plan.title,
            "",
            _MODULES[0],
            since=timezone.localdate(plan.submitted_at) if plan.submitted_at else None,
            due=None,
        )
        for plan in rows.exclude(created_by=user).exclude(submitted_by=user)
    ]


def _adjustments(user: User) -> list[WaitingItem]:
    rows = PlanAdjustment.objects.filter(
        plan__authority_id__in=user.own_authority_ids, state="submitted"
    )
    return [
        WaitingItem(
            "审批计划调整",
            reverse("planning:adjustment-detail", args=[row.pk]),
            "soon",
            "待审批",
            str(row),
            row.reason[:60],
            _MODULES[0],
            since=timezone.localdate(row.requested_at),
        )
        for row in rows.exclude(requested_by=user).select_related("plan")
    ]


def _publishing(user: User) -> list[WaitingItem]:
    rows = Plan.objects.filter(authority_id__in=user.own_authority_ids, state="approved")
    return [
        WaitingItem(
            "公布年度计划",
            reverse("planning:plan-detail", args=[plan.pk]),
            "run",
            "待公布",
            plan.title,
            "公布并报上级备案",
            _MODULES[0],
        )
        for plan in rows
    ]


def _missing_plans(own: frozenset[int], today: date) -> list[WaitingItem]:
    """A plan of this year that is missing or still a draft, with its deadline (A28, A29)."""
    states = dict(
        Plan.objects.filter(authority_id__in=own, year=today.year).values_list(
            "authority_id", "state"
        )
    )
    found = []
    for authority in Agency.objects.filter(pk__in=own, kind=Agency.Kind.AUTHORITY):
        if states.get(authority.pk, "draft") != "draft":
            continue
        due = calendar.due(plans.due_on(authority, today.year), today)
        found.append(
            WaitingItem(
                "提交年度计划" if authority.pk in states else "编制年度计划",
                reverse("planning:plan-list"),
                "bad" if due and due.is_late else "wait",
                "草稿" if authority.pk in states else "未编制",
                f"{today.year} 年度抽查计划",
                "",
                _MODULES[0],
                due=due,
            )
        )
    return found


def _own_tasks(user: User) -> list[WaitingItem]:
    """Tasks of one's own division, and those that one made: a colleague on leave stops nothing."""
    own = reach(user, Role.ORGANISER).of("unit") | Q(created_by=user)
    rows = Task.objects.filter(
        own,
        authority_id__in=user.own_authority_ids,
        state__in=["draft", "ready", "drawn"],
    ).order_by("window_from")
    verbs = {"draft": "设置抽查任务", "ready": "安排摇号", "drawn": "派发任务"}
    shapes = {"draft": "wait", "ready": "wait", "drawn": "soon"}
    return [
        WaitingItem(
            verbs[task.state],
            reverse("planning:task-detail", args=[task.pk]),
            shapes[task.state],
            str(task.get_state_display()),
            task.name,
            task.number,
            _MODULES[1],
            since=timezone.localdate(task.created_at),
        )
        for task in rows[:50]
    ]


def _confirmations(user: User) -> list[WaitingItem]:
    """Tasks whose pools nobody has confirmed yet; a pool that changed later is named on the task's page."""
    both = len(PoolConfirmation.Pool.values)
    rows = (
        Task.objects.filter(
            authority_id__in=user.own_authority_ids,
            state__in=["draft", "ready"],
            draw_source=Task.DrawSource.OWN,
        )
        .exclude(created_by=user)
        .exclude(scheme="")
        .prefetch_related("confirmations")
    )
    return [
        WaitingItem(
            "确认两库",
            reverse("planning:task-detail", args=[task.pk]),
            "soon",
            "待确认",
            task.name,
            "抽取前须确认检查对象和检查人员名录库",
            _MODULES[1],
        )
        for task in rows[:50]
        if len({row.pool for row in task.confirmations.all()}) < both
    ]


def _witnessing(user: User) -> list[WaitingItem]:
    rows = SittingWitness.objects.filter(
        user=user, sitting__state__in=["prepared", "locked"], opened_at__isnull=True
    ).select_related("sitting")
    return [
        WaitingItem(
            "监督摇号",
            reverse("planning:sitting-detail", args=[row.sitting_id]),
            "soon" if row.sitting.state == "locked" else "wait",
            str(row.sitting.get_state_display()),
            row.sitting.title,
            row.sitting.place,
            _MODULES[1],
            since=timezone.localdate(row.sitting.planned_at),
        )
        for row in rows
    ]


def _filings(user: User) -> list[WaitingItem]:
    above = [seat.agency.authority_id for seat in user.seats if seat.role == Role.SUPERIOR]
    rows = Filing.objects.filter(to_agency_id__in=above, received_at__isnull=True)
    return [
        WaitingItem(
            "签收计划备案",
            reverse("planning:plan-detail", args=[row.plan_id]),
            "soon",
            "待签收",
            str(row),
            row.plan.authority.name,
            _MODULES[0],
            since=timezone.localdate(row.filed_at),
        )
        for row in rows.select_related("plan__authority")
    ]
