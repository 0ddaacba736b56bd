"""The fairness page's parts together, for the desk with names and for everybody without, and the same tables as CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bureau.models import Agency
from publication.rules import bands
from publication.selectors import fairness as reads
from publication.selectors import fairness_around as around
from publication.selectors.fairness import Compared, Firm, HitRow
from publication.selectors.fairness_around import Delay, Handler, Load


@dataclass(frozen=True)
class Page:
    authority: Agency
    year: int
    years: list[int]
    with_names: bool
    draws: int
    left_out: int
    strata: list[Compared]  # those that hold somebody drawn before
    untold: int  # strata that hold nobody
    again: Compared | None  # the whole year
    again_picture: bands.Picture | None
    units: list[Compared]
    units_picture: bands.Picture | None
    hits: list[HitRow]
    hits_chart: dict[str, Any] | None
    firms: list[Firm]
    handlers: list[Handler]
    causes: list[tuple[str, int]]
    voids: list[Any]
    delays: list[Delay]
    loads: list[Load]
    spread: list[tuple[int, int]]
    load_chart: dict[str, Any] | None

    @property
    def outside(self) -> list[Compared]:
        rows = [*self.strata, *self.units]
        return [row for row in rows if row.is_outside]

    @property
    def compared(self) -> int:
        return len(self.strata) + len(self.units)


def page(authority: Agency, year: int, *, with_names: bool) -> Page:
    """Everything of one year in a constant number of queries; `with_names` is for the desk only."""
    found = reads.counted(authority, year)
    rows = reads.repeats(found)
    told = [row for row in rows if row.marked]
    by_draw = [row for row in reads.by_draw(rows) if row.marked]
    units = reads.by_unit(found)
    hits = reads.by_hits(found)
    loads = around.loads(authority, year)
    spread = around.load_spread(loads)
    return Page(
        authority=authority,
        year=year,
        years=reads.years(authority),
        with_names=with_names,
        draws=len(found.draws),
        left_out=found.left_out,
        strata=told,
        untold=len(rows) - len(told),
        again=by_draw[-1] if by_draw else None,
        again_picture=_picture("again", "已抽中过的再次抽中：实际与范围", by_draw),
        units=units,
        units_picture=_picture("units", "各责任单位辖区抽中：实际与范围", units),
        hits=hits,
        hits_chart=_hits_chart(hits),
        firms=reads.drawn_again(found) if with_names else [],
        handlers=around.handlers(authority, year, by_name=with_names),
        causes=around.skip_causes(authority, year),
        voids=around.void_reasons(authority, year) if with_names else [],
        delays=around.delays(found),
        loads=loads if with_names else [],
        spread=spread,
        load_chart=_load_chart(spread),
    )


def _picture(id: str, title: str, rows: Sequence[Compared]) -> bands.Picture | None:
    return reads.picture(f"c-{id}", title, rows) if rows else None


def _hits_chart(rows: Sequence[HitRow]) -> dict[str, Any] | None:
    shown = [row for row in rows if row.hits]  # never drawn: by far the most, and no news
    if not shown:
        return None
    return {
        "id": "c-hits",
        "title": "抽中次数：实际户数与期望户数",
        "desc": "柱是实际抽中一次、两次……的户数，折线是纯凭抽签的期望户数。",
        "labels": [f"{row.hits} 次" for row in shown],
        "bars": {"name": "实际（户）", "values": [row.observed for row in shown]},
        "line": {"name": "期望（户）", "values": [round(row.expected, 1) for row in shown]},
        "legend": "柱：实际户数；折线：期望户数。",
        "label_heading": "抽中次数",
    }


def _load_chart(spread: Sequence[tuple[int, int]]) -> dict[str, Any] | None:
    if not spread:
        return None
    return {
        "id": "c-load",
        "title": "每人参加检查的次数分布",
        "desc": "横轴是一年里参加检查的次数，柱高是参加这么多次的人数。",
        "labels": [str(visits) for visits, _ in spread],
        "bars": {"name": "人数", "values": [people for _, people in spread]},
        "legend": "横轴：参加检查的次数；柱高：人数。",
        "label_heading": "检查次数",
    }


# ---------------------------------------------------------------- as CSV

TABLES = {
    "repeats": "再次抽中",
    "units": "责任单位",
    "hits": "抽中次数",
    "handlers": "经办人",
    "delays": "各环节用时",
    "load": "人员负担",
}


def table(page: Page, name: str) -> list[list[Any]]:
    """One table, its heads first. Raises KeyError for a name that is none."""
    return _MADE[name](page)


def _repeats(page: Page) -> list[list[Any]]:
    heads = ["抽取编号", "分层", "候选", "抽取", "此前抽中过的候选", "期望", "下限", "上限", "实际"]
    return [
        heads,
        *(
            [
                row.draw.number if row.draw else "",
                row.label,
                row.population,
                row.drawn,
                row.marked,
                *_bounds(row),
            ]
            for row in page.strata
        ),
    ]


def _units(page: Page) -> list[list[Any]]:
    heads = ["责任单位", "候选（户次）", "期望", "下限", "上限", "实际"]
    return [heads, *([row.label, row.marked, *_bounds(row)] for row in page.units)]


def _hits(page: Page) -> list[list[Any]]:
    rows = [[row.hits, row.observed, f"{row.expected:.3f}"] for row in page.hits]
    return [["抽中次数", "实际户数", "期望户数"], *rows]


def _handlers(page: Page) -> list[list[Any]]:
    heads = ["经办人", "主持抽取", "作废", "作废上限", "重抽补抽", "重抽补抽上限"]
    heads += ["组织任务抽中", "跳过", "跳过上限"]
    return [
        heads,
        *(
            [
                row.name,
                row.draws,
                row.voids.observed,
                row.voids.high,
                row.redraws.observed,
                row.redraws.high,
                row.picks,
                row.skips.observed,
                row.skips.high,
            ]
            for row in page.handlers
        ),
    ]


def _delays(page: Page) -> list[list[Any]]:
    heads = ["抽取编号", "锁定到抽取", "抽取到派发", "检查数", "已到场", "派发到到场（中位数）"]
    return [
        heads,
        *(
            [row.draw.number, *row.spans[:2], row.visits, row.begun, row.spans[2]]
            for row in page.delays
        ),
    ]


def _load(page: Page) -> list[list[Any]]:
    if not page.with_names:
        return [["检查次数", "人数"], *([visits, people] for visits, people in page.spread)]
    rows = [
        [row.inspector.pid, row.inspector.name, row.inspector.unit.name, row.drawn, row.assigned]
        for row in page.loads
    ]
    return [["人员编码", "姓名", "单位", "随机匹配", "直接委派等"], *rows]


def _bounds(row: Compared) -> list[Any]:
    return [f"{row.expected:.3f}", row.low, row.high, row.observed]


_MADE = {
    "repeats": _repeats,
    "units": _units,
    "hits": _hits,
    "handlers": _handlers,
    "delays": _delays,
    "load": _load,
}
