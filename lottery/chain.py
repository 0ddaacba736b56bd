"""The public tables beside the draws: chain.tsv (DRAW §3) and changes.tsv (DRAW §6)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lottery.text import NO_DIGEST, NONE, comma_list, moment, rows_as_text


@dataclass(frozen=True, kw_only=True)
class ChainLink:
    """One announcement of an authority. `witness` is the SHA-256 of witness.txt or `-`."""

    announcement: str
    previous: str
    unit: str
    task: str
    draw: int
    locked_at: datetime
    witness: str = NONE
    state: str


@dataclass(frozen=True, kw_only=True)
class TeamChange:
    """A member replaced: who left, who came (None: nobody), who was passed over, why, when."""

    visit: str
    left: str
    came: str | None
    passed_over: Collection[str] = ()
    code: str
    at: datetime


def chain_text(links: Iterable[ChainLink]) -> str:
    """chain.tsv, in the order in which the draws were locked."""
    return rows_as_text(
        (
            link.announcement,
            link.previous,
            link.unit,
            link.task,
            str(link.draw),
            moment(link.locked_at),
            link.witness,
            link.state,
        )
        for link in links
    )


def chain_faults(links: Sequence[ChainLink]) -> list[str]:
    """One Chinese sentence for each gap in an authority's chain; none if it is whole."""
    faults = []
    before = NO_DIGEST
    for place, link in enumerate(links, 1):
        if link.previous != before:
            faults.append(
                f"第 {place} 次公告（{link.task} 第 {link.draw} 次抽取）所写的前一公告不是它的"
                "上一行：中间有未公布的抽取，或顺序被改动。"
            )
        before = link.announcement
    return faults


def recurring(values: Iterable[str]) -> list[str]:
    """Witness digits or nonce commitments that stand more than once; the page warns of them."""
    seen: set[str] = set()
    again: dict[str, None] = {}
    for value in values:
        if value != NONE and value in seen:
            again[value] = None
        seen.add(value)
    return list(again)


def changes_text(changes: Iterable[TeamChange]) -> str:
    """changes.tsv: n, visit-id, out, in or `-`, passed over, code, time."""
    return rows_as_text(
        (
            str(number),
            change.visit,
            change.left,
            change.came or NONE,
            comma_list(change.passed_over),
            change.code,
            moment(change.at),
        )
        for number, change in enumerate(changes, 1)
    )
