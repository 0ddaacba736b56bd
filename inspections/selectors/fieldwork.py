"""What an inspector sees in the field: today's visits, the team, the checklist as it stands (A60–A68)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from bureau.models import User
from inspections.models import ChecklistAnswer, Evidence, TeamMember, Visit, VisitMatter
from inspections.rules import answers as rules
from inspections.selectors import disclosure
from registry.models import ChecklistItem

OFFICERS = (TeamMember.Part.LEADER, TeamMember.Part.MEMBER)
# States of a matter in which its content may still change.
OPEN_STATES = (
    VisitMatter.State.PENDING,
    VisitMatter.State.RECORDED,
    VisitMatter.State.SIGNED,
    VisitMatter.State.RETURNED,
)


@dataclass(frozen=True)
class Line:
    """One item of a checklist with its answer and photos."""

    row: ChecklistItem
    item: rules.Item
    answer: ChecklistAnswer | None
    photos: tuple[Evidence, ...]

    @property
    def is_done(self) -> bool:
        needs = self.item.needs_photo and not self.photos
        return self.answer is not None and not (needs and self.answer.value != rules.NOT_APPLICABLE)

    @property
    def lacks_photo(self) -> bool:
        """Answered, and only the photo is missing."""
        return self.answer is not None and not self.is_done

    @property
    def is_outside(self) -> bool:
        return self.answer is not None and self.item.is_outside(self.answer.number)

    @property
    def measured(self) -> str:
        """5.2 米; empty when nothing was measured."""
        if self.answer is None or self.answer.number is None:
            return ""
        return f"{rules.show(self.answer.number)} {self.item.unit}".strip()


@dataclass(frozen=True)
class Sheet:
    """The checklist of one matter (一对象一表单, A61)."""

    matter: VisitMatter
    lines: tuple[Line, ...]

    @property
    def answered(self) -> int:
        return sum(line.answer is not None for line in self.lines)

    @property
    def failed(self) -> list[Line]:
        return [line for line in self.lines if line.answer and line.answer.value == rules.NO]

    def next_after(self, number: int) -> int | None:
        """The next item without an answer or its photo, going round; None when nothing is missing."""
        order = sorted(self.lines, key=lambda line: (line.item.number <= number, line.item.number))
        return next((line.item.number for line in order if not line.is_done), None)

    @property
    def next_line(self) -> Line | None:
        """Where to go on, from the top."""
        return next((line for line in self.lines if not line.is_done), None)


def of_user(user: User) -> "QuerySet[Visit]":
    """Visits in whose team this person is now, as an officer, and knows it by now (setting visit_disclosure)."""
    mine = TeamMember.objects.filter(
        visit=OuterRef("pk"), inspector__user=user, is_current=True, part__in=OFFICERS
    )
    return Visit.objects.filter(
        Exists(mine),
        disclosure.open_to(user, timezone.now()),
        authority_id__in=user.authority_ids,
    ).select_related("entity", "unit")


def today_for(user: User, today: date) -> list[Visit]:
    """Under way, waiting for a result, or waiting in a window that has begun; nearest end first."""
    open_states = [Visit.State.IN_PROGRESS, Visit.State.FINISHED]
    return list(
        of_user(user)
        .filter(Q(state__in=open_states) | Q(state=Visit.State.ORDERED, window_from__lte=today))
        .prefetch_related("matters__matter")
        .order_by("window_to", "id")[:60]
    )


def item_numbers(visits: Sequence[Visit]) -> dict[UUID, list[int]]:
    """The checklist items of each matter of these visits, for a phone that keeps their pages; two queries."""
    matters = VisitMatter.objects.filter(visit__in=visits).values_list("pk", "checklist_id")
    sheets = dict(matters)
    items = ChecklistItem.objects.filter(checklist_id__in=set(sheets.values())).order_by("number")
    numbers: dict[int, list[int]] = defaultdict(list)
    for checklist, number in items.values_list("checklist_id", "number"):
        numbers[checklist].append(number)
    return {pk: numbers[checklist] for pk, checklist in sheets.items()}


def coming_for(user: User, today: date) -> list[Visit]:
    """Approved visits whose window has not begun."""
    rows = of_user(user).filter(state=Visit.State.ORDERED, window_from__gt=today)
    return list(rows.order_by("window_from", "id")[:20])


def officers(visit: Visit) -> list[TeamMember]:
    """Certificate holders now in the team, the leader first. Experts assist and do not count (A100)."""
    return list(
        visit.team.filter(is_current=True, part__in=OFFICERS)
        .select_related("inspector__user")
        .order_by("position")
    )


def experts(visit: Visit) -> list[TeamMember]:
    rows = visit.team.filter(is_current=True, part=TeamMember.Part.EXPERT)
    return list(rows.select_related("expert").order_by("position"))


def team_user_ids(visit: Visit) -> set[int]:
    """Everybody who is or was in the team: none of them reviews its results (A80)."""
    rows = visit.team.values_list("inspector__user_id", "expert__user_id")
    return {pk for row in rows for pk in row if pk is not None}


def as_item(row: ChecklistItem) -> rules.Item:
    return rules.Item(row.number, row.text, row.needs_photo, row.unit, row.minimum, row.maximum)


def sheets(visit: Visit) -> list[Sheet]:
    """Every checklist of a visit with answers and photos: four queries, however many items."""
    matters = list(visit.matters.select_related("matter", "checklist", "task").order_by("id"))
    return sheets_of(matters, list(visit.evidence.select_related("file", "copy")))


def sheet(matter: VisitMatter) -> Sheet:
    """The checklist of one matter."""
    return sheets_of([matter], list(matter.evidence.select_related("file", "copy")))[0]


def sheets_of(matters: list[VisitMatter], evidence: list[Evidence]) -> list[Sheet]:
    """The checklists of many matters, of one visit or of many: two queries."""
    items: dict[int, list[ChecklistItem]] = defaultdict(list)
    checklists = {matter.checklist_id for matter in matters}
    for row in ChecklistItem.objects.filter(checklist_id__in=checklists).order_by("number"):
        items[row.checklist_id].append(row)
    found = ChecklistAnswer.objects.filter(visit_matter__in=matters).select_related("answered_by")
    answers = {(answer.visit_matter_id, answer.item_id): answer for answer in found}
    photos: dict[tuple[object, int | None], list[Evidence]] = defaultdict(list)
    for piece in evidence:
        photos[piece.visit_matter_id, piece.item_id].append(piece)
    return [
        Sheet(
            matter,
            tuple(
                Line(
                    row,
                    as_item(row),
                    answers.get((matter.pk, row.pk)),
                    tuple(photos[matter.pk, row.pk]),
                )
                for row in items[matter.checklist_id]
            ),
        )
        for matter in matters
    ]
