"""The raw SQL of this app: the chain's lock, the draw computed a second time inside PostgreSQL (DRAW §4.4), counts of a pool."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

CHAIN_LOCK = 7_370_131  # first key of the advisory locks: one per authority

_CODES = """(SELECT coalesce(jsonb_agg(o.code ORDER BY o.code COLLATE "C"), '[]')
             FROM planning_planitem_{many} m JOIN {table} o ON o.id = m.{one}_id WHERE m.planitem_id = x.id)"""
# What a plan item says, beside the staged row `r` of an Excel import (registry/sql.py says what the columns mean).
MATCHED_PLAN_ITEMS = f"""
    SELECT x.id AS target, TRUE AS listed, jsonb_build_object(
        'name', x.name, 'matters', {_CODES.format(many="matters", table="registry_matter", one="matter")},
        'draw_kind', CASE WHEN x.is_targeted THEN 'targeted' ELSE 'untargeted' END,
        'scope', x.scope_text, 'ratio', x.ratio_text, 'frequency', x.frequency,
        'pool_size', x.base_count, 'estimate', x.estimate,
        'methods', (SELECT coalesce(jsonb_agg(t ORDER BY t COLLATE "C"), '[]') FROM unnest(x.methods) t),
        'window', to_char(x.period_from, 'YYYY-MM-DD') || ' 至 ' || to_char(x.period_to, 'YYYY-MM-DD'),
        'lead', u.code,
        'participants', {_CODES.format(many="participants", table="bureau_agency", one="agency")},
        'level_split', x.level_split, 'region_weight', x.region_weight,
        'start_mode', x.initiation, 'credit_text', x.is_risk_differentiated, 'note', x.remark) AS facts
    FROM planning_planitem x
    JOIN planning_plan p ON p.id = x.plan_id
    JOIN bureau_agency u ON u.id = x.lead_id
    WHERE p.authority_id = %(authority)s AND p.year = (r.cleaned->>'year')::int
        AND x.name = r.cleaned->>'found'
"""

_SEED = """
SELECT encode(sha256(convert_to('ssj1|seed|' || %s || '|' || %s || '|' || %s || '|' || %s, 'UTF8')), 'hex')
"""

_ENTITIES = """
WITH line AS (
    SELECT unnest(string_to_array(convert_from(content, 'UTF8'), E'\\n')) AS line
    FROM planning_drawfile WHERE draw_id = %(draw)s AND name = 'candidates.tsv'
), candidate AS (
    SELECT split_part(line, E'\\t', 1) AS id, split_part(line, E'\\t', 2) AS stratum FROM line WHERE line <> ''
), ticket AS (
    SELECT id, stratum,
           sha256(convert_to('ssj1|entity|' || %(seed)s || '|' || stratum || '|' || id, 'UTF8')) AS ticket
    FROM candidate
), ranked AS (
    SELECT id, stratum, ticket,
           row_number() OVER (PARTITION BY stratum ORDER BY ticket, id COLLATE "C") AS rank
    FROM ticket
), quota AS (
    SELECT * FROM unnest(%(labels)s::text[], %(k)s::bigint[], %(reserve)s::bigint[]) AS q(label, k, reserve)
)
SELECT 'entity' || E'\\t' || stratum || E'\\t' || rank || E'\\t'
       || CASE WHEN rank <= k THEN 'selected' ELSE 'reserve' END || E'\\t' || id || E'\\t' || encode(ticket, 'hex')
FROM ranked JOIN quota ON label = stratum
WHERE rank <= k + reserve
ORDER BY stratum COLLATE "C", rank
"""

_VISITS = """
WITH line AS (
    SELECT unnest(string_to_array(convert_from(content, 'UTF8'), E'\\n')) AS line
    FROM planning_drawfile WHERE draw_id = %(draw)s AND name = 'visits.tsv'
), visit AS (
    SELECT split_part(line, E'\\t', 1) AS id,
           split_part(line, E'\\t', 2) = '-' AND split_part(line, E'\\t', 3) = '-' AS is_plain
    FROM line WHERE line <> ''
), ticket AS (
    SELECT id, is_plain, sha256(convert_to('ssj1|visit|' || %(seed)s || '|' || id, 'UTF8')) AS ticket FROM visit
)
SELECT id, encode(ticket, 'hex') FROM ticket ORDER BY is_plain, ticket, id COLLATE "C"
"""

_MEMBERS = """
SELECT encode(sha256(convert_to('ssj1|inspector|' || %(seed)s || '|' || visit || '|' || pid, 'UTF8')), 'hex')
FROM unnest(%(visits)s::text[], %(pids)s::text[]) WITH ORDINALITY AS m(visit, pid, n) ORDER BY n
"""


def lock_chain(authority_id: int) -> None:
    """Waits until this transaction alone may add to the authority's chain of announcements."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CHAIN_LOCK, authority_id])


def seed(a: str, nonce: str, digits: str, beacon: str) -> str:
    """The seed as PostgreSQL computes it."""
    with connection.cursor() as cursor:
        cursor.execute(_SEED, [a, nonce, digits, beacon])
        return str(cursor.fetchone()[0])


def entity_result(draw_id: UUID, a: str, seed: str, strata: Sequence[tuple[str, int, int]]) -> str:
    """result.tsv of an entities draw, from the stored list; `strata` are (label, k, reserve)."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ENTITIES,
            {
                "draw": draw_id,
                "seed": seed,
                "labels": [label for label, _, _ in strata],
                "k": [k for _, k, _ in strata],
                "reserve": [reserve for _, _, reserve in strata],
            },
        )
        rows = [row[0] for row in cursor.fetchall()]
    return "".join(f"{row}\n" for row in [f"ssj1-result\t{a}", f"seed\t{seed}", *rows])


def visit_order(draw_id: UUID, seed: str) -> list[tuple[str, str]]:
    """(visit, ticket) of a teams draw in the order in which they are served."""
    with connection.cursor() as cursor:
        cursor.execute(_VISITS, {"draw": draw_id, "seed": seed})
        return [(visit, ticket) for visit, ticket in cursor.fetchall()]


def member_tickets(seed: str, members: Sequence[tuple[str, str]]) -> list[str]:
    """The ticket of each (visit, pid)."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MEMBERS,
            {"seed": seed, "visits": [v for v, _ in members], "pids": [p for _, p in members]},
        )
        return [row[0] for row in cursor.fetchall()]


def counts_by(rows: "QuerySet[Any]", first: str, second: str) -> dict[tuple[Any, Any], int]:
    """How many rows have each pair of two computed columns.

    Not a plain GROUP BY: PostgreSQL 18 does not hash the long constant lists of a grouped expression, and 200,000
    entities then take 40 seconds. OFFSET 0 keeps the computed columns inside.
    """
    inner, parameters = rows.order_by().values_list(first, second).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT a, b, count(*) FROM ({inner} OFFSET 0) AS classified (a, b) GROUP BY a, b",
            parameters,
        )
        return {(a, b): n for a, b, n in cursor.fetchall()}
