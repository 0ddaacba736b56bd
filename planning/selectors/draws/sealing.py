"""What must stay sealed, and until when: lists that would betray an earlier sealed draw wait for it (DRAW §3)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from bureau.models import Agency
from planning.models import Draw, DrawEvent, Pick, Pseudonym
from planning.rules.strata import ANNUAL_CAP, IN_OPEN_TASK
from planning.selectors.draws.contents import content
from registry.models import Entity

# An exclusion for one of these tells that somebody was drawn before.
BETRAYING_REASONS = frozenset({IN_OPEN_TASK, ANNUAL_CAP})


def sealed_before(draw: Draw) -> "QuerySet[Draw]":
    """Earlier entity draws whose lists are not public yet: the authority's own, and those of its superior and
    subordinates, whose visits stand in the same ledger (A15)."""
    revealed = DrawEvent.objects.filter(draw=OuterRef("pk"), kind="revealed")
    own = Q(authority_id=draw.authority_id, chain_number__lt=draw.chain_number)
    above_or_below = Agency.objects.filter(
        Q(superior=draw.authority_id) | Q(subordinates=draw.authority_id)
    )
    theirs = Q(authority__in=above_or_below.values("pk"), locked_at__lte=draw.locked_at)
    return (
        Draw.objects.filter(own | theirs)
        .filter(kind=Draw.Kind.ENTITIES)
        .exclude(pk=draw.pk)
        .filter(~Exists(revealed))
    )


def betrayed_by(draw: Draw) -> list[Draw]:
    """The sealed draws whose picks this draw's lists would betray: by an exclusion, or by absence from a redraw."""
    if draw.kind != Draw.Kind.ENTITIES:
        return []
    sealed = list(sealed_before(draw).order_by("authority_id", "chain_number"))
    if not sealed:
        return []
    listed = _excluded_entities(draw)
    hit = set(
        Pick.objects.filter(draw__in=sealed, entity_id__in=listed).values_list("draw_id", flat=True)
    )
    again = {
        s.pk
        for s in sealed
        if s.task_id == draw.task_id and s.group_number == draw.group_number and draw.n > s.n
    }
    return [s for s in sealed if s.pk in hit or (s.pk in again and s.picks.exists())]


def entity_ids(draw: Draw, listed: Iterable[str]) -> dict[str, int]:
    """id in the draw's lists → entity: pseudonyms of this draw first, then public codes."""
    wanted = list(listed)
    found = dict(
        Pseudonym.objects.filter(draw=draw, listed_id__in=wanted).values_list(
            "listed_id", "entity_id"
        )
    )
    rest = [name for name in wanted if name not in found]
    found.update(
        Entity.objects.filter(public_code__in=rest).values_list("public_code", "pk") if rest else []
    )
    return found


def reveal_candidates(today: date) -> list[Any]:
    """Draws computed or voided and not revealed that are due, oldest first."""
    has = {
        kind: Exists(DrawEvent.objects.filter(draw=OuterRef("pk"), kind=kind))
        for kind in ("computed", "revealed", "voided")
    }
    due = Q(reveal="immediate") | Q(reveal_by__lte=today) | Q(task__state="closed")
    return list(
        Draw.objects.filter(~has["revealed"])
        .filter(has["voided"] | has["computed"] & due)
        .order_by("authority_id", "chain_number")
        .values_list("pk", flat=True)
    )


def _excluded_entities(draw: Draw) -> set[int]:
    """Entities excluded for a reason that tells of an earlier draw."""
    rows = [line.split("\t") for line in content(draw, "excluded.tsv").decode().splitlines()]
    ids = [listed for listed, reason in rows if reason in BETRAYING_REASONS]
    return set(entity_ids(draw, ids).values())
