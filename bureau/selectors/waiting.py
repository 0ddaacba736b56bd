"""What waits for a person: the rows of the 工作台, offered by each app and composed there."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from bureau.models import User
from bureau.selectors.calendar import Due


@dataclass(frozen=True)
class WaitingItem:
    verb: str  # what to do: 审核检查结果
    url: str
    st: str  # wait run soon bad done lock off
    word: str  # the state in words
    subject: str
    note: str
    module: str  # 任务与摇号 | 检查 | 公示 | 处置 | 一单两库 | 计划 | 异议
    since: date | None = None
    due: Due | None = None

    @property
    def order(self) -> tuple[int, str]:
        """Late first, then by what is left; without a deadline last."""
        return (self.due.days_left if self.due else 10_000, self.subject)


@dataclass(frozen=True)
class Reach:
    """Where a person holds some roles: in single units, and in whole authorities (a seat at the authority itself)."""

    units: frozenset[int]
    authorities: frozenset[int]

    def of(self, unit: str, authority: str = "authority") -> Q:
        """Rows whose `unit` (a lookup) it is, or whose whole `authority`."""
        return Q(**{f"{unit}__in": self.units}) | Q(**{f"{authority}__in": self.authorities})

    def covers(self, unit_id: int | None, authority_id: int | None) -> bool:
        return unit_id in self.units or authority_id in self.authorities


def reach(user: User, *roles: str) -> Reach:
    """Of the seats with one of `roles`; no query beyond the request's own."""
    seats = [seat for seat in user.seats if seat.role in roles]
    return Reach(
        frozenset(seat.agency_id for seat in seats),
        frozenset(seat.agency_id for seat in seats if seat.agency_id == seat.agency.authority_id),
    )
