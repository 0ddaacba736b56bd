"""The embedded servers: shared, private to their user, and gone when nobody uses them.

These tests use servers of their own in a short temporary folder, not those of the test run.
"""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from config import embedded

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import sys
sys.path.insert(0, {root!r})
from config import embedded
servers = embedded.ensure()
print(servers.directory / "pg" / "cluster" / "postmaster.pid", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ssj-", dir="/var/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data(base: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SSJ_DATA", str(base))
    monkeypatch.setenv("SSJ_TEST", "1")
    yield base
    embedded.stop(force=True)


def another_process() -> subprocess.Popen[str]:
    program = PROGRAM.format(root=str(ROOT))
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.pid_file = Path(process.stdout.readline().strip())  # type: ignore[attr-defined]
    return process


def connect(servers: embedded.Servers, role: str) -> "psycopg2.extensions.connection":
    return psycopg2.connect(host=str(servers.socket_dir), user=role, dbname=embedded.DATABASE)


def test_starting_twice_gives_the_same_servers(data: Path) -> None:
    first = embedded.ensure()
    second = embedded.ensure()

    assert first == second
    assert embedded.is_running()


def test_two_processes_share_one_server_and_the_last_one_stops_it(data: Path) -> None:
    one, two = another_process(), another_process()
    postmasters = {process.pid_file.read_text().split()[0] for process in (one, two)}  # type: ignore[attr-defined]

    one.communicate(timeout=30)
    runs_after_first = embedded.is_running()
    two.communicate(timeout=30)

    assert len(postmasters) == 1
    assert runs_after_first
    assert not embedded.is_running()


def test_processes_that_begin_at_the_same_moment_start_one_server(data: Path) -> None:
    program = PROGRAM.format(root=str(ROOT)).replace("sys.stdin.read()", "")
    starts = [
        subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]

    errors = [process.communicate(timeout=60)[1] for process in starts]

    assert [(process.returncode, error) for process, error in zip(starts, errors, strict=True)] == [
        (0, "")
    ] * 4


def test_a_killed_process_leaves_no_hold(data: Path) -> None:
    process = another_process()
    process.kill()
    process.communicate()

    assert embedded.stop()
    assert not embedded.is_running()


def test_the_hold_of_another_process_keeps_the_servers(data: Path) -> None:
    process = another_process()

    assert not embedded.stop()
    assert embedded.is_running()

    process.communicate(timeout=30)


def test_data_outlives_the_server(data: Path) -> None:
    servers = embedded.ensure()
    with connect(servers, "ssj_owner") as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 7 AS n")
    connection.close()
    embedded.stop(force=True)

    servers = embedded.ensure()
    with connect(servers, "ssj_app") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT n FROM kept")
        found = cursor.fetchone()
    connection.close()

    assert found == (7,)


def test_the_application_role_cannot_create_tables(data: Path) -> None:
    servers = embedded.ensure()
    connection = connect(servers, "ssj_app")

    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mine (n int)")

    connection.close()


def test_the_application_role_cannot_drop_or_alter_the_owners_tables(data: Path) -> None:
    servers = embedded.ensure()
    owner, app = connect(servers, "ssj_owner"), connect(servers, "ssj_app")
    owner.autocommit = app.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS firm (n int)")

    with app.cursor() as cursor:
        cursor.execute("INSERT INTO firm VALUES (1)")  # rows are its business
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("DROP TABLE firm")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("ALTER TABLE firm DISABLE TRIGGER ALL")

    owner.close()
    app.close()


def test_neither_role_is_a_superuser(data: Path) -> None:
    servers = embedded.ensure()
    connection = connect(servers, "postgres")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolcreaterole, pg_has_role('ssj_app', 'ssj_owner', 'member')"
            " FROM pg_roles WHERE rolname LIKE 'ssj%' ORDER BY rolname"
        )
        found = cursor.fetchall()
    connection.close()

    assert found == [("ssj_app", False, False, False), ("ssj_owner", False, False, False)]


def test_text_sorts_bytewise_as_in_python(data: Path) -> None:
    words = ["b", "甲", "A", "a", "乙", "Z", "1", "_"]
    connection = connect(embedded.ensure(), "ssj_app")
    with connection.cursor() as cursor:
        cursor.execute("SELECT w FROM unnest(%s) AS w ORDER BY w", (words,))
        found = [word for (word,) in cursor.fetchall()]
    connection.close()

    assert found == sorted(words)


def test_no_network_port_is_opened(data: Path) -> None:
    servers = embedded.ensure()
    connection = connect(servers, "postgres")
    with connection.cursor() as cursor:
        cursor.execute("SHOW listen_addresses")
        found = cursor.fetchone()
    connection.close()

    assert found == ("",)
    assert redis.Redis(unix_socket_path=str(servers.redis_socket)).config_get("port") == {
        "port": "0"
    }


def test_sockets_lie_where_no_other_user_can_go(data: Path) -> None:
    servers = embedded.ensure()

    assert stat.S_IMODE(servers.socket_dir.stat().st_mode) == 0o700


def test_only_throw_away_data_goes_without_fsync(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.ensure()
    test_settings = (data / "test" / "pg" / "cluster" / "ssj.conf").read_text()
    embedded.ensure(test=False)
    kept_settings = (data / "data" / "pg" / "cluster" / "ssj.conf").read_text()
    embedded.stop(test=False, force=True)

    assert "fsync = 'off'" in test_settings
    assert "fsync" not in kept_settings


def test_a_long_path_gets_a_short_socket_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSJ_DATA", "/var/tmp/" + "long" * 30)

    servers = embedded._locate(None, test=True)

    assert len(bytes(servers.redis_socket)) < 100
    assert str(os.geteuid()) in servers.socket_dir.name


def test_a_folder_of_somebody_else_is_refused_with_one_sentence(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = base / "trap"
    trap.symlink_to("/etc")
    monkeypatch.setenv("SSJ_DATA", str(trap))

    with pytest.raises(embedded.ServersUnavailable, match="SSJ_DATA"):
        embedded.ensure()


def test_the_secret_key_is_made_once_and_private(data: Path) -> None:
    first = embedded.secret_key()

    assert embedded.secret_key() == first
    assert len(first) >= 50
    assert stat.S_IMODE((data / "secret-key").stat().st_mode) == 0o600
