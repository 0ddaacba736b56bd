"""Where nothing is left to chance, it is said in plain words, on the desk and to the public (DRAW §2).

`nothing_by_chance(draw.counts["strata"])` is the sentence for a draw; `planning.selectors.tasks.chance_note(task)` the
one for a task, frozen or not.
"""

from collections.abc import Iterable, Mapping
from typing import Any

DIRECT = "本任务的检查对象由人直接指定，没有摇号，没有一户是随机选出的。"


def nothing_by_chance(strata: Iterable[Mapping[str, Any]]) -> str:
    """The sentence for strata `{"label", "n", "k", "batches"?}`; empty where every stratum was really drawn from.

    Basis: DRAW §2, "where everyone is inspected, … the page says plainly that nobody was chosen by chance".
    """
    rows = [row for row in strata if row["n"]]
    whole = [row for row in rows if row["k"] == row["n"]]
    if not whole:
        return ""
    order = any(row.get("batches", 1) > 1 for row in whole)
    rest = "摇号只决定检查批次的先后" if order else "摇号只排出一个先后次序"
    if len(whole) == len(rows):
        total = sum(row["n"] for row in rows)
        return f"{total} 户候选全部检查，没有一户是随机选出的；{rest}。"
    names = "、".join(f"“{row['label']}”层 {row['n']} 户" for row in whole)
    return f"{names}全部检查，没有一户是随机选出的；{rest}。其余各层由摇号抽取。"


def is_tiny(candidates: int, limit: int) -> bool:
    """Whether so few may be drawn from that the bureau may inspect all or name them directly (setting `tiny_pool`)."""
    return 0 < candidates <= limit
