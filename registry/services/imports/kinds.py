"""What each kind of import does in its own way. A higher app adds its kind with `@committer("plans")` when it starts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from bureau.errors import RuleError
from bureau.models import Agency, User
from registry.models import ImportBatch
from registry.rules.columns import COLUMNS, Column, ImportKind
from registry.rules.rows import RowProblem, RowReading


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
    """One kind of import. `context` is loaded once per file, `check` is called per row."""

    counter: str  # 家, 人, 项, 条

    def context(self, authority: Agency, today: date) -> Any: ...

    def check(self, reading: RowReading, headings: dict[str, str], context: Any) -> Checked: ...

    def matched_sql(self) -> str:
        """SELECT target, listed, facts of what is stored for staged row `r` (registry/sql.py)."""
        ...

    def write(self, batch: ImportBatch, *, actor: User | None, today: date) -> Sequence[Any]:
        """Writes the rows judged new or changed; returns the objects on whose pages the event shows."""
        ...


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
