"""What is stored of a draw, what of it the public may see now, and the authority's chain (DRAW §3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

import lottery
from bureau.models import Agency, User
from lottery.folder import ALWAYS_PUBLIC, FILE_ORDER
from planning.models import Draw, DrawEvent, DrawFile, Pick, Pseudonym, Sitting, SittingWitness
from planning.rules.strata import ANNUAL_CAP, IN_OPEN_TASK, REASONS
from registry.models import Entity

LISTS = {
    "entities": ("candidates", "excluded"),
    "teams": ("visits", "inspectors", "conflicts"),
}
# An exclusion for one of these tells that somebody was drawn before.
BETRAYING_REASONS = frozenset({IN_OPEN_TASK, ANNUAL_CAP})


def content(draw: Draw, name: str) -> bytes:
    """The stored bytes of one file. Raises DrawFile.DoesNotExist."""
    return bytes(draw.files.get(name=name).content)


def stored(draw: Draw) -> dict[str, bytes]:
    """Every stored file of the draw, public or not."""
    return {row.name: bytes(row.content) for row in draw.files.all()}


def files(draw: Draw, audience: str = "public") -> dict[str, bytes]:
    """The files by name, in protocol order. `public`: only what the sealed state lets everybody see now;
    `all`: everything (for the verifier inside the portal; a person's look goes through `services.draws.open_sealed`).

    Lists of a sealed draw are not even read for the public.
    """
    rows = draw.files.all()
    if audience == "public" and not is_revealed(draw):
        rows = rows.filter(name__in=ALWAYS_PUBLIC)
    held = {row.name: bytes(row.content) for row in rows}
    if audience == "public":
        return lottery.public_part(held)
    return {name: held[name] for name in FILE_ORDER if name in held}


@dataclass(frozen=True)
class FileRow:
    name: str
    size: int
    sha256: str
    at: datetime
    is_public: bool


def file_rows(draw: Draw) -> list[FileRow]:
    """Names, sizes and digests without reading the contents; one query beside the events."""
    revealed = is_revealed(draw)
    rows = draw.files.values_list("name", "size", "sha256", "at")
    by_name = {row[0]: row for row in rows}
    return [
        FileRow(*by_name[name], is_public=revealed or name in ALWAYS_PUBLIC)
        for name in FILE_ORDER
        if name in by_name
    ]


def kinds(draw: Draw) -> set[str]:
    """Which events the draw has; uses a prefetch of `events` when there is one."""
    return {event.kind for event in draw.events.all()}


def is_revealed(draw: Draw) -> bool:
    return "revealed" in kinds(draw)


def state_of(draw: Draw) -> str:
    """locked, computed, revealed or voided: what the events say."""
    held = kinds(draw)
    for state in ("voided", "revealed", "computed"):
        if state in held:
            return state
    return "locked"


STATE_WORDS = {
    "locked": ("lock", "名单已锁定"),
    "computed": ("done", "已抽取，名单尚未公开"),
    "revealed": ("done", "已公开"),
    "voided": ("off", "已作废"),
}


def verdict(draw: Draw, audience: str = "public") -> tuple[int, str]:
    """What the lone verifier says of the files: (exit code, its last line)."""
    try:
        outcome = lottery.check_folder(files(draw, audience))
    except lottery.ProtocolError as refused:
        return 1, str(refused)
    return outcome.code, outcome.line


# ---------------------------------------------------------------- what must wait


def sealed_before(draw: Draw) -> "QuerySet[Draw]":
    """Earlier entity draws of the authority whose lists are not public yet."""
    revealed = DrawEvent.objects.filter(draw=OuterRef("pk"), kind="revealed")
    return (
        Draw.objects.filter(
            authority_id=draw.authority_id,
            kind=Draw.Kind.ENTITIES,
            chain_number__lt=draw.chain_number,
        )
        .exclude(pk=draw.pk)
        .filter(~Exists(revealed))
    )


def betrayed_by(draw: Draw) -> list[Draw]:
    """The sealed draws whose picks this draw's lists would betray: by an exclusion, or by absence from a redraw."""
    if draw.kind != Draw.Kind.ENTITIES:
        return []
    sealed = list(sealed_before(draw).order_by("chain_number"))
    if not sealed:
        return []
    listed = _excluded_entities(draw)
    hit = set(
        Pick.objects.filter(draw__in=sealed, entity_id__in=listed).values_list("draw_id", flat=True)
    )
    again = {s.pk for s in sealed if s.task_id == draw.task_id and draw.n > s.n}
    return [s for s in sealed if s.pk in hit or (s.pk in again and s.picks.exists())]


def _excluded_entities(draw: Draw) -> set[int]:
    """Entities excluded for a reason that tells of an earlier draw."""
    rows = [line.split("\t") for line in content(draw, "excluded.tsv").decode().splitlines()]
    ids = [listed for listed, reason in rows if reason in BETRAYING_REASONS]
    return set(entity_ids(draw, ids).values())


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


# ---------------------------------------------------------------- the chain


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
            task=draw.task.number,
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


# ---------------------------------------------------------------- results as pages show them


@dataclass(frozen=True)
class ResultRow:
    stratum: str
    rank: int
    is_reserve: bool
    code: str
    name: str
    ticket: str


@dataclass(frozen=True)
class ResultStratum:
    label: str
    count: int
    k: int
    reserve: int
    rows: list[ResultRow]


def strata_with_result(draw: Draw, *, with_rows: bool) -> list[ResultStratum]:
    """Each stratum with its picks and reserves; rows only where the reader may see them. A team draw has none."""
    if draw.kind != Draw.Kind.ENTITIES:
        return []
    by_stratum: dict[str, list[ResultRow]] = {}
    if with_rows and "computed" in kinds(draw):
        lines = [line.split("\t") for line in content(draw, "result.tsv").decode().splitlines()[2:]]
        names = _names(draw, [line[4] for line in lines])
        for _, stratum, rank, state, listed, ticket in lines:
            by_stratum.setdefault(stratum, []).append(
                ResultRow(
                    stratum,
                    int(rank),
                    state == "reserve",
                    listed,
                    names.get(listed, "（自然人）"),
                    ticket,
                )
            )
    return [
        ResultStratum(s["label"], s["n"], s["k"], s["reserve"], by_stratum.get(s["label"], []))
        for s in draw.counts.get("strata", [])
    ]


def _names(draw: Draw, listed: list[str]) -> dict[str, str]:
    """Names of what stands under its public code; natural persons stay under their pseudonym."""
    return dict(
        Entity.objects.filter(public_code__in=listed)
        .exclude(kind=Entity.Kind.PERSON)
        .values_list("public_code", "name")
    )


@dataclass(frozen=True)
class TeamRow:
    visit: str
    is_filled: bool
    members: list[tuple[str, str]]  # (duty in Chinese, pid)


DUTIES = {"leader": "组长", "member": "组员", "expert": "专家"}


def team_rows(draw: Draw) -> list[TeamRow]:
    """The teams of a computed teams draw, in the order in which they were matched."""
    if draw.kind != Draw.Kind.TEAMS or "computed" not in kinds(draw):
        return []
    found: list[TeamRow] = []
    for line in content(draw, "result.tsv").decode().splitlines()[2:]:
        kind, visit, what, *rest = line.split("\t")
        if kind == "visit":
            found.append(TeamRow(visit, what == "filled", []))
        else:
            found[-1].members.append((DUTIES[what], rest[0]))
    return found


def neighbours(draw: Draw) -> tuple[Draw | None, Draw | None]:
    """The announcements before and after this one in the authority's chain."""
    own = Draw.objects.filter(authority_id=draw.authority_id).defer("nonce", "list_salt")
    before = own.filter(chain_number__lt=draw.chain_number).order_by("-chain_number").first()
    after = own.filter(chain_number__gt=draw.chain_number).order_by("chain_number").first()
    return before, after


def timeline(draw: Draw) -> list[dict[str, Any]]:
    """The draw's events, newest first, for components/trail.html; voiding in red."""
    rows = draw.events.select_related("actor").order_by("-id")
    return [
        {
            "time": event.at,
            "text": event.get_kind_display() + _reason(event),
            "actor": event.actor.full_name if event.actor else "系统",
            "role": "",
            "is_key": event.kind in {"locked", "computed"},
            "is_bad": event.kind == "voided",
            "url": "",
        }
        for event in rows
    ]


def _reason(event: DrawEvent) -> str:
    return f"：{event.detail['reason']}" if event.detail.get("reason") else ""


def public_file(draw: Draw, name: str) -> bytes | None:
    """One file's bytes if everybody may have it now; the others are not read."""
    if name not in ALWAYS_PUBLIC and not is_revealed(draw):
        return None
    row = draw.files.filter(name=name).first()
    return bytes(row.content) if row else None


def exclusions(draw: Draw) -> list[tuple[str, int]]:
    """(reason in Chinese, how many): shown before the reveal too, as the announcement shows the total."""
    reasons = draw.counts.get("reasons", {})
    return [(REASONS.get(code, code), number) for code, number in sorted(reasons.items())]


def seed_of(draw: Draw) -> str:
    event = next((e for e in draw.events.all() if e.kind == "computed"), None)
    return event.detail.get("seed", "") if event else ""


def for_user(user: User) -> "QuerySet[Draw]":
    """Draws in the user's scope with what lists show."""
    rows: QuerySet[Draw] = (
        Draw.objects.visible_to(user)
        .select_related("task", "unit", "sitting", "authority")
        .prefetch_related("events")
        .defer("nonce", "list_salt")
    )
    return rows


# ---------------------------------------------------------------- 抽取记录备案表 (A50)


@dataclass(frozen=True)
class SheetDraw:
    number: str
    n: int
    reason: str
    task_number: str
    task_name: str
    matters: list[str]
    unit: str
    a: str
    previous: str
    locked_at: datetime
    counts: dict[str, Any]
    exclusions: list[tuple[str, int]]
    strata: list[ResultStratum]  # with rows only when the lists are public
    seed: str
    result_sha256: str
    computed_at: datetime | None
    voided_reason: str
    is_revealed: bool


@dataclass(frozen=True)
class RecordSheet:
    """What the written record of a sitting states (003 二(三): 书面备案)."""

    sitting: Sitting
    operator: str
    witnesses: list[SittingWitness]
    beacon_label: str
    beacon_value: str
    draws: list[SheetDraw]
    protocol: str = "ssj1"


def record_sheet(sitting: Sitting) -> RecordSheet:
    """Everything the 抽取记录备案表 prints, of all draws of the sitting."""
    draws = list(
        sitting.draws.select_related("task", "unit")
        .prefetch_related("events")
        .order_by("chain_number")
    )
    return RecordSheet(
        sitting=sitting,
        operator=sitting.operator.full_name,
        witnesses=list(sitting.witnesses.select_related("user")),
        beacon_label="" if sitting.beacon_source == "none" else sitting.get_beacon_source_display(),
        beacon_value=beacon_value(sitting),
        draws=[_sheet_draw(draw) for draw in draws],
    )


def beacon_value(sitting: Sitting) -> str:
    """The value entered for the sitting's beacon, or nothing yet."""
    event = DrawEvent.objects.filter(draw__sitting=sitting, kind="beacon").first()
    return str(event.detail["value"]) if event else ""


def _sheet_draw(draw: Draw) -> SheetDraw:
    events = {event.kind: event for event in draw.events.all()}
    computed, voided = events.get("computed"), events.get("voided")
    return SheetDraw(
        number=draw.number,
        n=draw.n,
        reason=draw.reason,
        task_number=draw.task.number,
        task_name=draw.task.name,
        matters=draw.matters,
        unit=draw.unit.name,
        a=draw.a,
        previous=draw.previous,
        locked_at=draw.locked_at,
        counts=draw.counts,
        exclusions=exclusions(draw),
        strata=strata_with_result(draw, with_rows="revealed" in events),
        seed=computed.detail["seed"] if computed and "revealed" in events else "",
        result_sha256=computed.detail["result"] if computed else "",
        computed_at=computed.at if computed else None,
        voided_reason=voided.detail["reason"] if voided else "",
        is_revealed="revealed" in events,
    )
