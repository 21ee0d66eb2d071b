"""A backup holds all of a database in use, and a restore leaves just that, whatever was there."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from lazsa_flow.award.cli.app import app
from lazsa_flow.award.programme import Programme
from lazsa_flow.errors import (
    DamagedError,
    HeldError,
    InputError,
    LazsaError,
    SchemaError,
    UnavailableError,
)
from lazsa_flow.store import migrate
from lazsa_flow.store.connect import connect
from lazsa_flow.store.schema_revision import HEAD
from tests.damage import damaged
from tests.integration.world import EMPLOYEE, World

if TYPE_CHECKING:
    from collections.abc import Callable

BACKUP = "backup.db"


@pytest.fixture(scope="module")
def made(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of forty sellers, one of them nominated, and a backup of it."""
    folder = tmp_path_factory.mktemp("made")
    shutil.copy(migrated, folder / "shop.db")
    world = World(url_of(folder / "shop.db"))
    for number in range(1, 41):
        world.facts(f"s{number}")
    world.nominate()
    world.programme.backup(folder / BACKUP)
    world.programme.close()
    return folder


@pytest.fixture
def file(made: Path, tmp_path: Path) -> Path:
    """A database that nobody has open."""
    return Path(shutil.copy(made / "shop.db", tmp_path / "shop.db"))


@pytest.fixture
def saved(made: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    return Path(shutil.copy(made / BACKUP, tmp_path / BACKUP))


def opened(file: Path) -> Programme:
    """Open the programme on a file."""
    return Programme.open(url_of(file), secret=b"k")


def url_of(file: Path) -> str:
    """Return the URL of a database's file."""
    return f"sqlite:///{file}"


def dump(file: Path) -> list[str]:
    """Return all that a database holds, as statements."""
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def names_beside(file: Path) -> set[str]:
    """Return the names of what lies beside a file."""
    return {each.name for each in file.parent.iterdir()}


def in_a_process(act: Callable[[], object]) -> int:
    """Do something in a process of its own; return its exit code, negative for a signal."""
    pid = os.fork()
    if pid == 0:
        with suppress(BaseException):
            act()
            os._exit(0)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def work_and_die(file: Path) -> None:
    """Nominate a few more, and leave them in the log as a kill leaves them."""

    def work() -> None:
        programme = opened(file)
        for number in range(5):
            programme.nominate(f"s{number + 2}", actor=EMPLOYEE, statement="more " * 300)
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_process(work) == -signal.SIGKILL
    assert file.with_name(file.name + "-wal").stat().st_size


class TestBackup:
    """What a backup is, and what it is refused for."""

    def test_holds_all_that_is_committed(self, world: World, tmp_path: Path) -> None:
        """What was committed last stands in the log, and is in the backup, too."""
        world.nominate(statement="In the log.")
        copy = tmp_path / BACKUP
        done = world.programme.backup(str(copy))
        assert (done.file, done.size) == (copy, copy.stat().st_size)
        assert done.revision == HEAD
        assert dump(copy) == dump(tmp_path / "lazsa.db")
        with opened(copy) as programme:
            assert programme.verify_journal() == world.programme.verify_journal()

    def test_is_one_private_file(self, saved: Path) -> None:
        """It has no log, is not left half-written beside, and nobody else can read it."""
        assert {name for name in names_beside(saved) if name.startswith(BACKUP)} == {BACKUP}
        assert stat.S_IMODE(saved.stat().st_mode) == 0o600
        with closing(sqlite3.connect(saved)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)

    def test_leaves_writers_alone(self, world: World, tmp_path: Path) -> None:
        """A writer in the midst of a transaction is not waited for, and is not in it."""
        with world.programme._runtime.store.begin() as transaction:
            transaction.erase_texts("nobody")
            assert world.programme.backup(tmp_path / BACKUP).size

    def test_overwrites_only_when_asked(self, file: Path, saved: Path) -> None:
        """A file that is there stays, unless the caller says otherwise."""
        before = saved.read_bytes()
        with opened(file) as programme:
            programme.nominate("s2", actor=EMPLOYEE, statement="")
            with pytest.raises(InputError, match="--overwrite"):
                programme.backup(saved)
            assert saved.read_bytes() == before
            programme.backup(saved, overwrite=True)
        assert dump(saved) == dump(file)

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("no/such/folder.db", "a folder that is there"),
            ("", "not a folder"),
            ("lazsa.db", "another file than the database"),
            ("beside.db", "there is beside.db-wal"),
        ],
    )
    def test_a_place_that_will_not_do(
        self, world: World, tmp_path: Path, name: str, expected: str
    ) -> None:
        """A missing folder, a folder, the database itself and a name with a log are refused."""
        (tmp_path / "beside.db-wal").write_bytes(b"x")
        with pytest.raises(InputError, match=expected):
            world.programme.backup(tmp_path / name, overwrite=True)

    def test_of_a_damaged_database_leaves_nothing(self, file: Path, tmp_path: Path) -> None:
        """What would be a damaged backup is none: the error says so, and no file is left."""
        content = bytearray(file.read_bytes())
        content[4096 * 9 : 4096 * 12] = b"\x99" * (4096 * 3)
        file.write_bytes(content)
        done = invoke("backup", tmp_path / BACKUP, database=file)
        assert (done.exit_code, type(done.exception)) == (1, DamagedError)
        assert not [name for name in names_beside(file) if name.startswith(BACKUP)]

    def test_when_there_is_no_room(self, world: World, tmp_path: Path) -> None:
        """A disk that is full is an error of ours and leaves nothing half-written."""

        def fill() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
            with pytest.raises(UnavailableError):
                world.programme.backup(tmp_path / BACKUP)
            assert not [name for name in names_beside(tmp_path / BACKUP) if name.startswith(BACKUP)]

        assert in_a_process(fill) == 0

    def test_of_what_is_not_ours(self, tmp_path: Path) -> None:
        """No database, and another application's, are refused by name."""
        (tmp_path / "text.db").write_text("text " * 1000)
        with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
            connection.execute("CREATE TABLE orders (id)")
        for name, kind in (
            ("none.db", SchemaError),
            ("other.db", SchemaError),
            ("text.db", DamagedError),
        ):
            done = invoke("backup", tmp_path / BACKUP, database=tmp_path / name)
            assert isinstance(done.exception, kind)
        assert names_beside(tmp_path / BACKUP) == {"text.db", "other.db"}

    def test_of_an_earlier_schema(self, tmp_path: Path) -> None:
        """One backs up before one migrates: a schema of an earlier release is backed up, too."""
        old = earlier(tmp_path / "old.db")
        done = invoke("backup", tmp_path / BACKUP, "--json", database=old)
        assert '"schema": "0001"' in done.stdout
        assert dump(tmp_path / BACKUP) == dump(old)

    def test_not_within_a_hosts_transaction(self, world: World, tmp_path: Path) -> None:
        """A bound programme makes no backup: it would lack what the host has written."""
        engine = world.programme._runtime.store._engine
        with engine.connect() as connection, connection.begin():
            bound = world.programme.bind(connection)
            with pytest.raises(InputError, match="what is committed"):
                bound.backup(tmp_path / BACKUP)


class TestRestore:
    """What stands after a restore, and what is left alone."""

    def test_after_a_kill(self, file: Path, saved: Path) -> None:
        """The log that a killed process has left is not replayed over the backup."""
        wanted = dump(saved)
        work_and_die(file)
        done = Programme.restore(url_of(file), saved)
        assert (done.current, done.set_aside) == (True, None)
        assert dump(file) == wanted
        assert not [name for name in names_beside(file) if name.startswith(file.name + "-")]
        with opened(file) as programme:
            assert programme.verify_journal()

    def test_where_nothing_is(self, saved: Path, tmp_path: Path) -> None:
        """A database that is not there is made, private; a log that lies there goes."""
        new = tmp_path / "new.db"
        new.with_name("new.db-wal").write_bytes(b"x" * 5000)
        Programme.restore(url_of(new), saved)
        assert dump(new) == dump(saved)
        assert stat.S_IMODE(new.stat().st_mode) == 0o600

    def test_over_what_cannot_be_opened(self, file: Path, saved: Path) -> None:
        """A database that is damaged beyond opening is moved aside, and its log is not read."""
        rubble = b"rubble" + file.read_bytes()
        file.write_bytes(rubble)
        file.with_name(file.name + "-wal").write_bytes(b"rubble")
        file.chmod(0o640)
        done = Programme.restore(url_of(file), saved)
        assert done.set_aside is not None
        assert done.set_aside.read_bytes() == rubble
        assert not file.with_name(file.name + "-wal").exists()
        assert stat.S_IMODE(file.stat().st_mode) == 0o640
        assert dump(file) == dump(saved)

    @pytest.mark.parametrize("seed", range(12))
    def test_over_damage_of_any_kind(self, file: Path, saved: Path, seed: int) -> None:
        """However the database is damaged, with or without a log, the backup takes its place."""
        if seed % 2:
            work_and_die(file)
        chance = random.Random(seed)
        file.write_bytes(damaged(file.read_bytes(), chance))
        Programme.restore(url_of(file), saved)
        assert dump(file) == dump(saved)
        with opened(file) as programme:
            assert programme._runtime.store.find_damage() == []

    @pytest.mark.parametrize("seed", range(12))
    def test_from_a_damaged_backup(self, file: Path, saved: Path, seed: int) -> None:
        """A damaged backup is refused before anything is touched, or was not damaged in effect."""
        wanted, before = dump(saved), file.read_bytes()
        saved.write_bytes(damaged(saved.read_bytes(), random.Random(seed)))
        try:
            Programme.restore(url_of(file), saved)
        except LazsaError:
            assert file.read_bytes() == before
        else:
            with suppress(sqlite3.DatabaseError, UnicodeDecodeError):
                assert len(dump(file)) == len(wanted)

    def test_from_what_is_no_backup(self, file: Path, tmp_path: Path) -> None:
        """A text, nothing, an empty file, another application's, and a later release's."""
        before = file.read_bytes()
        (tmp_path / "text").write_text("text " * 1000)
        (tmp_path / "empty").touch()
        with closing(sqlite3.connect(tmp_path / "other")) as connection:
            connection.execute("CREATE TABLE orders (id)")
        shutil.copy(file, tmp_path / "later")
        with closing(sqlite3.connect(tmp_path / "later")) as connection, connection:
            connection.execute("UPDATE lazsa_alembic_version SET version_num = '9999_later'")
        shutil.copy(file, tmp_path / "live")
        (tmp_path / "live-wal").write_bytes(b"x")
        for name, kind, expected in (
            ("text", DamagedError, "not an SQLite database"),
            ("none", InputError, "a backup"),
            ("empty", SchemaError, "no lazsa_flow schema"),
            ("other", SchemaError, "no lazsa_flow schema"),
            ("later", SchemaError, "9999_later, which this release does not know"),
            ("live", InputError, "a log next to it"),
            (file.name, InputError, "another file than the database"),
        ):
            with pytest.raises(kind, match=expected):
                Programme.restore(url_of(file), tmp_path / name)
        assert file.read_bytes() == before

    def test_over_another_applications(self, saved: Path, tmp_path: Path) -> None:
        """A sound database that is not ours is never written over."""
        other = tmp_path / "other.db"
        with closing(sqlite3.connect(other)) as connection:
            connection.execute("CREATE TABLE orders (id)")
        before = other.read_bytes()
        with pytest.raises(SchemaError, match="another application's"):
            Programme.restore(url_of(other), saved)
        assert other.read_bytes() == before

    def test_of_an_earlier_schema(self, file: Path, tmp_path: Path) -> None:
        """A backup of an earlier release is put back as it was, and the answer says to migrate."""
        old = earlier(tmp_path / "old.db")
        done = Programme.restore(url_of(file), old)
        assert (done.revision, done.current) == ("0001", False)
        Programme.migrate(url_of(file))
        with opened(file) as programme:
            assert programme.states() == {}

    def test_keeps_place_and_mode(self, file: Path, saved: Path, tmp_path: Path) -> None:
        """A link stays a link, and the file behind it the same file with the same mode."""
        link = tmp_path / "link.db"
        link.symlink_to(file)
        file.chmod(0o640)
        number = file.stat().st_ino
        Programme.restore(url_of(link), saved)
        assert link.is_symlink()
        assert (file.stat().st_ino, stat.S_IMODE(file.stat().st_mode)) == (number, 0o640)

    @pytest.mark.parametrize("seed", range(8))
    def test_killed_in_the_midst_of_it(self, file: Path, saved: Path, seed: int) -> None:
        """A restore that is killed leaves the old state or the new one, and can be run again."""
        with opened(file) as programme:
            for number in range(30):
                programme.nominate(f"s{number + 2}", actor=EMPLOYEE, statement="x" * 3000)
        old, new = dump(file), dump(saved)
        most = random.Random(seed).randrange(4096, file.stat().st_size + 8192)

        def die() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))  # the system kills at this byte
            Programme.restore(url_of(file), saved)

        in_a_process(die)
        assert dump(file) in (old, new)
        Programme.restore(url_of(file), saved)
        assert dump(file) == new


class TestHeld:
    """A restore needs the database alone."""

    def refused(self, file: Path, saved: Path) -> str:
        """Restore, and return why it is refused; nothing is changed by it."""
        before = file.read_bytes()
        with pytest.raises(HeldError) as caught:
            Programme.restore(url_of(file), saved)
        assert file.read_bytes() == before
        return str(caught.value)

    def test_by_a_programme_of_this_process(self, file: Path, saved: Path) -> None:
        """An open programme that does nothing holds the database until it is closed."""
        with opened(file):
            assert f"(process {os.getpid()})" in self.refused(file, saved)
        Programme.restore(url_of(file), saved)

    @pytest.mark.parametrize(
        "ask",
        [
            "",
            "c.execute('SELECT * FROM lazsa_keys').fetchall()",
            "c.execute('BEGIN'); c.execute('SELECT * FROM lazsa_keys').fetchall()",
            "c.execute('BEGIN IMMEDIATE')",
        ],
    )
    def test_by_another_process(self, file: Path, saved: Path, ask: str) -> None:
        """Another process holds it, be it idle, reading or writing, and is named."""
        text = (
            f"import sqlite3, sys; c = sqlite3.connect({str(file)!r}, isolation_level=None); "
            f"c.execute('PRAGMA journal_mode'); {ask or 'pass'}; print(flush=True); "
            "sys.stdin.read()"
        )
        with subprocess.Popen(
            [sys.executable, "-c", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdout.readline()
            assert f"(process {process.pid})" in self.refused(file, saved)
            process.stdin.close()
        Programme.restore(url_of(file), saved)

    def test_where_the_system_names_nobody(
        self, file: Path, saved: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """SQLite's own lock tells, too, without any list of processes."""
        monkeypatch.setattr("lazsa_flow.store.exclusive._processes", list)
        with opened(file):
            assert "a process has the database open:" in self.refused(file, saved)


class TestCommands:
    """The two commands, as operators type them."""

    def test_there_and_back(self, file: Path, tmp_path: Path) -> None:
        """A backup, more work, and a restore that is confirmed by an option."""
        saved = tmp_path / BACKUP
        done = invoke("backup", saved, database=file)
        assert done.exit_code == 0
        assert "checked" in done.stdout
        with opened(file) as programme:
            programme.nominate("s2", actor=EMPLOYEE, statement="")
        done = invoke("restore", saved, "--yes", database=file)
        assert done.exit_code == 0, done.output
        assert "Next: lazsa-flow verify" in done.stdout
        assert dump(file) == dump(saved)

    def test_shows_what_is_lost(self, file: Path, saved: Path) -> None:
        """A dry run names both, by rows and latest instant, and without consent nothing is done."""
        work_and_die(file)
        for words in (("--dry-run",), ()):
            done = invoke("restore", saved, *words, database=file)
            assert "6 journal rows, the last recorded at" in done.output
            assert "1 journal rows, the last recorded at" in done.output
        assert isinstance(done.exception, InputError)
        with opened(file) as programme:
            assert programme.verify_journal() == 6

    def test_asks_for_nothing_where_nothing_is(self, saved: Path, tmp_path: Path) -> None:
        """Where no database is, none is lost, and no consent is needed."""
        assert invoke("restore", saved, database=tmp_path / "new.db").exit_code == 0

    def test_not_for_postgresql(self, saved: Path) -> None:
        """On PostgreSQL both commands name its own tools, and the page that shows how."""
        for words in (("backup", "x.db"), ("restore", saved, "--yes")):
            done = CliRunner().invoke(
                app, [*map(str, words), "--database", "postgresql://u:secret@h/d"]
            )
            assert isinstance(done.exception, InputError)
            assert "pg_dump" in str(done.exception)
            assert "secret" not in str(done.exception)


def invoke(*words: object, database: Path) -> Any:
    """Type a command on a database."""
    return CliRunner().invoke(app, [*map(str, words), "--database", url_of(database)])


def earlier(file: Path) -> Path:
    """Make a database of the first release's schema."""
    engine = connect(url_of(file))
    migrate.upgrade(engine, "0001")
    engine.dispose()
    return file
