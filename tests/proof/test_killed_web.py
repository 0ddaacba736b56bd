"""kill -9 of the web in the middle of each step of a sitting: nothing half stays, and the step can be done again."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

import lottery
from bureau.models import AuditEvent, User
from planning.models import Draw, DrawEvent, Pick, Sitting
from planning.selectors import draws as reads
from planning.services import sittings
from tests.browser.running import free_port
from tests.people import make_authority, make_user
from tests.planning import sitting_cast as cast

PATIENCE = 60
GATE = 774_221  # the advisory lock at which a request is held while it is killed


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


class Web:
    """gunicorn on the test's database, as it runs for real; every person signed in already."""

    def __init__(self, live_db, media: Path, log: Path) -> None:
        where = quote(str(live_db.servers.socket_dir))
        self.environment = os.environ | {
            "DATABASE_URL": f"postgres://ssj_app@/{where}/{live_db.name}",
            "DATABASE_OWNER_URL": f"postgres://ssj_owner@/{where}/{live_db.name}",
            "REDIS_URL": live_db.servers.redis_url, "SECRET_KEY": settings.SECRET_KEY, "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "0", "SITE": "both", "MEDIA_ROOT": str(media), "WHITENOISE_USE_FINDERS": "1",
        }  # fmt: skip
        self.environment.pop("PYTEST_CURRENT_TEST", None)
        self.log, self.port, self.process = log, 0, None
        self.opener = build_opener(NoRedirect)

    def start(self) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{self.port}", "--threads", "2", "--log-level", "warning"]  # fmt: skip
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                cwd=settings.ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                self.opener.open(self.address("bureau:login"), timeout=5)
                return
            except OSError:
                assert self.process.poll() is None, self.log.read_text("utf-8", "replace")[-2000:]
                threading.Event().wait(0.2)
        raise AssertionError(self.log.read_text("utf-8", "replace")[-2000:])

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def address(self, name: str, *args: object) -> str:
        return f"http://127.0.0.1:{self.port}{reverse(name, args=args)}"

    def post(self, user: User, name: str, *args: object, **fields: str) -> int | None:
        """The status; None when the server died in between."""
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        token = "k" * 32
        request = Request(
            self.address(name, *args),
            urlencode(fields).encode(),
            {
                "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}",
                "X-CSRFToken": token,
            },
        )
        try:
            return int(self.opener.open(request, timeout=PATIENCE).status)
        except HTTPError as answered:
            return int(answered.code)
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()


@pytest.fixture
def web(live_db, tmp_path) -> Iterator[Web]:
    made = Web(live_db, tmp_path / "media", tmp_path / "web.log")
    yield made
    made.stop()


class Superuser:
    """The database's own superuser, to hold a transaction still at a point that the test chooses."""

    def __init__(self, live_db) -> None:
        self.session = psycopg2.connect(
            dbname=live_db.name, user="postgres", host=str(live_db.servers.socket_dir)
        )
        self.session.autocommit = True

    def run(self, statement: str) -> list[tuple]:
        with self.session.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def gate(self, table: str, condition: str) -> Iterator[None]:
        """Whoever inserts such a row waits, with everything they wrote before it uncommitted."""
        self.run(
            "CREATE OR REPLACE FUNCTION proof_gate() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN PERFORM pg_advisory_xact_lock({GATE}); RETURN NULL; END $$;"
            f"CREATE TRIGGER proof_gate AFTER INSERT ON {table} FOR EACH ROW WHEN ({condition})"
            " EXECUTE FUNCTION proof_gate()"
        )
        self.run(f"SELECT pg_advisory_lock({GATE})")
        try:
            yield
        finally:
            self.run(f"SELECT pg_advisory_unlock({GATE})")
            self.until("SELECT count(*) = 0 FROM pg_stat_activity WHERE xact_start IS NOT NULL AND datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
            self.run(f"DROP TRIGGER proof_gate ON {table}")

    def wait_for_a_guest(self) -> None:
        self.until(f"SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND objid = {GATE} AND NOT granted")  # fmt: skip

    def until(self, question: str) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.run(question)[0][0]:
                return
            threading.Event().wait(0.05)
        raise AssertionError(question)


@pytest.fixture
def superuser(live_db) -> Iterator[Superuser]:
    made = Superuser(live_db)
    yield made
    made.session.close()


def everything(superuser: Superuser) -> dict[str, tuple]:
    """Rows of every table of ours, with the sitting's and the tasks' states: what a step changes shows here."""
    tables = superuser.run(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND tablename ~ '^(planning|registry|inspections|publication|bureau)_' ORDER BY 1"
    )
    counts = {name: superuser.run(f"SELECT count(*) FROM {name}")[0] for (name,) in tables}
    states = superuser.run(
        "SELECT (SELECT state FROM planning_sitting), (SELECT state FROM planning_task),"
        " (SELECT array_agg((digits, committed_at, opened_at)::text ORDER BY id) FROM planning_sittingwitness)"
    )
    return counts | {"states": tuple(states[0])}


def killed_at(web: Web, superuser: Superuser, kind: str, press: Callable[[], int | None]) -> None:
    """Pressed, and killed where this event of the draw has just been written: nothing half stays."""
    web.start()
    before, answers = everything(superuser), []
    with superuser.gate("planning_drawevent", f"NEW.kind = '{kind}'"):
        presser = threading.Thread(target=lambda: answers.append(press()))
        presser.start()
        superuser.wait_for_a_guest()
        web.kill()
        presser.join(PATIENCE)

    assert answers == [None]
    assert everything(superuser) == before


def done_again(web: Web, superuser: Superuser, press: Callable[[], int | None]) -> None:
    """The server is back, the same button is pressed: done."""
    before = everything(superuser)
    web.start()
    status = press()
    web.stop()

    assert status == 302
    assert everything(superuser) != before


@pytest.mark.rule("A50")
def test_a_web_killed_at_each_step_leaves_one_whole_draw(live_db, web, superuser):
    bureau = make_authority("SFX", "示范县自然资源和规划局")
    cast.fill_pool(bureau)
    operator = cast.operator_of(bureau)
    people = [make_user(name, f"监督员{name}", bureau, "witness") for name in ("w1", "w2")]
    pk = cast.prepared(bureau, operator, witnesses=people, digits_each=8).pk

    def lock() -> int | None:
        return web.post(operator, "planning:sitting-lock", pk)

    def commit() -> int | None:
        (draw,) = Draw.objects.all()
        value = lottery.witness_commitment(draw.a, cast.SALTS[1], cast.TWO[1])
        given = {f"commitment-{draw.number}": value, "own_device": "on"}
        return web.post(people[1], "planning:sitting-commit", pk, **given)

    def give() -> int | None:
        given = {"digits": cast.TWO[1], "salt": cast.SALTS[1]}
        return web.post(people[1], "planning:sitting-open", pk, **given)

    def compute() -> int | None:
        return web.post(operator, "planning:sitting-compute", pk)

    killed_at(web, superuser, "locked", lock)
    done_again(web, superuser, lock)
    locked = Sitting.objects.get(pk=pk)
    sittings.mark_printed(sitting=locked, actor=operator)
    cast.commit(locked, people[0], cast.SALTS[0], cast.TWO[0])
    killed_at(web, superuser, "committed", commit)
    done_again(web, superuser, commit)
    first = {"digits": cast.TWO[0], "salt": cast.SALTS[0], "actor": people[0]}
    sittings.open_digits(sitting=Sitting.objects.get(pk=pk), **first)
    killed_at(web, superuser, "opened", give)
    done_again(web, superuser, give)
    killed_at(web, superuser, "computed", compute)
    killed_at(web, superuser, "revealed", compute)
    done_again(web, superuser, compute)

    draw = Draw.objects.get()
    assert sorted(DrawEvent.objects.values_list("kind", flat=True)) == [
        "committed",
        "computed",
        "locked",
        "opened",
        "revealed",
    ]
    assert Pick.objects.count() == 3 + 5
    assert reads.verdict(draw) == (0, "VERIFIED")
    steps = ("sitting.locked", "draw.computed", "draw.revealed")
    assert [AuditEvent.objects.filter(action=step).count() for step in steps] == [1, 1, 1]
    assert AuditEvent.objects.filter(action="sitting.opened").count() == 2
