"""Numbers without gaps or doubles: given under a row lock inside the caller's transaction."""

from django.db import connection

from bureau.models import Agency, NumberSeries


def next_number(*, authority: Agency, kind: str, year: int, count: int = 1) -> int:
    """The next number of this authority's series, or the last of the next `count`; rolls back with the caller's transaction."""
    table = NumberSeries._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (authority_id, kind, year, last) VALUES (%s, %s, %s, %s) "
            f"ON CONFLICT (authority_id, kind, year) DO UPDATE SET last = {table}.last + excluded.last "
            "RETURNING last",
            [authority.pk, kind, year, count],
        )
        return int(cursor.fetchone()[0])


def document_number(*, authority: Agency, kind: str, label: str, year: int) -> str:
    """机关代字 + 文种〔年〕N号, e.g. 示自然资双随机〔2026〕27号."""
    return f"{authority.document_mark}{label}〔{year}〕{next_number(authority=authority, kind=kind, year=year)}号"
