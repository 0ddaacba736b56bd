"""Papers of an objection: what each says when it is issued, and the same as a Word document (A82, A83)."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from bureau.selectors import rule_settings
from bureau.services import wordings
from bureau.services.documents import docx
from inspections.rules.outcomes import public_label
from publication.models import Objection, ObjectionPaper
from publication.rules.forms_objection import FORMS

DAYS = ("published_on", "received_on", "recheck_due_on", "reply_due_on", "rechecked_on", "on")


def rows() -> "QuerySet[ObjectionPaper]":
    return ObjectionPaper.objects.select_related(
        "authority", "objection__visit_matter__visit__entity", "issued_by", "delivered_by"
    )


def content(row: Objection, kind: str, *, number: str, on: date) -> dict[str, Any]:
    """Everything that the paper says, as plain values to freeze."""
    matter = row.visit_matter
    entity = matter.visit.entity
    published = timezone.localdate(matter.published_at) if matter.published_at else None
    reply_days = rule_settings.value_of("reply_workdays", row.authority, on.year)
    days = {
        "published_on": published,
        "received_on": row.received_on,
        "recheck_due_on": row.recheck_due_on,
        "reply_due_on": row.reply_due_on,
        "rechecked_on": row.rechecked_on,
        "on": on,
    }
    known = {
        "matters": matter.matter.name,
        "on": _day(row.received_on),
        "due": _day(row.recheck_due_on),
        "days": str(reply_days),
    }
    places = {name for passage in FORMS[kind].passages for name in passage.places}
    return {
        "kind": kind,
        "number": number,
        "objection": row.number,
        "authority": row.authority.name,
        "applicant": row.applicant,
        "contact": row.contact,
        "entity": entity.name,
        "code": entity.shown_code,
        "matter": matter.matter.name,
        "task": matter.task.number,
        "outcome": public_label(matter.outcome_codes),
        "text": row.text,
        "files": list(row.files.values_list("name", flat=True)),
        "registered_by": str(row.registered_by or ""),
        "finding": row.finding,
        "is_upheld": row.is_upheld,
        "reply": row.reply,
        "reason": row.decline_reason,
        "phone": row.authority.phone,
        "address": row.authority.address,
        "form": wordings.of(
            FORMS[kind].key, row.authority, **{name: known[name] for name in places}
        ),
    } | {name: day.isoformat() if day else "" for name, day in days.items()}


def context(paper: ObjectionPaper) -> dict[str, Any]:
    """For the template: the frozen content with its days read."""
    frozen = paper.content
    read = {name: date.fromisoformat(frozen[name]) if frozen[name] else None for name in DAYS}
    return {"paper": frozen | read, "form": frozen["form"]}


def as_docx(frozen: dict[str, Any]) -> bytes:
    """For officials who go on editing; the frozen PDF remains what was issued."""
    form = frozen["form"]
    passages = form["passages"]
    kind = frozen["kind"]
    signature = [frozen["authority"], _day(date.fromisoformat(frozen["on"]))]
    if kind == "application":
        blocks = [f"{label}：{value}" for label, value in _lines(frozen)]
        return docx(
            title=form["title"],
            number=frozen["number"],
            blocks=[*blocks, passages["foot"]],
            signature=[f"登记人：{frozen['registered_by']}", signature[1]],
        )
    blocks = [f"{frozen['applicant']}：", passages["body"]]
    if kind == "refusal":
        blocks += [frozen["reason"], passages["remedy"]]
    elif kind == "acceptance":
        blocks.append(passages["during"])
    elif kind == "decision":
        said = passages["upheld"] if frozen["is_upheld"] else passages["rejected"]
        blocks += [frozen["finding"], said, passages["remedy"]]
    else:
        blocks.append(frozen["reply"])
    return docx(title=form["title"], number=frozen["number"], blocks=blocks, signature=signature)


def _lines(frozen: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("申请人", f"{frozen['applicant']}　{frozen['contact']}"),
        ("检查对象", frozen["entity"]),
        ("抽查事项", frozen["matter"]),
        ("抽查任务", frozen["task"]),
        ("公示的结果", frozen["outcome"]),
        ("收到日期", frozen["received_on"]),
        ("异议内容和理由", frozen["text"]),
        ("申请人材料", "；".join(frozen["files"]) or "无"),
        ("复查期限", frozen["recheck_due_on"]),
    ]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
