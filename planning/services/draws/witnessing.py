"""witness.txt: what the witnesses committed to (DRAW §3)."""

from collections.abc import Sequence

from django.db import transaction

import lottery
from bureau.models import User
from planning.models import Draw
from planning.services.draws.recording import announcement_of, note, said, store


@transaction.atomic
def publish_commitments(draw: Draw, *, commitments: Sequence[str], actor: User) -> None:
    """witness.txt, before anyone's digits are open; commitments in the order of the witnesses (DRAW §3)."""
    announcement = announcement_of(draw)
    text = said(lambda: lottery.witness_text(announcement, commitments))
    store(draw, {"witness.txt": text.encode()})
    note(
        draw,
        "committed",
        actor=actor,
        detail={"commitments": list(commitments), "sha256": lottery.sha256(text.encode())},
    )
