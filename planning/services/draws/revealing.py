"""Lists and results become public: at once, on their day, or as soon as nothing sealed is betrayed (DRAW §3)."""

from datetime import date

from django.db import transaction

import lottery
from bureau import audit
from bureau.models import User
from planning.models import Draw, Sitting
from planning.selectors import draws as reads
from planning.services.draws.recording import (
    announcement_of,
    list_salt_of,
    nonce_of,
    note,
    said,
    store,
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
    nonce = nonce_of(draw)
    list_salt = list_salt_of(draw)
    text = said(lambda: lottery.reveal_text(announcement, nonce, list_salt))
    store(draw, {"reveal.txt": text.encode()})
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
