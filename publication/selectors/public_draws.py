"""One draw as the public may see it now: a sealed draw shows its announcement's numbers and nothing of its lists (DRAW §3)."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

import lottery
from bureau.models import Agency
from inspections.selectors import teams
from planning.models import Draw, DrawFile
from planning.selectors import draws as reads
from planning.selectors.draws import FileRow, ResultStratum

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
class Step:
    title: str
    at: datetime | None
    text: str
    why: str
    is_bad: bool = False


@dataclass(frozen=True)
class Shown:
    draw: Draw
    state: str
    st: str
    word: str
    is_revealed: bool
    steps: list[Step]
    promise: str
    files: list[FileRow]
    strata: list[ResultStratum]
    is_all_inspected: list[str]  # strata in which nobody was chosen by chance
    exclusions: list[tuple[str, int]]
    teams: Sequence[Any]
    changes: bytes
    seed: str
    ticket_line: str
    ticket: str
    ticket_name: str
    next_draw: Draw | None
    previous_draw: Draw | None


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
    strata = reads.strata_with_result(draw, with_rows=is_revealed)
    seed = reads.seed_of(draw) if is_revealed else ""
    line, ticket, name = _ticket(seed, strata)
    neighbours = Draw.objects.filter(
        authority_id=draw.authority_id,
        chain_number__in=[draw.chain_number - 1, draw.chain_number + 1],
    ).only("number", "chain_number", "n", "a")
    by_place = {row.chain_number: row for row in neighbours}
    is_teams = draw.kind == Draw.Kind.TEAMS
    has_result = is_revealed and "computed" in reads.kinds(draw)
    return Shown(
        draw=draw,
        state=state,
        st=st,
        word=word,
        is_revealed=is_revealed,
        steps=_steps(draw, is_revealed),
        promise=_promise(draw),
        files=[row for row in reads.file_rows(draw) if row.is_public],
        strata=strata,
        is_all_inspected=[s.label for s in strata if is_revealed and s.k and s.k == s.count],
        exclusions=reads.exclusions(draw) if is_revealed else [],
        teams=teams.read_result(reads.content(draw, "result.tsv"))
        if is_teams and has_result
        else [],
        changes=teams.changes_tsv(draw) if is_teams and is_revealed else b"",
        seed=seed,
        ticket_line=line,
        ticket=ticket,
        ticket_name=name,
        next_draw=by_place.get(draw.chain_number + 1),
        previous_draw=by_place.get(draw.chain_number - 1),
    )


def _ticket(seed: str, strata: Sequence[ResultStratum]) -> tuple[str, str, str]:
    """The one line that recomputes the first pick's ticket in any shell, and what it must give."""
    first = next((row for stratum in strata for row in stratum.rows), None)
    if not seed or first is None:
        return "", "", ""
    text = f"ssj1|entity|{seed}|{first.stratum}|{first.code}"
    return f"printf '%s' {shlex.quote(text)} | sha256sum", first.ticket, first.name


def _promise(draw: Draw) -> str:
    """What is promised of this draw, in the words of DRAW §4."""
    has_beacon = draw.sitting.beacon_source != "none"
    witnesses = len(draw.sitting.witnesses.all())
    if has_beacon:
        return (
            "用了公共随机数：即使没有一位监督人诚实，只要您在公共随机数产生之前已经拿到公告指纹 A"
            + ("和 witness.txt 的指纹" if witnesses else "")
            + "，就没有人能左右结果。"
        )
    if witnesses > 1:
        return "只要监督人当中有一位诚实、用的是本人的设备，并且手里有锁定单，就没有人能左右结果。"
    return "只有一位监督人：只要这一位诚实，并且手里有锁定单，就没有人能左右结果。"


def _steps(draw: Draw, is_revealed: bool) -> list[Step]:
    events = {event.kind: event for event in draw.events.all()}
    is_computed = "computed" in events
    steps = [_locked(draw), _sealed_nonce(draw)]
    witnesses = list(draw.sitting.witnesses.all())
    if "committed" in events:
        devices = [_device(w) for w in witnesses]
        steps.append(
            Step(
                "监督人先封存",
                events["committed"].at,
                f"{len(witnesses)} 位监督人各自封存了数字，封存值写入 witness.txt。{'；'.join(devices)}。",
                "全部封存之后才一起打开，谁也不能看了别人的数字再定自己的；主持摇号的人不参加。",
            )
        )
    if "opened" in events:
        said = "；".join(f"{w.capacity_text}：{w.digits}" for w in witnesses if w.digits)
        text = f"{said}。" if is_computed else "数字已经全部公布，计算完成后列在这里。"
        steps.append(Step("监督人报数", events["opened"].at, text, "数字由骰子或摇号球当场得出。"))
    if "beacon" in events:
        sitting = draw.sitting
        steps.append(
            Step(
                "公共随机数",
                events["beacon"].at,
                f"{sitting.get_beacon_source_display()}，第 {sitting.beacon_round} 期，公告里事先写明。",
                "它在名单锁定之后才产生，所有人看到的都一样，任何人都不能提前知道。",
            )
        )
    if is_computed:
        steps.append(
            Step(
                "计算",
                events["computed"].at,
                f"以上数字合成种子，给每一{'家' if draw.kind == 'entities' else '名检查人员'}算出一个号，从小到大排定。",
                "报数之后没有任何人能再作选择；程序和数据库各算一遍，不一致就不予登记。",
            )
        )
    if "voided" in events:
        reason = events["voided"].detail.get("reason", "")
        steps.append(
            Step(
                "作废",
                events["voided"].at,
                f"这次抽取不作数。原因：{reason}",
                "作废的抽取留在这里，任何人都能看到当时抽出了什么。",
                is_bad=True,
            )
        )
    steps.append(_reveal_step(draw, events.get("revealed")))
    return steps


def _locked(draw: Draw) -> Step:
    counts = draw.counts
    if draw.kind == Draw.Kind.ENTITIES:
        n, out = counts.get("candidates", 0), counts.get("excluded", 0)
        text = f"符合范围的 {n + out} 家分成两份：{n} 家候选，{out} 家排除。"
        why = "两份名单连同比例、规则合成一个指纹，当场公布。此后谁改一个字，指纹就对不上。"
    else:
        text = (
            f"{counts.get('visits', 0)} 次检查、{counts.get('inspectors', 0)} 名检查人员、"
            f"{counts.get('conflicts', 0)} 条回避写入名单。"
        )
        why = "要匹配哪些检查、哪些人能去、谁须回避，都在报数之前固定下来，合成一个指纹公布。"
    return Step("锁定名单", draw.locked_at, text, why)


def _sealed_nonce(draw: Draw) -> Step:
    return Step(
        "系统先交底",
        draw.locked_at,
        "系统自己的随机数先封存，公告里只有它的指纹。",
        "这样系统不能在看到别人的数字之后再改自己的。",
    )


def _device(witness: Any) -> str:
    where = "本人设备" if witness.own_device else "操作人的设备"
    by_server = "，封存值由服务器代算" if witness.server_made else ""
    return f"{witness.capacity_text}用{where}{by_server}"


def _reveal_step(draw: Draw, event: Any) -> Step:
    if event is not None:
        return Step("公开", event.at, "结果、种子和全部文件在本页公布。", "")
    if draw.reveal == "deferred" and draw.reveal_by:
        text = f"名单和结果在任务完成时公开，最迟 {draw.reveal_by:%Y年%-m月%-d日}。"
    else:
        text = "计算完成后公开名单和结果；如会泄露另一次尚未公开的抽取，则等那一次公开之后。"
    return Step("公开", None, text, "尚未公开之前，本页不显示任何名单内容。")


# ---------------------------------------------------------------- the chain


@dataclass(frozen=True)
class Link:
    place: int
    link: lottery.ChainLink
    number: str
    word: str
    is_gap: bool


@dataclass(frozen=True)
class Chain:
    links: list[Link]  # the newest first
    faults: list[str]
    warnings: list[str]


def authority(code: str) -> Agency:
    try:
        return Agency.objects.get(code=code, kind=Agency.Kind.AUTHORITY)
    except Agency.DoesNotExist as missing:
        raise Http404("没有这个单位代码，请核对地址。") from missing


def publishing_authorities() -> list[Agency]:
    """Legal persons with at least one announcement."""
    return list(Agency.objects.filter(pk__in=Draw.objects.values("authority")).order_by("code"))


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
                reads.STATE_WORDS[link.state][1],
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
            key, _, value = line.partition(" ")
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
