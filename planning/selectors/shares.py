"""A subordinate's part in its superior's tasks: what it may see of them, and nothing it could change (A15)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from bureau.models import Agency, User
from planning.models import Draw, Pick, Task, TaskParticipant
from planning.selectors import draws as draw_reads
from planning.selectors import pool_confirmations, pool_parts
from planning.selectors.pool_confirmations import Confirmed


@dataclass(frozen=True)
class SharedDraw:
    draw: Draw
    st: str
    word: str


@dataclass(frozen=True)
class Share:
    """One task of the superior as this authority sees it."""

    task: Task
    owner: Agency
    confirmations: list[Confirmed]  # its own part of both pools, while they are asked for
    draws: list[SharedDraw]
    part: Task | None  # the own task that dispatch made of it
    picks: int | None  # how many of its own were drawn; None until they are dispatched


def subordinates(authority: Agency) -> "QuerySet[Agency]":
    """The legal persons directly below."""
    return Agency.objects.filter(
        superior=authority, kind=Agency.Kind.AUTHORITY, is_active=True
    ).order_by("code")


def shared_with(user: User) -> "QuerySet[Task]":
    """Superiors' tasks that draw from the pool of one of the user's own authorities, the newest first."""
    parts = TaskParticipant.objects.filter(
        part=TaskParticipant.Part.POOL, agency_id__in=user.own_authority_ids
    )
    rows: QuerySet[Task] = (
        Task.objects.filter(pk__in=parts.values("task"))
        .exclude(authority_id__in=user.own_authority_ids)
        .exclude(state=Task.State.CANCELLED)
        .select_related("authority", "unit")
        .order_by("-id")
    )
    return rows


def is_shared_with(user: User, **lookup: Any) -> bool:
    """Whether the user's authority takes part in this superior's task; one query."""
    return shared_with(user).filter(**lookup).exists()


def share(task: Task, user: User, today: date) -> Share:
    """The task as the user's authority sees it; the caller has found it in `shared_with`."""
    mine = [pk for pk in pool_parts.owners_of(task) if pk in user.own_authority_ids]
    owner = Agency.objects.get(pk=mine[0])
    is_open = task.state in {Task.State.DRAFT, Task.State.READY}
    confirmations = [
        c for c in pool_confirmations.confirmations(task, today) if c.owner_id == owner.pk
    ]
    draws = list(
        Draw.objects.filter(task=task)
        .filter(Q(kind=Draw.Kind.ENTITIES) | Q(authority=owner))
        .prefetch_related("events")
        .select_related("unit")
        .defer("nonce", "list_salt")
        .order_by("chain_number")
    )
    shown = [SharedDraw(draw, *draw_reads.STATE_WORDS[draw_reads.state_of(draw)]) for draw in draws]
    part = Task.objects.filter(origin=task, authority=owner).first()
    is_told = task.state in {Task.State.DISPATCHED, Task.State.CLOSED}
    picks = Pick.objects.filter(task=task, unit__authority=owner, kind=Pick.Rank.SELECTED).exclude(
        state=Pick.State.VOIDED
    )
    return Share(
        task,
        owner,
        confirmations if is_open else [],
        shown,
        part,
        picks.count() if is_told else None,
    )
