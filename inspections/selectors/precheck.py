"""预查比对: what the office knows of an entity and asks of a visit, on one sheet (A63). Higher apps add what they know."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from inspections.models import Disposal, PreCheck, PreCheckLine, Visit, VisitMatter
from inspections.rules import precheck as rules
from inspections.rules.precheck import Fact
from inspections.selectors import orders
from inspections.selectors.disposals import measure_label
from inspections.selectors.records import labels
from registry.models import Entity, LedgerEntry, Listing, Matter
from registry.rules.kinds import RiskFlag

LAST = 3
Adds = Callable[[Visit], Fact]
_ADDED: list[Adds] = []


def adds(found: Adds) -> Adds:
    """Registers a line that a higher app knows (objections and corrections)."""
    _ADDED.append(found)
    return found


@dataclass(frozen=True)
class Task:
    """One matter of the visit: what is asked, and how it is to be checked."""

    row: VisitMatter
    suggested: tuple[str, ...]
    items: int

    @property
    def methods(self) -> list[str]:
        return list(self.row.methods)

    @property
    def method_labels(self) -> str:
        return method_words(self.row.methods)

    @property
    def suggested_labels(self) -> str:
        return method_words(list(self.suggested))


@dataclass(frozen=True)
class Sheet:
    visit: Visit
    row: PreCheck | None
    facts: tuple[Fact, ...]
    lines: dict[str, PreCheckLine]
    tasks: tuple[Task, ...]
    tools: tuple[str, ...]

    @property
    def rows(self) -> list[tuple[Fact, PreCheckLine | None]]:
        return [(fact, self.lines.get(fact.key)) for fact in self.facts]

    @property
    def version(self) -> int:
        return self.row.version if self.row else 0


def of(visit: Visit, today: date) -> Sheet:
    """The sheet as it stands now; a constant number of queries. Needs `entity`, `authority`, `unit` loaded."""
    row = PreCheck.objects.filter(visit=visit).select_related("saved_by", "done_by").first()
    lines = row.lines.select_related("by") if row else PreCheckLine.objects.none()
    matters = list(
        visit.matters.select_related("matter", "checklist", "task")
        .prefetch_related("checklist__items")
        .order_by("id")
    )
    return Sheet(
        visit=visit,
        row=row,
        facts=(*_facts(visit, today), *(found(visit) for found in _ADDED)),
        lines={line.key: line for line in lines},
        tasks=tuple(
            Task(m, tuple(m.matter.methods), len(m.checklist.items.all())) for m in matters
        ),
        tools=tuple(_tools(matters)),
    )


def method_words(codes: list[str]) -> str:
    return "、".join(str(Matter.Method(c).label) for c in codes if c in Matter.Method.values)


def _facts(visit: Visit, today: date) -> list[Fact]:
    entity = visit.entity
    listing = Listing.objects.filter(entity=entity, authority=visit.authority_id).first()
    return [
        _identity(entity),
        _standing(entity),
        _licence(entity, today),
        _risk(listing),
        _last_visits(visit),
        _ledger(visit),
        _disposals(visit, today),
        _frequency(visit, today),
    ]


def _identity(entity: Entity) -> Fact:
    people = "　".join(
        text
        for text in (
            f"负责人 {entity.legal_representative}" if entity.legal_representative else "",
            f"联络员 {entity.contact_name} {entity.contact_phone}".rstrip()
            if entity.contact_name or entity.contact_phone
            else "",
        )
        if text
    )
    lines = [f"{entity.name}（{entity.shown_code}），{entity.get_kind_display()}", people]
    if entity.business_scope:
        lines.append(f"经营范围：{entity.business_scope[:200]}")
    return Fact("identity", "主体信息", tuple(line for line in lines if line))


def _standing(entity: Entity) -> Fact:
    is_bad = entity.standing != Entity.Standing.ACTIVE
    lines = (f"登记状态：{entity.get_standing_display()}", f"住所：{entity.address or '未登记'}")
    return Fact("standing", "登记状态和住所", lines, is_bad or not entity.address)


def _licence(entity: Entity, today: date) -> Fact:
    if not entity.licence_number and not entity.licence_name:
        return Fact("licence", "许可证照", ("名录库没有登记许可证照。",))
    until = entity.licence_expires_on
    is_over = until is not None and until < today
    when = f"有效期至 {until:%Y-%m-%d}" if until else "有效期未登记"
    words = f"{entity.licence_name} {entity.licence_number}".strip()
    return Fact(
        "licence", "许可证照", (f"{words}，{when}{'，已过期' if is_over else ''}",), is_over
    )


def _risk(listing: Listing | None) -> Fact:
    if listing is None:
        return Fact("risk", "信用分类和风险标记", ("不在本单位名录库。",), True)
    when = (
        f"（{listing.class_source}，{listing.classed_on:%Y-%m-%d}）" if listing.classed_on else ""
    )
    lines = [f"信用风险分类：{listing.get_credit_class_display()}{when}"]
    flags = [str(flag.label) for flag in RiskFlag if str(flag) in listing.risk_flags]
    lines.append(f"风险标记：{'、'.join(flags) or '无'}")
    if listing.tags:
        lines.append(f"监管标签：{'、'.join(listing.tags)}")
    return Fact("risk", "信用分类和风险标记", tuple(lines), bool(flags))


def _last_visits(visit: Visit) -> Fact:
    """Ended visits only: what has not begun may still be sealed from the reader."""
    rows = (
        Visit.objects.filter(
            entity=visit.entity_id, authority=visit.authority_id, ended_at__isnull=False
        )
        .exclude(pk=visit.pk)
        .prefetch_related("matters__matter")
        .order_by("-ended_at")[:LAST]
    )
    lines, is_bad = [], False
    for row in rows:
        for item in row.matters.all():
            words = "、".join(labels(item.outcome_codes)) or item.get_state_display()
            is_bad = is_bad or any(code != "1" for code in item.outcome_codes)
            lines.append(f"{timezone.localdate(row.ended_at):%Y-%m-%d} {item.matter.name}：{words}")
    return Fact("visits", "近期检查和结果", tuple(lines) or ("没有检查记录。",), is_bad)


def _ledger(visit: Visit) -> Fact:
    """Inspections of other kinds, entered or imported."""
    rows = LedgerEntry.objects.filter(entity=visit.entity_id, authority=visit.authority_id)
    rows = rows.exclude(source__startswith="inspections.visit:").prefetch_related("matters")
    lines = [
        f"{row.day:%Y-%m-%d} {row.get_kind_display()}："
        + ("、".join(m.name for m in row.matters.all()) or row.note or "未写事项")
        for row in rows.order_by("-day", "-id")[:LAST]
    ]
    return Fact("ledger", "其他检查台账", tuple(lines) or ("没有其他检查。",))


def _disposals(visit: Visit, today: date) -> Fact:
    rows = Disposal.objects.filter(
        visit_matter__visit__entity=visit.entity_id,
        authority=visit.authority_id,
        state=Disposal.State.OPEN,
    ).select_related("finding", "responsible")
    lines = [
        f"{row.number} {measure_label(row.measure)}，期限 {row.due_on:%Y-%m-%d}"
        + ("（逾期）" if row.due_on < today else "")
        + (f"：{row.finding.fact[:80]}" if row.finding else "")
        for row in rows.order_by("due_on")[:5]
    ]
    return Fact("disposals", "未办结的处置", tuple(lines) or ("没有未办结的处置。",), bool(lines))


def _frequency(visit: Visit, today: date) -> Fact:
    found = orders.usage(visit.authority, [visit], today)[visit.entity_id]
    lines = (str(found), found.cap_text, *found.problems, *found.lifted)
    return Fact(
        "frequency", "本年检查频次", tuple(text for text in lines if text), bool(found.problems)
    )


def _tools(matters: list[VisitMatter]) -> list[str]:
    items = [item for m in matters for item in m.checklist.items.all()]
    return rules.tools(
        [item.unit for item in items if item.unit],
        needs_photo=any(item.needs_photo for item in items),
        samples=any("sampling" in (m.methods or m.matter.methods) for m in matters),
        materials=[m.matter.materials for m in matters if m.matter.materials],
    )


def printed(sheet: Sheet) -> dict[str, Any]:
    """The sheet as JSON, frozen when it is finished; what its PDF prints."""
    visit, row = sheet.visit, sheet.row
    return {
        "authority": visit.authority.name,
        "unit": visit.unit.name,
        "visit": visit.number,
        "entity": visit.entity.name,
        "window_from": visit.window_from.isoformat(),
        "window_to": visit.window_to.isoformat(),
        "lines": [
            {
                "label": fact.label,
                "lines": list(fact.lines),
                "result": line.get_result_display() if line else "",
                "note": line.note if line else "",
                "by": line.by.full_name if line else "",
                "is_bad": fact.is_bad,
            }
            for fact, line in sheet.rows
        ],
        "matters": [
            {
                "name": task.row.matter.name,
                "basis": task.row.matter.legal_basis,
                "checklist": f"{task.row.checklist}，{task.items} 项",
                "guide": task.row.matter.guide,
                "materials": task.row.matter.materials,
                "suggested": task.suggested_labels,
                "methods": task.method_labels,
            }
            for task in sheet.tasks
        ],
        "tools": list(sheet.tools),
        "bring": row.bring if row else "",
    }
