"""现场措施: what officers may order or do at once when they find a problem (A65, A66)."""

from collections.abc import Iterable, Mapping
from datetime import date

# 002 (二十五)(二十六)2; 先行登记保存: 行政处罚法第五十六条.
ON_SITE: Mapping[str, str] = {
    "correct_now": "责令当场改正",
    "correct_by": "责令限期改正",
    "stop": "责令停止违法行为",
    "collect": "现场取证",
    "preserve": "先行登记保存证据",
    "sample": "抽样取证",
    "ask": "询问制作笔录",
    "other": "其他（在说明中写明）",
}


def words(codes: Iterable[str], note: str, rectify_by: date | None) -> str:
    """责令限期改正、现场取证；已告知负责人；2026-03-20 前改正. Empty when nothing was done."""
    chosen = set(codes)
    parts = [
        "、".join(
            label.partition("（")[0]
            for code, label in ON_SITE.items()
            if code in chosen and not (code == "other" and note)
        ),
        note,
        f"{rectify_by:%Y-%m-%d} 前改正" if rectify_by else "",
    ]
    return "；".join(part for part in parts if part)


def problem(codes: Iterable[str], note: str, rectify_by: date | None, today: date) -> str | None:
    """Why these measures cannot stand; None when they can."""
    chosen = set(codes)
    if not chosen <= ON_SITE.keys():
        return "请从列出的现场措施中选择。"
    if "other" in chosen and not note.strip():
        return "现场措施选“其他”的，请在说明中写明是什么措施。"
    if "correct_by" in chosen and rectify_by is None:
        return "责令限期改正的，请填写改正期限。"
    if rectify_by is not None and rectify_by < today:
        return "改正期限不能早于今天，请改正。"
    return None
