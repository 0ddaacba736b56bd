"""A ratio becomes a number of picks, for plan items and for strata (A04, A27, A46; DRAW §2)."""

from decimal import Decimal

from lottery.ratios import percent, picks_for

CEILINGS = frozenset({"max", "at_most"})
EVERYBODY = frozenset({"all", "order"})


def quota(
    population: int,
    mode: str,
    value: Decimal | None,
    *,
    at_least_one: bool,
    minimum: int | None = None,
    maximum: int | None = None,
) -> int:
    """How many of `population` are drawn: a ratio rounds up, 不超过 rounds down (1 at least by setting), all is all.

    Bounds hold what a ratio gives; neither a count nor a minimum exceeds the population. Basis: A46, DRAW §2.
    Raises lottery's ProtocolError for a ratio above 100 %.
    """
    if mode in EVERYBODY:
        return population
    if value is None:
        return 0
    if mode == "count":
        return min(int(value), population)
    k = picks_for(
        population, percent(value), is_ceiling=mode in CEILINGS, at_least_one=at_least_one
    )
    k = max(k, minimum or 0)
    return min(k, population if maximum is None else maximum, population)


def quota_text(
    mode: str,
    value: Decimal | None,
    *,
    minimum: int | None = None,
    maximum: int | None = None,
    batches: int = 1,
) -> str:
    """5% · 不少于 5% · 不超过 20%，至多 8 户 · 20 户 · 全部，分 3 批 · 全查，抽取批次顺序."""
    said = _mode_text(mode, plain(value))
    if minimum is not None:
        said += f"，至少 {minimum} 户"
    if maximum is not None:
        said += f"，至多 {maximum} 户"
    if batches > 1:
        said += f"，分 {batches} 批"
    return said


def batch_of(rank: int, k: int, batches: int) -> int:
    """Which batch the place falls into, from 1: the drawn order is cut into parts that differ by one at most.

    The earlier batches take the surplus. Basis: DRAW §2, "where everyone is inspected, the order is the order of the
    batches (检查批次顺序)".
    """
    if batches <= 1 or not 1 <= rank <= k:
        return 1
    size, surplus = divmod(k, batches)
    first = (size + 1) * surplus
    if rank <= first:
        return (rank - 1) // (size + 1) + 1
    return surplus + (rank - first - 1) // size + 1


def _mode_text(mode: str, number: str) -> str:
    return {
        "percent": f"{number}%",
        "ratio": f"{number}%",
        "min": f"不少于 {number}%",
        "max": f"不超过 {number}%",
        "at_most": f"不超过 {number}%",
        "count": f"{number} 户",
        "all": "全部",
        "order": "全查，抽取批次顺序",
    }[mode]


def plain(value: Decimal | None) -> str:
    """5 and not 5.000."""
    if value is None:
        return ""
    return format(value.normalize(), "f")
