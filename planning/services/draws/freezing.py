"""The lock of one draw: its announcement, A, the frozen lists, its place in the authority's chain (DRAW §3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

import lottery
from bureau import audit
from bureau.errors import RuleError
from bureau.models import Agency, User
from bureau.services import numbers
from planning import sql
from planning.models import Draw, Sitting, Task
from planning.rules.groups import announced_task
from planning.rules.sittings import SERIES
from planning.services import secrets
from planning.services.draws.recording import AnyAnnouncement, note, said, store
from registry.models import FrozenUse


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
    group: tuple[int, str] = (0, ""),
    draw: Draw | None = None,
) -> Draw:
    """Locks one draw: its announcement, A, files and the event `locked`; adds it to the authority's chain (DRAW §3).

    `lists` are the bytes of the frozen lists by name without `.tsv` (entities: candidates, excluded; teams: visits,
    inspectors, conflicts). `reason` is needed when the task was drawn before by this unit and kind, and else left out.
    `group` is number and name of the TaskGroup it draws; each group counts its draws from 1 (docs/decisions/0010).
    `draw` may be an unsaved Draw whose id other rows already use. The caller holds the sitting's row.
    Raises RuleError naming what cannot stand in the files.
    """
    authority = sitting.authority
    sql.lock_chain(authority.pk)
    before = Draw.objects.filter(authority=authority).order_by("-chain_number").first()
    earlier = Draw.objects.filter(task=task, kind=kind, unit=unit, group_number=group[0])
    n = earlier.count() + 1
    if n > 1 and not reason.strip():
        raise RuleError(
            f"“{task.name}”已经抽取过 {n - 1} 次，请写明这次重抽或补抽的原因；原因会写入公告。"
        )
    nonce, list_salt = lottery.new_secret(), lottery.new_secret()
    head = {
        "authority": authority.code,
        "unit": unit.code,
        "task": announced_task(task.number, group[0]),
        "draw": n,
        "previous": before.a if before else lottery.NO_DIGEST,
        "reason": reason.strip() if n > 1 else "-",
        "locked_at": timezone.now().replace(microsecond=0),
        "nonce_commitment": lottery.nonce_commitment(nonce),
    }
    held = {name: content.count(b"\n") for name, content in lists.items()}
    commitments = {
        name: lottery.ListCommitment(
            count=held[name], digest=lottery.list_digest(name, list_salt, content)
        )
        for name, content in lists.items()
    }
    own: dict[str, Any] = {"team": team}
    if kind == Draw.Kind.ENTITIES:
        own = {"scope": scope, "matters": tuple(matters), "strata": tuple(strata)}
    announcement = _announce(kind, head | commitments | own | _terms(sitting))
    draw = draw or Draw()
    draw.sitting, draw.task, draw.kind, draw.unit = sitting, task, kind, unit
    draw.group_number, draw.group_name = group
    draw.chain_number = before.chain_number + 1 if before else 1
    draw.matters, draw.counts = sorted(matters), dict(counts or {}) | held
    draw.nonce = secrets.seal(nonce, about=f"{draw.pk}:nonce")
    draw.list_salt = secrets.seal(list_salt, about=f"{draw.pk}:list_salt")
    _insert(draw, announcement)
    store(draw, {"announcement.txt": announcement.to_text().encode()})
    store(draw, {f"{name}.tsv": content for name, content in lists.items()})
    _tell(draw, actor=actor, pool_count=pool_count)
    return draw


def _announce(kind: str, fields: dict[str, Any]) -> AnyAnnouncement:
    if kind == Draw.Kind.ENTITIES:
        return said(lambda: lottery.EntityAnnouncement(**fields))
    return said(lambda: lottery.TeamAnnouncement(**fields))


def _terms(sitting: Sitting) -> dict[str, Any]:
    """What the announcement takes from the sitting: witnesses, beacon, when it is revealed."""
    witnesses = sitting.witnesses.count()
    beacon = None
    if sitting.beacon_source != Sitting.Beacon.NONE and sitting.beacon_not_before is not None:
        beacon = lottery.Beacon(
            source=sitting.beacon_source,
            round=sitting.beacon_round,
            not_before=sitting.beacon_not_before,
        )
    digits_each = sitting.digits_each if witnesses else 0
    return {
        "witnesses": lottery.Witnesses(count=witnesses, digits_each=digits_each),
        "beacon": beacon,
        "reveal_by": sitting.reveal_by if sitting.reveal == "deferred" else None,
    }


def _insert(draw: Draw, announcement: AnyAnnouncement) -> None:
    """The row says what the announcement says, and gets its number."""
    authority = draw.sitting.authority
    year = timezone.localtime(announcement.locked_at).year
    series = numbers.next_number(authority=authority, kind="draw", year=year)
    draw.authority, draw.n, draw.reason = authority, announcement.draw, announcement.reason
    draw.number = f"{authority.code}-{year}-{series:04d}-{_series_of(draw)}"
    draw.previous, draw.a = announcement.previous, announcement.digest()
    draw.locked_at = announcement.locked_at
    draw.reveal, draw.reveal_by = draw.sitting.reveal, announcement.reveal_by
    draw.save(force_insert=True)


def _series_of(draw: Draw) -> str:
    """E1, T2; of the second group of matters G2E1."""
    group = f"G{draw.group_number}" if draw.group_number else ""
    return f"{group}{SERIES[draw.kind]}{draw.n}"


def _tell(draw: Draw, *, actor: User, pool_count: int) -> None:
    """The lock in the draw's events, in the registers that it used, and in the trail."""
    note(
        draw,
        "locked",
        actor=actor,
        detail={"a": draw.a, "previous": draw.previous, "counts": draw.counts},
    )
    FrozenUse.objects.create(
        authority=draw.authority,
        draw_ref=audit.reference(draw),
        label=f"{draw.number} {draw.task_name}"[:200],
        count=pool_count,
    )
    audit.record(
        "draw.locked",
        f"锁定名单，发布公告 {draw.number}",
        target=draw,
        actor=actor,
        about=[draw.sitting, draw.task],
        detail={"a": draw.a, "n": draw.n, "reason": draw.reason, "counts": draw.counts},
    )
