"""Who stands in the pool and may not be drawn: an open task with the same matters, the yearly limit (A48, A49)."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Q,
    QuerySet,
    Value,
    When,
)

from bureau.selectors import rule_settings
from planning.models import Pick, Task
from planning.rules import strata as rules
from planning.selectors.pool_parts import Part, concerned, owners_of
from registry.models import LedgerEntry
from registry.rules.yearly_limit import year_before


def exclusion(task: Task, today: date, part: Part) -> Case:
    whens = [
        When(entity__standing__in=rules.NOT_DRAWABLE, then=F("entity__standing")),
        When(_in_open_task(task, part), then=Value(rules.IN_OPEN_TASK)),
    ]
    if not task.is_special:  # 002 (十三): 专项整治、上级指令部署的定向抽查不受次数限制
        whens.append(When(_over_limit(task, today), then=Value(rules.ANNUAL_CAP)))
    whens.append(When(layer=-1, then=Value(rules.NO_STRATUM)))
    return Case(*whens, default=Value(""), output_field=CharField())


def _in_open_task(task: Task, part: Part) -> Q:
    """Picked already for one of these matters and not finished; other matters are merged at dispatch (A49)."""
    matters = [matter.pk for matter in part.matters]
    # A pick stands for the matters of its draw; one from a superior's platform for those of its task.
    for_these = Q(draw__matters__overlap=part.codes) | Q(
        draw__isnull=True, task__matters__in=matters
    )
    ledger = LedgerEntry.objects.filter(
        same_matter(task, part), authority_id__in=concerned(task), is_open=True
    )
    waiting = _undispatched(task).filter(for_these)
    own = Pick.objects.filter(task_id=task.pk, kind=Pick.Rank.SELECTED).exclude(
        state=Pick.State.VOIDED
    )
    if part.number:
        own = own.filter(draw__group_number=part.number)
    found = [rows.order_by().values_list("entity_id") for rows in (ledger, waiting, own)]
    return Q(entity_id__in=[pk for (pk,) in found[0].union(*found[1:])])


def same_matter(task: Task, part: Part) -> Q:
    """Ledger entries of these matters; under a superior's also of the subordinates' that were claimed from it (A05)."""
    found = Q(matters__in=[matter.pk for matter in part.matters])
    if owners_of(task):
        found |= Q(matters__superior_code__in=part.codes)
    return found


def _undispatched(task: Task) -> "QuerySet[Any]":
    """Other tasks' picks that dispatch has not written into the ledger yet."""
    return Pick.objects.filter(
        authority_id__in=concerned(task), state=Pick.State.DRAWN, kind=Pick.Rank.SELECTED
    ).exclude(task_id=task.pk)


def _over_limit(task: Task, today: date) -> Q:
    """Hits of the year reach the bureau's limit, and no exempt mark stands on the listing (A48); four queries."""
    settings = rule_settings.all_for(task.authority, today.year)
    limit = int(settings["yearly_limit"].value)
    entries = LedgerEntry.objects.filter(
        _year(str(settings["yearly_limit_window"].value), today),
        authority_id__in=concerned(task),
        counts=True,
    ).order_by()
    waiting = Counter(_undispatched(task).order_by().values_list("entity_id", flat=True))
    per_entity = entries.values("entity_id").annotate(n=Count("pk")).values_list("entity_id", "n")
    for pk, n in per_entity.filter(entity_id__in=waiting):
        waiting[pk] += n
    reached = {pk for pk, _ in per_entity.filter(n__gte=limit)}
    reached.update(pk for pk, n in waiting.items() if n >= limit)
    return Q(entity_id__in=sorted(reached)) & ~Q(risk_flags__overlap=list(rules.EXEMPT_FLAGS))


def _year(window: str, today: date) -> Q:
    if window == "rolling":
        return Q(day__gt=year_before(today), day__lte=today)
    return Q(day__year=today.year)
