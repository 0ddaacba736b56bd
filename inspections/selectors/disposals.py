"""后续处置: lists with whose they are and how late, so that overdue ones have a unit and a person (A85, A94b)."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from bureau.models import Agency, User
from inspections.models import Disposal, VisitMatter
from inspections.rules.outcomes import DISPOSALS, preset_disposals


def listed(user: User, filters: dict[str, Any], today: date) -> "QuerySet[Disposal]":
    """Disposals within the user's scope, narrowed by state (open | overdue | closed), unit, person, measure and text."""
    rows: QuerySet[Disposal] = Disposal.objects.visible_to(user).select_related(
        "responsible",
        "responsible_user",
        "finding",
        "visit_matter__visit__entity",
        "visit_matter__matter",
    )
    state = filters.get("state")
    if state == "overdue":
        rows = rows.filter(state=Disposal.State.OPEN, due_on__lt=today)
    elif state in Disposal.State.values:
        rows = rows.filter(state=state)
    if filters.get("unit"):
        rows = rows.filter(responsible=filters["unit"])
    if filters.get("person"):
        rows = rows.filter(responsible_user=filters["person"])
    if filters.get("measure"):
        rows = rows.filter(measure=filters["measure"])
    if filters.get("q"):
        text = filters["q"]
        rows = rows.filter(
            Q(number__icontains=text)
            | Q(visit_matter__visit__entity__name__icontains=text)
            | Q(visit_matter__visit__entity__code__iexact=text)
        )
    return rows


def counts(user: User, today: date) -> dict[str, int]:
    """How many are open, overdue and closed in the user's scope."""
    is_open = Q(state=Disposal.State.OPEN)
    found = Disposal.objects.visible_to(user).aggregate(
        open=Count("pk", filter=is_open),
        overdue=Count("pk", filter=is_open & Q(due_on__lt=today)),
        closed=Count("pk", filter=~is_open),
    )
    return {name: int(number) for name, number in found.items()}


def of_visit(visit_pk: Any) -> list[Disposal]:
    rows = Disposal.objects.filter(visit_matter__visit_id=visit_pk)
    return list(
        rows.select_related(
            "responsible", "responsible_user", "finding", "visit_matter__matter"
        ).order_by("due_on", "id")
    )


def of_matter(matter: VisitMatter) -> list[Disposal]:
    rows = matter.disposals.select_related("responsible", "responsible_user", "finding")
    return list(rows.order_by("due_on", "id"))


def detailed() -> "QuerySet[Disposal]":
    return Disposal.objects.select_related(
        "authority",
        "responsible",
        "responsible_user",
        "finding__item",
        "visit_matter__visit__entity",
        "visit_matter__visit__unit",
        "visit_matter__matter",
        "opened_by",
        "closed_by",
        "parent",
    )


def units_for(authority: Agency) -> "QuerySet[Agency]":
    """Who may be responsible: the authority, its units, and other departments to which cases are handed."""
    return Agency.objects.filter(is_active=True).filter(
        Q(authority=authority) | Q(kind=Agency.Kind.PARTNER)
    )


def people_of(authority: Agency) -> "QuerySet[User]":
    return User.objects.filter(
        is_active=True, memberships__agency__authority=authority, memberships__to_on__isnull=True
    ).distinct()


def preset(matter: VisitMatter) -> tuple[str, ...]:
    """The measures that follow from a matter's results by its own presets, then the defaults (A94)."""
    return preset_disposals(matter.outcome_codes, matter.matter.preset_disposals)


def measure_label(code: str) -> str:
    """A measure in words."""
    return DISPOSALS[code].label if code in DISPOSALS else code
