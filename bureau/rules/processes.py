"""Transition tables: buttons and guards read the same rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Transition:
    source: str
    action: str
    to: str
    roles: tuple[str, ...]
    label: str  # the button: a verb with its object
    consequence: str = ""  # what an irreversible step leads to, named on its confirmation page
    needs_reason: bool = False


@dataclass(frozen=True)
class Process:
    name: str  # what moves, in Chinese: 年度计划
    states: dict[str, str]  # state → its Chinese label
    transitions: tuple[Transition, ...]
    css: dict[str, str] = field(
        default_factory=dict
    )  # state → class of docs/frontend.md's status list

    def find(self, source: str, action: str) -> Transition | None:
        """The row for this action in this state, or None."""
        return next(
            (t for t in self.transitions if t.source == source and t.action == action), None
        )

    def available(self, source: str, roles: Iterable[str]) -> list[Transition]:
        """What somebody with `roles` may do now."""
        held = set(roles)
        return [t for t in self.transitions if t.source == source and held.intersection(t.roles)]

    def others(self, source: str, roles: Iterable[str]) -> list[Transition]:
        """What waits for somebody else."""
        held = set(roles)
        return [
            t for t in self.transitions if t.source == source and not held.intersection(t.roles)
        ]

    def roles_for(self, action: str) -> frozenset[str]:
        return frozenset(role for t in self.transitions if t.action == action for role in t.roles)
