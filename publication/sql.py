"""The raw SQL of this app: one firm's lines in the frozen files of many draws, without carrying the files out of the database."""

from collections.abc import Mapping
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


def _line(window: bytes, at: int) -> list[str]:
    start = window.rfind(b"\n", 0, at + 1) + 1
    end = window.find(b"\n", max(start, at + 1))
    return window[start : end if end >= 0 else None].decode().split("\t")
