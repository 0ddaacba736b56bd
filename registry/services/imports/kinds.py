"""What each kind of import does in its own way. A higher app adds its kind with `@committer("plans")` when it starts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from bureau.errors import RuleError
from bureau.models import Agency, Role, User
from registry import sql
from registry.models import ImportBatch
from registry.rules.columns import COLUMNS, Column, ImportKind
from registry.rules.rows import RowProblem, RowReading
from registry.services.imports.reading import Roster

# Who may bring a roster in: the keeper of the pool (A24), the organiser of the draw, and the administrator.
ROLES: tuple[str, ...] = (Role.DIVISION_ADMIN, Role.ORGANISER, Role.SYSTEM_ADMIN)


@dataclass
class Checked:
    """One row after the checks that need the bureau's own lists.

    `fields` are compared with what is stored, by key; `extra` helps to find and to create; both must be JSON.
    """

    key: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


class Importer(Protocol):
    """One kind of import; subclass it. `context` is loaded once per file, `check` is called per row."""

    counter: str  # 家, 人, 项, 条
    place: str = "名录库"  # what is written to, as the pages call it
    roles: tuple[str, ...] = ROLES
    duplicate_remedy: str = "同一个只保留一行，删去多余的"
    points: tuple[str, ...] = ()  # what else follows from writing, said before it
    tables: tuple[str, ...] = ()  # whose rows are compared with, and locked for it

    def year(self, roster: Roster, authority: Agency, name: str, today: date) -> int:
        """The year of periods that are written without one; `name` is the file's."""
        return today.year

    def context(self, authority: Agency, today: date, year: int) -> Any:
        """What all rows are checked against. Raises Refused when the file as a whole cannot be taken now."""
        ...

    def check(self, reading: RowReading, headings: dict[str, str], context: Any) -> Checked: ...

    def notices(self, roster: Roster, context: Any) -> Sequence[str]:
        """What is to be said once of the whole file."""
        return ()

    def lock(self, batch: ImportBatch) -> None:
        """Locks what the batch was compared with, before it is compared again and written."""
        for table in self.tables:
            sql.lock_targets(batch, table)

    def matched_sql(self) -> str:
        """SELECT target, listed, facts of what is stored for staged row `r` (registry/sql.py)."""
        ...

    def write(self, batch: ImportBatch, *, actor: User | None, today: date) -> Sequence[Any]:
        """Writes the rows judged new or changed; returns the objects on whose pages the event shows."""
        ...

    def outcome(self, batch: ImportBatch) -> tuple[str, str] | None:
        """(URL, words) of the page where a written batch can be seen, when there is one."""
        return None


KINDS: dict[ImportKind, Importer] = {}


def committer(kind: str) -> Callable[[type], type]:
    """Class decorator: registers one instance for this kind."""

    def register(importer: type) -> type:
        KINDS[ImportKind(kind)] = importer()
        return importer

    return register


def importer_of(kind: str) -> Importer:
    """Raises RuleError, saying where to go, for a kind that nobody imports here."""
    try:
        return KINDS[ImportKind(kind)]
    except KeyError:
        raise RuleError(
            "年度计划不在这里导入：请打开“计划”，新建年度计划后用“从 Excel 导入条目”。"
        ) from None


def columns_of(kind: str) -> tuple[Column, ...]:
    return COLUMNS[ImportKind(kind)]
