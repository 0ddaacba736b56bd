"""执法检查人员: found again by certificate number, or by the bureau's own 人员编码 when a certificate was renewed (A19, A100)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bureau.models import Agency, User
from bureau.services import numbers
from registry import sql
from registry.models import ImportBatch, Inspector
from registry.rules.certificates import certificate_valid
from registry.rules.identifiers import ID_PATTERN
from registry.rules.rows import RowReading
from registry.services.imports import names
from registry.services.imports.checking import iso, problem_at
from registry.services.imports.kinds import Checked, Importer, committer
from registry.services.imports.writing import assign, staged

TEXTS = (
    "name",
    "pid",
    "post",
    "phone",
    "certificate_no",
    "certificate_name",
    "certificate_issuer",
    "certificate2_no",
)
DAYS = ("certificate_expires_on", "certificate2_expires_on")
LISTS = ("quals", "duties")
PLAIN = ("may_lead", "capacity")


@dataclass
class Context:
    authority: Agency
    today: date
    units: names.Names
    by_certificate: dict[str, tuple[int, int]]  # number → (inspector, authority)
    by_pid: dict[str, tuple[int, int]]
    claimed: dict[int, str] = field(
        default_factory=dict
    )  # inspector → 姓名 of the row that is this one


@committer("inspectors")
class Inspectors(Importer):
    counter = "人"
    tables = ("registry_inspector",)

    def context(self, authority: Agency, today: date, year: int) -> Context:
        rows = list(Inspector.objects.values_list("pk", "authority_id", "pid", "certificate_no"))
        return Context(
            authority,
            today,
            names.units(authority),
            {certificate: (pk, owner) for pk, owner, _, certificate in rows},
            {pid: (pk, owner) for pk, owner, pid, _ in rows},
        )

    def check(self, reading: RowReading, headings: dict[str, str], context: Context) -> Checked:
        values = reading.values
        certificate, pid = values.get("certificate_no") or "", values.get("pid") or ""
        row = Checked(key=certificate)
        row.fields |= {key: values[key] for key in TEXTS if values.get(key) is not None}
        row.fields |= {key: iso(values[key]) for key in DAYS if values.get(key) is not None}
        row.fields |= {key: sorted(values[key]) for key in LISTS if values.get(key) is not None}
        row.fields |= {key: values[key] for key in PLAIN if values.get(key) is not None}
        row.fields["state"] = "active"
        if values.get("unit") is not None:
            code, problem = context.units.find(values["unit"])
            row.fields["unit"] = code
            if problem is not None:
                row.problems.append(
                    problem_at(
                        "unit",
                        headings,
                        "所在科室（所）",
                        values["unit"],
                        problem.message,
                        problem.remedy,
                        problem.code,
                    )
                )
        if pid and not ID_PATTERN.fullmatch(pid):
            row.problems.append(
                problem_at(
                    "pid",
                    headings,
                    "人员编码",
                    pid,
                    "只能用字母、数字和 . _ -",
                    "改正，或留空由系统编号",
                    "pid",
                )
            )
        capacity = values.get("capacity")
        if capacity is not None and not 1 <= capacity <= 999:
            row.problems.append(
                problem_at(
                    "capacity",
                    headings,
                    "每次匹配最多组数",
                    capacity,
                    "应在 1 至 999 之间",
                    "不限制的留空",
                    "integer",
                )
            )
        self._find(row, certificate, pid, headings, context)
        expires = values.get("certificate_expires_on")
        if expires is not None and not certificate_valid(expires, context.today):
            row.notices.append("执法证已过期，写入后不会被抽中，换证后请更新有效期")
        row.extra["default_unit"] = context.authority.code
        return row

    def matched_sql(self) -> str:
        return sql.MATCHED_INSPECTORS

    def write(self, batch: ImportBatch, *, actor: User | None, today: date) -> Sequence[Inspector]:
        """Raises IntegrityError when a number was taken meanwhile (the caller answers with a Conflict)."""
        units = {agency.code: agency for agency in Agency.objects.filter(authority=batch.authority)}
        written = []
        for row in staged(batch):
            values: dict[str, Any] = {
                k: _day(v) if k in DAYS else v for k, v in row.cleaned["fields"].items()
            }
            unit = values.pop("unit", None)
            if row.verdict == "changed":
                inspector = Inspector.objects.get(pk=row.cleaned["target"])
                changed = {k: v for k, v in values.items() if k in row.differences}
                if "unit" in row.differences:
                    changed["unit"] = units[unit]
                assign(inspector, changed)
            else:
                values["unit"] = units[unit or row.cleaned["default_unit"]]
                if "pid" not in values:
                    values["pid"] = _new_pid(batch.authority, today.year)
                inspector = Inspector.objects.create(authority=batch.authority, **values)
            written.append(inspector)
        return written

    def _find(
        self, row: Checked, certificate: str, pid: str, headings: dict[str, str], context: Context
    ) -> None:
        found = context.by_certificate.get(certificate) if certificate else None
        coded = context.by_pid.get(pid) if pid else None
        owner = (found or coded or (0, context.authority.pk))[1]
        if owner != context.authority.pk:
            key, value = ("certificate_no", certificate) if found else ("pid", pid)
            row.problems.append(
                problem_at(
                    key,
                    headings,
                    "执法证号",
                    value,
                    "已登记在别的单位",
                    "调入人员请先由原单位办理出库并更正；编号写错的请改正",
                    "elsewhere",
                )
            )
        elif found and coded and found != coded:
            row.problems.append(
                problem_at(
                    "pid",
                    headings,
                    "人员编码",
                    pid,
                    "与执法证号不是同一个人",
                    "人员编码不得重复使用，请核对",
                    "pid",
                )
            )
        target = (found or coded or (None,))[0]
        if target in context.claimed:
            row.problems.append(
                problem_at(
                    "pid",
                    headings,
                    "人员编码",
                    pid,
                    f"与“{context.claimed[target]}”一行指的是同一个人",
                    "同一个人只保留一行",
                    "duplicate",
                )
            )
        elif target is not None:
            context.claimed[target] = str(row.fields.get("name", ""))
        row.extra["target"] = target


def _new_pid(authority: Agency, year: int) -> str:
    """As people entered by hand get it; never used before, by anybody (a pid stands in draw files for ever)."""
    while True:
        number = numbers.next_number(authority=authority, kind="pid-I", year=year)
        pid = f"I{authority.code}-{year}-{number:04}"
        if not Inspector.objects.filter(pid=pid).exists():
            return pid


def _day(text: str) -> date:
    return date.fromisoformat(text)
