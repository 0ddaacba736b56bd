"""Samples and others' conclusions as sources of a result: which method they mean, what they rule out (A62, A73)."""

from collections.abc import Collection, Sequence

from inspections.rules.results import is_clean

SAMPLING, DOCUMENT = "sampling", "document"
METHODS = {SAMPLING: "抽样检测", DOCUMENT: "书面检查"}
# Where a chain of custody ends.
LAST_PLACES = frozenset({"party", "destroyed"})


def method_of(source: str, service_kind: str = "") -> str:
    """A laboratory's work is 抽样检测; papers of departments, courts, specialists and auditors are read: 书面检查."""
    return SAMPLING if source == "third_party" and service_kind == "test" else DOCUMENT


def source_problem(
    codes: Collection[str],
    methods: Collection[str],
    *,
    needed: Collection[str],
    failed: Sequence[str],
    waiting: Sequence[str],
) -> str | None:
    """Why a result does not agree with its sources; None when it does.

    `needed`: methods that the sources mean; `failed`, `waiting`: numbers of samples with a bad result or none yet.
    """
    lacking = [METHODS[method] for method in METHODS if method in set(needed) - set(methods)]
    if lacking:
        return f"本事项有样品或采用了其他结论，检查方式须包含{'、'.join(lacking)}。"
    if is_clean(codes) and failed:
        return (
            f"样品 {'、'.join(failed)} 检测不合格，不能认定为“未发现问题”。请改选结果并写明问题。"
        )
    if is_clean(codes) and waiting:
        return f"样品 {'、'.join(waiting)} 还没有检测结果，不能认定为“未发现问题”。请等结果，或登记不再检测的原因。"
    return None


def handover_problem(
    *, last_place: str | None, is_seal_whole: bool, condition: str, is_before_last: bool
) -> str | None:
    """Why a link cannot join the chain; None when it can."""
    if last_place in LAST_PLACES:
        return "样品已退还当事人或已处理，不再有交接。"
    if is_before_last:
        return "交接时间早于上一次交接，请核对。"
    if not condition.strip():
        return "请写明样品状况。"
    if not is_seal_whole and len(condition.strip()) < 6:
        return "封条不完好的，请写明破损情况和经过。"
    return None
