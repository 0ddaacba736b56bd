"""Where the embedded servers' files lie, who runs them, and their programs out of the wheels. No Django here.

Root cannot run PostgreSQL, so for root a system user of its own runs both servers, and data and binaries lie
under /var/tmp: no private home has to be opened for that user.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SYSTEM_USER = "ssj-servers"  # who runs the servers when the caller is root
SOCKET_LIMIT = 100  # a unix socket's path may have 107 bytes; PostgreSQL and Redis add a suffix
DATABASE = "ssj"


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


def servers_in(base: Path, name: str) -> Servers:
    directory = base / name
    socket_dir = directory / "run"
    if len(bytes(socket_dir)) + len("/.s.PGSQL.5432") > SOCKET_LIMIT:
        digest = hashlib.sha256(bytes(directory)).hexdigest()[:12]
        socket_dir = Path("/tmp") / f"ssj-{os.geteuid()}-{digest}"
    return Servers(base=base, directory=directory, socket_dir=socket_dir)


def prepare_directories(servers: Servers, owner: pwd.struct_passwd) -> None:
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


def server_user() -> pwd.struct_passwd:
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


def package(servers: Servers, name: str) -> Path:
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


def run(servers: Servers, program: Path, *arguments: str | Path, stdin: str = "") -> None:
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
