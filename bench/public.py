#!/usr/bin/env python3
# ruff: noqa: E402  Django is set up before what needs it
"""The public site with a million results: pages at depth by key beside OFFSET, searches, whole answers, requests a second.

usage: bench/public.py [N …]     rows in the index, 1,000,000 by default
Depth is the fastest of 5; searches are the median and the 95th percentile of 40 different ones, each a whole answer
with its bounded count; requests a second go over HTTP to one gunicorn worker, beside a view that does nothing.
Runs on the database of the environment, which `make bench` makes empty and throws away.
"""

import os
import resource
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path, reverse

from bureau.access import public
from bureau.models import Agency, Region
from bureau.selectors.paging import keyset
from publication.models import PublicEntry
from publication.selectors import entries
from registry.models import Matter
from registry.rules.names import bigrams, search_key

SIZE = 50
SEARCHES = 40  # of each kind
SECONDS, READERS = 6, 4  # of load on each address
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
    download(sizes[-1])
    load()


@public
def empty(request: HttpRequest) -> HttpResponse:
    """What the framework and its middleware cost alone."""
    return HttpResponse("")


# gunicorn imports this file as `public`; the same addresses serve the clients in this process.
urlpatterns = [path("empty/", empty), path("", include("publication.urls_public"))]
settings.ROOT_URLCONF = __name__
if __name__ != "__main__":
    application = get_wsgi_application()


def seed_authority() -> Agency:
    region, _ = Region.objects.get_or_create(code="990101", defaults={"name": "示范县"})
    authority, _ = Agency.objects.get_or_create(
        code="990101",
        defaults={"name": "示范局", "short_name": "示范局", "kind": "authority", "region": region},
    )
    Agency.objects.filter(pk=authority.pk).update(authority=authority)
    for n in range(13):
        Agency.objects.get_or_create(
            code=f"990101-{n}",
            defaults={
                "name": f"第{n}所",
                "short_name": f"{n}所",
                "kind": "station",
                "authority": authority,
            },
        )
    for code in [*(f"9901{n:02d}" for n in range(17)), "990190"]:
        Region.objects.get_or_create(code=code, defaults={"name": "示范县"})
    for n in range(40):
        Matter.objects.get_or_create(
            authority=authority,
            code=f"B-{n}",
            defaults={
                "name": f"事项{n}",
                "state": "in_force",
                "legal_basis": "法",
                "category": "general",
            },
        )
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
            SELECT record, %s, 'result', 'bench:' || g, 1, '结果', convert_to(
                   '{"schema":1,"entity":{"name":"示范","code":"","kind":"企业"},"matter":{"name":"事项"},'
                   || '"task":{"number":"1","name":"任务"},"unit":{"name":"所"},"authority":{"name":"局"},'
                   || '"region":{},"inspected_on":"2026-01-01","outcome":"未发现问题","outcome_codes":["1"],'
                   || '"found_problem":false,"n":' || g || '}', 'UTF8'),
                   repeat('0', 64), repeat('0', 64), '', at
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
                   key || g || '号', pairs, '事项' || g %% 40, '示〔2026〕' || g / 100 || '号',
                   '第' || (CASE WHEN g %% 5000 = 0 THEN 12 ELSE g %% 11 END) || '所',
                   CASE WHEN g %% 20000 = 0 THEN '990190' ELSE '9901' || lpad((g %% 17)::text, 2, '0') END, '示范县',
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
    """Whole answers of the result page with their bounded count, each search another one."""
    print(f"\nsearches in {size:,} rows{'':>18} {'median ms':>10} {'p95 ms':>8}")
    client, url = Client(), reverse("public:results")
    for label, query in SEARCH.items():
        asked = [f"{url}?{query(n, size)}" for n in range(SEARCHES)]
        client.get(asked[0])  # warms the plan, not the answer
        print(f"{label:<36} {'{:>10.1f} {:>8.1f}'.format(*spread(client, asked))}", flush=True)


def spread(client: Client, asked: list[str]) -> tuple[float, float]:
    """Median and 95th percentile of the milliseconds of these answers."""
    spent = []
    for address in asked:
        began = time.perf_counter()
        response = client.get(address)
        spent.append((time.perf_counter() - began) * 1000)
        assert response.status_code == 200, (address, response.status_code)
    spent.sort()
    return spent[len(spent) // 2], spent[int(len(spent) * 0.95)]


def _query(**fields: Any) -> str:
    made = QueryDict(mutable=True)
    made.update(fields)
    return made.urlencode()


def _name(n: int) -> str:
    return TOWNS[n % 10] + TRADES[n % 6]


SEARCH: dict[str, Callable[[int, int], str]] = {
    "two characters": lambda n, size: _query(q=(TOWNS[n % 10] + TRADES[n % 6])[:2]),
    "a name, hundreds of thousands alike": lambda n, size: _query(q=TRADES[n % 6]),
    "a name and its number": lambda n, size: _query(q=f"{_name(n * 7)}{n * size // SEARCHES}"),
    "a code": lambda n, size: _query(q=f"MA{n * size // SEARCHES:09d}"),
    "nothing like it, near names offered": lambda n, size: _query(q=f"{_name(n)[:2]}采右场{n}"),
    "a matter": lambda n, size: _query(matter=f"事项{n}"),
    "a unit with few results": lambda n, size: _query(unit="第12所"),
    "a region with few results": lambda n, size: _query(region="990190"),
    "a task": lambda n, size: _query(task=f"示〔2026〕{n * size // 100 // SEARCHES}号"),
    "name, matter and problem": lambda n, size: _query(
        q=TRADES[n % 6], matter=f"事项{n}", outcome="found"
    ),
    "region, unit and month": lambda n, size: _query(
        region=f"9901{n % 17:02d}", unit=f"第{n % 11}所", since="2026-03-01", until="2026-03-31"
    ),
    "name in one day": lambda n, size: _query(
        q=_name(n), since=f"2026-03-{n % 28 + 1:02d}", until=f"2026-03-{n % 28 + 1:02d}"
    ),
}


def pages(size: int) -> None:
    """The whole answer of each page: queries and milliseconds, with all these rows."""
    print(f"\npages with {size:,} rows{'':>12} queries {'ms':>9}")
    client = Client()
    newest = PublicEntry.objects.order_by(*entries.ORDER).first()
    assert newest is not None
    urls = [
        reverse(f"public:{name}")
        for name in ("home", "results", "matters", "plans", "draws", "open-data", "feed")
    ]
    urls.append(reverse("public:result-detail", kwargs={"pk": newest.pk}))
    for url in urls:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        name = url if len(url) < 30 else f"{url[:17]}…"
        print(f"{name:<30} {len(seen):>10} {fastest(lambda url=url: client.get(url)):>9.1f}")


def download(size: int) -> None:
    """Everything as one file, as it flows; the peak is this process's own before and after."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name in ("results-csv",):
        began, sent = time.perf_counter(), 0
        for piece in Client().get(reverse(f"public:{name}")).streaming_content:
            sent += len(piece)
        spent = time.perf_counter() - began
        print(
            f"\n{name} of {size:,} rows: {spent:.0f} s, {sent / 1e6:.0f} MB, {size / spent:,.0f} rows/s",
            end="",
        )
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"; memory grew by {(after - before) // 1024} MB")


def load() -> None:
    """Answers a second over HTTP from one worker, asked by some readers at once."""
    newest = PublicEntry.objects.order_by(*entries.ORDER).first()
    assert newest is not None
    addresses = {
        "empty view": "/empty/",
        "result page": reverse("public:result-detail", kwargs={"pk": newest.pk}),
        "results, first page": reverse("public:results"),
        "results, a name": f"{reverse('public:results')}?{_query(q='青溪采石场')}",
        "home": reverse("public:home"),
        "feed": reverse("public:feed"),
    }
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--chdir", str(Path(__file__).parent), "-w", "1"]
    server = subprocess.Popen(
        [*command, "--log-level", "error", "-b", f"127.0.0.1:{port}", "public"]
    )
    try:
        wait_for(port)
        print(f"\nover HTTP, one worker{'':>10} {'requests/s':>11} {'of empty':>9}")
        floor = 0.0
        for label, address in addresses.items():
            rate = hammered(f"http://127.0.0.1:{port}{address}")
            floor = floor or rate
            print(f"{label:<30} {rate:>11.0f} {rate / floor:>8.0%}", flush=True)
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("gunicorn did not start")


def hammered(url: str) -> float:
    urllib.request.urlopen(url).read()
    done = [0] * READERS
    until = time.monotonic() + SECONDS

    def ask(reader: int) -> None:
        while time.monotonic() < until:
            with urllib.request.urlopen(url) as answer:
                answer.read()
            done[reader] += 1

    readers = [threading.Thread(target=ask, args=(n,)) for n in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return sum(done) / SECONDS


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
    main([int(argument) for argument in sys.argv[1:]] or [1_000_000])
