"""卷宗 in lists: which are whole, what a task's lack and from whom, what must be added to an archived one (A89)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from bureau.models import User
from inspections.models import VisitMatter
from planning.models import Task
from publication.rules.dossier_parts import Check
from publication.selectors import dossier_cases, dossier_checks
from publication.selectors.dossier_cases import Case

CHUNK = 200
MOST = 5000  # a task's count stops here and says so


@dataclass(frozen=True)
class Row:
    """One line of a list."""

    case: Case
    checks: list[Check]

    @property
    def lacking(self) -> list[Check]:
        return [check for check in self.checks if check.lacking]

    @property
    def key(self) -> str:
        """As a form sends it."""
        return f"{self.case.visit.pk}:{self.case.task.pk}"


@dataclass
class Summary:
    """The dossiers of one task together."""

    total: int = 0
    archived: int = 0
    whole: int = 0
    parts: Counter[str] = field(default_factory=Counter)  # part title → dossiers that lack it
    people: Counter[str] = field(default_factory=Counter)  # who supplies → lines
    is_cut: bool = False

    @property
    def by_part(self) -> list[tuple[str, int]]:
        return self.parts.most_common()

    @property
    def by_person(self) -> list[tuple[str, int]]:
        return self.people.most_common()

    @property
    def lacking(self) -> int:
        return self.total - self.archived - self.whole


def listed(user: User, part: str, task: Task | None = None) -> "QuerySet[VisitMatter]":
    """`part`: open, outgrown (archived, but something came since) or archived."""
    rows = dossier_cases.pairs(user)
    if task is not None:
        rows = rows.filter(task=task)
    if part == "outgrown":
        return dossier_cases.outgrown(rows)
    return dossier_cases.archived(rows, yes=part == "archived")


def rows_of(firsts: Sequence[VisitMatter]) -> list[Row]:
    """With what each lacks: a constant number of queries."""
    cases = dossier_cases.load([(row.visit_id, row.task_id) for row in firsts])
    return [Row(case, dossier_checks.of(case)) for case in cases]


def summary(user: User, task: Task) -> Summary:
    """Counts over a whole task, read in pieces so that memory stays flat."""
    wanted = dossier_cases.pairs(user).filter(task=task).order_by("id")
    keys: list[Any] = list(wanted.values_list("visit_id", "task_id")[: MOST + 1])
    found = Summary(is_cut=len(keys) > MOST)
    keys = keys[:MOST]
    for start in range(0, len(keys), CHUNK):
        for case in dossier_cases.load(keys[start : start + CHUNK]):
            _count(found, case)
    return found


def _count(found: Summary, case: Case) -> None:
    found.total += 1
    if case.volumes:
        found.archived += 1
        return
    lacking = [check for check in dossier_checks.of(case) if check.lacking]
    found.whole += not lacking
    found.parts.update(check.part.title for check in lacking)
    found.people.update(check.who for check in lacking)
