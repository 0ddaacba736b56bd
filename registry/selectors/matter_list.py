"""抽查事项清单 as the desk shows it: filtered rows, versions with what each changed, preset disposals (A01–A08, A94)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from bureau.models import Agency
from registry.models import Checklist, Matter, MatterRevision
from registry.rules.outcomes import DISPOSALS, OUTCOMES
from registry.selectors.differences import Change, changes

CSS = {Matter.State.DRAFT: "wait", Matter.State.IN_FORCE: "run", Matter.State.ENDED: "off"}


@dataclass(frozen=True)
class Version:
    revision: MatterRevision
    changes: list[Change]


def filtered(authority: Agency, wanted: dict[str, Any]) -> "QuerySet[Matter]":
    """Matters that meet the filter form's cleaned values, with the number of items of the checklist in use."""
    rows = Matter.objects.filter(authority=authority).select_related("responsible_unit")
    if q := (wanted.get("q") or "").strip():
        rows = rows.filter(Q(name__icontains=q) | Q(code__istartswith=q))
    for name, path in (("category", "category"), ("state", "state"), ("unit", "responsible_unit")):
        if wanted.get(name):
            rows = rows.filter(**{path: wanted[name]})
    current = Q(checklists__is_current=True)
    return rows.annotate(item_count=Count("checklists__items", filter=current))


def versions(matter: Matter, limit: int = 30) -> list[Version]:
    """Newest first, each with its differences from the one before: one query (A07)."""
    found = list(matter.revisions.select_related("by").order_by("-version")[: limit + 1])
    older = [*found[1:], None][: len(found)]
    return [Version(new, _between(old, new)) for new, old in zip(found, older, strict=True)][:limit]


def checklist(matter: Matter) -> Checklist | None:
    """The checklist in use, with its items."""
    return matter.checklists.filter(is_current=True).prefetch_related("items").first()


def presets(matter: Matter) -> list[tuple[str, str]]:
    """This matter's own result → disposal, in the order of the results; the rest follow the common table (A94)."""
    own: dict[str, str] = matter.preset_disposals or {}
    return [
        (outcome.label, DISPOSALS[own[code]].label)
        for code, outcome in OUTCOMES.items()
        if own.get(code) in DISPOSALS
    ]


def _between(old: MatterRevision | None, new: MatterRevision) -> list[Change]:
    if old is None:
        return []
    pairs = {
        name: [old.content[name], value]
        for name, value in new.content.items()
        if name in old.content and old.content[name] != value
    }
    return changes(Matter, pairs)
