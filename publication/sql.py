"""The raw SQL of this app: lines of the frozen files found and counted without carrying the files out of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

AROUND = 1000  # bytes before and after what was found; a line of a protocol file is far shorter

_LINES = """
SELECT f.draw_id, substring(f.held FROM greatest(1, f.at - %(around)s) FOR 2 * %(around)s), least(f.at, %(around)s + 1)
FROM (SELECT d.draw_id, d.held, position(w.needle IN d.held) AS at
      FROM (SELECT draw_id, '\\x0a'::bytea || content AS held FROM planning_drawfile
            WHERE name = %(name)s AND draw_id = ANY(%(draws)s::uuid[])) d
      JOIN unnest(%(draws)s::uuid[], %(needles)s::bytea[]) AS w(draw_id, needle) USING (draw_id)) f
WHERE f.at > 0
"""

_SMALLER = """
WITH asked AS (
    SELECT * FROM unnest(%(draws)s::uuid[], %(seeds)s::text[], %(strata)s::text[], %(tickets)s::text[])
        AS a(draw_id, seed, stratum, ticket)
), line AS (
    SELECT a.draw_id, a.seed, a.stratum, a.ticket, unnest(string_to_array(convert_from(f.content, 'UTF8'), E'\\n')) AS line
    FROM asked a JOIN planning_drawfile f ON f.draw_id = a.draw_id AND f.name = 'candidates.tsv'
)
SELECT draw_id, count(*) FILTER (WHERE sha256(convert_to(
    'ssj1|entity|' || seed || '|' || stratum || '|' || split_part(line, E'\\t', 1), 'UTF8')) < decode(ticket, 'hex'))
FROM line WHERE split_part(line, E'\\t', 2) = stratum
GROUP BY draw_id
"""

# Everybody of the frozen lists once, with all the draws they stood in: "n hit stratum" a line. A natural person's
# pseudonyms are brought together here and leave as counts only.
_HISTORIES = """
WITH asked AS (
    SELECT * FROM unnest(%(draws)s::uuid[]) WITH ORDINALITY AS a(draw_id, n)
), drawn AS (
    SELECT a.draw_id, split_part(line, E'\\t', 5) AS id
    FROM asked a JOIN planning_drawfile f ON f.draw_id = a.draw_id AND f.name = 'result.tsv',
         unnest(string_to_array(convert_from(f.content, 'UTF8'), E'\\n')) AS line
    WHERE split_part(line, E'\\t', 4) = 'selected'
), listed AS (
    SELECT a.draw_id, a.n, split_part(line, E'\\t', 1) AS id, split_part(line, E'\\t', 2) AS stratum
    FROM asked a JOIN planning_drawfile f ON f.draw_id = a.draw_id AND f.name = 'candidates.tsv',
         unnest(string_to_array(convert_from(f.content, 'UTF8'), E'\\n')) AS line
    WHERE line <> ''
), someone AS (
    SELECT coalesce(p.entity_id, e.id) AS entity_id, count(d.id) AS hits,
           string_agg(l.n || ' ' || (d.id IS NOT NULL)::int || ' ' || l.stratum, E'\\n' ORDER BY l.n) AS history
    FROM listed l
    LEFT JOIN drawn d USING (draw_id, id)
    LEFT JOIN planning_pseudonym p ON p.draw_id = l.draw_id AND p.listed_id = l.id
    LEFT JOIN registry_entity e ON e.public_code = l.id
    GROUP BY coalesce(p.entity_id, e.id)
)
SELECT g.unit_id, s.history, count(*), (array_agg(s.entity_id ORDER BY s.entity_id) FILTER (WHERE s.hits > 1))[1:%(named)s]
FROM someone s LEFT JOIN registry_listing g ON g.entity_id = s.entity_id AND g.authority_id = %(authority)s
GROUP BY g.unit_id, s.history
"""

# Per task how many visits there are, how many have begun, and the middle of the days between dispatch and arrival.
_VISITED = """
SELECT t.task_id, count(*), count(v.started_at),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM v.started_at - v.created_at))
FROM (SELECT DISTINCT task_id, visit_id FROM inspections_visitmatter WHERE task_id = ANY(%(tasks)s::uuid[])) t
JOIN inspections_visit v ON v.id = t.visit_id
WHERE v.state NOT IN ('split')
GROUP BY t.task_id
"""


@dataclass(frozen=True)
class Ticket:
    """One candidate's ticket in one draw."""

    seed: str
    stratum: str
    value: str


def lines_holding(name: str, needles: Mapping[UUID, str]) -> dict[UUID, list[str]]:
    """Per draw the fields of the first line of its file `name` that holds the needle; draws without one are left out.

    A needle begins with the line feed or TAB before it, so that nothing is found inside a longer id.
    """
    if not needles:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _LINES,
            {
                "name": name,
                "draws": list(needles),
                "needles": [needle.encode() for needle in needles.values()],
                "around": AROUND,
            },
        )
        return {draw: _line(bytes(window), at - 1) for draw, window, at in cursor.fetchall()}


def smaller_tickets(asked: Mapping[UUID, Ticket]) -> dict[UUID, int]:
    """How many candidates of the same stratum have a smaller ticket: the rank is one more. One query for all."""
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _SMALLER,
            {
                "draws": list(asked),
                "seeds": [ticket.seed for ticket in asked.values()],
                "strata": [ticket.stratum for ticket in asked.values()],
                "tickets": [ticket.value for ticket in asked.values()],
            },
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True)
class History:
    """How many of one unit's listings went through the same draws with the same luck."""

    unit_id: int | None
    parts: tuple[tuple[int, bool, str], ...]  # (number of the draw from 1, drawn, stratum)
    count: int
    entity_ids: tuple[int, ...]  # some of those drawn more than once


def histories(draws: Sequence[UUID], authority_id: int, *, named: int) -> list[History]:
    """Everybody's luck in these draws, grouped; one query, and as many rows as there are different histories."""
    if not draws:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _HISTORIES, {"draws": list(draws), "authority": authority_id, "named": named}
        )
        return [
            History(
                unit, tuple(_part(line) for line in history.split("\n")), count, tuple(ids or ())
            )
            for unit, history, count, ids in cursor.fetchall()
        ]


def visited(tasks: Sequence[UUID]) -> dict[UUID, tuple[int, int, float | None]]:
    """Per task: visits, those begun, and the median of the seconds from dispatch to arrival; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_VISITED, {"tasks": list(tasks)})
        return {
            task: (visits, begun, None if median is None else float(median))
            for task, visits, begun, median in cursor.fetchall()
        }


def _part(line: str) -> tuple[int, bool, str]:
    number, hit, stratum = line.split(" ", 2)
    return int(number), hit == "1", stratum


def _line(window: bytes, at: int) -> list[str]:
    start = window.rfind(b"\n", 0, at + 1) + 1
    end = window.find(b"\n", max(start, at + 1))
    return window[start : end if end >= 0 else None].decode().split("\t")
