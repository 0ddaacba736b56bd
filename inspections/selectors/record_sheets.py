"""抽查情况记录表: one visit on one sheet, filled as far as it is recorded; empty cells are filled in by hand (A61, A66)."""

from typing import Any

from django.utils import timezone

from bureau.services import wordings
from inspections.models import SiteNote, TeamMember, Visit
from inspections.rules.forms_papers import RECORD_SHEET_FORM
from inspections.rules.outcomes import DISPOSALS, public_label
from inspections.selectors import on_site, teams
from inspections.selectors.records import signed_by
from registry.models import Matter


def _place(visit: Visit) -> str:
    """Where it took place: as the site record says, else at the entity's address once somebody arrived."""
    if visit.started_at is None:
        return ""
    noted = SiteNote.objects.filter(visit=visit).values_list("place", flat=True).first()
    return noted or visit.entity.address


def of(visit: Visit) -> dict[str, Any]:
    """The context of templates/inspections/documents/record_sheet.html; a constant number of queries."""
    matters = visit.matters.select_related(
        "matter", "task", "reviewed_by", "checklist"
    ).prefetch_related(
        "checklist__items",
        "answers",
        "findings",
        "disposals__responsible",
        "signatures__member__inspector",
        "signatures__user",
        "samples__results",
        "conclusions__supervisor",
    )
    rows = list(matters.order_by("id"))
    seen = on_site.of_visit(visit)
    return {
        "form": wordings.of(RECORD_SHEET_FORM.key, visit.authority),
        "visit": visit,
        "place": _place(visit),
        "former_name": seen.renamed.then if seen.renamed else "",
        "entries": [_entry(row) for row in seen.entries],
        "pauses": [_pause(row) for row in seen.pauses],
        "glass": seen.glass,
        "glass_is_stale": seen.is_stale,
        "entity": visit.entity,
        "code": "" if visit.entity.kind == "person" else visit.entity.public_code,
        "team": [
            {
                "name": str(member.inspector or member.expert),
                "part": member.get_part_display(),
                "certificate": member.inspector.certificate_no if member.inspector else "",
            }
            for member in teams.current_team(visit)
        ],
        "matters": [_matter(row) for row in rows],
        "signatures": [
            f"{row.matter.name}："
            + "、".join(
                f"{s.user.full_name} {timezone.localtime(s.at):%Y-%m-%d %H:%M}" for s in signed
            )
            for row in rows
            if (signed := signed_by(row).values())
        ],
        "review": "；".join(
            f"{row.matter.name}：{row.get_state_display()}{'，' + row.reviewed_by.full_name if row.reviewed_by else ''}"
            for row in rows
            if row.reviewed_at
        ),
        "leader": "；".join(_leader(row) for row in rows if _leader(row)),
        "publication": "；".join(
            f"{row.matter.name}：{timezone.localtime(row.published_at):%Y-%m-%d} 公示"
            for row in rows
            if row.published_at
        ),
    }


def _leader(row: Any) -> str:
    """组长审核意见: that the 组长 signed this outcome, and when."""
    for signed in signed_by(row).values():
        if signed.member is not None and signed.member.part == TeamMember.Part.LEADER:
            at = timezone.localtime(signed.at)
            return f"{row.matter.name}：同意（{signed.user.full_name} {at:%Y-%m-%d %H:%M}）"
    return ""


def _entry(row: Any) -> str:
    """测组长 2026-03-12 09:05 扫企业码; a late one says so and why (A98)."""
    late = f"（事后补录，{timezone.localtime(row.recorded_at):%Y-%m-%d %H:%M} 登记{'：' + row.reason if row.reason else ''}）"
    return f"{row.by.full_name} {timezone.localtime(row.happened_at):%Y-%m-%d %H:%M}{'' if row.way == 'late' else ' ' + row.get_way_display()}{late if row.is_late else ''}"


def _pause(row: Any) -> str:
    until = (
        f"{timezone.localtime(row.resumed_at):%Y-%m-%d %H:%M} 恢复"
        if row.resumed_at
        else "尚未恢复"
    )
    return f"{timezone.localtime(row.paused_at):%Y-%m-%d %H:%M} 中断，{until}：{row.reason}"


def _sample(sample: Any) -> str:
    """样品 …抽样〔2026〕1号 矿坑排水：合格（符合）（报告 JC-001）."""
    result = next(reversed(list(sample.results.all())), None)
    found = (
        f"{result.get_verdict_display()}（{result.laboratory}，报告 {result.report_number}）"
        if result
        else sample.get_state_display()
    )
    return f"样品 {sample.number} {sample.name}，封条 {sample.seal_number}：{found}"


def _conclusion(row: Any) -> str:
    watched = f"，由{row.supervisor.name}监督" if row.supervisor else ""
    said = f"{row.document_number} {row.text}".strip() if row.text else row.service
    state = "" if row.state == "delivered" else f"（{row.get_state_display()}）"
    return f"{row.get_source_display()}：{row.issuer}{watched}，{said}{state}"


def _matter(row: Any) -> dict[str, Any]:
    answers = {answer.item_id: answer for answer in row.answers.all()}
    methods = [str(Matter.Method(m).label) for m in row.methods if m in Matter.Method.values]
    return {
        "name": row.matter.name,
        "task": row.task.number,
        "task_name": row.task.name,
        "methods": "、".join(methods),
        "sources": [*map(_sample, row.samples.all()), *map(_conclusion, row.conclusions.all())],
        "outcome": public_label(row.outcome_codes) if row.outcome_codes else "",
        "findings": [
            f"{f.number}．{f.fact}（依据：{f.basis}）{'现场措施：' + f.measure_words if f.measure_words else ''}"
            f"{'（已更正撤回）' if f.withdrawn_in else ''}"
            for f in row.findings.all()
        ],
        "disposals": [
            f"{DISPOSALS[d.measure].label if d.measure in DISPOSALS else d.measure}，{d.responsible.name}，期限 {d.due_on:%Y-%m-%d}，{d.get_state_display()}"
            for d in row.disposals.all()
        ],
        "lines": [_line(item, answers.get(item.pk)) for item in row.checklist.items.all()],
    }


def _line(item: Any, answer: Any) -> dict[str, Any]:
    limits = ""
    if item.unit:
        low, high = item.minimum, item.maximum
        limits = f"（{'不小于 ' + format(low.normalize(), 'f') if low is not None else ''}{'，' if low is not None and high is not None else ''}{'不大于 ' + format(high.normalize(), 'f') if high is not None else ''} {item.unit}）"
    remark = ""
    if answer:
        number = (
            f"{format(answer.number.normalize(), 'f')} {item.unit}"
            if answer.number is not None
            else ""
        )
        remark = "；".join(part for part in (number, answer.remark) if part)
    return {
        "number": item.number,
        "text": item.text,
        "basis": item.basis,
        "limits": limits,
        "answer": answer.get_value_display() if answer else "",
        "remark": remark,
    }
