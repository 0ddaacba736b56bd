"""The lists that a draw freezes (DRAW §2), as the very bytes that are hashed and later published.

Each function takes rows in any order and returns the list in the protocol's order. What breaks a
rule is refused here, at the lock, while it can still be corrected.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import merge
from io import BytesIO

from lottery.commitments import list_digest
from lottery.errors import ProtocolError
from lottery.text import (
    check_code,
    check_digest,
    check_id,
    check_item,
    check_label,
    check_reason_code,
    comma_list,
    integer,
    rows_as_text,
    split_comma_list,
)


class Role(StrEnum):
    """May lead, may not, or an expert from the 专家库."""

    LEADER = "L"
    MEMBER = "M"
    EXPERT = "E"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A visit that asks for a team: quals the law requires, expert fields, and which entity."""

    id: str
    quals: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    target: str = ""

    @property
    def is_demanding(self) -> bool:
        return bool(self.quals or self.fields)


@dataclass(frozen=True, kw_only=True)
class Inspector:
    """An officer or expert of the unit; `capacity` 0 for who is away."""

    pid: str
    role: Role
    capacity: int
    quals: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """回避, declared or found by rule."""

    visit: str
    pid: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class FrozenList:
    """A list as it will be published. `strata` counts the candidates of each stratum."""

    name: str
    content: bytes = field(repr=False)
    count: int
    strata: Mapping[str, int] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        return self.name + ".tsv"

    def digest(self, list_salt: str) -> str:
        """What the announcement shows of it."""
        return list_digest(self.name, list_salt, self.content)


def freeze_candidates(candidates: Iterable[tuple[str, str]]) -> FrozenList:
    """`candidates.tsv` from (id, stratum). Raises ProtocolError for a double id or a bad text.

    From a cursor in the order of the ids nothing is held but the bytes of the file.
    """
    strata: Counter[str] = Counter()

    def lines() -> Iterator[str]:
        for identifier, stratum in candidates:
            check_id(identifier, "候选对象编号")
            if stratum not in strata:
                check_label(stratum, "层名")
            strata[stratum] += 1
            yield f"{identifier}\t{stratum}\n"

    return _freeze("candidates", lines(), strata=strata)


def freeze_excluded(
    excluded: Iterable[tuple[str, str]], *, candidates: FrozenList | None = None
) -> FrozenList:
    """`excluded.tsv` from (id, reason). Raises ProtocolError for an id that is also a candidate."""

    def lines() -> Iterator[str]:
        for identifier, reason in excluded:
            check_id(identifier, "排除对象编号")
            check_reason_code(reason, "排除原因")
            yield f"{identifier}\t{reason}\n"

    frozen = _freeze("excluded", lines())
    barred = {identifier for identifier, _ in _pairs(frozen.content)}
    for identifier, _ in _pairs(candidates.content if candidates and barred else b""):
        if identifier in barred:
            raise ProtocolError(f"“{identifier}”既在候选名单又在排除名单中，只能归入一个。")
    return frozen


def freeze_visits(visits: Iterable[Visit]) -> FrozenList:
    """`visits.tsv`. Raises ProtocolError for a double id or a bad text."""
    return _freeze("visits", map(_visit_line, visits))


def freeze_inspectors(inspectors: Iterable[Inspector]) -> FrozenList:
    """`inspectors.tsv`: every registered officer of the unit, and the experts."""
    return _freeze("inspectors", map(_inspector_line, inspectors))


def freeze_conflicts(
    conflicts: Iterable[Conflict], *, visits: Collection[str], pids: Collection[str]
) -> FrozenList:
    """`conflicts.tsv`. Raises ProtocolError where an id is in neither list or a pair stands twice.

    `visits` and `pids` are the ids in the other two lists.
    """
    visit_ids, known = set(visits), set(pids)
    lines = []
    for conflict in conflicts:
        if conflict.visit not in visit_ids:
            raise ProtocolError(f"回避涉及的检查“{conflict.visit}”不在本次名单中。")
        if conflict.pid not in known:
            raise ProtocolError(f"回避涉及的人员“{conflict.pid}”不在本次人员名单中。")
        check_reason_code(conflict.reason, "回避原因")
        lines.append(f"{conflict.visit}\t{conflict.pid}\t{conflict.reason}\n")
    return _freeze("conflicts", lines, key_width=2)


def read_rows(content: bytes) -> list[list[str]]:
    """The fields of a frozen list, in its order."""
    return [line.split("\t") for line in content.decode().split("\n")[:-1]]


def read_candidates(content: bytes) -> list[tuple[str, str]]:
    """All of candidates.tsv at once, for lists that fit."""
    return list(_pairs(content))


@dataclass(frozen=True)
class StoredCandidates:
    """candidates.tsv as stored, read line by line: what a draw over a million needs (DRAW §7)."""

    content: bytes = field(repr=False)

    def __call__(self) -> Iterator[tuple[str, str]]:
        return _pairs(self.content)

    def counts(self) -> dict[str, int]:
        """How many candidates each stratum holds."""
        return Counter(stratum for _, stratum in self())


def read_visits(content: bytes) -> list[Visit]:
    return [
        Visit(
            id=identifier,
            quals=split_comma_list(quals),
            fields=split_comma_list(fields),
            target=target,
        )
        for identifier, quals, fields, target in read_rows(content)
    ]


def read_inspectors(content: bytes) -> list[Inspector]:
    return [
        Inspector(
            pid=pid,
            role=Role(role),
            capacity=int(capacity),
            quals=frozenset(split_comma_list(quals)),
        )
        for pid, role, capacity, quals in read_rows(content)
    ]


def read_conflicts(content: bytes) -> list[Conflict]:
    return [
        Conflict(visit=visit, pid=pid, reason=reason) for visit, pid, reason in read_rows(content)
    ]


def _visit_line(visit: Visit) -> str:
    quals = comma_list(check_item(qual, "所需资质") for qual in visit.quals)
    fields = comma_list(check_item(expert, "专家领域") for expert in visit.fields)
    check_id(visit.id, "检查编号")
    check_digest(visit.target, "对象承诺")
    return rows_as_text([(visit.id, quals, fields, visit.target)])


def _inspector_line(person: Inspector) -> str:
    quals = comma_list(check_item(qual, "资质") for qual in person.quals)
    check_code(person.pid, "人员编号")
    capacity = integer(person.capacity, "可承担次数")
    return rows_as_text([(person.pid, person.role.value, capacity, quals)])


def _pairs(content: bytes) -> Iterator[tuple[str, str]]:
    """The two fields of each line of candidates.tsv or excluded.tsv, one line at a time."""
    for line in BytesIO(content):
        identifier, _, second = line.decode().rstrip("\n").partition("\t")
        yield identifier, second


def _freeze(
    name: str, lines: Iterable[str], *, key_width: int = 1, strata: Mapping[str, int] | None = None
) -> FrozenList:
    content = _in_order(lines)
    before: list[bytes] = []
    for line in BytesIO(content):  # equal keys are neighbours: TAB sorts before every character
        key = line.rstrip(b"\n").split(b"\t", key_width)[:key_width]
        if key == before:
            doubled = b"\t".join(key).decode().replace("\t", "、")
            raise ProtocolError(f"“{doubled}”在名单 {name}.tsv 中重复，请先去重。")
        before = key
    return FrozenList(
        name=name, content=content, count=content.count(b"\n"), strata=dict(strata or {})
    )


def _in_order(lines: Iterable[str]) -> bytes:
    """The file, lines in byte order. Those that come in order are held as bytes, only the others one by one."""
    ordered, others, last = BytesIO(), [], b""
    for text in lines:
        line = text.encode()
        if line > last:
            ordered.write(line)
            last = line
        else:
            others.append(line)
    if not others:
        return ordered.getvalue()
    ordered.seek(0)
    whole = BytesIO()
    whole.writelines(merge(ordered, sorted(others)))
    return whole.getvalue()
