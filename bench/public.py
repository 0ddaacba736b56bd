#!/usr/bin/env python3
# ruff: noqa: E402  Django is set up before what needs it
"""The public list of results at page 1 and at depth: by key (ours) beside OFFSET (the usual way), and queries per page.

usage: bench/public.py [N …]     rows in the index, 100,000 and 1,000,000 by default; the fastest of 5
Runs on the database of the environment, which `make bench` makes empty and throws away.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection, connections
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bureau.models import Agency, Region
from bureau.selectors.paging import keyset
from publication.models import PublicEntry
from publication.selectors import entries
from registry.rules.names import bigrams, search_key

SIZE = 50
TOWNS = ("北山", "青溪", "临湖", "云峰", "柏杨", "石湾", "槐树坪", "马鞍岭", "白杨沟", "赤松岭")
TRADES = (
    "采石场",
    "矿业有限公司",
    "砂石料有限公司",
    "石材加工有限公司",
    "苗木专业合作社",
    "建材有限公司",
)


def main(sizes: list[int]) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    authority = seed_authority()
    print(f"{'rows':>10} {'page':>10} {'key ms':>9} {'offset ms':>10} {'offset/key':>11}")
    for size in sizes:
        seed(authority, size)
        for label, place in (("first", 0), ("middle", size // 2), ("last", size - SIZE)):
            by_key, by_offset = at(place)
            print(
                f"{size:>10,} {label:>10} {by_key:>9.2f} {by_offset:>10.2f} {by_offset / by_key:>11.1f}"
            )
    search(sizes[-1])
    pages(sizes[-1])


def seed_authority() -> Agency:
    region, _ = Region.objects.get_or_create(code="990101", defaults={"name": "示范县"})
    authority, _ = Agency.objects.get_or_create(
        code="990101",
        defaults={"name": "示范局", "short_name": "示范局", "kind": "authority", "region": region},
    )
    Agency.objects.filter(pk=authority.pk).update(authority=authority)
    return authority


def seed(authority: Agency, size: int) -> None:
    """Up to `size` rows, 60 names in turn with a number, one every 30 seconds, by SQL."""
    have = PublicEntry.objects.count()
    names = [f"示范县{town}{trade}" for town in TOWNS for trade in TRADES]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS bench_name (n int, name text, key text, pairs text[])"
        )
        cursor.execute("TRUNCATE bench_name")
        cursor.executemany(
            "INSERT INTO bench_name VALUES (%s, %s, %s, %s)",
            [(n, name, search_key(name), bigrams(name)) for n, name in enumerate(names)],
        )
        cursor.execute(
            """
            CREATE TEMP TABLE bench_row AS
            SELECT g, gen_random_uuid() AS record, gen_random_uuid() AS entry,
                   timestamptz '2026-01-01' + g * interval '30 seconds' AS at
              FROM generate_series(%s, %s) AS g
            """,
            [have, size - 1],
        )
        cursor.execute(
            """
            INSERT INTO publication_publicrecord
                (id, authority_id, kind, subject, version, title, content, sha256, sm3, previous_sha256, published_at)
            SELECT record, %s, 'result', 'bench:' || g, 1, '结果', '{}'::bytea, repeat('0', 64), repeat('0', 64), '', at
              FROM bench_row
            """,
            [authority.pk],
        )
        cursor.execute(
            """
            INSERT INTO publication_publicentry
                (id, record_id, authority_id, kind, subject, title, entity_name, entity_code, search_name, bigrams,
                 matter_name, task_number, unit_name, region_code, region_name, inspected_on, outcome_text,
                 found_problem, is_corrected, published_at)
            SELECT entry, record, %s, 'result', 'bench:' || g, '结果', name || g || '号', 'MA' || lpad(g::text, 9, '0'),
                   key || g || '号', pairs, '开采情况', '〔2026〕' || g / 100 || '号', '示范局', '990101', '示范县',
                   at::date, '未发现问题', g %% 8 = 0, false, at
              FROM bench_row JOIN bench_name ON n = g %% %s
            """,
            [authority.pk, len(names)],
        )
        cursor.execute("DROP TABLE bench_row")
    with connections["owner"].cursor() as cursor:  # what autovacuum does by itself after a while
        cursor.execute("VACUUM ANALYZE publication_publicentry")


def at(place: int) -> tuple[float, float]:
    """Milliseconds for the page that begins after `place` rows: by key, and by OFFSET."""
    rows = entries.results({})
    params = QueryDict(mutable=True)
    if place:
        edge = rows.order_by(*entries.ORDER)[place - 1 : place + SIZE]
        params["after"] = _key(edge[0])

    def by_key() -> list[Any]:
        return keyset(rows, params, order=entries.ORDER, size=SIZE).rows

    def by_offset() -> list[Any]:
        return list(rows.order_by(*entries.ORDER)[place : place + SIZE])

    assert [row.pk for row in by_key()] == [row.pk for row in by_offset()]
    return fastest(by_key), fastest(by_offset)


def search(size: int) -> None:
    print(f"\nname search in {size:,} rows, first page")
    for query in ("采石", "青溪采石场", "不存在的名字", "MA000012345"):
        rows = entries.results({"q": query})
        empty = QueryDict()
        spent = fastest(
            lambda rows=rows, empty=empty: keyset(rows, empty, order=entries.ORDER).rows
        )
        print(f"{spent:>10.2f} ms  {query}")


def pages(size: int) -> None:
    """The whole answer of each page: queries and milliseconds, with all these rows."""
    print(f"\npages with {size:,} rows{'':>12} queries {'ms':>9}")
    client = Client()
    newest = PublicEntry.objects.order_by(*entries.ORDER).first()
    assert newest is not None
    urls = [
        reverse(f"public:{name}")
        for name in ("home", "results", "matters", "plans", "draws", "open-data")
    ]
    urls.append(reverse("public:result-detail", kwargs={"pk": newest.pk}))
    for url in urls:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        name = url if len(url) < 30 else f"{url[:17]}…"
        print(f"{name:<30} {len(seen):>10} {fastest(lambda url=url: client.get(url)):>9.1f}")


def _key(row: PublicEntry) -> str:
    from bureau.selectors.paging import _edge

    return _edge(row, list(entries.ORDER))


def fastest(work: Callable[[], Any], rounds: int = 5) -> float:
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        spent.append((time.perf_counter() - began) * 1000)
    return min(spent)


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [100_000, 1_000_000])
