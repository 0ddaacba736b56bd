"""What was changed in a draw's list after it was drawn: for the task's page and, without names that are sealed, for everybody."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from planning.models import Draw, Pick, Pseudonym, Skip, Task
from planning.selectors import draws as reads

# How it ended, in words for the public page; `transferred` names no unit.
LABELS = {
    Pick.State.DEEMED_DONE: "视为完成",
    Pick.State.TRANSFERRED: "转交迁入地单位检查",
    Pick.State.SKIPPED: "不再检查，只能以补抽补足",
}
FINAL = ("done", "deemed_done", "transferred", "skipped", "voided")
FELL_OUT = (Pick.State.DEEMED_DONE, Pick.State.TRANSFERRED, Pick.State.SKIPPED)


@dataclass(frozen=True)
class PublicChange:
    """One line of 抽取后的变动. Ids, names and ranks are empty while the list is sealed, names always for natural persons."""

    number: int
    at: datetime
    label: str
    code: str
    reason: str
    stratum: str = ""
    rank: int | None = None
    listed_id: str = ""
    name: str = ""
    followed_rank: int | None = None  # 递补: who follows in rank
    followed_id: str = ""
    followed_name: str = ""
    draw_number: str = ""  # 补抽: the later draw


def public_changes(draw: Draw) -> list[PublicChange]:
    """Every pick of this draw that was left out, with cause and who follows, then its 补抽, in the order of time (DRAW §5).

    A constant number of queries. Empty for a team draw.
    """
    if draw.kind != Draw.Kind.ENTITIES:
        return []
    is_open = reads.is_revealed(draw)
    skips = list(
        Skip.objects.filter(pick__draw=draw, state=Skip.State.APPROVED)
        .select_related("pick__entity", "pick__followed_by__entity")
        .order_by("decided_at", "id")
    )
    listed = dict(
        Pseudonym.objects.filter(draw=draw, entity__picks__draw=draw).values_list(
            "entity_id", "listed_id"
        )
    )
    rows = [_of_skip(skip, listed, is_open) for skip in skips]
    rows += [
        PublicChange(
            number=0,
            at=later.locked_at,
            label=f"补抽（第 {later.n} 次抽取）",
            code="supplement",
            reason=later.reason,
            draw_number=later.number,
        )
        for later in Draw.objects.filter(
            task_id=draw.task_id,
            kind=Draw.Kind.ENTITIES,
            n__gt=draw.n,
            sitting__supplement__isnull=False,
        ).order_by("n")
    ]
    rows.sort(key=lambda row: row.at)
    return [
        PublicChange(**{**row.__dict__, "number": number}) for number, row in enumerate(rows, 1)
    ]


def _of_skip(skip: Skip, listed: dict[int, str], is_open: bool) -> PublicChange:
    pick = skip.pick
    follower: Pick | None = getattr(pick, "followed_by", None)
    row = PublicChange(
        number=0,
        at=skip.decided_at or skip.at,
        label=LABELS.get(Pick.State(pick.state), "未检查"),
        code=skip.code,
        reason=str(skip.get_code_display()),
    )
    if not is_open:
        return row
    return PublicChange(
        **{
            **row.__dict__,
            "stratum": pick.stratum,
            "rank": pick.rank,
            "listed_id": listed.get(pick.entity_id, pick.entity.public_code),
            "name": _name(pick),
            "followed_rank": follower.rank if follower else None,
            "followed_id": listed.get(follower.entity_id, follower.entity.public_code)
            if follower
            else "",
            "followed_name": _name(follower) if follower else "",
        }
    )


def _name(pick: Pick) -> str:
    return "" if pick.entity.kind == "person" else str(pick.entity.name)


@dataclass(frozen=True)
class Shortfall:
    """How many of a stratum fell out and were not made up for: so many may be drawn again."""

    stratum: str
    fell_out: int
    made_up: int

    @property
    def open(self) -> int:
        return max(0, self.fell_out - self.made_up)


def shortfalls(task: Task) -> list[Shortfall]:
    """Per stratum, what a 补抽 may still make up for. Two queries."""
    own = task.picks.filter(kind=Pick.Rank.SELECTED, draw__isnull=False).order_by()
    fell = Counter(
        dict(
            own.filter(state__in=FELL_OUT, followed_by__isnull=True)
            .values_list("stratum")
            .annotate(n=Count("pk"))
        )
    )
    made = Counter(
        dict(
            own.filter(draw__sitting__supplement__isnull=False)
            .exclude(state=Pick.State.VOIDED)
            .values_list("stratum")
            .annotate(n=Count("pk"))
        )
    )
    return [Shortfall(label, fell[label], made[label]) for label in sorted(fell)]


def waiting_for_dispatch(task: Task) -> "QuerySet[Pick]":
    """Reserves called up and picks of a 补抽 that no visit holds yet, of a task that runs."""
    return task.picks.filter(kind=Pick.Rank.SELECTED, state=Pick.State.DRAWN)


def skips_of(task: Task) -> "QuerySet[Skip]":
    """All of the task's, newest first, with what the task's page shows."""
    return (
        Skip.objects.filter(pick__task=task)
        .select_related(
            "pick__entity", "pick__followed_by__entity", "requested_by", "approved_by", "evidence"
        )
        .order_by("-id")
    )
