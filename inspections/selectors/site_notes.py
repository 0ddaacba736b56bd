"""现场检查笔录 as it reads now: composed of what is recorded, and the recorder's own words (A65, A66)."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.utils import timezone

from bureau.services import wordings
from inspections.models import Evidence, Finding, SiteNote, TeamMember, Visit
from inspections.rules.answers import NO, NOT_APPLICABLE, YES
from inspections.rules.forms_site_note import SITE_NOTE_FORM
from inspections.selectors import fieldwork, sources
from inspections.selectors.fieldwork import Line, Sheet
from registry.rules.kinds import EntityKind
from registry.rules.names import may_show_code

_COUNTED = ((Evidence.Kind.PHOTO, "照片 {} 张"), (Evidence.Kind.VIDEO, "录像 {} 段"), (Evidence.Kind.AUDIO, "录音 {} 段"), (Evidence.Kind.DOCUMENT, "提取文件 {} 份"))  # fmt: skip


def existing(visit: Visit) -> SiteNote | None:
    return (
        SiteNote.objects.filter(visit=visit)
        .select_related("recorder", "frozen_by")
        .prefetch_related("revisions__by")
        .first()
    )


def shown(visit: Visit, note: SiteNote | None) -> dict[str, Any]:
    """The frozen content where it is signed, else composed now."""
    if note is not None and note.content is not None:
        return {**note.content, "digest": note.digest}
    return compose(visit, note) | {"digest": ""}


def digest(content: dict[str, Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def compose(visit: Visit, note: SiteNote | None) -> dict[str, Any]:
    """Plain values only, so that they can be frozen; a constant number of queries."""
    team = fieldwork.officers(visit)
    names = [_named(member) for member in team]
    recorder = next(
        (m for m in team if note and m.inspector and m.inspector.user_id == note.recorder_id), None
    )
    return {
        "form": wordings.of(SITE_NOTE_FORM.key, visit.authority, person="、".join(names)),
        "authority": visit.authority.name,
        "visit": visit.number,
        "entity": visit.entity.name,
        "code": visit.entity.public_code if may_show_code(EntityKind(visit.entity.kind)) else "",
        "address": visit.entity.address,
        "place": (note.place if note else "") or visit.place or visit.entity.address,
        "party": note.party if note else "",
        "from": _moment(visit.started_at),
        "to": _moment(visit.ended_at),
        "team": names,
        "recorder": note.recorder.full_name if note else "",
        "recorder_certificate": recorder.inspector.certificate_no
        if recorder and recorder.inspector
        else "",
        "blocks": _blocks(visit),
        "measures": _measures(visit),
        "materials": _materials(visit),
        "text": note.text if note else "",
        "signed": visit.party_signed,
        "refusal": visit.refusal_note,
        "witness": visit.witness_name,
        "revision": note.revision if note else 0,
    }


def _blocks(visit: Visit) -> list[dict[str, Any]]:
    taken: dict[Any, list[str]] = {}
    found = sources.of_visit(visit)
    for sample, _, _, _ in found["samples"]:
        words = (
            f"抽取{sample.name} {sample.quantity}，编号 {sample.number}，封条 {sample.seal_number}"
        )
        taken.setdefault(sample.visit_matter_id, []).append(
            f"{words}，{'当事人到场确认封样' if sample.is_party_present else '见证人' + sample.witness}。"
        )
    others: dict[Any, list[str]] = {}
    for row, _ in found["conclusions"]:
        if row.state == "withdrawn":
            continue
        words = f"{row.get_source_display()}：{row.issuer}"
        others.setdefault(row.visit_matter_id, []).append(
            f"{words}，{row.document_number} {row.text}"
            if row.text
            else f"{words}，{row.service}，由{row.supervisor.name}监督，待出具。"
        )
    return [
        {
            "name": sheet.matter.matter.name,
            "counted": _counted(sheet),
            "problems": [_problem(line) for line in sheet.failed],
            "samples": taken.get(sheet.matter.pk, []),
            "conclusions": others.get(sheet.matter.pk, []),
        }
        for sheet in fieldwork.sheets(visit)
    ]


def _counted(sheet: Sheet) -> str:
    values = [line.answer.value for line in sheet.lines if line.answer]
    words = [f"符合 {values.count(YES)} 项", f"不符合 {values.count(NO)} 项"]
    if count := values.count(NOT_APPLICABLE):
        words.append(f"不涉及 {count} 项")
    if count := len(sheet.lines) - len(values):
        words.append(f"未查 {count} 项")
    return f"检查表共 {len(sheet.lines)} 项：{'，'.join(words)}。"


def _problem(line: Line) -> str:
    assert line.answer is not None
    measured = f"实测 {line.measured}，" if line.measured else ""
    return f"第 {line.item.number} 项“{line.item.text}”：不符合，{measured}{line.answer.remark}"


def _measures(visit: Visit) -> list[str]:
    """What was done on the spot about what was found, as recorded."""
    rows = Finding.objects.standing().filter(visit_matter__visit=visit)
    return [
        f"{finding.fact}（依据：{finding.basis}）：{finding.measure_words}"
        for finding in rows.order_by("visit_matter_id", "number")
        if finding.measure_words
    ]


def _materials(visit: Visit) -> str:
    kinds = list(visit.evidence.values_list("kind", flat=True))
    parts = [words.format(kinds.count(kind)) for kind, words in _COUNTED if kind in kinds]
    return f"现场取得{'、'.join(parts)}。" if parts else ""


def _named(member: TeamMember) -> str:
    assert member.inspector is not None
    return f"{member.inspector.name}（{member.inspector.certificate_no}）"


def _moment(at: datetime | None) -> str:
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{local.year}年{local.month}月{local.day}日 {local.hour}时{local.minute:02d}分"
