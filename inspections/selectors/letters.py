"""Letters of 后续处置: what one says when it is issued, and the same as a Word document (A84, A86; DOMAIN E)."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from bureau.services import wordings
from bureau.services.documents import Table, docx
from inspections.models import Disposal, Letter
from inspections.rules.forms_letters import LETTER_FORMS
from inspections.rules.outcomes import public_label

KINDS = Letter.Kind.choices


def rows() -> "QuerySet[Letter]":
    return Letter.objects.select_related(
        "authority", "disposal__visit_matter__visit__entity", "disposal__responsible", "issued_by"
    )


def content(
    disposal: Disposal,
    kind: str,
    *,
    number: str,
    recipient: str,
    note: str,
    attachments: list[str],
    due_on: date,
    on: date,
) -> dict[str, Any]:
    """Everything that the letter says, as plain values to freeze."""
    matter = disposal.visit_matter
    visit, entity = matter.visit, matter.visit.entity
    unit = disposal.responsible if kind == "rectify" else visit.unit
    when = timezone.localdate(visit.started_at) if visit.started_at else None
    form = wordings.of(
        LETTER_FORMS[kind].key,
        disposal.authority,
        entity=entity.name,
        matters=matter.matter.name,
        due=_day(due_on),
    )
    return {
        "kind": kind,
        "number": number,
        "recipient": recipient,
        "entity": {
            "name": entity.name,
            "code": entity.shown_code,
            "address": entity.address,
            "representative": entity.legal_representative,
        },
        "visit": visit.number,
        "inspected_on": when.isoformat() if when else "",
        "task": matter.task.number,
        "matter": matter.matter.name,
        "disposal": disposal.number,
        "facts": _facts(disposal),
        "note": note,
        "attachments": attachments,
        "due_on": due_on.isoformat(),
        "authority": disposal.authority.name,
        "contact": {
            "unit": unit.name,
            "phone": unit.phone or disposal.authority.phone,
            "address": unit.address or disposal.authority.address,
        },
        "on": on.isoformat(),
        "form": form,
    }


def context(letter: Letter) -> dict[str, Any]:
    """For the template: the frozen content with its days read."""
    return printed(letter.content)


def printed(frozen: dict[str, Any]) -> dict[str, Any]:
    days = {
        name: date.fromisoformat(frozen[name]) if frozen[name] else None
        for name in ("on", "due_on", "inspected_on")
    }
    return {"letter": frozen | days, "form": frozen["form"]}


def as_docx(frozen: dict[str, Any]) -> bytes:
    """For officials who go on editing; the frozen PDF remains what was issued."""
    form, entity = frozen["form"], frozen["entity"]
    passages = form["passages"]
    code = f"（{entity['code']}）" if entity["code"] else ""
    blocks: list[Any] = [f"{frozen['recipient']}：", passages["opening"]]
    if frozen["kind"] != "rectify":
        blocks.append(f"检查对象：{entity['name']}{code}；住所：{entity['address'] or '未登记'}。")
    blocks.append(
        Table(
            ("序号", "事实", "依据"),
            [(str(n), fact["fact"], fact["basis"]) for n, fact in enumerate(frozen["facts"], 1)],
        )
    )
    if frozen["note"]:
        blocks.append(frozen["note"])
    blocks += [
        passages[name] for name in ("demand", "request", "warning", "rights") if name in passages
    ]
    if frozen["attachments"]:
        listed = "；".join(f"{n}. {name}" for n, name in enumerate(frozen["attachments"], 1))
        blocks.append(f"附件：{listed}")
    contact = frozen["contact"]
    blocks.append(f"联系单位：{contact['unit']}　电话：{contact['phone'] or '–'}")
    return docx(
        title=form["title"],
        number=frozen["number"],
        blocks=blocks,
        signature=[frozen["authority"], _day(date.fromisoformat(frozen["on"]))],
    )


def _facts(disposal: Disposal) -> list[dict[str, str]]:
    """The finding that the disposal is about, else all that stand; a result without findings says itself."""
    matter = disposal.visit_matter
    found = [disposal.finding] if disposal.finding else list(matter.findings.standing())
    if not found:
        return [{"fact": public_label(matter.outcome_codes), "basis": "", "measure": ""}]
    return [{"fact": row.fact, "basis": row.basis, "measure": row.on_site_measure} for row in found]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
