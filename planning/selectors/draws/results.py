"""Results as pages show them: strata with their picks, teams with their members."""

from collections import Counter
from dataclasses import dataclass

from planning.models import Draw
from planning.selectors.draws.contents import content
from planning.selectors.draws.states import kinds
from registry.models import Entity

ON_A_PAGE = 200  # rows of a stratum on a desk page; result.tsv has all
DUTIES = {"leader": "组长", "member": "组员", "expert": "专家"}


@dataclass(frozen=True)
class ResultRow:
    stratum: str
    rank: int
    is_reserve: bool
    code: str
    name: str
    ticket: str


@dataclass(frozen=True)
class ResultStratum:
    label: str
    count: int
    k: int
    reserve: int
    rows: list[ResultRow]
    drawn: int = 0  # how many rows the result has, shown or not

    @property
    def is_cut(self) -> bool:
        return self.drawn > len(self.rows) > 0


def strata_with_result(
    draw: Draw, *, with_rows: bool, first: int | None = None
) -> list[ResultStratum]:
    """Each stratum with its picks and reserves; rows only where the reader may see them. A team draw has none.

    `first`: no more rows of each stratum than these, so that a page over 50,000 picks costs as much as one over fifty.
    """
    if draw.kind != Draw.Kind.ENTITIES:
        return []
    by_stratum: dict[str, list[list[str]]] = {}
    drawn: Counter[str] = Counter()
    if with_rows and "computed" in kinds(draw):
        for line in content(draw, "result.tsv").decode().splitlines()[2:]:
            _, stratum, rest = line.split("\t", 2)
            drawn[stratum] += 1
            if first is None or drawn[stratum] <= first:
                by_stratum.setdefault(stratum, []).append(rest.split("\t"))
    names = _names(draw, [line[2] for lines in by_stratum.values() for line in lines])
    return [
        ResultStratum(
            label=s["label"],
            count=s["n"],
            k=s["k"],
            reserve=s["reserve"],
            rows=[
                ResultRow(
                    s["label"],
                    int(rank),
                    state == "reserve",
                    listed,
                    names.get(listed, "（自然人）"),
                    ticket,
                )
                for rank, state, listed, ticket in by_stratum.get(s["label"], [])
            ],
            drawn=drawn[s["label"]],
        )
        for s in draw.counts.get("strata", [])
    ]


@dataclass(frozen=True)
class TeamRow:
    visit: str
    is_filled: bool
    members: list[tuple[str, str]]  # (duty in Chinese, pid)


def team_rows(draw: Draw) -> list[TeamRow]:
    """The teams of a computed teams draw, in the order in which they were matched."""
    if draw.kind != Draw.Kind.TEAMS or "computed" not in kinds(draw):
        return []
    found: list[TeamRow] = []
    for line in content(draw, "result.tsv").decode().splitlines()[2:]:
        kind, visit, what, *rest = line.split("\t")
        if kind == "visit":
            found.append(TeamRow(visit, what == "filled", []))
        else:
            found[-1].members.append((DUTIES[what], rest[0]))
    return found


def _names(draw: Draw, listed: list[str]) -> dict[str, str]:
    """Names of what stands under its public code; natural persons stay under their pseudonym."""
    if not listed:
        return {}
    return dict(
        Entity.objects.filter(public_code__in=listed)
        .exclude(kind=Entity.Kind.PERSON)
        .values_list("public_code", "name")
    )
