"""检查审批 as pages and the approval form show it, with how often each entity was inspected this year (A97, A101)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet

from bureau.models import Agency, User
from bureau.rules import caps
from bureau.selectors import rule_settings
from inspections.models import InspectionOrder, Replacement, Visit, VisitMatter
from inspections.rules import frequency as rules
from inspections.rules.frequency import Usage
from inspections.selectors.teams import with_team
from planning.models import Task
from registry.models import Listing
from registry.selectors import ledger


def usage(authority: Agency, visits: Iterable[Visit], on: date) -> dict[int, Usage]:
    """Entity → usage on that day (A97 frequency; A48 limit; A95 cap; A99 a joint visit counts once).

    Needs `matters__task` loaded to stay at a constant number of queries.
    """
    rows = list(visits)
    found = rule_settings.all_for(authority, on.year)
    limit = int(found["yearly_limit"].value)
    table = caps.read(str(found["enterprise_cap"].value))
    ids = {visit.entity_id for visit in rows}
    hits = ledger.hits_this_year(authority, ids, on)
    counted = ledger.counted_for_cap(authority, ids, on)
    listings = {
        row.entity_id: row for row in Listing.objects.filter(authority=authority, entity__in=ids)
    }
    special, superior = _deployed(rows)
    made = {}
    for pk in ids:
        listing = listings.get(pk)
        flags = listing.risk_flags if listing else []
        made[pk] = Usage(
            hits=hits.get(pk, 0),
            limit=limit,
            counted=counted.get(pk, 0),
            cap=caps.most_for(table, listing.credit_class if listing else caps.OTHER),
            limit_exempt=rules.limit_exemption(flags, special.get(pk, "")),
            cap_exempt=rules.cap_exemption(flags, superior.get(pk, "")),
        )
    return made


def _deployed(visits: Iterable[Visit]) -> tuple[dict[int, str], dict[int, str]]:
    """Entities visited for a special directed task, and those whose task the superior deployed: why."""
    special: dict[int, str] = {}
    superior: dict[int, str] = {}
    for visit in visits:
        for item in visit.matters.all():
            if not item.task.is_special:
                continue
            special[visit.entity_id] = item.task.special_reason
            if item.task.draw_source == Task.DrawSource.PLATFORM:
                superior[visit.entity_id] = item.task.special_reason
    return special, superior


def excesses(
    order: InspectionOrder, visits: Sequence[Visit], on: date
) -> list[tuple[Visit, list[str]]]:
    """The visits above a limit that nothing lifts: the head approves them only with a reason (A95, A97)."""
    found = usage(order.authority, visits, on)
    return [(v, found[v.entity_id].problems) for v in visits if found[v.entity_id].problems]


def frequency(order: InspectionOrder, visits: Sequence[Visit], on: date) -> dict[str, Any]:
    """Visit number → usage as the approval form prints it, kept with the order."""
    found = usage(order.authority, visits, on)
    return {
        visit.number: {
            "text": str(one),
            "cap": one.cap_text,
            "problems": one.problems,
            "lifted": one.lifted,
        }
        for visit in visits
        for one in [found[visit.entity_id]]
    }


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
