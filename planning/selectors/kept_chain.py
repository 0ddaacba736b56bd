"""A chain.tsv, a receipt or a print that somebody kept elsewhere, held against the draws of this database (DRAW §3).

Whoever restores an older database or puts another draw in the place of one cannot take these back.
"""

import re
from dataclasses import dataclass

import lottery
from bureau.models import Agency, AuditSeal, Checkpoint
from planning.models import Draw, DrawFile
from planning.selectors.draws import chain

COLUMNS = 8
DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
# What may follow a state that was published; nothing ever goes back.
LATER = {
    "locked": {"locked", "computed", "revealed", "voided"},
    "computed": {"computed", "revealed", "voided"},
    "revealed": {"revealed", "voided"},
    "voided": {"voided"},
}
OLD = "数据库可能被换成了旧的备份，或这次抽取被换掉。"


@dataclass(frozen=True)
class Row:
    """One line of a chain.tsv."""

    announcement: str
    previous: str
    unit: str
    task: str
    draw: str
    locked_at: str
    witness: str
    state: str

    def __str__(self) -> str:
        return f"{self.task} 第 {self.draw} 次抽取（{self.locked_at} 锁定，公告指纹 {self.announcement}）"


def rows_of(text: str) -> list[Row]:
    return [Row(*line.split("\t")) for line in text.splitlines() if line.strip()]


def is_chain(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    return bool(lines) and all(
        len(parts := line.split("\t")) == COLUMNS and DIGEST.fullmatch(parts[0]) for line in lines
    )


def problems(text: str) -> list[str]:
    """Everything in which this database differs from the kept file, one Chinese sentence each; empty when nothing does.

    A chain.tsv is compared row by row; of any other text (a superior's receipt, the foot of a printed record) every
    digest must be known here.
    """
    return _of_chain(rows_of(text)) if is_chain(text) else _of_digests(text)


def faults() -> list[str]:
    """Gaps within the chains as they stand here."""
    found = []
    for owner in Agency.objects.filter(pk__in=Draw.objects.values("authority")).order_by("code"):
        links = chain(owner)
        found += [f"{owner.name}：{fault}" for fault in lottery.chain_faults(links)]
    return found


def _of_chain(kept: list[Row]) -> list[str]:
    owners = Draw.objects.filter(a__in=[row.announcement for row in kept]).values("authority")
    known = {
        row.announcement: (place, row)
        for owner in Agency.objects.filter(pk__in=owners)
        for place, row in enumerate(rows_of(lottery.chain_text(chain(owner))), 1)
    }
    found = []
    for place, row in enumerate(kept, 1):
        if row.announcement not in known:
            found.append(f"保存的第 {place} 行在本库中不存在：{row}。{OLD}")
            continue
        here, mine = known[row.announcement]
        if (row.previous, here) != (mine.previous, place):
            found.append(f"保存的第 {place} 行现在是第 {here} 行，前一公告也不同：{row}。{OLD}")
        elif (row.unit, row.task, row.draw, row.locked_at) != (
            mine.unit,
            mine.task,
            mine.draw,
            mine.locked_at,
        ):
            found.append(
                f"保存的第 {place} 行所写的任务、次数或时间与本库不同：{row}；本库：{mine}。"
            )
        elif row.witness not in {mine.witness, "-"}:
            found.append(f"保存的第 {place} 行的监督承诺文件被换过：{row}。")
        elif mine.state not in LATER.get(row.state, {mine.state}):
            found.append(
                f"保存的第 {place} 行当时已是 {row.state}，本库又回到 {mine.state}：{row}。{OLD}"
            )
    return found


def _of_digests(text: str) -> list[str]:
    named = {
        digest: number
        for number, line in enumerate(text.splitlines(), 1)
        for digest in DIGEST.findall(line.lower())
        if digest != lottery.NO_DIGEST
    }
    if not named:
        return ["文件里没有可以核对的内容：应有封存点（JSON）、chain.tsv，或含 64 位指纹的文字。"]
    wanted = list(named)
    here: set[str] = set(Draw.objects.filter(a__in=wanted).values_list("a", flat=True))
    here |= set(DrawFile.objects.filter(sha256__in=wanted).values_list("sha256", flat=True))
    for model in (Checkpoint, AuditSeal):
        for name in ("sha256", "sm3"):
            rows = model.objects.filter(**{f"{name}__in": wanted})
            here |= set(rows.values_list(name, flat=True))
    return [
        f"文件第 {number} 行的指纹 {digest} 在本库中没有。{OLD}"
        for digest, number in named.items()
        if digest not in here
    ]
