"""Draw of entities (抽取检查对象): result and tickets, DRAW §5; one pass without a full sort, §7.

Whoever knows A, nonce, digits and beacon gets the same result; nothing here reads a clock, a
database or chance.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import islice
from math import isqrt
from typing import Any, Literal, NamedTuple

from lottery.announcement import Stratum
from lottery.errors import ProtocolError

State = Literal["selected", "reserve"]
Candidates = Iterable[tuple[str, str]] | Callable[[], Iterable[tuple[str, str]]]

_Batch = list[tuple[str, str]] | tuple[tuple[str, str], ...]
_StratumState = tuple[Callable[[], Any], bytes, Callable[[bytes], None]]
_BATCH = 4096
_EVERY_TICKET = b"\xff" * 33


class EntityPick(NamedTuple):
    """One entity that was drawn, or stands in reserve. `rank` runs from 1 within its stratum."""

    stratum: str
    rank: int
    state: State
    id: str
    ticket: str


class DrawnStratum(NamedTuple):
    """A stratum's picks, then its reserves: each the 32 bytes of the ticket with the id behind them."""

    label: str
    k: int
    drawn: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class EntityResult:
    """Picks and reserves, in announcement order of the strata and by rank within each."""

    seed: str
    strata: tuple[DrawnStratum, ...]

    @cached_property
    def picks(self) -> tuple[EntityPick, ...]:
        return tuple(map(EntityPick._make, self._rows()))

    @property
    def selected(self) -> tuple[EntityPick, ...]:
        return tuple(pick for pick in self.picks if pick.state == "selected")

    @property
    def reserves(self) -> tuple[EntityPick, ...]:
        return tuple(pick for pick in self.picks if pick.state == "reserve")

    def to_text(self, announcement: str) -> str:
        """The text of result.tsv; `announcement` is A."""
        lines = [f"ssj1-result\t{announcement}\nseed\t{self.seed}\n"]
        lines += [
            f"entity\t{label}\t{rank}\t{state}\t{identifier}\t{ticket}\n"
            for label, rank, state, identifier, ticket in self._rows()
        ]
        return "".join(lines)

    def _rows(self) -> Iterator[tuple[str, int, State, str, str]]:
        """Row by row: a hundred thousand objects held at once would cost more than their hashes."""
        for label, k, drawn in self.strata:
            for rank, row in enumerate(drawn, 1):
                state: State = "selected" if rank <= k else "reserve"
                yield label, rank, state, row[32:].decode(), row[:32].hex()


def draw_entities(
    candidates: Candidates, strata: Sequence[Stratum], counts: Mapping[str, int], seed: str
) -> EntityResult:
    """Per stratum the k smallest by (ticket, id), then the next `reserve` ones.

    `candidates` are (id, stratum) of the frozen list, in any order: a collection, or a callable
    that returns a fresh iterable such as a server-side cursor (a bare iterator is read once, and
    refused in the rare case that a second pass is needed). `counts` is how many candidates each
    stratum holds (`FrozenList.strata`). Memory is O(k + reserve), time one hash per candidate.

    Raises ProtocolError if a stratum is unknown or smaller than k, or the counts do not agree.
    """
    order = sorted(strata, key=lambda stratum: stratum.label)
    _check_quotas(order, counts)
    wanted = {s.label: min(counts.get(s.label, 0), s.k + s.reserve) for s in order}
    bounds = {label: _bound(m, counts.get(label, 0)) for label, m in wanted.items()}
    kept = _survivors(_read(candidates), counts, bounds, seed)
    if any(len(kept[label]) < m for label, m in wanted.items()):
        bounds = dict.fromkeys(bounds, _EVERY_TICKET)
        kept = _survivors(_read_again(candidates), counts, bounds, seed)
    drawn = [DrawnStratum(s.label, s.k, _smallest(kept[s.label], wanted[s.label])) for s in order]
    return EntityResult(seed=seed, strata=tuple(drawn))


def entity_ticket(seed: str, stratum: str, identifier: str) -> str:
    """`h("entity", seed, stratum, id)`, for pages that show how one ticket comes about."""
    return sha256(_prefix(seed, stratum) + identifier.encode()).hexdigest()


def _check_quotas(strata: Sequence[Stratum], counts: Mapping[str, int]) -> None:
    unknown = sorted(set(counts) - {stratum.label for stratum in strata})
    if unknown:
        raise ProtocolError(f"候选名单中的“{unknown[0]}”层没有公告。")
    for stratum in strata:
        held = counts.get(stratum.label, 0)
        if stratum.k > held:
            raise ProtocolError(
                f"“{stratum.label}”层只有 {held} 个，不能抽取 {stratum.k} 个，请减少抽取数。"
            )


def _bound(m: int, population: int) -> bytes:
    """First 8 bytes below which a ticket is kept: about m + 8√m of them (DRAW §7)."""
    if m == 0:
        return b""
    wide = m + 8 * (isqrt(m) + 1) + 16
    if wide >= population:
        return _EVERY_TICKET
    return ((wide << 64) // population).to_bytes(8, "big")


def _survivors(
    candidates: Iterable[tuple[str, str]],
    counts: Mapping[str, int],
    bounds: Mapping[str, bytes],
    seed: str,
) -> dict[str, list[bytes]]:
    """Per stratum, ticket and id in one (32 bytes, then the id) of each ticket below the bound."""
    kept: dict[str, list[bytes]] = {label: [] for label in bounds}
    state = {
        label: (sha256(_prefix(seed, label)).copy, bound, kept[label].append)
        for label, bound in bounds.items()
    }
    total = 0
    for batch in _batches(candidates):
        total += len(batch)
        try:
            _keep_below(batch, state)
        except KeyError as unknown:
            raise ProtocolError(f"候选名单中的“{unknown.args[0]}”层没有公告。") from None
    # A stratum kept whole shows its true size; of the others only the smallest m are asked for.
    whole = (label for label, bound in bounds.items() if bound == _EVERY_TICKET)
    if total != sum(counts.values()) or any(len(kept[s]) != counts.get(s, 0) for s in whole):
        raise ProtocolError("候选名单与锁定时的条数不符，不能抽取。")
    return kept


def _keep_below(batch: _Batch, state: Mapping[str, _StratumState]) -> None:
    """What a draw's time consists of: one copied hash per candidate, hence no function calls."""
    before = None
    for identifier, stratum in batch:
        if stratum is not before:
            copy, bound, keep = state[stratum]
            before = stratum
        ticket = copy()
        ticket.update(identifier.encode())
        digest = ticket.digest()
        if digest < bound:
            keep(digest + identifier.encode())


def _smallest(kept: list[bytes], wanted: int) -> tuple[bytes, ...]:
    """In the order of (ticket, id): tickets have one length, and bytes compare as code points do."""
    kept.sort()
    return tuple(kept[:wanted])


def _prefix(seed: str, stratum: str) -> bytes:
    return f"ssj1|entity|{seed}|{stratum}|".encode()


def _batches(candidates: Iterable[tuple[str, str]]) -> Iterator[_Batch]:
    """A list or tuple as it stands, without a copy; a cursor in pieces whose size stays the same."""
    if isinstance(candidates, list | tuple):
        yield candidates
        return
    stream = iter(candidates)
    while batch := list(islice(stream, _BATCH)):
        yield batch


def _read(candidates: Candidates) -> Iterable[tuple[str, str]]:
    return candidates() if callable(candidates) else candidates


def _read_again(candidates: Candidates) -> Iterable[tuple[str, str]]:
    if isinstance(candidates, Iterator):
        raise ProtocolError("需要第二次读取候选名单，请重新开始计算。")
    return _read(candidates)
