"""回避: an inspector with an interest in the entity may not be matched with it (A57; 002 二十一)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from registry.rules.labels import Labelled
from registry.rules.names import search_key


class Interest(Labelled):
    """The reason codes of `conflicts.tsv` (DRAW §2: `[a-z_]{1,32}`)."""

    DECLARED = "declared", "本人申报有利害关系"
    KIN = "kin", "近亲属关系"
    FORMER_EMPLOYER = "former_employer", "曾任职于该单位"
    INVESTMENT = "investment", "投资或持股"
    DISPUTE = "dispute", "正在诉讼或纠纷"
    PARTY_REQUEST = "party_request", "当事人申请回避"
    OTHER = "other", "其他"
    SAME_NAME = "same_name", "与法定代表人或负责人同名"


@dataclass(frozen=True)
class Tie:
    """One declared or known tie, to `entity_code` or else to `entity_name`; open-ended without `to_on`."""

    interest: Interest
    entity_code: str = ""
    entity_name: str = ""
    note: str = ""
    to_on: date | None = None


@dataclass(frozen=True)
class InspectorTies:
    name: str
    ties: tuple[Tie, ...] = ()


@dataclass(frozen=True)
class EntityFacts:
    code: str
    name: str
    former_names: tuple[str, ...] = ()
    representative: str = ""


@dataclass(frozen=True)
class Reason:
    interest: Interest
    sentence: str
    # Found by rule, not declared: a person decides whether it is a coincidence (same name), so it can be lifted.
    needs_decision: bool = False


def must_recuse(inspector: InspectorTies, entity: EntityFacts, on: date) -> Reason | None:
    """The first reason why this inspector may not visit this entity on `on`. Basis: A57 (002 二十一, 方案四)."""
    return next(_reasons(inspector, entity, on), None)


def _reasons(inspector: InspectorTies, entity: EntityFacts, on: date) -> Iterator[Reason]:
    for tie in inspector.ties:
        if (tie.to_on is None or on <= tie.to_on) and _concerns(tie, entity):
            detail = f"（{tie.note}）" if tie.note else ""
            yield Reason(
                tie.interest, f"{inspector.name}与{entity.name}：{tie.interest.label}{detail}"
            )
    if search_key(inspector.name) and search_key(inspector.name) == search_key(
        entity.representative
    ):
        sentence = f"{inspector.name}与{entity.name}的法定代表人或负责人同名，请核实是否本人"
        yield Reason(Interest.SAME_NAME, sentence, needs_decision=True)


def _concerns(tie: Tie, entity: EntityFacts) -> bool:
    if tie.entity_code:
        return tie.entity_code == entity.code
    named = search_key(tie.entity_name)
    return bool(named) and named in {search_key(n) for n in (entity.name, *entity.former_names)}
