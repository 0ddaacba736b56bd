"""A ratio becomes a number of picks, for plan items and for strata (A04, A27, A46; DRAW §2)."""

from decimal import Decimal

from lottery.ratios import percent, picks_for

CEILINGS = frozenset({"max", "at_most"})
EVERYBODY = frozenset({"all", "order"})


def quota(population: int, mode: str, value: Decimal | None, *, at_least_one: bool) -> int:
    """How many of `population` are drawn: a ratio rounds up, 不超过 rounds down (1 at least by setting), all is all.

    A count never exceeds the population. Raises lottery's ProtocolError for a ratio above 100 %.
    """
    if mode in EVERYBODY:
        return population
    if value is None:
        return 0
    if mode == "count":
        return min(int(value), population)
    return picks_for(
        population, percent(value), is_ceiling=mode in CEILINGS, at_least_one=at_least_one
    )


def quota_text(mode: str, value: Decimal | None) -> str:
    """5% · 不少于 5% · 不超过 20% · 20 户 · 全部 · 全查，抽取批次顺序."""
    number = plain(value)
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
