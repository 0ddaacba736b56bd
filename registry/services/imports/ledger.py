"""检查台账: this year's inspections so far as opening balance, so that limits and coverage are right (A112)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bureau.models import Agency, User
from registry import sql
from registry.models import ImportBatch, LedgerEntry, Listing, Matter
from registry.rules.cells import parse_list
from registry.rules.names import search_key
from registry.rules.rows import RowReading
from registry.services.imports import names
from registry.services.imports.checking import problem_at
from registry.services.imports.kinds import Checked, Importer, committer
from registry.services.imports.writing import assign, staged

# Exempt from published caps wherever one was read (A96); a column 计入年度上限 overrules it.
NOT_COUNTED = {"complaint", "recheck"}


@dataclass(frozen=True)
class Context:
    authority: Agency
    today: date
    units: names.Names
    by_code: dict[str, int]
    by_name: dict[str, list[int]]
    matters: dict[str, int]


@committer("ledger")
class Ledger(Importer):
    counter = "条"
    tables = ("registry_ledgerentry",)

    def context(self, authority: Agency, today: date, year: int) -> Context:
        by_code: dict[str, int] = {}
        by_name: dict[str, list[int]] = {}
        for pk, code, public, name in Listing.objects.filter(authority=authority).values_list(
            "entity_id", "entity__code", "entity__public_code", "entity__search_name"
        ):
            by_code[code] = by_code[public] = pk
            by_name.setdefault(name, []).append(pk)
        matters: dict[str, int] = {}
        for matter in Matter.objects.filter(authority=authority):
            matters |= {matter.code: matter.pk, search_key(matter.name): matter.pk}
        return Context(authority, today, names.units(authority), by_code, by_name, matters)

    def check(self, reading: RowReading, headings: dict[str, str], context: Context) -> Checked:
        values = reading.values
        row = Checked()
        entity = self._entity(row, values, headings, context)
        matters = self._matters(row, values, context)
        day, kind = values.get("day"), values.get("kind")
        if day is not None and day > context.today:
            row.problems.append(
                problem_at(
                    "day",
                    headings,
                    "检查日期",
                    day.isoformat(),
                    "还没有到",
                    "台账只登记已经做过的检查，请核对日期",
                    "future",
                )
            )
        if values.get("unit") is not None:
            code, problem = context.units.find(values["unit"])
            row.fields["unit"] = code
            if problem is not None:
                row.problems.append(
                    problem_at(
                        "unit",
                        headings,
                        "检查单位",
                        values["unit"],
                        problem.message,
                        problem.remedy,
                        problem.code,
                    )
                )
        counts = values.get("counts")
        row.fields["counts"] = kind not in NOT_COUNTED if counts is None else counts
        outcome = f"结果：{values['outcome']}" if values.get("outcome") else ""
        row.fields["note"] = "；".join(t for t in (outcome, values.get("note") or "") if t)[:200]
        if entity and day and kind:
            # The same inspection in a second file is the same entry: its source says so.
            text = f"{context.authority.code}|{entity}|{day}|{kind}|{sorted(matters)}"
            row.key = f"import:{hashlib.sha256(text.encode()).hexdigest()[:40]}"
        row.extra |= {
            "source": row.key,
            "entity": entity,
            "day": day.isoformat() if day else None,
            "kind": kind,
            "matters": matters,
        }
        return row

    def matched_sql(self) -> str:
        return sql.MATCHED_LEDGER

    def write(self, batch: ImportBatch, *, actor: User | None, today: date) -> Sequence[Any]:
        """Entries are closed from the start: they count, but nothing of them is still to do."""
        units = {a.code: a.pk for a in Agency.objects.filter(authority=batch.authority)}
        made, matters = [], {}
        for row in staged(batch):
            values = row.cleaned["fields"] | {
                "unit_id": units.get(row.cleaned["fields"].get("unit"))
            }
            values.pop("unit", None)
            if row.verdict == "changed":
                assign(LedgerEntry.objects.get(pk=row.cleaned["target"]), values)
                continue
            made.append(
                LedgerEntry(
                    authority=batch.authority,
                    entity_id=row.cleaned["entity"],
                    day=date.fromisoformat(row.cleaned["day"]),
                    kind=row.cleaned["kind"],
                    source=row.cleaned["source"],
                    is_open=False,
                    **values,
                )
            )
            matters[row.cleaned["source"]] = row.cleaned["matters"]
        through = LedgerEntry.matters.through
        created = LedgerEntry.objects.bulk_create(made, batch_size=1000)
        through.objects.bulk_create(
            [
                through(ledgerentry_id=entry.pk, matter_id=matter)
                for entry in created
                for matter in matters[entry.source]
            ],
            batch_size=5000,
        )
        return []

    def _entity(
        self, row: Checked, values: dict[str, Any], headings: dict[str, str], context: Context
    ) -> int | None:
        code, name = values.get("code") or "", values.get("name") or ""
        alike = context.by_name.get(search_key(name), []) if name else []
        found = context.by_code.get(code) if code else (alike[0] if len(alike) == 1 else None)
        if found is not None:
            return found
        key, value = ("code", code) if code else ("name", name)
        if not code and len(alike) > 1:
            message, remedy = f"名录库里有 {len(alike)} 个同名对象", "请加一列统一社会信用代码"
        elif not value:
            message, remedy = "代码和名称都没有填", "至少填一个"
        else:
            message, remedy = "名录库里没有这个对象", "先导入检查对象，或核对代码和名称"
        row.problems.append(
            problem_at(key, headings, "检查对象", value, message, remedy, "unknown_entity")
        )
        return None

    def _matters(self, row: Checked, values: dict[str, Any], context: Context) -> list[int]:
        whole = values.get("matters") or ""
        if search_key(whole) in context.matters:
            return [context.matters[search_key(whole)]]
        found = []
        for text in parse_list(whole).value or ():
            pk = context.matters.get(text) or context.matters.get(search_key(text))
            if pk is None:
                row.notices.append(f"事项清单里没有“{text[:30]}”，本条不关联这个事项")
            else:
                found.append(pk)
        return sorted(set(found))
