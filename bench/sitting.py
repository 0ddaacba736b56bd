#!/usr/bin/env python3
# ruff: noqa: E402  Django is set up before what needs it
"""One draw over the whole register through the real services: strata, pool, lock, computation, verification.

usage: bench/sitting.py ENTITIES     5 % of the register, in two strata, one witness

Beside each step stands the most memory that this process has held so far. Up to 20,000 entities come through the
import; beyond that they are copied in the database, because a draw does not care how its pool came to be.
Runs on the empty database of the environment (`make bench ARGS=sitting`).
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bureau.models import Agency, User
from planning.models import PoolConfirmation, Sitting
from planning.rules.strata import Stratum
from planning.selectors import pool_preview
from planning.selectors import tasks as reads
from planning.services import sittings, tasks
from planning.services.tasks import TaskValues
from registry.demo import office
from registry.models import Matter

IMPORTED = 20_000


def main(entities: int) -> None:
    imported = min(entities, IMPORTED)
    tell(f"seed_demo --entities {imported} --registers-only", lambda: seed(imported))
    if entities > imported:
        tell(f"register copied to {entities:,}", lambda: copy_register(entities // imported - 1))
    today = timezone.localdate()
    people = {user.username: user for user in User.objects.all()}
    organiser, keeper = people["shaochuanbai"], people["luoyining"]
    task = tasks.create_ad_hoc(
        authority=Agency.objects.get(code=office.AUTHORITY),
        reason="测量",
        values=values(today),
        actor=organiser,
    )
    strata = [
        Stratum("企业", {"kinds": ["enterprise"]}, "percent", Decimal(5)),
        Stratum("其他", {}, "percent", Decimal(5)),
    ]
    tell("two strata with their counts", lambda: tasks.set_strata(task=task, strata=strata, actor=organiser))  # fmt: skip
    tell("candidates by stratum, exclusions by reason", lambda: pool_preview.preview(task, today))
    tasks.set_scheme(task=task, scheme=reads.scheme_draft(task, today), actor=organiser)
    tell("both registers confirmed, task ready", lambda: confirm(task, organiser, keeper, today))
    sitting = sittings.prepare(
        purpose=Sitting.Purpose.ENTITIES, tasks=[task], unit=task.unit, title="测量", place="测量",
        planned_at=timezone.now(), actor=organiser, reveal="immediate", reveal_by=None,
    )  # fmt: skip
    witness = people["nieguanlan"]
    sittings.add_witness(sitting=sitting, user=witness, actor=organiser)
    tell("lock: freeze the lists, announce", lambda: sittings.lock(sitting=sitting, actor=organiser, reason=""))  # fmt: skip
    sittings.mark_printed(sitting=sitting, actor=organiser)
    sittings.open_digits(sitting=sitting, actor=witness, digits="362514263514")
    tell("compute in Python and in SQL, record, open", lambda: sittings.compute(sitting=sitting, actor=organiser))  # fmt: skip
    verify(sitting.draws.get().number)


def seed(entities: int) -> None:
    call_command("seed_demo", entities=entities, registers_only=True, stdout=StringIO())


def copy_register(times: int) -> None:
    """Every entity and its listing again under codes of their own, without the search columns that a draw never reads."""
    copied = {
        "code": "code || '-' || n",
        "public_code": "public_code || '-' || n",
        "bigrams": "'{}'",
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registry_entity, registry_listing")
        columns = columns_of(cursor, "registry_entity")
        cursor.execute(
            f"INSERT INTO registry_entity ({', '.join(columns)}) "
            f"SELECT {', '.join(copied.get(name, name) for name in columns)} "
            f"FROM registry_entity, generate_series(1, {times}) AS n"
        )
        columns = columns_of(cursor, "registry_listing")
        chosen = ["copy.id" if name == "entity_id" else f"l.{name}" for name in columns]
        cursor.execute(
            f"INSERT INTO registry_listing ({', '.join(columns)}) SELECT {', '.join(chosen)} "
            "FROM registry_listing l JOIN registry_entity e ON e.id = l.entity_id "
            f"CROSS JOIN generate_series(1, {times}) AS n "
            "JOIN registry_entity copy ON copy.public_code = e.public_code || '-' || n"
        )
        cursor.execute("ANALYZE registry_entity, registry_listing")


def columns_of(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND column_name <> 'id' AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in cursor.fetchall()]


def values(today: date) -> TaskValues:
    unit = Agency.objects.get(code=office.ENFORCEMENT)
    return TaskValues(
        name="测量",
        unit=Agency.objects.get(code=office.MINING).pk,
        matters=[Matter.objects.earliest("pk").pk],
        window_from=today,
        window_to=today + timedelta(days=30),
        scope={},
        executing=[unit.pk],
        is_risk_differentiated=False,
        is_special=False,
        special_reason="",
        reserve=1,
        names_in_notice=False,
        draw_source="own",
        platform_name="",
        platform_number="",
    )


def confirm(task: Any, organiser: User, keeper: User, today: date) -> None:
    for pool in PoolConfirmation.Pool.values:
        tasks.confirm_pool(task=task, pool=pool, actor=keeper, today=today)
    tasks.make_ready(task=task, actor=organiser, today=today)


def verify(number: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "draw"
        tell("export_draw", lambda: call_command("export_draw", number, target, verbosity=0))
        command = [sys.executable, "-I", str(ROOT / "lottery" / "verify.py"), str(target)]
        done = tell("verify.py", lambda: subprocess.run(command, capture_output=True, text=True))
        print(done.stdout.strip().splitlines()[-1])


def tell(what: str, work: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    result = work()
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what:<52} {time.perf_counter() - began:>8.2f} s {held:>7,} MB", flush=True)
    return result


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
