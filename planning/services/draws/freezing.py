"""Draws of both kinds: freeze the lists, compute twice, reveal. What a kind of draw leads to is its caller's (DRAW §2–§5)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

import lottery
from bureau import audit
from bureau.errors import RuleError
from bureau.models import Agency, User
from bureau.services import numbers
from planning import sql
from planning.models import Draw, DrawEvent, DrawFile, Sitting, Task
from planning.rules.sittings import SERIES
from planning.selectors import draws as reads
from planning.services import secrets
from registry.models import FrozenUse

T = TypeVar("T")
AnyAnnouncement = lottery.EntityAnnouncement | lottery.TeamAnnouncement


@dataclass(frozen=True, kw_only=True)
class Contributions:
    """What was given after the lock: one opening per witness (None: never opened), and the beacon's value."""

    openings: tuple[lottery.WitnessOpening | None, ...] = ()
    beacon: str | None = None


@transaction.atomic
def freeze(
    *,
    sitting: Sitting,
    task: Task,
    unit: Agency,
    kind: str,
    lists: Mapping[str, bytes],
    actor: User,
    scope: str = "-",
    matters: Sequence[str] = (),
    strata: Sequence[lottery.Stratum] = (),
    team: int = 0,
    reason: str = "",
    counts: Mapping[str, Any] | None = None,
    pool_count: int = 0,
    draw: Draw | None = None,
) -> Draw:
    """Locks one draw: its announcement, A, files and the event `locked`; adds it to the authority's chain (DRAW §3).

    `lists` are the bytes of the frozen lists by name without `.tsv` (entities: candidates, excluded; teams: visits,
    inspectors, conflicts). `reason` is needed when the task was drawn before by this unit and kind, and else left out.
    `draw` may be an unsaved Draw whose id other rows already use. The caller holds the sitting's row.
    Raises RuleError naming what cannot stand in the files.
    """
    authority = sitting.authority
    sql.lock_chain(authority.pk)
    before = Draw.objects.filter(authority=authority).order_by("-chain_number").first()
    n = Draw.objects.filter(task=task, kind=kind, unit=unit).count() + 1
    if n > 1 and not reason.strip():
        raise RuleError(
            f"“{task.name}”已经抽取过 {n - 1} 次，请写明这次重抽或补抽的原因；原因会写入公告。"
        )
    locked_at = timezone.now().replace(microsecond=0)
    nonce, list_salt = lottery.new_secret(), lottery.new_secret()
    announcement = _announce(
        sitting=sitting,
        kind=kind,
        common={
            "authority": authority.code,
            "unit": unit.code,
            "task": task.number,
            "draw": n,
            "previous": before.a if before else lottery.NO_DIGEST,
            "reason": reason.strip() if n > 1 else "-",
            "locked_at": locked_at,
            "nonce_commitment": lottery.nonce_commitment(nonce),
        },
        lists={
            name: lottery.ListCommitment(
                count=content.count(b"\n"), digest=lottery.list_digest(name, list_salt, content)
            )
            for name, content in lists.items()
        },
        scope=scope,
        matters=matters,
        strata=strata,
        team=team,
    )
    year = timezone.localtime(locked_at).year
    series = numbers.next_number(authority=authority, kind="draw", year=year)
    draw = draw or Draw()
    draw.authority, draw.unit, draw.sitting, draw.task = authority, unit, sitting, task
    draw.kind, draw.n, draw.reason, draw.matters = kind, n, announcement.reason, sorted(matters)
    draw.number = f"{authority.code}-{year}-{series:04d}-{SERIES[kind]}{n}"
    draw.chain_number = before.chain_number + 1 if before else 1
    draw.previous, draw.a, draw.locked_at = announcement.previous, announcement.digest(), locked_at
    draw.nonce = secrets.seal(nonce, about=f"{draw.pk}:nonce")
    draw.list_salt = secrets.seal(list_salt, about=f"{draw.pk}:list_salt")
    draw.reveal, draw.reveal_by = sitting.reveal, announcement.reveal_by
    draw.counts = dict(counts or {}) | {
        name: content.count(b"\n") for name, content in lists.items()
    }
    draw.save(force_insert=True)
    _store(draw, {"announcement.txt": announcement.to_text().encode()})
    _store(draw, {f"{name}.tsv": content for name, content in lists.items()})
    note(
        draw,
        "locked",
        actor=actor,
        detail={"a": draw.a, "previous": draw.previous, "counts": draw.counts},
    )
    FrozenUse.objects.create(
        authority=authority,
        draw_ref=audit.reference(draw),
        label=f"{draw.number} {task.name}"[:200],
        count=pool_count,
    )
    audit.record(
        "draw.locked",
        f"锁定名单，发布公告 {draw.number}",
        target=draw,
        actor=actor,
        about=[sitting, task],
        detail={"a": draw.a, "n": n, "reason": draw.reason, "counts": draw.counts},
    )
    return draw


def announcement_of(draw: Draw) -> AnyAnnouncement:
    """The announcement as stored. Raises RuleError when the stored bytes are not those that were announced."""
    content = reads.content(draw, "announcement.txt")
    if lottery.sha256(content) != draw.a:
        raise _changed(draw, "announcement.txt")
    return said(lambda: lottery.read_announcement(content.decode()))


@transaction.atomic
def note(
    draw: Draw, kind: str, *, actor: User | None, detail: Mapping[str, Any] | None = None
) -> None:
    """One event of a draw; the database holds each kind once per draw."""
    DrawEvent.objects.create(draw=draw, kind=kind, actor=actor, detail=dict(detail or {}))


@transaction.atomic
def publish_commitments(draw: Draw, *, commitments: Sequence[str], actor: User) -> None:
    """witness.txt, before anyone's digits are open; commitments in the order of the witnesses (DRAW §3)."""
    announcement = announcement_of(draw)
    text = said(lambda: lottery.witness_text(announcement, commitments))
    _store(draw, {"witness.txt": text.encode()})
    note(
        draw,
        "committed",
        actor=actor,
        detail={"commitments": list(commitments), "sha256": lottery.sha256(text.encode())},
    )


@transaction.atomic
def compute(draw: Draw, given: Contributions, *, actor: User) -> bytes:
    """result.tsv, computed in Python and in SQL, stored with record.txt and the event `computed`; returns its bytes.

    Effects on tasks, picks or teams are the caller's, in the same transaction; so is holding the sitting's row.
    Raises RuleError, and nothing is recorded, when stored bytes were changed or the two computations differ.
    """
    announcement = announcement_of(draw)
    nonce, lists = _opened(draw, announcement)
    openings = [opening for opening in given.openings if opening is not None]
    seed = said(lambda: lottery.draw_seed(announcement, nonce, openings, given.beacon))
    if isinstance(announcement, lottery.EntityAnnouncement):
        text = _entities(draw, announcement, lists, seed)
        other = sql.entity_result(
            draw.pk, draw.a, seed, [(s.label, s.k, s.reserve) for s in announcement.strata]
        )
    else:
        text, other = _teams(draw, announcement, lists, seed)
    digits = ",".join(opening.digits for opening in openings) or "-"
    if other != text or sql.seed(draw.a, nonce, digits, given.beacon or "-") != seed:
        raise RuleError(
            "两次独立计算（程序与数据库）的结果不一致，没有记录任何结果。请停止操作并联系系统管理员核查。"
        )
    record = _record(draw, announcement, given, text)
    files = {"record.txt": record, "result.tsv": text.encode()}
    if isinstance(announcement, lottery.TeamAnnouncement):
        _check_as_a_citizen(draw, announcement, files)
    _store(draw, files)
    note(
        draw,
        "computed",
        actor=actor,
        detail={"seed": seed, "result": lottery.sha256(files["result.tsv"])},
    )
    return files["result.tsv"]


@transaction.atomic
def record_incomplete(draw: Draw, given: Contributions) -> None:
    """record.txt of a draw that is voided before everything was open, with `-` for what is missing (DRAW §3).

    A void draw may lack it: nothing is written where nobody had given anything, or where witness.txt never came to be.
    """
    announcement = announcement_of(draw)
    has_anything = any(given.openings) or given.beacon is not None
    lacks_witness_file = (
        announcement.needs_witness_file and not draw.files.filter(name="witness.txt").exists()
    )
    if has_anything and not lacks_witness_file:
        _store(draw, {"record.txt": _record(draw, announcement, given, None)})


def check_reason(draw: Draw, reason: str) -> None:
    """Raises RuleError for a reason of voiding that cannot stand in void.txt."""
    said(lambda: lottery.void_text(announcement_of(draw), reason, draw.locked_at))


@transaction.atomic
def void(draw: Draw, *, reason: str, at: datetime, actor: User) -> None:
    """void.txt and the event `voided`; the reveal follows as soon as no sealed draw would be betrayed."""
    text = said(lambda: lottery.void_text(announcement_of(draw), reason, at))
    _store(draw, {"void.txt": text.encode()})
    note(draw, "voided", actor=actor, detail={"reason": reason})
    audit.record(
        "draw.voided",
        f"抽取 {draw.number} 作废：{reason}",
        target=draw,
        actor=actor,
        about=[draw.sitting, draw.task],
        detail={"reason": reason},
        is_bad=True,
    )


@transaction.atomic
def reveal(draw: Draw, *, actor: User | None) -> bool:
    """reveal.txt and the event `revealed`: lists and result are public from now on. False when it must wait.

    It waits while a sealed earlier draw of the authority would be betrayed by these lists (DRAW §3).
    The caller holds the sitting's row.
    """
    if draw.events.filter(kind="revealed").exists() or reads.betrayed_by(draw):
        return False
    announcement = announcement_of(draw)
    nonce = secrets.unseal(bytes(draw.nonce), about=f"{draw.pk}:nonce")
    list_salt = secrets.unseal(bytes(draw.list_salt), about=f"{draw.pk}:list_salt")
    text = said(lambda: lottery.reveal_text(announcement, nonce, list_salt))
    _store(draw, {"reveal.txt": text.encode()})
    note(draw, "revealed", actor=actor)
    audit.record(
        "draw.revealed",
        f"公开抽取 {draw.number} 的名单与随机数",
        target=draw,
        actor=actor,
        about=[draw.sitting, draw.task],
    )
    return True


def reveal_due(*, today: date) -> int:
    """Reveals what is due: immediate or void draws that had to wait, deferred ones on their date or when the task is
    closed. Returns how many; run twice it changes nothing."""
    found = 0
    for pk in reads.reveal_candidates(today):
        with transaction.atomic():
            draw = Draw.objects.select_related("sitting", "task", "authority").get(pk=pk)
            Sitting.objects.select_for_update().get(pk=draw.sitting_id)
            found += reveal(draw, actor=None)
    return found


@transaction.atomic
def open_sealed(draw: Draw, *, name: str, actor: User) -> bytes:
    """A file that is not public yet, for the desk: each look is in the trail (DRAW §4)."""
    content = reads.content(draw, name)
    audit.record(
        "draw.sealed-viewed",
        f"查看尚未公开的 {name}（{draw.number}）",
        target=draw,
        actor=actor,
        about=[draw.sitting, draw.task],
        detail={"name": name},
        is_bad=False,
    )
    return content


files = reads.files


def _announce(
    *,
    sitting: Sitting,
    kind: str,
    common: dict[str, Any],
    lists: Mapping[str, Any],
    scope: str,
    matters: Sequence[str],
    strata: Sequence[lottery.Stratum],
    team: int,
) -> AnyAnnouncement:
    witnesses = sitting.witnesses.count()
    beacon = None
    if sitting.beacon_source != "none" and sitting.beacon_not_before is not None:
        beacon = lottery.Beacon(
            source=sitting.beacon_source,
            round=sitting.beacon_round,
            not_before=sitting.beacon_not_before,
        )
    tail: dict[str, Any] = {
        "witnesses": lottery.Witnesses(
            count=witnesses, digits_each=sitting.digits_each if witnesses else 0
        ),
        "beacon": beacon,
        "reveal_by": sitting.reveal_by if sitting.reveal == "deferred" else None,
    }
    if kind == Draw.Kind.ENTITIES:
        return said(
            lambda: lottery.EntityAnnouncement(
                **common,
                scope=scope,
                matters=tuple(matters),
                strata=tuple(strata),
                **lists,
                **tail,
            )
        )
    return said(lambda: lottery.TeamAnnouncement(**common, team=team, **lists, **tail))


def _opened(draw: Draw, announcement: AnyAnnouncement) -> tuple[str, dict[str, bytes]]:
    """The nonce and the lists. Raises RuleError when a stored list is not the one that was announced."""
    nonce = secrets.unseal(bytes(draw.nonce), about=f"{draw.pk}:nonce")
    list_salt = secrets.unseal(bytes(draw.list_salt), about=f"{draw.pk}:list_salt")
    lists = {name: reads.content(draw, f"{name}.tsv") for name in reads.LISTS[draw.kind]}
    for name, content in lists.items():
        if not lottery.list_matches(announcement, name, list_salt, content):
            raise _changed(draw, f"{name}.tsv")
    return nonce, lists


def _entities(
    draw: Draw,
    announcement: lottery.EntityAnnouncement,
    lists: Mapping[str, bytes],
    seed: str,
) -> str:
    candidates = lottery.read_candidates(lists["candidates"])
    held: dict[str, int] = {}
    for _, stratum in candidates:
        held[stratum] = held.get(stratum, 0) + 1
    result = said(lambda: lottery.draw_entities(candidates, announcement.strata, held, seed))
    return result.to_text(draw.a)


def _teams(
    draw: Draw,
    announcement: lottery.TeamAnnouncement,
    lists: Mapping[str, bytes],
    seed: str,
) -> tuple[str, str]:
    """The result, and the result again with the visits' order and every ticket as PostgreSQL has them."""
    result = said(
        lambda: lottery.draw_teams(
            lottery.read_visits(lists["visits"]),
            lottery.read_inspectors(lists["inspectors"]),
            lottery.read_conflicts(lists["conflicts"]),
            announcement.team,
            seed,
        )
    )
    order = sql.visit_order(draw.pk, seed)
    teams = {team.visit: team for team in result.teams}
    tickets = sql.member_tickets(
        seed, [(visit, member.pid) for visit, _ in order for member in teams[visit].members]
    )
    again = iter(tickets)
    lines = [f"ssj1-result\t{draw.a}", f"seed\t{seed}"]
    for visit, ticket in order:
        team = teams[visit]
        lines.append(f"visit\t{visit}\t{'filled' if team.is_filled else 'unfilled'}\t{ticket}")
        lines += [
            f"team\t{visit}\t{member.duty.value}\t{member.pid}\t{next(again)}"
            for member in team.members
        ]
    return result.to_text(draw.a), "".join(f"{line}\n" for line in lines)


def _check_as_a_citizen(
    draw: Draw, announcement: AnyAnnouncement, files: Mapping[str, bytes]
) -> None:
    """The matching of teams is a loop, not an ORDER BY: the lone verifier computes it the second time."""
    reveal_text = lottery.reveal_text(
        announcement,
        secrets.unseal(bytes(draw.nonce), about=f"{draw.pk}:nonce"),
        secrets.unseal(bytes(draw.list_salt), about=f"{draw.pk}:list_salt"),
    )
    whole = reads.stored(draw) | dict(files) | {"reveal.txt": reveal_text.encode()}
    said(lambda: lottery.check_folder(whole))


def _record(
    draw: Draw, announcement: AnyAnnouncement, given: Contributions, result: str | None
) -> bytes:
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


def _store(draw: Draw, contents: Mapping[str, bytes]) -> None:
    DrawFile.objects.bulk_create(
        DrawFile(
            draw=draw,
            name=name,
            content=content,
            sha256=lottery.sha256(content),
            size=len(content),
        )
        for name, content in contents.items()
    )


def _changed(draw: Draw, name: str) -> RuleError:
    return RuleError(
        f"抽取 {draw.number} 存储的 {name} 与锁定时公布的指纹不符，可能被改动过，不能继续。"
        "请停止操作，并联系系统管理员和审计人员核查。"
    )


def said(step: Callable[[], T]) -> T:
    """The protocol's own sentence as this portal's refusal."""
    try:
        return step()
    except lottery.ProtocolError as refused:
        raise RuleError(str(refused)) from refused
