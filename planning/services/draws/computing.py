"""The result, computed twice by programs that share nothing, and recorded only when they agree (DRAW §4.4).

Entities: the engine, and one statement of PostgreSQL. Teams: the engine, and the lone verifier; PostgreSQL has the
order of the visits and every ticket (docs/decisions/0011).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

import lottery
from bureau.errors import RuleError
from bureau.models import User
from planning import sql
from planning.models import Draw
from planning.selectors import draws as reads
from planning.services.draws.recording import (
    AnyAnnouncement,
    announcement_of,
    changed,
    list_salt_of,
    nonce_of,
    note,
    said,
    store,
)


@dataclass(frozen=True, kw_only=True)
class Contributions:
    """What was given after the lock: one opening per witness (None: never opened), and the beacon's value."""

    openings: tuple[lottery.WitnessOpening | None, ...] = ()
    beacon: str | None = None


@transaction.atomic
def compute(draw: Draw, given: Contributions, *, actor: User) -> bytes:
    """result.tsv, computed twice, stored with record.txt and the event `computed`; returns its bytes.

    Effects on tasks, picks or teams are the caller's, in the same transaction; so is holding the sitting's row.
    Raises RuleError, and nothing is recorded, when stored bytes were changed or the two computations differ.
    """
    announcement = announcement_of(draw)
    _require_as_opened(draw, given)
    nonce, lists = _opened(draw, announcement)
    seed = _seed_twice(draw, announcement, nonce, given)
    if isinstance(announcement, lottery.EntityAnnouncement):
        text = _entities_twice(draw, announcement, lists, seed)
    else:
        text = _teams_twice(draw, announcement, lists, seed)
    record = record_bytes(draw, announcement, given, text)
    files = {"record.txt": record, "result.tsv": text.encode()}
    if isinstance(announcement, lottery.TeamAnnouncement):
        _check_as_a_citizen(draw, announcement, files)
    store(draw, files)
    digest = lottery.sha256(files["result.tsv"])
    note(draw, "computed", actor=actor, detail={"seed": seed, "result": digest})
    return files["result.tsv"]


def _require_as_opened(draw: Draw, given: Contributions) -> None:
    """Digits count as they were when they were opened: that event cannot be rewritten, a witness's row can."""
    opened = draw.events.filter(kind="opened").first()
    noted = (opened.detail["digits"], opened.detail["salts"]) if opened else ([], [])
    now = (
        [given_by.digits if given_by else "" for given_by in given.openings],
        [(given_by.salt if given_by else None) or "-" for given_by in given.openings],
    )
    if now != noted:
        raise RuleError(
            f"抽取 {draw.number} 的监督数字与公布时记录的不符，数据被改动过，不能计算。"
            "请报告主要负责人和审计监督，并申请作废。"
        )


def record_bytes(
    draw: Draw, announcement: AnyAnnouncement, given: Contributions, result: str | None
) -> bytes:
    """record.txt; `result` is the text of result.tsv, None for a draw that could not be held."""
    witness = None
    if announcement.needs_witness_file:
        witness = reads.content(draw, "witness.txt").decode()
    record = said(
        lambda: lottery.make_record(
            announcement,
            given.openings,
            result=result,
            beacon=given.beacon,
            witness_file=witness,
        )
    )
    return record.to_text().encode()


def _opened(draw: Draw, announcement: AnyAnnouncement) -> tuple[str, dict[str, bytes]]:
    """The nonce and the lists. Raises RuleError when a stored list is not the one that was announced."""
    list_salt = list_salt_of(draw)
    lists = {name: reads.content(draw, f"{name}.tsv") for name in reads.LISTS[draw.kind]}
    for name, content in lists.items():
        if not lottery.list_matches(announcement, name, list_salt, content):
            raise changed(draw, f"{name}.tsv")
    return nonce_of(draw), lists


def _seed_twice(draw: Draw, announcement: AnyAnnouncement, nonce: str, given: Contributions) -> str:
    openings = [opening for opening in given.openings if opening is not None]
    seed = said(lambda: lottery.draw_seed(announcement, nonce, openings, given.beacon))
    digits = ",".join(opening.digits for opening in openings) or "-"
    _require_same(seed, sql.seed(draw.a, nonce, digits, given.beacon or "-"))
    return seed


def _entities_twice(
    draw: Draw, announcement: lottery.EntityAnnouncement, lists: Mapping[str, bytes], seed: str
) -> str:
    """By the engine, one pass over the stored lines, and by PostgreSQL's own hash and order."""
    candidates = lottery.StoredCandidates(lists["candidates"])
    result = said(
        lambda: lottery.draw_entities(candidates, announcement.strata, candidates.counts(), seed)
    )
    text = result.to_text(draw.a)
    strata = [(s.label, s.k, s.reserve) for s in announcement.strata]
    _require_same(text, sql.entity_result(draw.pk, draw.a, seed, strata))
    return text


def _teams_twice(
    draw: Draw, announcement: lottery.TeamAnnouncement, lists: Mapping[str, bytes], seed: str
) -> str:
    """By the engine; who is served when, and every ticket, by PostgreSQL. The matching itself: `_check_as_a_citizen`."""
    result = said(
        lambda: lottery.draw_teams(
            lottery.read_visits(lists["visits"]),
            lottery.read_inspectors(lists["inspectors"]),
            lottery.read_conflicts(lists["conflicts"]),
            announcement.team,
            seed,
        )
    )
    _require_same([(t.visit, t.ticket) for t in result.teams], sql.visit_order(draw.pk, seed))
    members = [(team.visit, member) for team in result.teams for member in team.members]
    _require_same(
        [member.ticket for _, member in members],
        sql.member_tickets(seed, [(visit, member.pid) for visit, member in members]),
    )
    return result.to_text(draw.a)


def _check_as_a_citizen(
    draw: Draw, announcement: AnyAnnouncement, files: Mapping[str, bytes]
) -> None:
    """The matching of teams is a loop, not an ORDER BY: the lone verifier computes it the second time."""
    reveal_text = lottery.reveal_text(announcement, nonce_of(draw), list_salt_of(draw))
    whole = reads.stored(draw) | dict(files) | {"reveal.txt": reveal_text.encode()}
    try:
        lottery.check_folder(whole)
    except lottery.ProtocolError as refused:
        raise RuleError(f"{_DIFFERENT}（{refused}）") from refused


_DIFFERENT = "两次独立计算的结果不一致，没有记录任何结果。请停止操作并联系系统管理员核查。"


def _require_same(first: object, second: object) -> None:
    if first != second:
        raise RuleError(_DIFFERENT)
