"""An enumeration whose members carry the Chinese word people read: one list for models, forms and imports."""

from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """`FILED = "filed", "已备案"`: the value is stored, `.label` is shown."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """(value, label) pairs, in the order of definition, as Django fields take them."""
        return [(member.value, member.label) for member in cls]
