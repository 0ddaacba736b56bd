"""One draw as the public may see it now: a sealed draw shows its announcement's numbers and nothing of its lists (DRAW §3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404

import lottery
from bureau.models import Agency
from inspections.selectors import succession, teams
from planning.models import Draw, DrawFile
from planning.selectors import draws as reads
from planning.selectors.draws import FileRow, ResultStratum
from publication.rules.ticket_commands import Command, commands
from publication.selectors import draw_story
from publication.selectors.draw_story import Step

WHAT = {
    "announcement.txt": "公告：名单、比例、规则的总指纹，锁定时发布",
    "witness.txt": "监督人封存的数字，打开之前发布",
    "record.txt": "记录：打开的数字和公共随机数，算完即发布",
    "reveal.txt": "揭示：系统事先封存的随机数",
    "void.txt": "作废声明",
    "candidates.tsv": "候选名单，摇号前已固定",
    "excluded.tsv": "排除名单及各自原因",
    "visits.tsv": "待配人员的各次检查",
    "inspectors.tsv": "执法检查人员名单",
    "conflicts.tsv": "回避名单",
    "result.tsv": "结果",
}
SHOWN_ROWS = 50  # of a stratum on the page; result.tsv has all


@dataclass(frozen=True)
class Other:
    """Another draw beside this one: why it was held, and why it was voided if it was."""

    draw: Draw
    st: str
    word: str
    reason: str
    voided: str


@dataclass(frozen=True)
class Shown:
    draw: Draw
    state: str
    st: str
    word: str
    is_revealed: bool
    summary: str
    steps: list[Step]
    promise: str
    files: list[FileRow]
    strata: list[ResultStratum]
    is_all_inspected: list[str]  # strata in which nobody was chosen by chance
    exclusions: list[tuple[str, int]]
    teams: Sequence[Any]
    changes: bytes
    seed: str
    ticket_commands: list[Command]
    ticket: str
    ticket_name: str
    of_task: list[Other]
    of_sitting: list[Other]
    next_draw: Draw | None
    previous_draw: Draw | None
    is_chain_broken: bool


def listed() -> "QuerySet[Draw]":
    """All announcements, voided ones too; sealed columns are not read."""
    return (
        Draw.objects.select_related("task", "unit", "authority", "sitting")
        .prefetch_related("events")
        .defer("nonce", "list_salt")
    )


def get(number: str) -> Draw:
    """Raises Http404."""
    try:
        return listed().prefetch_related("sitting__witnesses").get(number=number)
    except Draw.DoesNotExist as missing:
        raise Http404("没有这个编号的抽取公告，请核对编号。") from missing


def shown(draw: Draw) -> Shown:
    """Everything the page needs, in a constant number of queries."""
    state = reads.state_of(draw)
    st, word = reads.STATE_WORDS[state]
    is_revealed = reads.is_revealed(draw)
    is_teams = draw.kind == Draw.Kind.TEAMS
    strata = reads.strata_with_result(draw, with_rows=is_revealed, first=SHOWN_ROWS)
    seed = reads.seed_of(draw) if is_revealed else ""
    has_result = is_revealed and "computed" in reads.kinds(draw)
    matched = (
        teams.read_result(reads.content(draw, "result.tsv")) if is_teams and has_result else []
    )
    text, ticket, name = _example(seed, strata, matched)
    neighbours = Draw.objects.filter(
        authority_id=draw.authority_id,
        chain_number__in=[draw.chain_number - 1, draw.chain_number + 1],
    ).only("number", "chain_number", "n", "a")
    by_place = {row.chain_number: row for row in neighbours}
    before = by_place.get(draw.chain_number - 1)
    return Shown(
        draw=draw,
        state=state,
        st=st,
        word=word,
        is_revealed=is_revealed,
        summary=draw_story.summary(draw, is_revealed),
        steps=draw_story.steps(draw, is_revealed),
        promise=draw_story.promise(draw),
        files=[row for row in reads.file_rows(draw) if row.is_public],
        strata=strata,
        is_all_inspected=[s.label for s in strata if is_revealed and s.k and s.k == s.count],
        exclusions=reads.exclusions(draw) if is_revealed else [],
        teams=matched,
        changes=succession.changes_tsv(draw) if is_teams and is_revealed else b"",
        seed=seed,
        ticket_commands=commands(text) if text else [],
        ticket=ticket,
        ticket_name=name,
        of_task=_others_of_task(draw),
        of_sitting=_others_of_sitting(draw),
        next_draw=by_place.get(draw.chain_number + 1),
        previous_draw=before,
        is_chain_broken=draw.previous != (before.a if before else lottery.NO_DIGEST),
    )


def _example(
    seed: str, strata: Sequence[ResultStratum], matched: Sequence[teams.Drawn]
) -> tuple[str, str, str]:
    """(text that is hashed, its digest, whose it is) of the first pick or the first visit."""
    first = next((row for stratum in strata for row in stratum.rows), None)
    if seed and first:
        return f"ssj1|entity|{seed}|{first.stratum}|{first.code}", first.ticket, first.name
    if seed and matched:
        visit = matched[0].number
        return f"ssj1|visit|{seed}|{visit}", lottery.h("visit", seed, visit), visit
    return "", "", ""


def _others_of_task(draw: Draw) -> list[Other]:
    """Every draw of the same task, matters, unit and kind, this one too: a redraw stands beside what it replaced."""
    rows = listed().filter(
        task_id=draw.task_id,
        unit_id=draw.unit_id,
        kind=draw.kind,
        group_number=draw.group_number,
    )
    rows = rows.order_by("chain_number")
    return [_other(row) for row in rows]


def _others_of_sitting(draw: Draw) -> list[Other]:
    """The other draws held before the same witnesses, with the same digits."""
    rows = listed().filter(sitting_id=draw.sitting_id).exclude(pk=draw.pk).order_by("chain_number")
    return [_other(row) for row in rows]


def _other(draw: Draw) -> Other:
    st, word = reads.STATE_WORDS[reads.state_of(draw)]
    voided = next((e for e in draw.events.all() if e.kind == "voided"), None)
    reason = voided.detail.get("reason", "") if voided else ""
    return Other(draw, st, word, "" if draw.reason == "-" else draw.reason, reason)


# ---------------------------------------------------------------- the chain


@dataclass(frozen=True)
class Link:
    place: int
    link: lottery.ChainLink
    number: str
    st: str
    word: str
    is_gap: bool


@dataclass(frozen=True)
class Chain:
    links: list[Link]  # the newest first
    faults: list[str]
    warnings: list[str]

    @property
    def voided(self) -> int:
        return sum(row.link.state == "voided" for row in self.links)

    @property
    def again(self) -> int:
        """Redraws and 补抽: everything that is not the first draw of its task."""
        return sum(row.link.draw > 1 for row in self.links)


def authority(code: str) -> Agency:
    try:
        return Agency.objects.get(code=code, kind=Agency.Kind.AUTHORITY)
    except Agency.DoesNotExist as missing:
        raise Http404("没有这个单位代码，请核对地址。") from missing


def publishing_authorities() -> list[Agency]:
    """Legal persons with at least one announcement, whoever draws most first: most visitors come for them."""
    drawn = Agency.objects.annotate(announcements=Count("draws")).filter(announcements__gt=0)
    return list(drawn.order_by("-announcements", "code"))


def chain(owner: Agency) -> Chain:
    """Every announcement of the authority with gaps and recurring digits or commitments named; five queries."""
    links = reads.chain(owner)
    numbers = dict(Draw.objects.filter(authority=owner).values_list("a", "number"))
    before = lottery.NO_DIGEST
    rows = []
    for place, link in enumerate(links, 1):
        rows.append(
            Link(
                place,
                link,
                numbers[link.announcement],
                *reads.STATE_WORDS[link.state],
                link.previous != before,
            )
        )
        before = link.announcement
    return Chain(rows[::-1], lottery.chain_faults(links), _recurring(owner))


def chain_tsv(owner: Agency) -> bytes:
    return lottery.chain_text(reads.chain(owner)).encode()


def _recurring(owner: Agency) -> list[str]:
    """Digits given in two sittings, or a nonce commitment used twice: from the public files themselves."""
    files = DrawFile.objects.filter(
        draw__authority=owner, name__in=["announcement.txt", "record.txt"]
    ).values_list("draw__sitting_id", "name", "content")
    nonces: list[str] = []
    digits: dict[Any, set[str]] = {}
    for sitting, name, content in files:
        for line in bytes(content).decode().splitlines():
            key, _, value = line.partition("\t")
            if name == "announcement.txt" and key == "nonce_commitment":
                nonces.append(value)
            if name == "record.txt" and key == "digits":
                digits.setdefault(sitting, set()).update(value.split(","))
    said = [f"系统随机数的封存值重复出现：{value}" for value in lottery.recurring(nonces)]
    # One sitting's draws share their digits; two sittings should not.
    given = [value for values in digits.values() for value in sorted(values)]
    return said + [
        f"监督人数字在不同的摇号会重复出现：{value}" for value in lottery.recurring(given)
    ]
