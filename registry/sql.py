"""Raw SQL of the registry: COPY into the staging table, set-based comparison, and the writing of a whole batch at once.

Everything takes the application's own connection and runs inside the caller's transaction.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection

if TYPE_CHECKING:
    from registry.models import ImportBatch
    from registry.services.imports.checking import StagedRow

_STAGED_COLUMNS = "batch_id, sheet, row, raw, cleaned, key, verdict, differences, problems, notices"
LISTING_KEYS = (
    "unit",
    "credit_class",
    "classed_on",
    "tags",
    "risk_flags",
    "special_pools",
    "state",
)

# The stored facts beside each staged row, under the same keys and in the same JSON as `cleaned->'fields'`.
_ENTITY_FACTS = """
    jsonb_build_object(
        'name', e.name, 'kind', e.kind, 'standing', e.standing, 'region', g.code, 'address', e.address,
        'industry', e.industry, 'industry_name', e.industry_name, 'scale', e.scale,
        'legal_representative', e.legal_representative, 'contact_name', e.contact_name,
        'contact_phone', e.contact_phone, 'business_scope', e.business_scope,
        'established_on', e.established_on, 'licence_name', e.licence_name,
        'licence_number', e.licence_number, 'licence_expires_on', e.licence_expires_on
    ) || CASE WHEN l.id IS NULL THEN '{}'::jsonb ELSE jsonb_build_object(
        'unit', u.code, 'credit_class', l.credit_class, 'classed_on', l.classed_on, 'state', l.state,
        'tags', (SELECT coalesce(jsonb_agg(t ORDER BY t COLLATE "C"), '[]') FROM unnest(l.tags) t),
        'risk_flags', (SELECT coalesce(jsonb_agg(t ORDER BY t COLLATE "C"), '[]') FROM unnest(l.risk_flags) t),
        'special_pools', (
            SELECT coalesce(jsonb_agg(p.code ORDER BY p.code COLLATE "C"), '[]')
            FROM registry_specialpool_listings m JOIN registry_specialpool p ON p.id = m.specialpool_id
            WHERE m.listing_id = l.id AND p.authority_id = %(authority)s)
    ) END
"""
# `found` of one kind: (target, listed, facts) of what is stored for row `r`, by a lookup through a unique index.
# A row's lookup is lateral, so that a wrong estimate of a batch's size (it was copied a moment ago) costs nothing.
MATCHED_ENTITIES = f"""
    SELECT e.id AS target, l.id IS NOT NULL AS listed, {_ENTITY_FACTS} AS facts
    FROM registry_entity e
    LEFT JOIN registry_listing l ON l.entity_id = e.id AND l.authority_id = %(authority)s
    LEFT JOIN bureau_agency u ON u.id = l.unit_id
    LEFT JOIN bureau_region g ON g.id = e.region_id
    WHERE e.id_kind = r.cleaned->>'id_kind' AND e.code = r.cleaned->>'code'
"""
_SORTED = "(SELECT coalesce(jsonb_agg(t ORDER BY t COLLATE \"C\"), '[]') FROM unnest({}) t)"
_BY_TARGET = """
    FROM {table} x LEFT JOIN bureau_agency u ON u.id = x.{unit}
    WHERE x.id = (r.cleaned->>'target')::bigint
"""
MATCHED_INSPECTORS = f"""
    SELECT x.id AS target, TRUE AS listed, jsonb_build_object(
        'name', x.name, 'pid', x.pid, 'unit', u.code, 'post', x.post, 'phone', x.phone,
        'certificate_no', x.certificate_no, 'certificate_name', x.certificate_name,
        'certificate_issuer', x.certificate_issuer, 'certificate_expires_on', x.certificate_expires_on,
        'certificate2_no', x.certificate2_no, 'certificate2_expires_on', x.certificate2_expires_on,
        'quals', {_SORTED.format("x.quals")}, 'duties', {_SORTED.format("x.duties")},
        'may_lead', x.may_lead, 'capacity', x.capacity, 'state', x.state) AS facts
    {_BY_TARGET.format(table="registry_inspector", unit="unit_id")}
"""
MATCHED_MATTERS = f"""
    SELECT x.id AS target, TRUE AS listed, jsonb_build_object(
        'code', x.code, 'name', x.name, 'field', x.field, 'category', x.category,
        'object_text', x.object_text, 'content', x.content, 'methods', {_SORTED.format("x.methods")},
        'body', x.body, 'level', x.level, 'legal_basis', x.legal_basis, 'ratio_text', x.ratio_text,
        'frequency_text', x.frequency_text, 'required_quals', {_SORTED.format("x.required_quals")},
        'preferred_quals', {_SORTED.format("x.preferred_quals")},
        'expert_fields', {_SORTED.format("x.expert_fields")}, 'materials', x.materials,
        'guide', x.guide, 'responsible_unit', u.code,
        'is_enterprise_related', x.is_enterprise_related, 'superior_code', x.superior_code) AS facts
    {_BY_TARGET.format(table="registry_matter", unit="responsible_unit_id")}
"""
MATCHED_LEDGER = """
    SELECT x.id AS target, TRUE AS listed,
        jsonb_build_object('counts', x.counts, 'unit', u.code, 'note', x.note) AS facts
    FROM registry_ledgerentry x LEFT JOIN bureau_agency u ON u.id = x.unit_id
    WHERE x.source = r.cleaned->>'source'
"""
_COMPARED = """
    SELECT r.id AS row_id, m.target, coalesce(m.listed, FALSE) AS listed,
        CASE WHEN m.target IS NULL OR NOT m.listed THEN 'new'
             WHEN d.found IS NULL THEN 'unchanged' ELSE 'changed' END AS verdict,
        coalesce(d.found, '{{}}'::jsonb) AS differences,
        r.verdict AS verdict_before, r.differences AS differences_before,
        (r.cleaned->>'target')::bigint AS target_before
    FROM registry_importrow r
    LEFT JOIN LATERAL ({matched}) m ON TRUE
    LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(f.key, jsonb_build_array(m.facts->f.key, f.value)) AS found
        FROM jsonb_each(r.cleaned->'fields') f
        WHERE m.facts ? f.key AND m.facts->f.key IS DISTINCT FROM f.value
    ) d ON TRUE
    WHERE r.batch_id = %(batch)s AND r.verdict <> 'error'
"""


def copy_rows(batch_id: UUID, rows: Iterable["StagedRow"]) -> int:
    """COPY: one statement however many rows. Rows with problems are errors, the others wait for `compare`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    count = 0
    for row in rows:
        count += 1
        writer.writerow(
            (
                batch_id,
                row.sheet,
                row.row,
                _json(row.raw),
                _json(row.cleaned),
                row.key,
                "error" if row.problems else "new",
                "{}",
                _json(row.problems),
                _json(row.notices),
            )
        )
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(
            f"COPY registry_importrow ({_STAGED_COLUMNS}) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (key, sheet))",
            buffer,
        )
    return count


def compare(batch: "ImportBatch", matched: str) -> None:
    """Verdict, differences and target of every row without problems, against what is stored now."""
    _run(
        f"""
        UPDATE registry_importrow r
        SET verdict = c.verdict, differences = c.differences,
            cleaned = r.cleaned || jsonb_build_object('target', c.target, 'listed', c.listed)
        FROM ({_COMPARED.format(matched=matched)}) c
        WHERE c.row_id = r.id
        """,
        batch,
    )


def note_namesakes(batch: "ImportBatch") -> None:
    """A notice where a new code comes with a name that the pool holds under another code (换照, or a slip)."""
    _run_hashed(
        """
        UPDATE registry_importrow r
        SET notices = r.notices || to_jsonb(ARRAY['库内已有同名对象（代码 ' || n.code || '）；如是同一家换了代码，请先核实'])
        FROM (
            SELECT DISTINCT ON (r.id) r.id,
                CASE WHEN e.id_kind = 'person' THEN e.public_code ELSE e.code END AS code
            FROM registry_importrow r
            JOIN registry_entity e ON e.search_name = r.cleaned->>'search_name' AND e.search_name <> ''
            JOIN registry_listing l ON l.entity_id = e.id AND l.authority_id = %(authority)s
            WHERE r.batch_id = %(batch)s AND r.verdict = 'new'
            ORDER BY r.id, e.id
        ) n
        WHERE n.id = r.id
        """,
        batch,
    )


def moved_on(batch: "ImportBatch", matched: str) -> int:
    """How many rows would be judged differently now than when the person looked at them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(*) FROM ({_COMPARED.format(matched=matched)}) c
            WHERE (c.verdict_before, c.differences_before) IS DISTINCT FROM (c.verdict::varchar, c.differences)
               OR c.target_before IS DISTINCT FROM c.target
            """,
            _names(batch),
        )
        return int(cursor.fetchone()[0])


def nameless_moved_on(batch: "ImportBatch") -> int:
    """New rows without a number whose name this pool has meanwhile got without a number too."""
    return _run_hashed(
        """
        SELECT count(*) FROM registry_importrow r
        JOIN registry_entity e ON e.id_kind = 'issued' AND e.search_name = r.cleaned->>'search_name'
        JOIN registry_listing l ON l.entity_id = e.id AND l.authority_id = %(authority)s
        WHERE r.batch_id = %(batch)s AND r.verdict = 'new' AND r.cleaned->>'code' = ''
        """,
        batch,
    )


def lock_imports() -> None:
    """One import is written at a time, so that what is compared under this lock is what is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('registry.import'))")


def lock_targets(batch: "ImportBatch", table: str) -> None:
    """Locks the stored rows that this batch compares with, in a fixed order."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT x.id FROM {table} x WHERE x.id IN (
                SELECT (cleaned->>'target')::bigint FROM registry_importrow
                WHERE batch_id = %(batch)s AND verdict <> 'error')
            ORDER BY x.id FOR UPDATE
            """,
            _names(batch),
        )


def verdict_counts(batch_id: UUID) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT verdict, count(*) FROM registry_importrow WHERE batch_id = %s GROUP BY verdict",
            [batch_id],
        )
        return dict(cursor.fetchall())


def rows_without_public_code(batch_id: UUID) -> list[int]:
    """New rows whose number is private, absent, not of the draw's repertoire, or another entity's public code."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id FROM (
                SELECT r.id, r.cleaned->>'code' AS code, r.cleaned->>'id_kind' AS id_kind,
                    row_number() OVER (PARTITION BY r.cleaned->>'code' ORDER BY r.id) AS nth
                FROM registry_importrow r
                WHERE r.batch_id = %s AND r.verdict = 'new' AND r.cleaned->>'target' IS NULL
            ) n
            WHERE n.id_kind IN ('person', 'issued') OR n.nth > 1
                OR n.code !~ '^[0-9A-Za-z][0-9A-Za-z._-]{0,95}$'
                OR EXISTS (SELECT 1 FROM registry_entity e WHERE e.public_code = n.code)
            ORDER BY id
            """,
            [batch_id],
        )
        return [row[0] for row in cursor.fetchall()]


def give_public_codes(row_ids: Sequence[int], codes: Sequence[str]) -> None:
    """Notes the issued code in the staged row; an entity without any number has it as its number too."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE registry_importrow r
            SET cleaned = r.cleaned || jsonb_build_object('public_code', g.code)
                || CASE WHEN r.cleaned->>'code' = '' THEN jsonb_build_object('code', g.code) ELSE '{}' END
            FROM (SELECT unnest(%s::bigint[]) AS id, unnest(%s::text[]) AS code) g
            WHERE g.id = r.id
            """,
            [list(row_ids), list(codes)],
        )


def write_entities(batch: "ImportBatch", *, by: int | None, today: date) -> None:
    """Entities, listings, special pools and revisions of the batch's new and changed rows."""
    more = {
        "by": by,
        "today": today,
        "listing_keys": list(LISTING_KEYS),
        "source": f"import:{batch.pk}",
    }
    for statement in (
        _UPDATE_ENTITIES,
        _NUMBER_ENTITIES,
        _INSERT_ENTITIES,
        _UPDATE_LISTINGS,
        _INSERT_LISTINGS,
        _LEAVE_POOLS,
        _JOIN_POOLS,
        _REVISIONS,
    ):
        _run(statement, batch, **more)


def _set(key: str, cast: str = "") -> str:
    value = f"(r.differences->'{key}'->>1){cast}"
    return f"{key} = CASE WHEN r.differences ? '{key}' THEN {value} ELSE x.{key} END"


def _given(key: str) -> str:
    missing = {"kind": "r.cleaned->>'default_kind'", "standing": "'active'"}.get(key, "''")
    return f"coalesce(f->>'{key}', {missing})"


_ENTITY_TEXTS = (
    *("name", "kind", "standing", "address", "industry", "industry_name", "scale"),
    *("legal_representative", "contact_name", "contact_phone", "business_scope"),
    *("licence_name", "licence_number"),
)
_ENTITY_DAYS = ("established_on", "licence_expires_on")
# Unchanged rows are not touched; a listing's change is a version of its entity too, so that it has a revision.
_UPDATE_ENTITIES = f"""
    UPDATE registry_entity x SET
        {", ".join(_set(key) for key in _ENTITY_TEXTS)},
        {", ".join(_set(key, "::date") for key in _ENTITY_DAYS)},
        region_id = CASE WHEN r.differences ? 'region'
            THEN (SELECT g.id FROM bureau_region g WHERE g.code = r.differences->'region'->>1) ELSE x.region_id END,
        search_name = CASE WHEN r.differences ? 'name' THEN r.cleaned->>'search_name' ELSE x.search_name END,
        bigrams = CASE WHEN r.differences ? 'name'
            THEN ARRAY(SELECT jsonb_array_elements_text(r.cleaned->'bigrams')) ELSE x.bigrams END,
        version = x.version + 1, updated_at = now()
    FROM registry_importrow r
    WHERE r.batch_id = %(batch)s AND r.verdict IN ('new', 'changed') AND x.id = (r.cleaned->>'target')::bigint
"""
# Ids are given first, so that rows and entities need not find each other again.
_NUMBER_ENTITIES = """
    UPDATE registry_importrow r SET cleaned = r.cleaned || jsonb_build_object('target', n.given, 'made', TRUE)
    FROM (
        SELECT o.id, nextval(pg_get_serial_sequence('registry_entity', 'id')) AS given
        FROM (
            SELECT id FROM registry_importrow
            WHERE batch_id = %(batch)s AND verdict = 'new' AND cleaned->>'target' IS NULL ORDER BY id
        ) o
    ) n
    WHERE n.id = r.id
"""
_INSERT_ENTITIES = f"""
    INSERT INTO registry_entity (id, id_kind, code, public_code, search_name, bigrams, version, updated_at, region_id,
        {", ".join(_ENTITY_TEXTS)}, {", ".join(_ENTITY_DAYS)})
    SELECT (r.cleaned->>'target')::bigint, r.cleaned->>'id_kind', r.cleaned->>'code',
        coalesce(r.cleaned->>'public_code', r.cleaned->>'code'), r.cleaned->>'search_name',
        ARRAY(SELECT jsonb_array_elements_text(r.cleaned->'bigrams')), 1, now(),
        (SELECT g.id FROM bureau_region g WHERE g.code = coalesce(f->>'region', r.cleaned->>'default_region')),
        {", ".join(_given(key) for key in _ENTITY_TEXTS)},
        {", ".join(f"(f->>'{key}')::date" for key in _ENTITY_DAYS)}
    FROM registry_importrow r, LATERAL (SELECT r.cleaned->'fields' AS f) facts
    WHERE r.batch_id = %(batch)s AND r.verdict = 'new' AND r.cleaned ? 'made'
    ORDER BY r.id
"""
_UPDATE_LISTINGS = """
    UPDATE registry_listing x SET
        unit_id = CASE WHEN d ? 'unit' THEN (SELECT u.id FROM bureau_agency u WHERE u.code = d->'unit'->>1)
            ELSE x.unit_id END,
        credit_class = CASE WHEN d ? 'credit_class' THEN d->'credit_class'->>1 ELSE x.credit_class END,
        class_source = CASE WHEN d ? 'credit_class' THEN 'Excel 导入' ELSE x.class_source END,
        classed_on = CASE WHEN d ? 'classed_on' THEN (d->'classed_on'->>1)::date
            WHEN d ? 'credit_class' THEN %(today)s ELSE x.classed_on END,
        tags = CASE WHEN d ? 'tags' THEN ARRAY(SELECT jsonb_array_elements_text(d->'tags'->1)) ELSE x.tags END,
        risk_flags = CASE WHEN d ? 'risk_flags' THEN ARRAY(SELECT jsonb_array_elements_text(d->'risk_flags'->1))
            ELSE x.risk_flags END,
        state = 'in_pool',
        from_on = CASE WHEN d ? 'state' THEN %(today)s ELSE x.from_on END,
        to_on = CASE WHEN d ? 'state' THEN NULL ELSE x.to_on END,
        left_reason = CASE WHEN d ? 'state' THEN '' ELSE x.left_reason END
    FROM registry_importrow r, LATERAL (SELECT r.differences AS d) found
    WHERE r.batch_id = %(batch)s AND r.verdict = 'changed' AND x.authority_id = %(authority)s
        AND x.entity_id = (r.cleaned->>'target')::bigint
"""
_INSERT_LISTINGS = """
    INSERT INTO registry_listing (entity_id, authority_id, unit_id, credit_class, class_source, classed_on,
        tags, risk_flags, state, from_on, left_reason)
    SELECT (r.cleaned->>'target')::bigint, %(authority)s,
        (SELECT u.id FROM bureau_agency u WHERE u.code = coalesce(f->>'unit', r.cleaned->>'default_unit')),
        coalesce(f->>'credit_class', '-'),
        CASE WHEN f ? 'credit_class' THEN 'Excel 导入' ELSE '' END,
        coalesce((f->>'classed_on')::date, CASE WHEN f ? 'credit_class' THEN %(today)s::date END),
        ARRAY(SELECT jsonb_array_elements_text(f->'tags')),
        ARRAY(SELECT jsonb_array_elements_text(f->'risk_flags')), 'in_pool', %(today)s, ''
    FROM registry_importrow r, LATERAL (SELECT r.cleaned->'fields' AS f) facts
    WHERE r.batch_id = %(batch)s AND r.verdict = 'new'
    ORDER BY r.id
"""
_POOLED = """
    registry_importrow r JOIN registry_listing l
        ON l.entity_id = (r.cleaned->>'target')::bigint AND l.authority_id = %(authority)s
    WHERE r.batch_id = %(batch)s AND r.cleaned->'fields' ? 'special_pools'
        AND (r.verdict = 'new' OR (r.verdict = 'changed' AND r.differences ? 'special_pools'))
"""
_LEAVE_POOLS = f"""
    DELETE FROM registry_specialpool_listings m
    USING registry_specialpool p
    WHERE p.id = m.specialpool_id AND p.authority_id = %(authority)s
        AND m.listing_id IN (SELECT l.id FROM {_POOLED})
"""
_JOIN_POOLS = f"""
    INSERT INTO registry_specialpool_listings (specialpool_id, listing_id)
    SELECT p.id, wanted.listing_id
    FROM (SELECT l.id AS listing_id, jsonb_array_elements_text(r.cleaned->'fields'->'special_pools') AS code FROM {_POOLED}) wanted
    JOIN registry_specialpool p ON p.authority_id = %(authority)s AND p.code = wanted.code
    ON CONFLICT DO NOTHING
"""
_REVISIONS = """
    INSERT INTO registry_entityrevision (entity_id, version, changes, source, by_id)
    SELECT e.id, e.version, jsonb_build_object(
            'entity', coalesce(jsonb_object_agg(c.key, c.value) FILTER (WHERE NOT c.key = ANY(%(listing_keys)s)), '{}'),
            'listing', coalesce(jsonb_object_agg(c.key, c.value) FILTER (WHERE c.key = ANY(%(listing_keys)s)), '{}')),
        %(source)s, %(by)s
    FROM registry_importrow r
    JOIN registry_entity e ON e.id = (r.cleaned->>'target')::bigint
    CROSS JOIN LATERAL (
        SELECT key, value FROM jsonb_each(r.differences)
        UNION ALL
        SELECT f.key, jsonb_build_array(NULL, f.value) FROM jsonb_each(r.cleaned->'fields') f
        WHERE r.verdict = 'new' AND NOT r.differences ? f.key
            AND (r.cleaned ? 'made' OR f.key = ANY(%(listing_keys)s))
    ) c
    WHERE r.batch_id = %(batch)s AND r.verdict IN ('new', 'changed')
    GROUP BY e.id, e.version
"""


def _run(statement: str, batch: "ImportBatch", **more: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, _names(batch) | more)


def _run_hashed(statement: str, batch: "ImportBatch") -> int:
    """For joins on names, which no index serves: never row by row, whatever size the planner believes in."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(statement, _names(batch))
        found = cursor.fetchone()[0] if cursor.description else cursor.rowcount
        cursor.execute("SET LOCAL enable_nestloop = on")
        return int(found)


def _names(batch: "ImportBatch") -> dict[str, Any]:
    return {"batch": batch.pk, "authority": batch.authority_id}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
