"""抽查事项: a change makes a new version with its MatterRevision; checklists are not touched (A02–A07)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bureau.models import Agency, User
from bureau.services import numbers
from registry import sql
from registry.models import ImportBatch, Matter, MatterRevision
from registry.rules.identifiers import ID_PATTERN
from registry.rules.names import search_key
from registry.rules.rows import RowReading
from registry.services import matter_list
from registry.services.imports import names
from registry.services.imports.checking import problem_at
from registry.services.imports.kinds import Checked, Importer, committer
from registry.services.imports.writing import assign, staged
from registry.services.matters import content_of

TEXTS = (
    "code",
    "name",
    "field",
    "category",
    "object_text",
    "content",
    "body",
    "level",
    "legal_basis",
    "ratio_text",
    "frequency_text",
    "materials",
    "guide",
    "superior_code",
)
LISTS = ("methods", "required_quals", "preferred_quals", "expert_fields")


@dataclass
class Context:
    authority: Agency
    units: names.Names
    by_code: dict[str, tuple[int, str]]  # code → (matter, state)
    by_name: dict[str, list[tuple[int, str, str]]]  # comparable name → (matter, state, code)
    claimed: set[int] = field(default_factory=set)


@committer("matters")
class Matters(Importer):
    counter = "项"
    tables = ("registry_matter",)
    points = ("新增的事项是草稿，编制检查表并列入执行清单后才能抽取。",)

    def context(self, authority: Agency, today: date, year: int) -> Context:
        by_code: dict[str, tuple[int, str]] = {}
        by_name: dict[str, list[tuple[int, str, str]]] = {}
        for matter in Matter.objects.filter(authority=authority):
            by_code[matter.code] = (matter.pk, matter.state)
            by_name.setdefault(search_key(matter.name), []).append(
                (matter.pk, matter.state, matter.code)
            )
        return Context(authority, names.units(authority), by_code, by_name)

    def check(self, reading: RowReading, headings: dict[str, str], context: Context) -> Checked:
        values = reading.values
        row = Checked()
        row.fields |= {key: values[key] for key in TEXTS if values.get(key) is not None}
        row.fields |= {key: sorted(values[key]) for key in LISTS if values.get(key) is not None}
        if values.get("is_enterprise_related") is not None:
            row.fields["is_enterprise_related"] = values["is_enterprise_related"]
        if values.get("responsible_unit") is not None:
            code, problem = context.units.find(values["responsible_unit"])
            row.fields["responsible_unit"] = code
            if problem is not None:
                row.problems.append(
                    problem_at(
                        "responsible_unit",
                        headings,
                        "责任科室",
                        values["responsible_unit"],
                        problem.message,
                        problem.remedy,
                        problem.code,
                    )
                )
        self._find(row, values, headings, context)
        row.extra["default_body"] = context.authority.name
        return row

    def matched_sql(self) -> str:
        return sql.MATCHED_MATTERS

    def write(self, batch: ImportBatch, *, actor: User | None, today: date) -> Sequence[Matter]:
        """New matters are drafts: they enter the list in force by the step that says so, on the matter's page."""
        units = {agency.code: agency for agency in Agency.objects.filter(authority=batch.authority)}
        written = []
        for row in staged(batch):
            values: dict[str, Any] = dict(row.cleaned["fields"])
            if "responsible_unit" in values:
                values["responsible_unit"] = units[values["responsible_unit"]]
            if row.verdict == "changed":
                matter = Matter.objects.select_related("responsible_unit").get(
                    pk=row.cleaned["target"]
                )
                changed = {k: v for k, v in values.items() if k in row.differences}
                assign(matter, changed | {"version": matter.version + 1})
            else:
                if "code" not in values:
                    values["code"] = _new_code(batch.authority)
                values.setdefault("body", row.cleaned["default_body"])
                values.setdefault("content", "")
                matter = Matter.objects.create(authority=batch.authority, **values)
            MatterRevision.objects.create(
                matter=matter,
                version=matter.version,
                content=content_of(matter),
                reason="Excel 导入",
                by=actor,
            )
            written.append(matter)
        if any(matter.state == Matter.State.IN_FORCE for matter in written):
            matter_list.announce(authority=batch.authority)
        return written

    def _find(
        self, row: Checked, values: dict[str, Any], headings: dict[str, str], context: Context
    ) -> None:
        code, name = values.get("code") or "", values.get("name") or ""
        row.key = code or (f"name:{search_key(name)}" if name else "")
        if code and not ID_PATTERN.fullmatch(code):
            row.problems.append(
                problem_at(
                    "code",
                    headings,
                    "事项编码",
                    code,
                    "只能用字母、数字和 . _ -",
                    "改正，或留空由系统编号",
                    "matter_code",
                )
            )
            return
        alike = context.by_name.get(search_key(name), [])
        found = context.by_code.get(code) if code else None
        if not code and len(alike) > 1:
            row.problems.append(
                problem_at(
                    "name",
                    headings,
                    "抽查事项",
                    name,
                    f"清单里有 {len(alike)} 个同名事项",
                    "请填事项编码",
                    "ambiguous",
                )
            )
        elif not code and alike:
            found = alike[0][:2]
        elif code and not found and alike:
            row.notices.append(f"清单里已有同名事项（编码 {alike[0][2]}），本行按新事项写入")
        if found and found[1] == Matter.State.ENDED:
            row.problems.append(
                problem_at(
                    "name",
                    headings,
                    "抽查事项",
                    name,
                    "这个事项已停用",
                    "不再抽查的删去本行；重新启用请换新编码",
                    "ended",
                )
            )
        if found and found[0] in context.claimed:
            row.problems.append(
                problem_at(
                    "name",
                    headings,
                    "抽查事项",
                    name,
                    "与前面的行是同一个事项",
                    "只保留一行",
                    "duplicate",
                )
            )
        elif found:
            context.claimed.add(found[0])
        if not found and not values.get("content"):
            row.notices.append("没有填抽查内容，列入执行清单前请补上")
        row.extra["target"] = found[0] if found else None


def _new_code(authority: Agency) -> str:
    while True:
        code = f"SX-{numbers.next_number(authority=authority, kind='matter', year=0):03d}"
        if not Matter.objects.filter(authority=authority, code=code).exists():
            return code
