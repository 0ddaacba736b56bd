"""Sealing the trail: events are numbered and chained (SHA-256 and SM3) into checkpoints; verifying recomputes them all."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from bureau.models import AuditEvent, AuditSeal, Checkpoint

ZERO = "0" * 64
BATCH = 5000

# The oldest transaction that still runs in this database. Snapshots see the whole cluster: what is known to run in
# another database cannot write here and is left out; what cannot be told is waited for. Transactions that begin after
# this statement are younger, so all below the horizon are finished when the events are read.
_HORIZON = """
WITH snapshot AS (SELECT pg_current_snapshot() AS s),
running AS (SELECT x::text::bigint AS xid FROM snapshot, pg_snapshot_xip(s) AS x),
elsewhere AS (
    SELECT l.transactionid::text::bigint AS xid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'transactionid' AND l.granted AND l.mode = 'ExclusiveLock' AND a.datname <> current_database()
)
SELECT coalesce(
    (SELECT min(r.xid) FROM running r WHERE NOT EXISTS (SELECT FROM elsewhere e WHERE e.xid = mod(r.xid, 4294967296))),
    (SELECT pg_snapshot_xmax(s)::text::bigint FROM snapshot)
)
"""


@dataclass(frozen=True)
class Heads:
    number: int = 0
    sha256: str = ZERO
    sm3: str = ZERO

    def next(self, event: AuditEvent) -> "Heads":
        text = canonical(event)
        return Heads(
            self.number + 1,
            _digest("sha256", self.number + 1, self.sha256, text),
            _digest("sm3", self.number + 1, self.sm3, text),
        )


@dataclass(frozen=True)
class Verdict:
    is_intact: bool
    message: str
    heads: Heads


def canonical(event: AuditEvent) -> str:
    """The bytes that are sealed: sorted JSON of every column that people can see."""
    return json.dumps(
        {
            "id": event.pk,
            "action": event.action,
            "label": event.label,
            "target": [event.target_type, event.target_id, event.target_label],
            "about": list(event.about),
            "authority": event.authority_id,
            "actor": [event.actor_id, event.actor_name, event.actor_role, event.agency_name],
            "detail": event.detail,
            "is_bad": event.is_bad,
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "ip": event.ip,
            "request": event.request_id,
            "schema": event.schema_version,
        },
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def _digest(algorithm: str, number: int, previous: str, text: str) -> str:
    return hashlib.new(algorithm, f"audit1|{number}|{previous}|{text}".encode()).hexdigest()


def seal() -> Checkpoint | None:
    """Seals what is older than every running transaction, in the order of transactions; None when there is nothing new.

    An event of a transaction still open could otherwise slip in before a sealed one. Events restored from a backup carry
    transaction numbers of another cluster, at or past this one's next: they are long finished and sealed too.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('bureau.sealing'))")
            cursor.execute(_HORIZON)
            horizon = cursor.fetchone()[0]
            cursor.execute(
                "SELECT e.id FROM bureau_auditevent e LEFT JOIN bureau_auditseal s ON s.event_id = e.id "
                "WHERE s.id IS NULL AND (e.transaction_id < %s "
                "OR e.transaction_id >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint "
                "AND e.transaction_id <> pg_current_xact_id()::text::bigint) "
                "ORDER BY e.transaction_id, e.id LIMIT %s",
                [horizon, BATCH],
            )
            ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return None
        events = AuditEvent.objects.in_bulk(ids)
        last = Checkpoint.objects.order_by("-number").first()
        heads = Heads(last.last, last.sha256, last.sm3) if last else Heads()
        seals, first = [], heads.number + 1
        for pk in ids:
            heads = heads.next(events[pk])
            seals.append(
                AuditSeal(number=heads.number, event_id=pk, sha256=heads.sha256, sm3=heads.sm3)
            )
        checkpoint = Checkpoint.objects.create(
            number=(last.number if last else 0) + 1,
            first=first,
            last=heads.number,
            sha256=heads.sha256,
            sm3=heads.sm3,
        )
        for sealed in seals:
            sealed.checkpoint = checkpoint
        AuditSeal.objects.bulk_create(seals)
        return checkpoint


def verify(known: list[dict[str, Any]] | None = None) -> Verdict:
    """Recomputes every seal and checkpoint; `known` are checkpoints kept elsewhere ({number, sha256, …}).

    A copy kept beside the database proves nothing: what counts is a head printed, published or sent to the superior.
    """
    heads = Heads()
    by_last = {c.last: c for c in Checkpoint.objects.all()}
    expected = 1
    for sealed in _seals():
        if sealed.number != expected:
            return Verdict(
                False,
                f"留痕第 {expected} 条缺失：封条从第 {expected - 1} 条跳到第 {sealed.number} 条。",
                heads,
            )
        heads = heads.next(sealed.event)
        if (heads.sha256, heads.sm3) != (sealed.sha256, sealed.sm3):
            return Verdict(
                False,
                f"留痕第 {sealed.number} 条（事件 {sealed.event_id}，{timezone.localtime(sealed.event.at):%Y-%m-%d %H:%M} {sealed.event.label}）与封条不符：内容被改动过。",
                heads,
            )
        checkpoint = by_last.get(sealed.number)
        if checkpoint and (checkpoint.sha256, checkpoint.sm3) != (heads.sha256, heads.sm3):
            return Verdict(
                False,
                f"第 {checkpoint.number} 次封存的链头与第 {sealed.number} 条不符：封存点被改动过。",
                heads,
            )
        expected += 1
    newest = max(by_last, default=0)
    if newest != heads.number:
        return Verdict(
            False,
            f"封存点到第 {newest} 条，但封条只到第 {heads.number} 条：末尾的事件缺失。",
            heads,
        )
    stored = {c.number: c for c in by_last.values()}
    for entry in known or []:
        mine = stored.get(int(entry["number"]))
        if mine is None:
            return Verdict(
                False,
                f"外部保存的第 {entry['number']} 次封存在本库中不存在：数据库可能被换成了旧的备份。",
                heads,
            )
        if mine.sha256 != entry["sha256"] or entry.get("sm3", mine.sm3) != mine.sm3:
            return Verdict(
                False,
                f"第 {entry['number']} 次封存的链头与外部保存的不一致：该次及以前的留痕被改动过。",
                heads,
            )
    return Verdict(
        True, f"留痕完好：共 {heads.number} 条，{len(by_last)} 次封存，链头 {heads.sha256}。", heads
    )


def _seals() -> Iterator[AuditSeal]:
    start = 0
    while True:
        rows = list(
            AuditSeal.objects.filter(number__gt=start)
            .select_related("event")
            .order_by("number")[:BATCH]
        )
        if not rows:
            return
        yield from rows
        start = rows[-1].number
