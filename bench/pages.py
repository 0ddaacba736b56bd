#!/usr/bin/env python3
# ruff: noqa: E402  Django is set up before what needs it
"""Queries and milliseconds of the main pages of desk and public site, in the seeded demo.

usage: bench/pages.py ENTITIES     640, or up to 20,000 with a whole year of work

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
from registry.models import Inspector, Listing, Matter

ROUNDS = 5
ANYBODY = ""
Page = tuple[str, str, str]  # who, what, address


def main(entities: int) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    began = time.perf_counter()
    call_command("seed_demo", entities=entities, verbosity=0, stdout=StringIO())
    print(f"seed_demo --entities {entities}: {time.perf_counter() - began:.0f} s")
    print(f"{'page':<44} {'queries':>8} {'median ms':>10} {'KB':>6}")
    clients: dict[str, Client] = {}
    for who, name, address in pages():
        client = clients.setdefault(who, signed_in(who))
        tell(client, name, address)


def signed_in(who: str) -> Client:
    client = Client()
    if who != ANYBODY:
        backend = "django.contrib.auth.backends.ModelBackend"
        client.force_login(User.objects.get(username=who), backend=backend)
    return client


def tell(client: Client, name: str, address: str) -> None:
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


def pages() -> Iterator[Page]:
    yield from desk_pages()
    yield from public_pages()


def desk_pages() -> Iterator[Page]:
    """As an organiser who also reviews, except where somebody else works."""
    organiser, witness, publisher, head = "qiyuanzhou", "nieguanlan", "ruanzhiwei", "jiyanqing"
    inspector = "yanbeijiang"
    yield organiser, "home (organiser)", reverse("home")
    yield head, "home (head)", reverse("home")
    yield publisher, "home (publisher)", reverse("home")
    yield organiser, "entity register", reverse("registry:entity-list")
    yield organiser, "entity register, name search", reverse("registry:entity-list") + "?q=木材"
    yield organiser, "entity", reverse("registry:entity-detail", args=[newest(Listing)])
    yield organiser, "special pools", reverse("registry:pool-list")
    yield organiser, "matter list", reverse("registry:matter-list")
    yield organiser, "matter", reverse("registry:matter-detail", args=[newest(Matter)])
    yield organiser, "inspectors", reverse("registry:inspector-list")
    yield organiser, "inspector", reverse("registry:inspector-detail", args=[newest(Inspector)])
    yield (
        organiser,
        "plan in force",
        reverse("planning:plan-detail", args=[newest(Plan, state="published")]),
    )
    yield organiser, "tasks", reverse("planning:task-list")
    for state in ("draft", "ready", "dispatched"):
        pk = newest(Task, state=state, draw_source="own")
        yield organiser, f"task ({state})", reverse("planning:task-detail", args=[pk])
    pk = newest(Task, state="ready")
    yield organiser, "task's pool", reverse("planning:task-pool", args=[pk])
    yield organiser, "sittings", reverse("planning:sitting-list")
    pk = newest(Sitting, state="computed", purpose="entities")
    yield witness, "sitting (computed)", reverse("planning:sitting-detail", args=[pk])
    yield (
        organiser,
        "draw",
        reverse("planning:draw-detail", args=[newest(Draw, field="number", kind="entities")]),
    )
    yield organiser, "visits", reverse("inspections:visit-list")
    yield (
        organiser,
        "visit (closed)",
        reverse("inspections:visit-detail", args=[newest(Visit, state="closed")]),
    )
    yield organiser, "teams", reverse("inspections:team-board")
    yield head, "order", reverse("inspections:order-detail", args=[newest(InspectionOrder)])
    yield inspector, "phone: today's visits", reverse("inspections:field-today")
    yield (
        inspector,
        "phone: visit",
        reverse("inspections:field-visit", args=[newest(Visit, state="in_progress")]),
    )
    yield organiser, "reviews", reverse("inspections:review-list")
    yield (
        organiser,
        "result (submitted)",
        reverse("inspections:outcome-detail", args=[newest(VisitMatter, state="submitted")]),
    )
    yield organiser, "disposals", reverse("inspections:disposal-list")
    yield organiser, "disposal", reverse("inspections:disposal-detail", args=[newest(Disposal)])
    yield publisher, "publication queue", reverse("publication:queue")
    yield publisher, "objection", reverse("publication:objection-detail", args=[newest(Objection)])
    yield organiser, "trail", reverse("bureau:audit-trail")  # fmt: skip


def public_pages() -> Iterator[Page]:
    for name in ("home", "results", "matters", "plans", "draws", "open-data", "results-csv"):
        yield ANYBODY, f"public: {name}", reverse(f"public:{name}")
    yield ANYBODY, "public: results, name search", reverse("public:results") + "?q=木材"
    result = newest(PublicEntry, kind="result")
    yield ANYBODY, "public: result", reverse("public:result-detail", args=[result])
    revealed = Draw.objects.filter(kind="entities", task__state="closed").latest("pk").number
    yield ANYBODY, "public: draw", reverse("public:draw-detail", args=[revealed])


def newest(model: Any, field: str = "pk", **wanted: Any) -> Any:
    return model.objects.filter(**wanted).order_by("-pk").values_list(field, flat=True)[0]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 640)
