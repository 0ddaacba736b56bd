"""A table of ratios by credit class, as one line of text: `A 0-5；B 5-20；C 21-60；D 61-100` (A36, A104)."""

import re
from dataclasses import dataclass
from decimal import Decimal

UNCLASSED, TOTAL = "未分类", "合计"
_ITEM = re.compile(
    r"(?P<name>[ABCD]|未分类|合计)[\s:：]*(?P<low>\d{1,3}(?:\.\d{1,3})?)\s*[%％]?\s*[-–—~～至]\s*"
    r"(?P<high>\d{1,3}(?:\.\d{1,3})?)\s*[%％]?"
)


@dataclass(frozen=True)
class Band:
    """Per cent of a class that is inspected, both ends included."""

    name: str
    low: Decimal
    high: Decimal

    def __str__(self) -> str:
        return f"{self.name} {_plain(self.low)}-{_plain(self.high)}"


def read(text: str) -> dict[str, Band]:
    """The bands by class. Raises ValueError with a sentence for whoever wrote the table."""
    found: dict[str, Band] = {}
    for item in re.split(r"[；;，,、\n]+", text.strip()):
        if not item.strip():
            continue
        match = _ITEM.fullmatch(item.strip())
        if match is None:
            raise ValueError(f"“{item.strip()}”看不懂，请写成“A 0-5”这样，各类之间用分号隔开。")
        band = Band(match["name"], Decimal(match["low"]), Decimal(match["high"]))
        if band.low > band.high or band.high > 100 or band.high == 0:
            raise ValueError(f"“{item.strip()}”的比例须从小到大，不超过 100。")
        if band.name in found:
            raise ValueError(f"“{band.name}”写了两次，请只留一次。")
        found[band.name] = band
    if not found:
        raise ValueError("请至少写一类，例如“A 0-5；B 5-20；C 21-60；D 61-100”。")
    return found


def written(bands: dict[str, Band]) -> str:
    return "；".join(str(band) for band in bands.values())


def is_readable(text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
