"""抽查事项清单 as the public reads it: its columns (A02, A03), and what each version changed (A07)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bureau.models import Agency
from publication.models import PublicRecord
from publication.rules import frozen
from registry.models import Matter

SCHEMA = 1
# Key in the record → heading; the fields that the law asks for come first (A02, A03).
FIELDS: Mapping[str, str] = {
    "name": "抽查事项",
    "category": "事项类别",
    "object": "检查对象",
    "content": "抽查内容",
    "methods": "检查方式",
    "body": "检查主体",
    "basis": "检查依据",
    "ratio": "抽查比例",
    "frequency": "抽查频次",
    "field": "领域",
    "level": "实施层级",
}
VERSIONS = 20  # compared on the page


@dataclass(frozen=True)
class Change:
    """What one version changed against the one before it."""

    record: PublicRecord
    added: list[str]
    removed: list[str]
    changed: list[tuple[str, list[str]]]  # (name, headings)

    @property
    def is_first(self) -> bool:
        return self.record.version == 1


def subject(authority: Agency) -> str:
    return f"bureau.agency:{authority.code}/matters"


def content(authority: Agency) -> dict[str, Any]:
    """The matters in force, by code; no day in it, so that an unchanged list is no new version."""
    rows = Matter.objects.in_force().filter(authority=authority).order_by("code")
    return {
        "schema": SCHEMA,
        "kind": "matter_list",
        "authority": {"code": authority.code, "name": authority.name},
        "matters": [_matter(row) for row in rows],
    }


def changes(subject_text: str) -> list[Change]:
    """Every version against the one before it, the newest first; one query."""
    rows = list(
        PublicRecord.objects.filter(subject=subject_text).order_by("-version")[: VERSIONS + 1]
    )
    contents = [frozen.thaw(bytes(row.content)) for row in rows]
    return [
        _change(row, contents[place], contents[place + 1] if place + 1 < len(rows) else None)
        for place, row in enumerate(rows[:VERSIONS])
    ]


def _change(row: PublicRecord, new: dict[str, Any], old: dict[str, Any] | None) -> Change:
    after = {matter["code"]: matter for matter in new["matters"]}
    before = {matter["code"]: matter for matter in old["matters"]} if old else {}
    changed = [
        (str(matter["name"]), differing)
        for code, matter in after.items()
        if code in before
        and (differing := [w for k, w in FIELDS.items() if before[code].get(k) != matter.get(k)])
    ]
    return Change(
        record=row,
        added=[m["name"] for code, m in after.items() if code not in before],
        removed=[m["name"] for code, m in before.items() if code not in after],
        changed=changed,
    )


def _matter(row: Matter) -> dict[str, Any]:
    return {
        "code": row.code,
        "version": row.version,
        "name": row.name,
        "category": row.get_category_display(),
        "object": row.object_text,
        "content": row.content,
        "methods": "、".join(
            str(Matter.Method(m).label) for m in row.methods if m in Matter.Method
        ),
        "body": row.body,
        "basis": row.legal_basis,
        "ratio": row.ratio_text,
        "frequency": row.frequency_text,
        "field": row.field,
        "level": row.level,
    }
