"""同一主体一年内被抽中不超过 2 次: who is over the limit, and who is exempt from it (A48).

The number and the kind of year are rule settings of the bureau, never constants here.
"""

from collections.abc import Collection, Iterable
from datetime import date

from registry.rules.kinds import RiskFlag
from registry.rules.labels import Labelled

# The code in `excluded.tsv` (DRAW §2).
ANNUAL_CAP = "annual_cap"


class YearKind(Labelled):
    CALENDAR = "calendar", "自然年"
    ROLLING = "rolling", "滚动十二个月"


class Exemption(Labelled):
    """Why the limit does not bind. Basis: 002 (十三)."""

    KEY_FIELD = "key_field", "重点行业领域"
    COMPLAINTS = "complaints", "多次被投诉举报"
    ABNORMAL_LIST = "abnormal_list", "列入经营异常名录"
    DISHONEST = "dishonest", "失信行为"
    SERIOUS_VIOLATION = "serious_violation", "严重违法违规记录"
    SPECIAL = "special", "专项整治、特殊事件或上级指令部署的定向抽查"


def exemptions_of(
    flags: Iterable[RiskFlag], *, is_special_targeted: bool = False
) -> frozenset[Exemption]:
    """The exemptions that an entity's flags and the task give. Basis: A48 (002 十三)."""
    own = {Exemption(flag.value) for flag in flags}
    return frozenset(own | {Exemption.SPECIAL} if is_special_targeted else own)


def hits_in_year(days: Iterable[date], on: date, kind: YearKind = YearKind.CALENDAR) -> int:
    """How many of the days on which an entity was drawn count on `on`: same year, or the twelve months up to `on`."""
    if kind is YearKind.CALENDAR:
        return sum(day.year == on.year and day <= on for day in days)
    return sum(year_before(on) < day <= on for day in days)


def cap_reason(*, hits: int, limit: int, exemptions: Collection[Exemption] = ()) -> str | None:
    """A sentence when one more hit would pass the limit, None when the entity may be drawn.

    Basis: A48 (002 十三); with `exemptions` the limit does not bind.
    """
    if hits < limit or exemptions:
        return None
    return f"本年度已被抽中 {hits} 次，达到上限 {limit} 次"


def year_before(day: date) -> date:
    """The same day a year earlier; of 29 February the 28th. A rolling year (A48) begins the day after."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return date(day.year - 1, 2, 28)
