"""Draws whose picks are not public yet, and from whom their names are hidden (DRAW §3, §4)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from bureau.models import User
from bureau.veils import veil
from planning.models import Draw, DrawEvent, Pick, Skip
from planning.rules.readers import SEALED_READERS


def draws(authority_ids: Iterable[int]) -> "QuerySet[Draw]":
    """Entity draws of these authorities that are computed and neither revealed nor void."""
    events = DrawEvent.objects.filter(draw=OuterRef("pk"))
    return Draw.objects.filter(
        Exists(events.filter(kind=DrawEvent.Kind.COMPUTED)),
        ~Exists(events.filter(kind__in=[DrawEvent.Kind.REVEALED, DrawEvent.Kind.VOIDED])),
        authority_id__in=authority_ids,
        kind=Draw.Kind.ENTITIES,
        reveal="deferred",
    )


def shut(user: User) -> frozenset[int]:
    """Authorities with a sealed list that this person does not work with; at most one query a request."""
    found: frozenset[int] | None = getattr(user, "_shut", None)
    if found is None:
        others = [pk for pk in user.authority_ids if not user.has_role_at(pk, *SEALED_READERS)]
        found = frozenset(draws(others).values_list("authority_id", flat=True) if others else ())
        user._shut = found  # type: ignore[attr-defined]
    return found


@veil("planning.pick")
def hidden_picks(user: User) -> Q | None:
    closed = shut(user)
    return Q(draw__in=draws(closed)) if closed else None


@veil("bureau.auditevent")
def hidden_pick_events(user: User) -> Q | None:
    """What the trail says of single picks, with their names."""
    closed = shut(user)
    if not closed:
        return None
    picks = Pick.objects.filter(draw__in=draws(closed))
    skips = Skip.objects.filter(pick__in=picks)
    return Q(target_type="planning.pick", target_id__in=_keys(picks)) | Q(
        target_type="planning.skip", target_id__in=_keys(skips)
    )


def _keys(rows: "QuerySet[Any]") -> "QuerySet[Any, Any]":
    keys: QuerySet[Any, Any] = rows.order_by().annotate(key=Cast("pk", CharField())).values("key")
    return keys
