"""抽取记录备案表 (A50): everything that the written record of a sitting states (003 二(三): 书面备案)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from lottery.folder import ALWAYS_PUBLIC, FILE_ORDER
from planning.models import Draw, Sitting, SittingWitness
from planning.rules import sittings as rules
from planning.selectors.draws.results import (
    ResultStratum,
    TeamRow,
    strata_with_result,
    team_rows,
)
from planning.selectors.draws.states import beacon_value, exclusions

STAMP = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class SheetFile:
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class SheetDraw:
    number: str
    kind: str
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
    teams: list[TeamRow]
    seed: str
    result_sha256: str
    computed_at: datetime | None
    voided_reason: str
    voided_at: datetime | None
    is_revealed: bool
    reveal: str
    files: list[SheetFile] = field(default_factory=list)  # those that everybody may have now
    commitments: list[tuple[str, str]] = field(default_factory=list)  # (witness, value)
    voids_before: list[str] = field(default_factory=list)

    @property
    def is_entities(self) -> bool:
        return self.kind == Draw.Kind.ENTITIES

    @property
    def locked_text(self) -> str:
        return _stamp(self.locked_at)

    @property
    def computed_text(self) -> str:
        return _stamp(self.computed_at) if self.computed_at else "没有算出结果"

    @property
    def size_text(self) -> str:
        """How large the pool was, in the words of the office."""
        if not self.is_entities:
            return (
                f"检查 {self.counts.get('visits', 0)} 户，检查人员 {self.counts.get('inspectors', 0)} 人，"
                f"回避等 {self.counts.get('conflicts', 0)} 条"
            )
        why = "，".join(f"{reason} {count}" for reason, count in self.exclusions)
        return (
            f"候选 {self.counts.get('candidates', 0)} 家，排除 {self.counts.get('excluded', 0)} 家"
            + (f"（{why}）" if why else "")
        )


@dataclass(frozen=True)
class SheetWitness:
    name: str
    capacity: str
    digits: str
    committed: str  # when and on which device, or nothing
    opened: str

    @property
    def given(self) -> str:
        """One line: when committed and opened, and where."""
        parts = [f"承诺 {self.committed}" if self.committed else "", f"公布 {self.opened}"]
        return "；".join(part for part in parts if part)


@dataclass(frozen=True)
class RecordSheet:
    """What the written record of a sitting states (003 二(三): 书面备案)."""

    sitting: Sitting
    operator: str
    witnesses: list[SheetWitness]
    beacon_label: str
    beacon_value: str
    draws: list[SheetDraw]
    slip: str
    promises: list[str]
    not_promised: tuple[str, ...]
    doubts: list[str]
    void_requests: list[str]
    protocol: str = "ssj1"

    @property
    def held_at(self) -> str:
        return _stamp(self.sitting.planned_at)[:16]


def record_sheet(sitting: Sitting) -> RecordSheet:
    """Everything the 抽取记录备案表 prints, of all draws of the sitting."""
    draws = list(
        sitting.draws.select_related("task", "unit")
        .prefetch_related("events", "commitments__witness__user", "task__matters")
        .order_by("chain_number")
    )
    witnesses = list(sitting.witnesses.select_related("user"))
    has_beacon = sitting.beacon_source != Sitting.Beacon.NONE
    return RecordSheet(
        sitting=sitting,
        operator=sitting.operator.full_name,
        witnesses=[_sheet_witness(witness) for witness in witnesses],
        beacon_label=sitting.get_beacon_source_display() if has_beacon else "",
        beacon_value=beacon_value(sitting),
        draws=[_sheet_draw(draw) for draw in draws],
        slip=_slip(sitting),
        promises=rules.promises(len(witnesses), has_beacon),
        not_promised=rules.NOT_PROMISED,
        doubts=rules.commitment_doubts(
            server_made=[w.user.full_name for w in witnesses if w.server_made],
            other_device=[
                w.user.full_name for w in witnesses if w.committed_at and not w.own_device
            ],
        ),
        void_requests=[
            f"{asked.requested_by.full_name}于 {_stamp(asked.requested_at)} 申请作废"
            f"{asked.draw.number if asked.draw else '全部抽取'}，原因：{asked.reason}；"
            f"{asked.get_state_display()}"
            + (f"（{asked.decided_by.full_name}）" if asked.decided_by else "")
            for asked in sitting.void_requests.select_related(
                "draw", "requested_by", "decided_by"
            ).order_by("id")
        ],
    )


def _sheet_witness(witness: SittingWitness) -> SheetWitness:
    committed = opened = ""
    if witness.committed_at:
        device = "服务器代算" if witness.server_made else rules.device_text(witness.own_device)
        committed = f"{_stamp(witness.committed_at)}（{device}）"
    if witness.opened_at:
        opened = f"{_stamp(witness.opened_at)}（{rules.device_text(witness.opened_on_own)}）"
    return SheetWitness(
        witness.user.full_name,
        witness.capacity_text,
        witness.digits or "未公布",
        committed,
        opened or "未公布",
    )


def _sheet_draw(draw: Draw) -> SheetDraw:
    events = {event.kind: event for event in draw.events.all()}
    computed, voided = events.get("computed"), events.get("voided")
    is_revealed = "revealed" in events
    names = {matter.code: matter.name for matter in draw.task.matters.all()}
    return SheetDraw(
        number=draw.number,
        kind=draw.kind,
        n=draw.n,
        reason=draw.reason,
        task_number=draw.task_text,
        task_name=draw.task_name,
        matters=[f"{code} {names.get(code, '')}".strip() for code in draw.matters],
        unit=draw.unit.name,
        a=draw.a,
        previous=draw.previous,
        locked_at=draw.locked_at,
        counts=draw.counts,
        exclusions=exclusions(draw),
        strata=strata_with_result(draw, with_rows=is_revealed),
        teams=team_rows(draw) if is_revealed else [],
        seed=computed.detail["seed"] if computed and is_revealed else "",
        result_sha256=computed.detail["result"] if computed else "",
        computed_at=computed.at if computed else None,
        voided_reason=voided.detail["reason"] if voided else "",
        voided_at=voided.at if voided else None,
        is_revealed=is_revealed,
        reveal="立即公开" if draw.reveal == "immediate" else f"延后公开，最迟 {draw.reveal_by}",
        files=_public_files(draw, is_revealed=is_revealed),
        commitments=[
            (row.witness.user.full_name, row.value)
            for row in sorted(draw.commitments.all(), key=lambda row: row.witness.position)
        ],
        voids_before=_voids_before(draw),
    )


def _public_files(draw: Draw, *, is_revealed: bool) -> list[SheetFile]:
    """In the protocol's order. A sealed list's plain digest could be guessed from a short list: the announcement holds the salted one."""
    rows = {
        name: SheetFile(name, size, sha256)
        for name, size, sha256 in draw.files.values_list("name", "size", "sha256")
        if is_revealed or name in ALWAYS_PUBLIC
    }
    return [rows[name] for name in FILE_ORDER if name in rows]


def _voids_before(draw: Draw) -> list[str]:
    """Earlier draws of the same task, unit and group that were thrown away, with the reason."""
    earlier = (
        Draw.objects.filter(
            task_id=draw.task_id,
            kind=draw.kind,
            unit_id=draw.unit_id,
            group_number=draw.group_number,
            n__lt=draw.n,
            events__kind="voided",
        )
        .prefetch_related("events")
        .order_by("n")
    )
    found = []
    for one in earlier:
        void = next(event for event in one.events.all() if event.kind == "voided")
        found.append(
            f"{one.number}（第 {one.n} 次）{_stamp(void.at)} 作废：{void.detail['reason']}"
        )
    return found


def _slip(sitting: Sitting) -> str:
    parts = []
    if sitting.slip_printed_at:
        parts.append(f"{_stamp(sitting.slip_printed_at)} 打印")
    if sitting.slip_handed_at:
        parts.append(f"{_stamp(sitting.slip_handed_at)} 确认监督人持有")
    return "，".join(parts)


def _stamp(at: datetime) -> str:
    return f"{timezone.localtime(at):{STAMP}}"
