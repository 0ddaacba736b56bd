"""Plans as their pages show them: items, what they cover, whether they can be carried out (A26, A37–A39, A110)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from bureau.models import Agency
from bureau.selectors import calendar, rule_settings
from bureau.selectors.calendar import Due
from lottery.errors import ProtocolError
from planning.models import Plan, PlanAdjustment, PlanItem
from planning.rules import items as rules
from planning.rules.coverage import Coverage, Planned, Squeeze, coverage, squeezes
from planning.rules.items import ItemValues
from planning.rules.quotas import quota
from planning.rules.strata import NOT_DRAWABLE
from registry.models import Entity, Listing, Matter
from registry.selectors import entities


@dataclass(frozen=True)
class Counted:
    """A scope as the pool stands now: what matches, what could be drawn, the estimate by the item's ratio."""

    label: str
    base: int
    estimate: int
    problem: str = ""


@dataclass(frozen=True)
class Proof:
    """Whether the plan covers the list and can be carried out."""

    uncovered: list[Matter]
    squeezes: list[Squeeze]
    coverage: Coverage
    pool: int
    enterprises: int
    goals: Mapping[str, Any]  # setting key → InForce
    limit: int


@dataclass(frozen=True)
class Difference:
    """One field of one change of an adjustment, in words."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class ChangeRow:
    op: str  # 增加 | 修改 | 取消
    name: str
    differences: list[Difference]


def listed(user: Any) -> "QuerySet[Plan]":
    """Plans within the user's scope, with their number of items; the newest year first."""
    active = Count("items", filter=Q(items__state=PlanItem.State.ACTIVE))
    rows: QuerySet[Plan] = Plan.objects.select_related("authority")
    return rows.filter(authority_id__in=user.authority_ids).annotate(item_count=active)


def items_of(plan: Plan) -> list[PlanItem]:
    """All items in order with what their rows show; three queries."""
    return list(
        plan.items.select_related("lead")
        .prefetch_related("matters", "participants", "tasks")
        .order_by("number")
    )


def due_on(authority: Agency, year: int) -> date:
    """The last day for the plan of `year` by the bureau's setting (A28, A29)."""
    month, _, day = str(rule_settings.value_of("plan_due", authority, year)).partition("-")
    return date(year, int(month), int(day))


def due(plan: Plan, today: date) -> Due | None:
    """The plan's deadline while it is not published."""
    if plan.state == Plan.State.PUBLISHED:
        return None
    return calendar.due(due_on(plan.authority, plan.year), today)


def values_of(item: PlanItem) -> ItemValues:
    """What the item says now, in the shape of drafts and adjustments."""
    return ItemValues(
        name=item.name,
        matters=sorted(matter.pk for matter in item.matters.all()),
        is_targeted=item.is_targeted,
        scope=item.scope,
        scope_words=item.scope_words,
        ratio_mode=item.ratio_mode,
        ratio_value=item.ratio_value,
        base_count=item.base_count,
        estimate=item.estimate,
        frequency=item.frequency,
        region_weight=item.region_weight,
        level_split=item.level_split,
        methods=list(item.methods),
        period_from=item.period_from,
        period_to=item.period_to,
        lead=item.lead_id,
        participants=sorted(agency.pk for agency in item.participants.all()),
        is_joint=item.is_joint,
        is_risk_differentiated=item.is_risk_differentiated,
        initiation=item.initiation,
        remark=item.remark,
    )


def drawable(authority: Agency, scope: Mapping[str, Sequence[str]]) -> "QuerySet[Listing]":
    """Who of the scope may be drawn by their standing."""
    return entities.matching(authority, scope).exclude(entity__standing__in=NOT_DRAWABLE)


def count_scope(authority: Agency, values: ItemValues, year: int) -> Counted:
    """Live count of a scope and the estimate that follows; five queries at most."""
    base = drawable(authority, values.scope).count()
    settings = rule_settings.all_for(authority, year)
    try:
        estimate = quota(
            base,
            values.ratio_mode,
            values.ratio_value,
            at_least_one=bool(settings["at_most_at_least_one"].value),
        )
    except ProtocolError as refusal:
        return Counted(entities.scope_label(values.scope), base, 0, str(refusal))
    return Counted(entities.scope_label(values.scope), base, estimate)


def uncovered_matters(plan: Plan) -> list[Matter]:
    """Matters in force that no active item covers, by name (A26); one query."""
    covered = PlanItem.matters.through.objects.filter(
        planitem__plan=plan, planitem__state=PlanItem.State.ACTIVE
    )
    in_force = Matter.objects.filter(authority_id=plan.authority_id).in_force()
    return list(in_force.exclude(pk__in=covered.values("matter_id")).order_by("code"))


def proof(plan: Plan, items: Sequence[PlanItem]) -> Proof:
    """Completeness, feasibility and expected coverage; four queries whatever the number of items."""
    active = [item for item in items if item.state == PlanItem.State.ACTIVE]
    settings = rule_settings.all_for(plan.authority, plan.year)
    counts = _counts(plan.authority, active)
    limit = int(settings["yearly_limit"].value)
    planned = [
        Planned(
            name=item.name,
            scope=repr(sorted(entities.clean_scope(item.scope).items())),
            base=counts[f"base{item.pk}"],
            enterprises=counts[f"firms{item.pk}"],
            estimate=item.estimate,
            frequency=item.frequency,
            is_risk_differentiated=item.is_risk_differentiated,
        )
        for item in active
    ]
    return Proof(
        uncovered=uncovered_matters(plan),
        squeezes=squeezes(planned, limit),
        coverage=coverage(planned, pool=counts["pool"], enterprises=counts["firms"]),
        pool=counts["pool"],
        enterprises=counts["firms"],
        goals=settings,
        limit=limit,
    )


def adjustment_rows(adjustment: PlanAdjustment) -> list[ChangeRow]:
    """The changes of an adjustment in words, with what was before; a constant number of queries."""
    names = _Names.of(adjustment)
    rows = []
    for change in adjustment.changes:
        before, after = change.get("before") or {}, change.get("after") or {}
        fields = rules.changed_fields(before, after)
        rows.append(
            ChangeRow(
                {"add": "增加", "change": "修改", "remove": "取消"}[change["op"]],
                (after or before)["name"],
                [
                    Difference(
                        rules.LABELS[field],
                        names.say(field, before.get(field)),
                        names.say(field, after.get(field)),
                    )
                    for field in fields
                ],
            )
        )
    return rows


@dataclass(frozen=True)
class _Names:
    matters: Mapping[int, str]
    agencies: Mapping[int, str]
    scopes: Mapping[str, str]

    @classmethod
    def of(cls, adjustment: PlanAdjustment) -> "_Names":
        sides = [
            side
            for change in adjustment.changes
            for side in (change.get("before"), change.get("after"))
            if side
        ]
        matters = {pk for side in sides for pk in side["matters"]}
        agencies = {pk for side in sides for pk in [side["lead"], *side["participants"]]}
        scopes = [side["scope"] for side in sides]
        labels = entities.scope_labels(scopes)
        return cls(
            dict(Matter.objects.filter(pk__in=matters).values_list("pk", "name")),
            dict(Agency.objects.filter(pk__in=agencies).values_list("pk", "name")),
            {repr(scope): label for scope, label in zip(scopes, labels, strict=True)},
        )

    def say(self, field: str, value: Any) -> str:
        if value is None or value == "" or value == []:
            return ""
        if field == "matters":
            return "、".join(self.matters.get(pk, str(pk)) for pk in value)
        if field == "participants":
            return "、".join(self.agencies.get(pk, str(pk)) for pk in value)
        if field == "lead":
            return self.agencies.get(value, str(value))
        if field == "scope":
            return self.scopes[repr(value)]
        if field == "ratio_mode":
            return str(PlanItem.RatioMode(value).label)
        if field == "methods":
            return "、".join(str(Matter.Method(method).label) for method in value)
        if isinstance(value, bool):
            return "是" if value else "否"
        return str(value)


def _counts(authority: Agency, items: Sequence[PlanItem]) -> dict[str, int]:
    """Pool, enterprises, and both for each item's scope: one statement."""
    firms = Q(entity__kind=Entity.Kind.ENTERPRISE)
    wanted: dict[str, Any] = {"pool": Count("pk"), "firms": Count("pk", filter=firms)}
    for item in items:
        inside = entities.condition(authority, item.scope)
        wanted[f"base{item.pk}"] = Count("pk", filter=inside) if inside else Count("pk")
        wanted[f"firms{item.pk}"] = Count("pk", filter=inside & firms)
    return drawable(authority, {}).aggregate(**wanted)
