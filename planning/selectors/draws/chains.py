"""One chain of announcements per authority, and what in it should make a reader look twice (DRAW §3)."""

import lottery
from bureau.models import Agency
from planning.models import Draw, DrawFile, Sitting, SittingWitness
from planning.selectors.draws.states import state_of


def chain(authority: Agency) -> list[lottery.ChainLink]:
    """Every announcement of the authority, in the order of locking; three queries."""
    rows = (
        Draw.objects.filter(authority=authority)
        .select_related("unit", "task")
        .prefetch_related("events")
        .order_by("chain_number")
    )
    witness = dict(
        DrawFile.objects.filter(draw__authority=authority, name="witness.txt").values_list(
            "draw_id", "sha256"
        )
    )
    return [
        lottery.ChainLink(
            announcement=draw.a,
            previous=draw.previous,
            unit=draw.unit.code,
            task=draw.task_text,
            draw=draw.n,
            locked_at=draw.locked_at,
            witness=witness.get(draw.pk, "-"),
            state=state_of(draw),
        )
        for draw in rows
    ]


def recurring_digits(sitting: Sitting) -> list[str]:
    """Names of witnesses whose digits were given before at this authority: the page warns of it."""
    mine = list(sitting.witnesses.exclude(digits="").select_related("user"))
    earlier = set(
        SittingWitness.objects.filter(
            sitting__authority_id=sitting.authority_id,
            digits__in=[w.digits for w in mine],
        )
        .exclude(sitting=sitting)
        .values_list("digits", flat=True)
    )
    return [w.user.full_name for w in mine if w.digits in earlier]
