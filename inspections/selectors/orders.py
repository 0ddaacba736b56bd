"""检查审批 as pages and the approval form show it, with how often each entity was inspected this year (A97, A101)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from bureau.models import Agency, User
from bureau.selectors import rule_settings
from inspections.models import InspectionOrder, Replacement, Visit, VisitMatter
from inspections.selectors.teams import with_team
from planning.models import Task
from registry.selectors import ledger


@dataclass(frozen=True)
class Usage:
    """本年检查频次 of one entity, this visit included, against the yearly limit."""

    hits: int
    limit: int

    @property
    def is_over(self) -> bool:
        return self.hits > self.limit

    def __str__(self) -> str:
        return f"本年第 {self.hits} 次（上限 {self.limit} 次）"


def usage(authority: Agency, visits: Iterable[Visit], on: date) -> dict[int, Usage]:
    """Entity → usage on that day (A97 frequency; A48 limit; A99 a joint visit counts once)."""
    limit = int(rule_settings.value_of("yearly_limit", authority, on.year))
    ids = {visit.entity_id for visit in visits}
    hits = ledger.hits_this_year(authority, ids, on)
    return {pk: Usage(hits.get(pk, 0), limit) for pk in ids}


def usage_text(order: InspectionOrder, visits: Sequence[Visit]) -> dict[str, str]:
    """Visit number → usage when the order was asked for, for the trail."""
    found = usage(order.authority, visits, timezone.localdate())
    return {visit.number: str(found[visit.entity_id]) for visit in visits}


def ready(task: Task) -> QuerySet[Visit]:
    """Visits of the task with a complete team that nobody has asked for yet."""
    of_task = VisitMatter.objects.filter(visit=OuterRef("pk"), task=task)
    changing = Replacement.objects.filter(visit=OuterRef("pk"), state=Replacement.State.REQUESTED)
    rows = (
        Visit.objects.filter(Exists(of_task), state=Visit.State.TEAMED, order__isnull=True)
        .annotate(is_changing=Exists(changing))
        .select_related("entity", "unit")
        .prefetch_related("matters__matter", "matters__task")
        .order_by("window_to", "number")
    )
    return with_team(rows)


def visits_of(order: InspectionOrder) -> QuerySet[Visit]:
    rows = (
        order.visits.select_related("entity", "unit", "authority")
        .prefetch_related("matters__matter", "matters__task")
        .order_by("number")
    )
    return with_team(rows)


def for_user(user: User) -> QuerySet[InspectionOrder]:
    """Orders in the user's scope with how many visits each holds."""
    rows: QuerySet[InspectionOrder] = (
        InspectionOrder.objects.filter(authority_id__in=user.authority_ids)
        .select_related("task", "requested_by", "decided_by")
        .annotate(visit_count=Count("visits"))
    )
    return rows
