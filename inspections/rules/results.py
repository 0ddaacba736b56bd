"""Whether a result, its findings and its checklist agree; who may review it (A68, A80, A94)."""

from collections.abc import Collection, Sequence

from inspections.rules.outcomes import OUTCOMES, OutcomeGroup, selection_problem

CLEAN = frozenset(code for code, outcome in OUTCOMES.items() if outcome.group is OutcomeGroup.CLEAN)


def is_clean(codes: Collection[str]) -> bool:
    """Only 未发现问题: such results may be approved in one go."""
    return bool(codes) and set(codes) <= CLEAN


def has_problem(codes: Collection[str]) -> bool:
    return any(OUTCOMES[code].is_problem for code in codes if code in OUTCOMES)


def result_problem(
    codes: Collection[str],
    *,
    facts: Sequence[str],
    methods: Collection[str],
    failed_items: Sequence[int],
) -> str | None:
    """Why the result cannot be recorded like this; None when it can.

    A problem needs at least one finding with its fact; no findings stand beside a result without problem; and a checklist
    with 不符合 items cannot end in 未发现问题 (抽查结果认定规范统一, 001 二(五)).
    """
    wrong = selection_problem(codes)
    if wrong:
        return wrong
    if not methods:
        return "请至少选择一种检查方式。"
    if has_problem(codes) and not facts:
        return "结果是发现问题，请至少写一条问题：事实和依据。"
    if not has_problem(codes) and facts:
        return "写了发现的问题，但所选结果没有问题类。请改选问题类结果，或删去发现的问题。"
    if is_clean(codes) and failed_items:
        items = "、".join(str(number) for number in failed_items)
        return (
            f"检查表第 {items} 项是“不符合”，不能认定为“未发现问题”。请改选结果，或先更正检查表。"
        )
    return None


def review_problem(
    reviewer: int, *, recorder: int | None, submitter: int | None, team: Collection[int]
) -> str | None:
    """Why this person may not review this result; None when they may. Basis: A80; who records does not review."""
    if reviewer == recorder:
        return "这项结果由您录入，须由另一位审核员审核。"
    if reviewer == submitter:
        return "这项结果由您提交，须由另一位审核员审核。"
    if reviewer in team:
        return "您是这次检查的检查组成员，须由检查组以外的审核员审核。"
    return None
