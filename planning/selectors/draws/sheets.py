"""抽取记录备案表 (A50): everything that the written record of a sitting states (003 二(三): 书面备案)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from planning.models import Draw, Sitting, SittingWitness
from planning.selectors.draws.results import ResultStratum, strata_with_result
from planning.selectors.draws.states import beacon_value, exclusions


@dataclass(frozen=True)
class SheetDraw:
    number: str
    n: int
    reason: str
    task_number: str
    task_name: str
    matters: list[str]
    unit: str
    a: str
    previous: str
    locked_at: datetime
    counts: dict[str, Any]
    exclusions: list[tuple[str, int]]
    strata: list[ResultStratum]  # with rows only when the lists are public
    seed: str
    result_sha256: str
    computed_at: datetime | None
    voided_reason: str
    is_revealed: bool


@dataclass(frozen=True)
class RecordSheet:
    """What the written record of a sitting states (003 二(三): 书面备案)."""

    sitting: Sitting
    operator: str
    witnesses: list[SittingWitness]
    beacon_label: str
    beacon_value: str
    draws: list[SheetDraw]
    protocol: str = "ssj1"


def record_sheet(sitting: Sitting) -> RecordSheet:
    """Everything the 抽取记录备案表 prints, of all draws of the sitting."""
    draws = list(
        sitting.draws.select_related("task", "unit")
        .prefetch_related("events")
        .order_by("chain_number")
    )
    return RecordSheet(
        sitting=sitting,
        operator=sitting.operator.full_name,
        witnesses=list(sitting.witnesses.select_related("user")),
        beacon_label="" if sitting.beacon_source == "none" else sitting.get_beacon_source_display(),
        beacon_value=beacon_value(sitting),
        draws=[_sheet_draw(draw) for draw in draws],
    )


def _sheet_draw(draw: Draw) -> SheetDraw:
    events = {event.kind: event for event in draw.events.all()}
    computed, voided = events.get("computed"), events.get("voided")
    return SheetDraw(
        number=draw.number,
        n=draw.n,
        reason=draw.reason,
        task_number=draw.task_text,
        task_name=draw.task_name,
        matters=draw.matters,
        unit=draw.unit.name,
        a=draw.a,
        previous=draw.previous,
        locked_at=draw.locked_at,
        counts=draw.counts,
        exclusions=exclusions(draw),
        strata=strata_with_result(draw, with_rows="revealed" in events),
        seed=computed.detail["seed"] if computed and "revealed" in events else "",
        result_sha256=computed.detail["result"] if computed else "",
        computed_at=computed.at if computed else None,
        voided_reason=voided.detail["reason"] if voided else "",
        is_revealed="revealed" in events,
    )
