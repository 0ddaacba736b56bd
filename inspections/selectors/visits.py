"""The visit list and the facts of one visit's page (ARCHITECTURE §6)."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone

from bureau.models import User
from inspections.models import TeamMember, Transfer, Visit, VisitMatter
from inspections.rules.frequency import Usage
from inspections.selectors import disclosure
from inspections.selectors.orders import usage
from planning.models import Pick, Skip, Task
from registry.models import Listing
from registry.rules.names import search_key

NOT_BEGUN = (Visit.State.DISPATCHED, Visit.State.TEAMED, Visit.State.ORDERED)
SOON = timedelta(days=10)
# What still has a publication clock to run.
UNPUBLISHED = ~Q(state__in=["published", "withheld", *VisitMatter.NOT_CHECKED])


def listed(user: User, filters: dict[str, Any], today: date) -> QuerySet[Visit]:
    """Visits in the user's scope with what the list shows; `publish_due` is the earliest open publication deadline."""
    due = (
        VisitMatter.objects.filter(UNPUBLISHED, visit=OuterRef("pk"), due_on__isnull=False)
        .order_by()
        .values("visit")
        .annotate(first=Min("due_on"))
        .values("first")
    )
    rows: QuerySet[Visit] = (
        Visit.objects.visible_to(user)
        .select_related("entity", "unit", "authority")
        .prefetch_related(
            Prefetch("matters", VisitMatter.objects.select_related("matter", "task")),
            Prefetch(
                "team",
                TeamMember.objects.filter(is_current=True).select_related("inspector", "expert"),
                to_attr="members",
            ),
        )
        .annotate(publish_due=Subquery(due))
    )
    return _filtered(rows, user, filters, today)


def _filtered(
    rows: QuerySet[Visit], user: User, filters: dict[str, Any], today: date
) -> QuerySet[Visit]:
    if filters.get("state"):
        rows = rows.filter(state=filters["state"])
    if filters.get("unit"):
        rows = rows.filter(unit=filters["unit"])
    if filters.get("task"):
        rows = rows.filter(
            Exists(VisitMatter.objects.filter(visit=OuterRef("pk"), task=filters["task"]))
        )
    if filters.get("mine"):
        rows = rows.filter(
            disclosure.open_to(user, timezone.now()),
            Exists(
                TeamMember.objects.filter(Q(inspector__user=user) | Q(expert__user=user)).filter(
                    visit=OuterRef("pk"), is_current=True
                )
            ),
        )
    due = filters.get("due")
    if due == "window":
        rows = rows.filter(state__in=NOT_BEGUN, window_to__range=(today, today + SOON))
    elif due == "late":
        rows = rows.filter(state__in=NOT_BEGUN, window_to__lt=today)
    elif due == "publish":
        rows = rows.filter(
            Exists(
                VisitMatter.objects.filter(UNPUBLISHED, visit=OuterRef("pk"), due_on__isnull=False)
            )
        )
    text = str(filters.get("q") or "").strip()
    if text:
        rows = rows.filter(
            Q(entity__search_name__contains=search_key(text))
            | Q(entity__public_code=text.upper())
            | Q(number__iexact=text)
        )
    return rows


def whole() -> QuerySet[Visit]:
    """Everything that the page of one visit shows of the visit itself."""
    return Visit.objects.select_related(
        "authority",
        "unit",
        "entity",
        "entity__region",
        "order",
        "order__decided_by",
        "team_draw",
        "team_draw__sitting",
        "team_sitting__sitting",
        "notice",
        "deemed_done",
        "split_from",
        "came_by__authority",
    ).prefetch_related("matters__matter", "matters__task")


def tasks_of(visit: Visit) -> list[Task]:
    """The tasks whose matters meet in the visit; what happens to it stands in the trail of each."""
    return list(Task.objects.filter(visit_matters__visit=visit).distinct())


def listing_of(visit: Visit) -> Listing | None:
    return Listing.objects.filter(
        entity_id=visit.entity_id, authority_id=visit.authority_id
    ).first()


def usage_of(visit: Visit, today: date) -> Usage:
    return usage(visit.authority, [visit], today)[visit.entity_id]


def picks_of(visit: Visit) -> list[Pick]:
    """How this entity came to be visited: its picks with their draws."""
    return list(
        Pick.objects.filter(visit_matters__visit=visit)
        .select_related("draw", "task", "task__unit", "follows")
        .distinct()
        .order_by("id")
    )


def transfers_of(visit: Visit, user: User) -> list[Transfer]:
    """The visit's own transfers, oldest first, as far as the user may see them."""
    rows = Transfer.objects.visible_to(user).filter(visit=visit)
    return list(rows.select_related("to_authority", "to_unit", "from_unit").order_by("id"))


def skips_of(visit: Visit) -> list[Skip]:
    """Requests not to inspect a pick of this visit, for a reason that no rule names."""
    return list(
        Skip.objects.filter(pick__visit_matters__visit=visit, code=Skip.Code.DISCRETIONARY)
        .select_related("pick__task", "requested_by", "approved_by")
        .distinct()
        .order_by("id")
    )
