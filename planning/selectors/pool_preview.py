"""Counts of a pool as it stands now: what each stratum finds, draws and who may not be drawn (A46, A48)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bureau.selectors import rule_settings
from lottery.errors import ProtocolError
from planning import sql
from planning.models import Task
from planning.rules import strata as rules
from planning.rules.quotas import quota, quota_text
from planning.rules.strata import Stratum
from planning.selectors.pool_parts import Part, parts_of
from planning.selectors.pools import classified
from registry.selectors import entities


@dataclass(frozen=True)
class StratumCount:
    stratum: Stratum
    condition: str  # in Chinese
    matched: int  # whom the conditions hold for and no earlier stratum took
    candidates: int
    k: int
    problem: str = ""

    @property
    def how(self) -> str:
        stratum = self.stratum
        return quota_text(
            stratum.mode,
            stratum.value,
            minimum=stratum.minimum,
            maximum=stratum.maximum,
            batches=stratum.batches,
        )


@dataclass(frozen=True)
class ReasonCount:
    code: str
    label: str
    count: int


@dataclass(frozen=True)
class Preview:
    """Counts of a pool as it stands now: `total` = candidates + excluded. Of several groups: the sums."""

    total: int
    candidates: int
    strata: list[StratumCount] = field(default_factory=list)
    excluded: list[ReasonCount] = field(default_factory=list)

    @property
    def k(self) -> int:
        return sum(row.k for row in self.strata)

    @property
    def in_no_stratum(self) -> int:
        return sum(r.count for r in self.excluded if r.code == rules.NO_STRATUM)

    @property
    def share(self) -> float | None:
        return self.k / self.candidates if self.candidates else None


def preview(task: Task, today: date, *, part: Part | None = None) -> Preview:
    """Counts of one part, else of the whole task, where those of its groups are summed.

    A constant number of queries for each part. For strata that are being edited, `part` holds them.
    """
    if part is not None:
        return _preview(task, today, part)
    found = [_preview(task, today, one) for one in parts_of(task)]
    return found[0] if len(found) == 1 else _sum(found)


def previews(task: Task, today: date) -> list[tuple[Part, Preview]]:
    """Each part with its counts."""
    return [(part, _preview(task, today, part)) for part in parts_of(task)]


def _preview(task: Task, today: date, part: Part) -> Preview:
    layers = part.strata
    settings = rule_settings.all_for(task.authority, today.year)
    at_least_one = bool(settings["at_most_at_least_one"].value)
    rows = classified(task, today, part)
    counts = sql.counts_by(rows, "layer", "excluded")
    labels = entities.scope_labels([stratum.scope for stratum in layers])
    drawn = [
        _stratum_count(
            number,
            stratum,
            labels[number] if stratum.scope else _rest(number),
            counts,
            at_least_one,
        )
        for number, stratum in enumerate(layers)
    ]
    reasons = [
        ReasonCount(code, label, sum(n for (_, excluded), n in counts.items() if excluded == code))
        for code, label in rules.REASONS.items()
    ]
    return Preview(
        total=sum(counts.values()),
        candidates=sum(row.candidates for row in drawn),
        strata=drawn,
        excluded=[reason for reason in reasons if reason.count],
    )


def _rest(place: int) -> str:
    """A stratum without conditions takes what the scope leaves to it."""
    return "范围内其余对象" if place else "范围内全部对象"


def _sum(previews: Sequence[Preview]) -> Preview:
    reasons: Counter[str] = Counter()
    for one in previews:
        reasons.update({reason.code: reason.count for reason in one.excluded})
    return Preview(
        total=sum(one.total for one in previews),
        candidates=sum(one.candidates for one in previews),
        strata=[row for one in previews for row in one.strata],
        excluded=[
            ReasonCount(code, label, reasons[code])
            for code, label in rules.REASONS.items()
            if reasons[code]
        ],
    )


def quota_of(stratum: Stratum, candidates: int, *, at_least_one: bool) -> int:
    """k of a stratum with so many candidates. Raises lottery's ProtocolError for a ratio above 100 %."""
    return quota(
        candidates,
        stratum.mode,
        stratum.value,
        at_least_one=at_least_one,
        minimum=stratum.minimum,
        maximum=stratum.maximum,
    )


def _stratum_count(
    number: int,
    stratum: Stratum,
    condition: str,
    counts: Mapping[tuple[int, str], int],
    at_least_one: bool,
) -> StratumCount:
    candidates = counts.get((number, ""), 0)
    matched = sum(n for (layer, _), n in counts.items() if layer == number)
    problem = ""
    try:
        k = quota_of(stratum, candidates, at_least_one=at_least_one)
    except ProtocolError as refusal:
        k, problem = 0, str(refusal)
    if stratum.mode == "count" and stratum.value is not None and k < stratum.value:
        problem = f"只有 {candidates} 户可抽，不足 {stratum.value:.0f} 户。"
    elif not matched:
        problem = "没有符合条件的对象；可能已被前面的层取走。"
    return StratumCount(stratum, condition, matched, candidates, k, problem)
