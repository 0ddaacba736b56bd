"""Reading batches: lists, causes of errors, differences, and stored values as people say them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from bureau.models import Agency, Region, User
from registry.models import ImportBatch, ImportRow, Matter, SpecialPool
from registry.rules.certificates import NO_EXPIRY
from registry.rules.columns import COLUMNS, ImportKind

# code → (what the rows have in common, what to do); others take the first row's own words.
CAUSES = {
    "check_digit": ("统一社会信用代码校验位不符", "对照营业执照逐位核对"),
    "lost_precision": (
        "代码被 Excel 存成数字，末 3 位已丢失",
        "该列设为文本后从原始资料重填，不能补零",
    ),
    "length": ("统一社会信用代码位数不对", "对照营业执照补正"),
    "confusable": ("代码里有容易看错的字母", "多半是数字，对照营业执照改正"),
    "duplicate": ("与前面的行重复", "保留一行"),
    "formula": ("单元格是公式或公式错误", "复制后选择性粘贴为数值"),
    "unknown_code": ("认不出是哪种编号", "核对，或加一列“代码种类”"),
    "unknown_matter": ("事项清单里没有这些事项", "先导入或认领抽查事项，或照清单填事项编码"),
    "unknown_entity": ("名录库里没有这个对象", "先导入检查对象，或核对代码和名称"),
}
SAMPLES = 3


@dataclass(frozen=True)
class Cause:
    """Rows whose error has one cause, with the first few as samples."""

    code: str
    column: str
    heading: str
    remedy: str
    count: int
    samples: tuple[dict[str, Any], ...]

    @property
    def more(self) -> int:
        return self.count - len(self.samples)


@dataclass(frozen=True)
class Change:
    field: str
    old: str
    new: str


def batches(user: User) -> "models.QuerySet[ImportBatch]":
    """Of the user's scope, newest first by key."""
    visible = ImportBatch.objects.visible_to(user)
    return visible.select_related("file", "uploaded_by", "authority")


def causes(batch: ImportBatch) -> list[Cause]:
    """Errors by cause, the most frequent first; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT code, heading, total, sheet, row, letter, value, message, remedy FROM (
                SELECT p->>'code' AS code, p->>'column' AS heading, r.sheet, r.row, p->>'letter' AS letter,
                    p->>'value' AS value, p->>'message' AS message, p->>'remedy' AS remedy, r.id,
                    row_number() OVER (PARTITION BY p->>'code', p->>'column' ORDER BY r.id) AS nth,
                    count(*) OVER (PARTITION BY p->>'code', p->>'column') AS total
                FROM registry_importrow r, jsonb_array_elements(r.problems) p
                WHERE r.batch_id = %s AND r.verdict = 'error'
            ) found WHERE nth <= %s ORDER BY total DESC, code, heading, id
            """,
            [batch.pk, SAMPLES],
        )
        names = [column.name for column in cursor.description]
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in cursor.fetchall():
            sample = dict(zip(names, row, strict=True))
            found.setdefault((sample["code"], sample["heading"]), []).append(sample)
    return [_cause(code, heading, rows) for (code, heading), rows in found.items()]


def changed_fields(batch: ImportBatch) -> list[tuple[str, str, int]]:
    """(key, label, rows) of every field that differs, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT f.key, count(*) FROM registry_importrow r, jsonb_object_keys(r.differences) f(key)
            WHERE r.batch_id = %s AND r.verdict = 'changed' GROUP BY f.key ORDER BY count(*) DESC, f.key
            """,
            [batch.pk],
        )
        labels = field_labels(batch.kind)
        return [(key, labels.get(key, key), count) for key, count in cursor.fetchall()]


def leaving(batch: ImportBatch) -> tuple[int, int]:
    """How many entities the batch takes off (注销、吊销、撤销、迁出), and how many of them are in an open task (A70, A71)."""
    if batch.kind != ImportBatch.Kind.ENTITIES:
        return 0, 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE EXISTS (
                SELECT 1 FROM registry_ledgerentry x
                WHERE x.entity_id = (r.cleaned->>'target')::bigint AND x.authority_id = %s AND x.is_open))
            FROM registry_importrow r
            WHERE r.batch_id = %s AND r.verdict = 'changed'
                AND r.differences->'standing'->>1 IN ('deregistered', 'revoked', 'cancelled', 'moved_out')
            """,
            [batch.authority_id, batch.pk],
        )
        all_of_them, in_tasks = cursor.fetchone()
        return all_of_them, in_tasks


def rows(
    batch: ImportBatch,
    *,
    verdict: str = "",
    code: str = "",
    column: str = "",
    field: str = "",
    q: str = "",
    noticed: bool = False,
) -> "models.QuerySet[ImportRow]":
    """Staged rows under the page's filters."""
    found = ImportRow.objects.filter(batch=batch)
    if verdict:
        found = found.filter(verdict=verdict)
    if code:
        cause = {"code": code} | ({"column": column} if column else {})
        found = found.filter(problems__contains=[cause])
    if field:
        found = found.filter(differences__has_key=field)
    if noticed:
        found = found.exclude(notices=[])
    if q:
        found = found.filter(key__contains=q) | found.filter(cleaned__fields__name__icontains=q)
    return found


def field_labels(kind: str) -> dict[str, str]:
    """Key → label, for differences and revisions."""
    return {column.key: column.label for column in COLUMNS[ImportKind(kind)]} | {
        "state": "在库状态"
    }


@dataclass(frozen=True)
class Values:
    """Stored values as people say them: names for codes, words for choices. Loaded once per page."""

    kind: str
    words: Mapping[str, Mapping[str, str]]
    units: Mapping[str, str]
    regions: Mapping[str, str]
    pools: Mapping[str, str]
    matters: Mapping[str, str]

    @classmethod
    def of(cls, kind: str, authority: Agency) -> "Values":
        words = {c.key: c.words.labels for c in COLUMNS[ImportKind(kind)] if c.words is not None}
        is_plan = kind == ImportBatch.Kind.PLANS
        units = models.Q(authority=authority)
        if is_plan:
            units |= models.Q(kind=Agency.Kind.PARTNER)
        matters = Matter.objects.filter(authority=authority) if is_plan else Matter.objects.none()
        return cls(
            kind,
            words,
            dict(Agency.objects.filter(units).values_list("code", "name")),
            dict(Region.objects.values_list("code", "name")),
            dict(SpecialPool.objects.filter(authority=authority).values_list("code", "name")),
            dict(matters.values_list("code", "name")),
        )

    def shown(self, key: str, value: Any) -> str:
        if value is None or value == "" or value == []:
            return ""
        if isinstance(value, list):
            return "、".join(self.shown(key, item) for item in value)
        if isinstance(value, bool):
            return "是" if value else "否"
        text = str(value)
        if text == NO_EXPIRY.isoformat():
            return "长期"
        if key == "state":
            return {"in_pool": "在库", "active": "在库", "left": "已出库"}.get(text, text)
        tables = {
            "unit": self.units,
            "responsible_unit": self.units,
            "lead": self.units,
            "participants": self.units,
            "region": self.regions,
            "special_pools": self.pools,
        }
        if self.kind == ImportBatch.Kind.PLANS:
            tables["matters"] = self.matters
        return (tables.get(key) or self.words.get(key, {})).get(text, text)

    def changes(self, row: ImportRow) -> list[Change]:
        """The differences of a row in the order of the columns."""
        order = field_labels(self.kind)
        keys = sorted(row.differences, key=lambda k: list(order).index(k) if k in order else 99)
        return [
            Change(order.get(key, key), *(self.shown(key, v) for v in row.differences[key]))
            for key in keys
        ]


def subject(row: ImportRow) -> str:
    """What to call a row: the name in it, else its number, else its place."""
    fields = row.cleaned.get("fields", {})
    return fields.get("name") or _public_key(row) or str(row)


def _public_key(row: ImportRow) -> str:
    kind, _, code = row.key.partition(":")
    if kind in {"name", "import"}:
        return ""
    return f"{code[:6]}********" if kind == "person" else (code or kind)


def numbers(row: ImportRow) -> str:
    """The code beside the name; a natural person's never whole (ARCHITECTURE §6)."""
    return _public_key(row)


def _cause(code: str, heading: str, found: Iterable[dict[str, Any]]) -> Cause:
    samples = tuple(found)
    first = samples[0]
    known = CAUSES.get(code)
    if known:
        title, remedy = known
    elif code in {
        "empty",
        "choice",
        "date",
        "unknown_name",
        "too_long",
        "integer",
        "phone",
        "yes_no",
    }:
        title, remedy = f"“{heading}”{_GENERAL[code]}", first["remedy"]
    else:
        title, remedy = first["message"], first["remedy"]
    return Cause(code, heading, title, remedy, first["total"], samples)


_GENERAL = {
    "empty": "没有填",
    "choice": "认不出",
    "date": "不是日期",
    "unknown_name": "在本单位没有",
    "too_long": "太长",
    "integer": "不是合适的整数",
    "phone": "不像电话号码",
    "yes_no": "认不出是或否",
}
