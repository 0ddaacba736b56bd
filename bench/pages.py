#!/usr/bin/env python3
# ruff: noqa: E402  Django is set up before what needs it
"""Queries and milliseconds of the main pages of desk and public site, in the seeded demo.

usage: bench/pages.py ENTITIES     640 comes with a year of work, large numbers with the registers only

Runs on the empty database of the environment; `make bench ARGS=pages` makes one for 640 and one for 20,000.
A page whose queries grow from one size to the other reads rows one by one.
"""

import os
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bureau.models import User
from inspections.models import Disposal, InspectionOrder, Visit, VisitMatter
from planning.models import Draw, Plan, Sitting, Task
from publication.models import Objection, PublicEntry
from registry.demo import office
from registry.models import Inspector, Listing, Matter

ROUNDS = 5
ANYBODY = ""
Page = tuple[str, str, str]  # who, what, address


def main(entities: int) -> int:
    """1 when a page did not answer with itself: its numbers would mean nothing."""
    settings.ALLOWED_HOSTS = ["testserver"]
    began = time.perf_counter()
    call_command("seed_demo", entities=entities, verbosity=0, stdout=StringIO())
    print(f"seed_demo --entities {entities}: {time.perf_counter() - began:.0f} s")
    print(f"{'page':<44} {'queries':>8} {'median ms':>10} {'KB':>6}")
    clients: dict[str, Client] = {}
    refused = 0
    for who, name, address in pages():
        client = clients.setdefault(who, signed_in(who))
        refused += not tell(client, name, address)
    return int(refused > 0)


def signed_in(who: str) -> Client:
    client = Client()
    if who != ANYBODY:
        backend = "django.contrib.auth.backends.ModelBackend"
        client.force_login(User.objects.get(username=who), backend=backend)
    return client


def tell(client: Client, name: str, address: str) -> bool:
    first = client.get(address)  # warms templates and caches
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    queries = len(seen)  # the next request empties the log
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(address)
        spent.append((time.perf_counter() - began) * 1000)
    mark = "" if first.status_code == 200 else f"  answered {first.status_code}"
    size = len(first.getvalue()) // 1024
    print(f"{name:<44} {queries:>8} {median(spent):>10.0f} {size:>6}{mark}", flush=True)
    return not mark


def pages() -> Iterator[Page]:
    """Those that have something to show: a large register is seeded without the year's work."""
    for who, name, url, query, row in TABLE:
        if row is None:
            yield who, name, reverse(url) + query
        elif found := newest(*row):
            yield who, name, reverse(url, args=[found])


def newest(model: Any, wanted: dict[str, Any], field: str = "pk") -> Any:
    return model.objects.filter(**wanted).order_by("-pk").values_list(field, flat=True).first()


# An organiser who also reviews, except where somebody else works.
ORGANISER, HEAD, PUBLISHER, WITNESS = "qiyuanzhou", "jiyanqing", "ruanzhiwei", "nieguanlan"
OFFICER = "yanbeijiang"
Row = tuple[Any, ...]
TABLE: tuple[tuple[str, str, str, str, Row | None], ...] = (
    (ORGANISER, "home (organiser)", "home", "", None),
    (HEAD, "home (head)", "home", "", None),
    (PUBLISHER, "home (publisher)", "home", "", None),
    (ORGANISER, "entity register", "registry:entity-list", "", None),
    (ORGANISER, "entity register, name search", "registry:entity-list", "?q=木材", None),
    (ORGANISER, "entity", "registry:entity-detail", "", (Listing, {})),
    (ORGANISER, "special pools", "registry:pool-list", "", None),
    (ORGANISER, "matter list", "registry:matter-list", "", None),
    (
        ORGANISER,
        "matter",
        "registry:matter-detail",
        "",
        (Matter, {"authority__code": office.AUTHORITY}),
    ),
    (ORGANISER, "inspectors", "registry:inspector-list", "", None),
    (ORGANISER, "inspector", "registry:inspector-detail", "", (Inspector, {})),
    (ORGANISER, "plan in force", "planning:plan-detail", "", (Plan, {"state": "published"})),
    (ORGANISER, "tasks", "planning:task-list", "", None),
    (ORGANISER, "task (draft)", "planning:task-detail", "", (Task, {"state": "draft"})),
    (ORGANISER, "task (ready)", "planning:task-detail", "", (Task, {"state": "ready"})),
    (ORGANISER, "task (dispatched)", "planning:task-detail", "", (Task, {"state": "dispatched"})),
    (ORGANISER, "task's pool", "planning:task-pool", "", (Task, {"state": "ready"})),
    (ORGANISER, "sittings", "planning:sitting-list", "", None),
    (
        WITNESS,
        "sitting (computed)",
        "planning:sitting-detail",
        "",
        (Sitting, {"state": "computed"}),
    ),
    (ORGANISER, "draw", "planning:draw-detail", "", (Draw, {"kind": "entities"}, "number")),
    (ORGANISER, "visits", "inspections:visit-list", "", None),
    (ORGANISER, "visit (closed)", "inspections:visit-detail", "", (Visit, {"state": "closed"})),
    (ORGANISER, "teams", "inspections:team-board", "", None),
    (HEAD, "order", "inspections:order-detail", "", (InspectionOrder, {})),
    (OFFICER, "phone: today's visits", "inspections:field-today", "", None),
    (
        OFFICER,
        "phone: visit",
        "inspections:field-visit",
        "",
        (Visit, {"team__is_current": True, "team__inspector__user__username": OFFICER}),
    ),
    (ORGANISER, "reviews", "inspections:review-list", "", None),
    (ORGANISER, "result", "inspections:outcome-detail", "", (VisitMatter, {"state": "submitted"})),
    (ORGANISER, "disposals", "inspections:disposal-list", "", None),
    (ORGANISER, "disposal", "inspections:disposal-detail", "", (Disposal, {})),
    (PUBLISHER, "publication queue", "publication:queue", "", None),
    (PUBLISHER, "objection", "publication:objection-detail", "", (Objection, {})),
    (ORGANISER, "trail", "bureau:audit-trail", "", None),
    (ANYBODY, "public: home", "public:home", "", None),
    (ANYBODY, "public: results", "public:results", "", None),
    (ANYBODY, "public: results, name search", "public:results", "?q=木材", None),
    (ANYBODY, "public: result", "public:result-detail", "", (PublicEntry, {"kind": "result"})),
    (ANYBODY, "public: matters", "public:matters", "", None),
    (ANYBODY, "public: plans", "public:plans", "", None),
    (ANYBODY, "public: draws", "public:draws", "", None),
    (
        ANYBODY,
        "public: draw",
        "public:draw-detail",
        "",
        (Draw, {"task__state": "closed"}, "number"),
    ),
    (ANYBODY, "public: open data", "public:open-data", "", None),
)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 640))
