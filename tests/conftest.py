"""Tests run on the real embedded PostgreSQL, as the application's own role.

A template database is migrated once by the owner, and a clone of it is what the tests see. Ordinary tests roll back.
A test that needs commits (`live_db`: threads, processes, a browser) gets the clone thrown away and made anew afterwards:
append-only tables cannot be truncated, by design.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from uuid import uuid4

import psycopg2
import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connections

from config import embedded

pytest_plugins = ["tests.people"]


def pytest_configure() -> None:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # else WhiteNoise warns at every client
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.JOBS_INLINE = True
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


class Database:
    """The migrated template, kept from run to run, and one xdist worker's clone of it."""

    def __init__(self) -> None:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        # Two runs at once, on the same servers, must not meet.
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")[:8] or str(os.getpid())
        self.template = f"ssj_template_{schema_digest()}"
        self.name = f"ssj_test_{run}_{worker}"
        self.servers = embedded.ensure(settings.ROOT)

    def sql(self, *statements: str) -> int:
        """Run as the superuser; returns how many rows the last statement found."""
        connection = psycopg2.connect(
            dbname="postgres", user="postgres", host=str(self.servers.socket_dir)
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            found = cursor.rowcount
        connection.close()
        return found

    def point_at(self, name: str) -> None:
        for alias in ("default", "owner"):
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name

    def clone(self) -> None:
        self.point_at(self.name)
        self.sql(
            f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)",
            f"CREATE DATABASE {self.name} OWNER ssj_owner TEMPLATE {self.template}",
        )

    def create(self) -> None:
        """Migrating takes ten seconds, so only the first worker after a changed schema does it."""
        with (self.servers.directory / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.exists(self.template):
                making = f"ssj_test_making_{os.getpid()}"
                self.sql(
                    f"CREATE DATABASE {making} OWNER ssj_owner ENCODING 'UTF8'"
                    " LC_COLLATE 'C' LC_CTYPE 'C.UTF-8' TEMPLATE template1"
                )
                self.point_at(making)
                call_command("migrate", verbosity=0)
                self.point_at(self.name)
                self.sql(f"ALTER DATABASE {making} RENAME TO {self.template}")
        self.clone()

    def exists(self, name: str) -> bool:
        return self.sql(f"SELECT FROM pg_database WHERE datname = '{name}'") > 0

    def drop(self) -> None:
        self.point_at("postgres")
        self.sql(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


def schema_digest() -> str:
    """Changes with every migration, grant and pinned version: whatever makes a template stale."""
    migrations = sorted(settings.ROOT.glob("*/migrations/*.py"))
    others = ("bureau/db.py", "config/roles.sql", "requirements.txt")
    digest = hashlib.sha256()
    for path in (*migrations, *(settings.ROOT / name for name in others)):
        digest.update(str(path.relative_to(settings.ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def test_database(django_db_blocker) -> Iterator[Database]:
    with django_db_blocker.unblock():
        database = Database()
        database.create()
    yield database
    with django_db_blocker.unblock():
        database.drop()


@pytest.fixture(scope="session")
def django_db_setup(test_database: Database) -> None:
    """pytest-django's own set-up would migrate as the application's role, which may not."""


@pytest.fixture
def live_db(test_database: Database, django_db_blocker) -> Iterator[Database]:
    """Real commits, seen by other threads and processes; the database is made anew afterwards."""
    with django_db_blocker.unblock():
        yield test_database
        for connection in connections.all():
            connection.close()
        test_database.clone()


@pytest.fixture(autouse=True)
def fresh_counters() -> None:
    """Several runs share one Redis; what one test asked does not count for the next."""
    caches["counters"].key_prefix = f"test-{uuid4()}"


@pytest.fixture(autouse=True)
def media(tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
