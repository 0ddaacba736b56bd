"""Matters of one task that have different pools are drawn apart (DRAW §2): how groups are named and proposed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def announced_task(number: str, group: int) -> str:
    """The task as announcement.txt and chain.tsv name it: a group counts its draws from 1 under a name of its own."""
    return f"{number}第{group}组" if group else number


@dataclass(frozen=True)
class Proposal:
    """A group that could be split off: its matters and the kinds of objects they apply to."""

    name: str
    matters: tuple[int, ...]
    kinds: tuple[str, ...]


def kinds_within(kinds: Sequence[str], scope: Sequence[str]) -> list[str]:
    """The kinds of a matter that a task's scope leaves; all of them where the scope names none, or only others."""
    left = [kind for kind in kinds if kind in scope]
    return left or list(kinds)


def proposals(
    matters: Sequence[tuple[int, Sequence[str]]], labels: Mapping[str, str]
) -> list[Proposal]:
    """The matters by the kinds of objects they apply to, in the order given; empty where one pool fits all.

    `matters` are (pk, object kinds). A matter without kinds applies to every pool and joins the first group.
    Basis: DRAW §2, "a task whose matters have different pools holds one draw per set of matters".
    """
    found: dict[tuple[str, ...], list[int]] = {}
    anywhere = []
    for pk, kinds in matters:
        if kinds:
            found.setdefault(tuple(sorted(set(kinds))), []).append(pk)
        else:
            anywhere.append(pk)
    if len(found) < 2:
        return []
    next(iter(found.values())).extend(anywhere)
    return [
        Proposal(_name(kinds, labels), tuple(members), kinds) for kinds, members in found.items()
    ]


def _name(kinds: Sequence[str], labels: Mapping[str, str]) -> str:
    return "和".join(labels.get(kind, kind) for kind in kinds)[:40]
