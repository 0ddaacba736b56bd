"""A draw that will not count: void.txt, and the record of what had been given by then (DRAW §3)."""

from datetime import datetime

from django.db import transaction

import lottery
from bureau import audit
from bureau.models import User
from planning.models import Draw
from planning.services.draws.computing import Contributions, record_bytes
from planning.services.draws.recording import announcement_of, note, said, store


def check_reason(draw: Draw, reason: str) -> None:
    """Raises RuleError for a reason of voiding that cannot stand in void.txt."""
    said(lambda: lottery.void_text(announcement_of(draw), reason, draw.locked_at))


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
        store(draw, {"record.txt": record_bytes(draw, announcement, given, None)})


@transaction.atomic
def void(draw: Draw, *, reason: str, at: datetime, actor: User) -> None:
    """void.txt and the event `voided`; the reveal follows as soon as no sealed draw would be betrayed."""
    text = said(lambda: lottery.void_text(announcement_of(draw), reason, at))
    store(draw, {"void.txt": text.encode()})
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
