"""`announcement.txt` (DRAW §3): what is fixed at the lock. Its SHA-256 is A and binds everything.

An announcement that exists is a valid one: the constructor refuses what a verifier would refuse.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from lottery import beacons
from lottery.errors import ProtocolError
from lottery.lists import FrozenList
from lottery.text import (
    NONE,
    check_code,
    check_digest,
    check_label,
    check_text,
    comma_list,
    day,
    integer,
    is_strictly_ascending,
    moment,
    rows_as_text,
    sha256,
)


@dataclass(frozen=True, kw_only=True)
class ListCommitment:
    """How long a list is, and its salted digest."""

    count: int
    digest: str

    @classmethod
    def of(cls, frozen: FrozenList, list_salt: str) -> "ListCommitment":
        return cls(count=frozen.count, digest=frozen.digest(list_salt))


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """How many of one stratum are drawn, and how many reserves stand behind them."""

    label: str
    k: int
    reserve: int = 0


@dataclass(frozen=True, kw_only=True)
class Witnesses:
    """How many witnesses, and how many digits each gives."""

    count: int
    digits_each: int


@dataclass(frozen=True, kw_only=True)
class Beacon:
    """A public value, its round, and the time before which nobody can know it."""

    source: str
    round: str
    not_before: datetime


@dataclass(frozen=True, kw_only=True)
class Announcement(ABC):
    """What both kinds of draw announce. `reveal_by` None means at once (`immediate`)."""

    kind: ClassVar[str]

    authority: str
    unit: str
    task: str
    draw: int = 1
    previous: str
    reason: str = NONE
    locked_at: datetime
    nonce_commitment: str
    witnesses: Witnesses
    beacon: Beacon | None = None
    reveal_by: date | None = None

    def __post_init__(self) -> None:
        self.to_text()

    @property
    def needs_witness_file(self) -> bool:
        """Whether witness.txt is due: two witnesses or more, or one beside a beacon."""
        count = self.witnesses.count
        return count >= 2 or (count == 1 and self.beacon is not None)

    def to_text(self) -> str:
        """The text of announcement.txt. Raises ProtocolError naming what is wrong."""
        rows = [("ssj1-announcement", self.kind), *self._head(), *self._middle(), *self._tail()]
        return rows_as_text(rows)

    def digest(self) -> str:
        """A, on the lock slip and in every later file."""
        return sha256(self.to_text().encode())

    @abstractmethod
    def _middle(self) -> list[tuple[str, ...]]:
        """What the kind of draw announces between `locked_at` and `nonce_commitment`."""

    def _head(self) -> list[tuple[str, ...]]:
        return [
            ("authority", check_code(self.authority, "机关代码")),
            ("unit", check_code(self.unit, "单位代码")),
            ("task", check_label(self.task, "任务编号")),
            ("draw", integer(self.draw, "抽取次序", least=1)),
            ("previous", check_digest(self.previous, "前一公告摘要")),
            ("reason", self._checked_reason()),
            ("locked_at", moment(self.locked_at)),
        ]

    def _tail(self) -> list[tuple[str, ...]]:
        count, each = self._checked_witnesses()
        return [
            ("nonce_commitment", check_digest(self.nonce_commitment, "随机数承诺")),
            ("witness", count, each),
            self._beacon_row(),
            self._reveal_row(),
        ]

    def _checked_reason(self) -> str:
        if self.draw == 1:
            if self.reason != NONE:
                raise ProtocolError("首次抽取不写重抽原因，请改为“-”。")
            return NONE
        return check_label(self.reason, "重抽或补抽的原因")

    def _checked_witnesses(self) -> tuple[str, str]:
        count, each = self.witnesses.count, self.witnesses.digits_each
        if count == 0 and self.beacon is None:
            raise ProtocolError("没有见证人时必须使用信标。")
        least = {0: 0, 1: 12}.get(count, 8)
        if each < least or (count == 0 and each != 0):
            raise ProtocolError(f"{count} 名见证人时每人至少给出 {least} 位数字，现为 {each} 位。")
        return integer(count, "见证人数"), integer(each, "每人数字位数")

    def _beacon_row(self) -> tuple[str, ...]:
        if self.beacon is None:
            return "beacon", "none"
        round_number = beacons.check_round(self.beacon.source, self.beacon.round)
        not_before = moment(self.beacon.not_before)
        if moment(self.locked_at) >= not_before:
            raise ProtocolError("名单必须在信标时刻之前锁定，请改用以后的期次。")
        if self.beacon.source == beacons.DRAND:
            appears = moment(beacons.drand_time(int(round_number)))
            if appears < not_before:
                raise ProtocolError(
                    f"drand 第 {round_number} 轮在 {appears} 就已公布，早于所写的 {not_before}。"
                )
        return "beacon", self.beacon.source, round_number, not_before

    def _reveal_row(self) -> tuple[str, ...]:
        if self.reveal_by is None:
            return "reveal", "immediate"
        latest = day(self.reveal_by)
        if moment(self.locked_at)[:10] > latest:
            raise ProtocolError("最迟揭示日期早于锁定日期，请改晚。")
        return "reveal", "deferred", latest


@dataclass(frozen=True, kw_only=True)
class EntityAnnouncement(Announcement):
    """抽取检查对象: one set of matters, one partition of the pool."""

    kind: ClassVar[str] = "entities"

    scope: str = NONE
    matters: tuple[str, ...]
    candidates: ListCommitment
    excluded: ListCommitment
    strata: tuple[Stratum, ...]

    def _middle(self) -> list[tuple[str, ...]]:
        return [
            ("scope", check_scope(self.scope)),
            ("matters", self._checked_matters()),
            _list_row("candidates", self.candidates),
            _list_row("excluded", self.excluded),
            *self._strata_rows(),
        ]

    def _checked_matters(self) -> str:
        if not self.matters:
            raise ProtocolError("至少要有一个抽查事项。")
        return comma_list(check_code(matter, "事项代码") for matter in self.matters)

    def _strata_rows(self) -> list[tuple[str, ...]]:
        ordered = sorted(self.strata, key=lambda stratum: stratum.label)
        if not ordered or not is_strictly_ascending([stratum.label for stratum in ordered]):
            raise ProtocolError("至少要有一层，层名不能重复。")
        if sum(stratum.k for stratum in ordered) > self.candidates.count:
            raise ProtocolError("各层抽取数之和超过了候选总数，请减少抽取数。")
        return [
            (
                "stratum",
                check_label(stratum.label, "层名"),
                integer(stratum.k, "抽取数"),
                integer(stratum.reserve, "备选数"),
            )
            for stratum in ordered
        ]


@dataclass(frozen=True, kw_only=True)
class TeamAnnouncement(Announcement):
    """匹配执法检查人员, over the visits of one unit that have no team yet."""

    kind: ClassVar[str] = "teams"

    visits: ListCommitment
    inspectors: ListCommitment
    conflicts: ListCommitment
    team: int = 2

    def _middle(self) -> list[tuple[str, ...]]:
        return [
            _list_row("visits", self.visits),
            _list_row("inspectors", self.inspectors),
            _list_row("conflicts", self.conflicts),
            ("team", integer(self.team, "每组人数", least=2)),
        ]


def scope_text(conditions: Mapping[str, Sequence[str]]) -> str:
    """The `scope` field from field → values; `-` for everyone.

    Raises ProtocolError for an empty condition or one of `=;,` in a name or value.
    """
    parts = []
    for name in sorted(conditions):
        values = conditions[name]
        for word in (name, *values):
            if any(mark in word for mark in "=;,"):
                raise ProtocolError(f"范围条件“{word}”不能含有“=”“;”“,”。")
        parts.append(f"{name}={','.join(values)}")
    return check_scope(";".join(parts) or NONE)


def check_scope(scope: str) -> str:
    """`field=value,value;field=value`, fields ascending, or `-`."""
    check_text(scope, "抽查范围")
    if scope == NONE:
        return scope
    names = []
    for part in scope.split(";"):
        name, *values = part.split("=")
        if not name or "," in name or len(values) != 1 or not all(values[0].split(",")):
            raise ProtocolError(f"范围条件“{part}”须写成“字段=值,值”。")
        names.append(name)
    if not is_strictly_ascending(names):
        raise ProtocolError("范围条件须按字段名升序排列，且不重复。")
    return scope


def _list_row(name: str, frozen: ListCommitment) -> tuple[str, str, str]:
    count = integer(frozen.count, f"名单 {name} 的条数")
    return name, count, check_digest(frozen.digest, f"名单 {name} 的摘要")
