"""检查对象: identity and facts into Entity, everything of this bureau into Listing (A12, A14, A16, A17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError

from bureau.errors import Conflict
from bureau.models import Agency, User
from registry import sql
from registry.models import ImportBatch, Listing
from registry.rules.cells import CellProblem
from registry.rules.identifiers import IdKind
from registry.rules.kinds import EntityKind
from registry.rules.names import bigrams, search_key
from registry.rules.rows import RowReading, check_code
from registry.services import public_codes
from registry.services.imports import names
from registry.services.imports.checking import iso, problem_at
from registry.services.imports.kinds import Checked, Importer, committer

TEXTS = (
    "name",
    "kind",
    "standing",
    "address",
    "industry",
    "industry_name",
    "scale",
    "legal_representative",
    "contact_name",
    "contact_phone",
    "business_scope",
    "licence_name",
    "licence_number",
    "credit_class",
)
DAYS = ("established_on", "licence_expires_on", "classed_on")
LISTS = ("tags", "risk_flags")
# Characters 1 of a 统一社会信用代码 is the registering department, 2 the kind of body (GB 32100 tables 1 and 2).
_BODIES = {"91": EntityKind.ENTERPRISE, "92": EntityKind.TRADER, "93": EntityKind.COOPERATIVE}
_KINDS = {
    IdKind.LEGACY: EntityKind.ENTERPRISE,
    IdKind.MINING: EntityKind.MINE,
    IdKind.PROJECT: EntityKind.PROJECT,
    IdKind.PARCEL: EntityKind.PLOT,
    IdKind.PERSON: EntityKind.PERSON,
}


@dataclass(frozen=True)
class Context:
    authority: Agency
    units: names.Names
    regions: names.Names
    pools: names.Names
    nameless: dict[str, str]  # comparable name → code, of entities that have no number of their own


@committer("entities")
class Entities(Importer):
    counter = "家"
    tables = ("registry_entity",)

    def context(self, authority: Agency, today: date, year: int) -> Context:
        return Context(
            authority,
            names.units(authority),
            names.regions(authority),
            names.special_pools(authority),
            dict(
                Listing.objects.filter(authority=authority, entity__id_kind=IdKind.ISSUED)
                .order_by("-entity_id")
                .values_list("entity__search_name", "entity__code")
            ),
        )

    def check(self, reading: RowReading, headings: dict[str, str], context: Context) -> Checked:
        row = Checked()
        values = reading.values
        is_unread = any(p.key in {"code", "legacy_code"} for p in reading.problems)
        id_kind, code = self._identity(values, headings, row, is_unread=is_unread)
        self._facts(values, row)
        self._places(values, headings, context, row)
        name = values.get("name") or ""
        kind = values.get("kind") or _kind_of(id_kind, code)
        if not kind and not is_unread and not any(p.key == "kind" for p in reading.problems):
            row.problems.append(
                problem_at(
                    "kind",
                    headings,
                    "对象类型",
                    "",
                    "没有编号，也没有填“对象类型”",
                    "填企业、个体工商户、项目、地块等",
                    "kind_missing",
                )
            )
        if code:
            row.key = f"{id_kind}:{code}"
        elif name and not is_unread:
            row.key = f"name:{search_key(name)}"
        row.fields["state"] = "in_pool"
        row.extra |= {
            "id_kind": str(id_kind),
            "code": code or context.nameless.get(search_key(name)[:200], ""),
            "search_name": search_key(name)[:200],
            "bigrams": bigrams(name)[:200],
            "default_kind": str(kind or ""),
            "default_unit": context.authority.code,
            "default_region": context.authority.region.code if context.authority.region else None,
        }
        return row

    def matched_sql(self) -> str:
        return sql.MATCHED_ENTITIES

    def write(self, batch: ImportBatch, *, actor: User | None, today: date) -> Sequence[Any]:
        """Set-based: the rows never leave the database. Raises Conflict when an entity appeared meanwhile."""
        if sql.nameless_moved_on(batch):
            raise Conflict("核对之后有同名的无编号对象入库，本批没有写入任何内容。请点“重新核对”。")
        try:
            needing = sql.rows_without_public_code(batch.pk)
            sql.give_public_codes(
                needing, public_codes.issue(authority=batch.authority, count=len(needing))
            )
            sql.write_entities(batch, by=actor.pk if actor else None, today=today)
        except IntegrityError as clash:
            raise Conflict(
                "写入时有对象刚被别人登记，本批没有写入任何内容。请点“重新核对”后再写入。"
            ) from clash
        return []

    def _identity(
        self, values: dict[str, Any], headings: dict[str, str], row: Checked, *, is_unread: bool
    ) -> tuple[IdKind, str]:
        code = values.get("code") or values.get("legacy_code") or ""
        id_kind, problem, notice = check_code(values)
        if id_kind is IdKind.ISSUED and code and not values.get("id_kind"):
            if values.get("kind") == EntityKind.PLOT:
                id_kind = IdKind.PARCEL
            else:
                problem = CellProblem(
                    "认不出是哪种编号",
                    "请核对；确有这种编号的，加一列“代码种类”，填采矿许可证号、项目代码、地块或小班号等",
                    "unknown_code",
                )
        if problem is not None and code:
            key = "code" if values.get("code") else "legacy_code"
            row.problems.append(
                problem_at(
                    key,
                    headings,
                    "统一社会信用代码",
                    code,
                    problem.message,
                    problem.remedy,
                    problem.code,
                )
            )
        if notice and (code or not is_unread):
            row.notices.append(notice)
        return id_kind, code

    def _facts(self, values: dict[str, Any], row: Checked) -> None:
        row.fields |= {key: str(values[key]) for key in TEXTS if values.get(key) is not None}
        row.fields |= {key: iso(values[key]) for key in DAYS if values.get(key) is not None}
        row.fields |= {key: sorted(values[key]) for key in LISTS if values.get(key) is not None}
        long = [tag for tag in row.fields.get("tags", ()) if len(tag) > 40]
        if long:
            row.fields["tags"] = [tag for tag in row.fields["tags"] if len(tag) <= 40]
            row.notices.append(f"标签“{long[0][:20]}…”超过 40 个字，未导入")

    def _places(
        self, values: dict[str, Any], headings: dict[str, str], context: Context, row: Checked
    ) -> None:
        for key, label, known in (
            ("unit", "管辖单位", context.units),
            ("region", "行政区划", context.regions),
        ):
            text = values.get(key)
            if text is None:
                continue
            if key == "region" and text.isdigit() and len(text) in {9, 12}:
                text = text[:6]  # 统计用区划代码 adds town and village
            found, problem = known.find(text)
            if problem is None:
                row.fields[key] = found
            else:
                row.problems.append(
                    problem_at(
                        key, headings, label, text, problem.message, problem.remedy, problem.code
                    )
                )
        pools = []
        for text in values.get("special_pools") or ():
            found, problem = context.pools.find(text)
            pools.append(found)
            if problem is not None:
                row.problems.append(
                    problem_at(
                        "special_pools",
                        headings,
                        "专项库",
                        text,
                        problem.message,
                        problem.remedy,
                        problem.code,
                    )
                )
        if pools:
            row.fields["special_pools"] = sorted(pools)


def _kind_of(id_kind: IdKind, code: str) -> str:
    """What a number says about its holder, for rosters without a column 对象类型."""
    if id_kind is IdKind.USCC:
        return str(_BODIES.get(code[:2], EntityKind.INSTITUTION))
    return str(_KINDS.get(id_kind, ""))
