"""年度检查频次上限 by credit class, as one line of text: `A 2；B 4；C 6；D 4；其他 4` (A95, A96)."""

import re
from collections.abc import Mapping

OTHER = "其他"
_ITEM = re.compile(r"(?P<name>[ABCD]|其他)[\s:：]*(?:类)?[\s:：]*(?P<most>\d{1,3})\s*次?")


def read(text: str) -> dict[str, int]:
    """Times a year by class. Raises ValueError with a sentence for whoever wrote the table."""
    found: dict[str, int] = {}
    for item in re.split(r"[；;，,、\n]+", text.strip()):
        if not item.strip():
            continue
        match = _ITEM.fullmatch(item.strip())
        if match is None:
            raise ValueError(f"“{item.strip()}”看不懂，请写成“A 2”这样，各类之间用分号隔开。")
        if match["name"] in found:
            raise ValueError(f"“{match['name']}”写了两次，请只留一次。")
        found[match["name"]] = int(match["most"])
    if OTHER not in found:
        raise ValueError(f"请写明“{OTHER}”（未分类的对象）的次数，例如“A 2；B 4；其他 4”。")
    return found


def written(caps: Mapping[str, int]) -> str:
    return "；".join(f"{name} {most}" for name, most in caps.items())


def most_for(caps: Mapping[str, int], credit_class: str) -> int:
    """How often an enterprise of this class may be inspected in a year; a class that is not named counts as 其他."""
    return caps.get(credit_class, caps[OTHER])


def is_readable(text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True
