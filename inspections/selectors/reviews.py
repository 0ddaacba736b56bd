"""The history of a result's reviews, and whose turn a review is (A80, A94b)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone

from bureau.models import Membership, Role, User
from bureau.selectors import rule_settings
from bureau.selectors.waiting import reach
from inspections.models import Review, VisitMatter
from inspections.rules import review_lines as rules
from registry.models import ChecklistItem, Matter

NOT_YOURS = "本单位规定由责任单位的审核员审核，这项结果的责任单位是{unit}。请转给该单位的审核员。"


@dataclass(frozen=True)
class Remark:
    label: str
    text: str


@dataclass(frozen=True)
class Submission:
    """One row of the history: what was changed since the submission before it, and what was said to it."""

    review: Review
    changes: list[rules.Change]
    remarks: list[Remark]


def lines_of(matter: VisitMatter, content: dict[str, Any]) -> list[rules.Line]:
    items = ChecklistItem.objects.filter(checklist_id=matter.checklist_id)
    return rules.lines(content, dict(items.values_list("number", "text")), _methods())


def history(matter: VisitMatter) -> list[Submission]:
    """Every submission, the newest first; two queries."""
    found_rows = Review.objects.filter(visit_matter=matter).order_by("number")
    rows = list(found_rows.select_related("submitted_by", "decided_by"))
    if not rows:
        return []
    items = ChecklistItem.objects.filter(checklist_id=matter.checklist_id)
    texts, methods = dict(items.values_list("number", "text")), _methods()
    sheets = [rules.lines(row.content, texts, methods) for row in rows]
    found = []
    for place, row in enumerate(rows):
        before = place - 1 if place else None
        changed = [] if before is None else _changes(rows, sheets, before, place)
        remarks = [  # in the order of the sheet; the database keeps none
            Remark(line.label, row.remarks[line.key])
            for line in sheets[place]
            if line.key in row.remarks
        ]
        found.append(Submission(row, changed, remarks))
    return found[::-1]


def since_return(matter: VisitMatter, content: dict[str, Any]) -> list[rules.Change]:
    """What the team has changed by now since the last return; empty when nothing was returned."""
    returned = Review.objects.filter(visit_matter=matter, decision=Review.Decision.RETURNED)
    last = returned.order_by("-number").first()
    if last is None:
        return []
    before, after = lines_of(matter, last.content), lines_of(matter, content)
    return _with_evidence(rules.changes(before, after), last.content, content)


def remarks_to_team(matter: VisitMatter) -> list[Remark]:
    """What the reviewer said line by line; empty when the result is not returned."""
    if matter.state != VisitMatter.State.RETURNED:
        return []
    return next((one.remarks for one in history(matter)), [])


def publishes_at_approval(matter: VisitMatter) -> bool:
    """Whether an approved result goes straight to the public (setting publication_mode)."""
    year = timezone.localdate().year
    mode = rule_settings.value_of("publication_mode", matter.authority, year)
    return bool(mode == "at_approval")


def unit_problem(user: User, matter: VisitMatter) -> str | None:
    """Why another unit's reviewer must do it (setting review_unit); None when this person may."""
    return unit_problems(user, [matter])[matter.pk]


def unit_problems(user: User, matters: Sequence[VisitMatter]) -> dict[Any, str | None]:
    """For each matter; a constant number of queries.

    When everybody at the responsible unit worked on it themselves, any other reviewer of the authority may.
    """
    year, rules_of = timezone.localdate().year, {}
    for matter in matters:
        if matter.authority_id not in rules_of:
            rules_of[matter.authority_id] = rule_settings.value_of(
                "review_unit", matter.authority, year
            )
    own = reach(user, Role.REVIEWER)
    foreign = [
        m
        for m in matters
        if rules_of[m.authority_id] == "responsible"
        and not own.covers(m.responsible_id, m.authority_id)
    ]
    prefetch_related_objects(foreign, "visit__team__inspector")
    others = reviewers_of(m.responsible_id for m in foreign)
    found: dict[Any, str | None] = dict.fromkeys([m.pk for m in matters])
    for matter in foreign:
        if others[matter.responsible_id] - worked_on(matter):
            found[matter.pk] = NOT_YOURS.format(unit=matter.responsible.name)
    return found


def reviewers_of(units: Iterable[int]) -> dict[int, set[int]]:
    """Unit → who holds the reviewer's role there now."""
    found: dict[int, set[int]] = defaultdict(set)
    wanted = set(units)
    if not wanted:
        return found
    seats = Membership.objects.filter(
        agency_id__in=wanted, role=Role.REVIEWER, user__is_active=True, to_on__isnull=True
    )
    for unit, person in seats.values_list("agency_id", "user_id"):
        found[unit].add(person)
    return found


def worked_on(row: VisitMatter) -> set[int | None]:
    """Who recorded, submitted or inspected; with `visit__team__inspector` prefetched no query."""
    team = {m.inspector.user_id for m in row.visit.team.all() if m.inspector}
    return {row.recorded_by_id, row.submitted_by_id} | team


def _changes(
    rows: list[Review], sheets: list[list[rules.Line]], before: int, after: int
) -> list[rules.Change]:
    found = rules.changes(sheets[before], sheets[after])
    return _with_evidence(found, rows[before].content, rows[after].content)


def _with_evidence(
    found: list[rules.Change], before: dict[str, Any], after: dict[str, Any]
) -> list[rules.Change]:
    evidence = rules.evidence_change(before, after)
    rest = [change for change in found if change.label != "照片和证据"]
    return [*rest, evidence] if evidence else rest


def _methods() -> dict[str, str]:
    return {str(method.value): str(method.label) for method in Matter.Method}
