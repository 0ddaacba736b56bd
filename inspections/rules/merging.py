"""进一次门、查多项事: which picks join a visit that exists already (A49; ARCHITECTURE §5 "Merge rule")."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Window:
    """The days in which a visit may take place, both included."""

    starts_on: date
    ends_on: date

    def overlaps(self, other: "Window") -> bool:
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on

    def within(self, other: "Window") -> "Window":
        """What both have in common; only for windows that overlap."""
        return Window(max(self.starts_on, other.starts_on), min(self.ends_on, other.ends_on))


@dataclass(frozen=True, kw_only=True)
class OpenVisit:
    """A visit as the rule sees it. `window` is what its tasks' windows have in common."""

    id: str
    entity_id: int
    unit_id: int
    window: Window
    number: str = ""
    has_outcome: bool = False
    has_team: bool = False  # drawn, being drawn, or assigned
    is_open: bool = True  # not deemed done, not closed


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """A pick that is being dispatched."""

    entity_id: int
    unit_id: int
    window: Window


def obstacle(visit: OpenVisit, newcomer: Newcomer, today: date) -> str | None:
    """Why the newcomer may not join this visit of the same entity, None when it may. Basis: A49 (002 十八; 003 二(五)).

    After the team is drawn nobody joins silently: the team was drawn for these matters.
    """
    if visit.entity_id != newcomer.entity_id:
        return "不是同一检查对象"
    if not visit.is_open:
        return "那次检查已经办结"
    if visit.unit_id != newcomer.unit_id:
        return "执行单位不同"
    if visit.has_outcome:
        return "那次检查已有结果"
    if visit.has_team:
        return "那次检查的人员已匹配或正在匹配"
    if not visit.window.overlaps(newcomer.window):
        return "检查时段没有重合"
    if visit.window.within(newcomer.window).ends_on < today:
        return "重合的检查时段已经过去"
    return None


def visit_to_join(visits: Iterable[OpenVisit], newcomer: Newcomer, today: date) -> OpenVisit | None:
    """The visit that the newcomer joins: of several, the one whose window ends first. None: it becomes its own visit."""
    fitting = [visit for visit in visits if obstacle(visit, newcomer, today) is None]
    return min(fitting, key=lambda v: (v.window.ends_on, v.number, v.id), default=None)


def common_window(windows: Sequence[Window]) -> Window:
    """The window of a visit: the intersection of its tasks'. Raises ValueError for windows that have nothing in common."""
    common = windows[0]
    for window in windows[1:]:
        if not common.overlaps(window):
            raise ValueError("windows without a common day")
        common = common.within(window)
    return common
