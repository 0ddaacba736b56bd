"""A result as a correction names it, before or after (A81)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# How a disposal ends whose finding a correction took back: nothing was done, so nothing of it is made public.
WITHDRAWN = "检查结果已更正，所依据的问题撤回，不再处置。"


@dataclass(frozen=True)
class Result:
    """Codes and methods ascending; `findings` are (事实, 依据, 现场措施)."""

    codes: tuple[str, ...]
    methods: tuple[str, ...]
    note: str
    findings: tuple[tuple[str, str, str], ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "codes": list(self.codes),
            "methods": list(self.methods),
            "note": self.note,
            "findings": [list(finding) for finding in self.findings],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Result":
        return cls(
            tuple(value["codes"]),
            tuple(value["methods"]),
            value["note"],
            tuple((fact, basis, measure) for fact, basis, measure in value["findings"]),
        )
