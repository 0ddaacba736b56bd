"""Ratios suggested from the bureau's own credit-class table, and what lies outside it (A36, A104)."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from bureau.rules.bands import TOTAL, Band


@dataclass(frozen=True)
class Suggestion:
    mode: str  # ratio | at_most | all
    value: Decimal | None


def suggestion(band: Band) -> Suggestion:
    """The lightest ratio that the table allows: its lower end; 不超过 where it has only an upper one.

    More than the lower end is the bureau's own choice, within the band. Basis: A104, A36.
    """
    if band.low == 0:
        return Suggestion("at_most", band.high)
    if band.low == 100:
        return Suggestion("all", None)
    return Suggestion("ratio", band.low)


def band_text(band: Band) -> str:
    """不超过 5% · 5% 至 20% · 不低于 3% · 61% 以上."""
    low, high = (format(n.normalize(), "f") for n in (band.low, band.high))
    if band.low == 0:
        return f"不超过 {high}%"
    if band.high == 100:
        return f"不低于 {low}%"
    return f"{low}% 至 {high}%"


def warning(band: Band, k: int, population: int) -> str:
    """A plain sentence where k of so many lies outside the band; empty inside it. It warns and refuses nothing.

    What rounding to whole firms makes of a ratio inside the band is not outside it: k may be the next integer.
    """
    if population == 0:
        return ""
    least, most = (_whole_firms(edge, population) for edge in (band.low, band.high))
    if least <= k <= max(most, 1):
        return ""
    share = format((Decimal(k) * 100 / population).quantize(Decimal("0.1")).normalize(), "f")
    of = (
        "各层合计" if band.name == TOTAL else f"{band.name}类" if len(band.name) == 1 else band.name
    )
    return f"{of} {population} 户抽 {k} 户，为 {share}%；本单位比例表为{band_text(band)}，请核对或说明理由。"


def _whole_firms(per_cent: Decimal, population: int) -> int:
    return int((per_cent * population / 100).to_integral_value(ROUND_CEILING))
