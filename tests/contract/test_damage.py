"""A damaged or foreign SQLite file is an error of ours, whoever opens, reads or writes it."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.errors import DamagedError, LazsaError, MalformedError, SchemaError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.store.integrity import find_damage, find_dangling_rows
from tests.chaos.population import START, fill_backlog
from tests.damage import PAGE, damaged

if TYPE_CHECKING:
    from collections.abc import Callable

LATER = START + timedelta(days=90)
EMPLOYEE = Actor("employee", "emp-1")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of 24 sellers, half-way through their first cycle."""
    file = tmp_path_factory.mktemp("sound") / "lazsa.db"
    fill_backlog(f"sqlite:///{file}", 24)
    with Programme.open(f"sqlite:///{file}", clock=VirtualClock(LATER)) as programme:
        programme.sweep()
    return file


@pytest.fixture
def file(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copy(sound, tmp_path / "lazsa.db"))


def open_at(file: Path) -> Programme:
    """Open the programme on a file."""
    clock = VirtualClock(LATER + timedelta(days=400))
    return Programme.open(f"sqlite:///{file}", clock=clock, secret=b"k")


def test_an_empty_file_has_no_schema(tmp_path: Path) -> None:
    """A file of no bytes is a database without a schema, and the error says what to run."""
    (tmp_path / "lazsa.db").touch()
    with pytest.raises(SchemaError, match="lazsa-flow migrate"):
        open_at(tmp_path / "lazsa.db")


def test_a_text_file_is_not_a_database(tmp_path: Path) -> None:
    """A file of another kind is said to be none of SQLite's, to whoever opens or migrates it."""
    file = tmp_path / "lazsa.db"
    file.write_text("seller_id,country\n" * 100)
    with pytest.raises(DamagedError, match="not an SQLite database"):
        open_at(file)
    with pytest.raises(DamagedError, match="not an SQLite database"):
        Programme.migrate(f"sqlite:///{file}")
    assert file.read_text().startswith("seller_id")


def test_another_applications_database_has_no_schema(tmp_path: Path) -> None:
    """Another application's SQLite database is refused for want of a schema, and left as it is."""
    file = tmp_path / "lazsa.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE orders (id)")
    with pytest.raises(SchemaError, match="no lazsa_flow schema"):
        open_at(file)


def test_a_lost_table_is_named_as_what_it_is(file: Path) -> None:
    """A table that is gone is an incomplete schema, in reading and in writing."""
    with open_at(file) as programme:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("DROP TABLE lazsa_keys")
        with pytest.raises(SchemaError, match="lacks a table"):
            programme.nominate("s1", actor=EMPLOYEE, statement="", key="one")
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("ALTER TABLE lazsa_failures RENAME TO gone")
        with pytest.raises(SchemaError, match="lacks a table"):
            programme.parked()


def test_a_schema_of_an_unknown_revision_is_not_migrated(file: Path) -> None:
    """What a later release has written is refused by migrate, which names the revision."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE lazsa_alembic_version SET version_num = '9999_later'")
    with pytest.raises(SchemaError, match="9999_later, which this release does not know"):
        Programme.migrate(f"sqlite:///{file}")


@pytest.mark.parametrize(
    ("statement", "ask"),
    [
        ("UPDATE lazsa_paths SET spans = '{'", lambda p: p.paths("s1")),
        ("UPDATE lazsa_paths SET opened_at = 'soon'", lambda p: p.find("award-1")),
        ("UPDATE OR IGNORE lazsa_timers SET due_at = '2020-02-30T'", lambda p: p.due()),
        ("UPDATE lazsa_timers SET due_on = 'soon'", lambda p: p.explain("award-1")),
        ("UPDATE lazsa_timers SET due_on = x'ff'", lambda p: p.explain("award-1")),
        (
            "UPDATE lazsa_timers SET due_on = x'ff'",
            lambda p: p.nominate("s1", actor=EMPLOYEE, statement=""),
        ),
        ("UPDATE lazsa_journal SET verdicts = '['", lambda p: p.history("award-1")),
        ("UPDATE lazsa_journal SET recorded_at = ''", lambda p: p.history("award-1")),
    ],
)
def test_a_malformed_value_is_an_error_that_names_its_row(
    file: Path, statement: str, ask: Callable[[Programme], object]
) -> None:
    """A stored value that cannot be read is an error of ours, not one of the parser's."""
    with closing(sqlite3.connect(file)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    with open_at(file) as programme, pytest.raises((MalformedError, DamagedError)):
        ask(programme)


def test_a_sweep_over_a_damaged_page_stops_and_sets_nobody_aside(file: Path) -> None:
    """Damage of the file is no fault of any path's: the sweep ends and nothing is parked."""
    with open_at(file) as programme:
        pages = _pages_of(file, "lazsa_paths")
        with file.open("r+b") as stream:
            for page in pages:
                stream.seek((page - 1) * PAGE)
                stream.write(b"\x99" * PAGE)
        with pytest.raises(DamagedError, match="restore a backup"):
            programme.sweep()
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM lazsa_failures").fetchone() == (0,)
        assert find_damage(connection)


def test_a_sound_file_has_no_findings(file: Path) -> None:
    """The checks of the file find nothing where nothing is wrong."""
    with closing(sqlite3.connect(file)) as connection:
        assert find_damage(connection) == find_damage(connection, thorough=True) == []
        assert find_dangling_rows(connection) == []
        connection.execute("INSERT INTO lazsa_slots VALUES ('award', 'nobody', 99)")
        (found,) = find_dangling_rows(connection)
    assert "lazsa_slots" in found
    assert "lazsa_paths" in found


ASKED: tuple[Callable[[Programme], object], ...] = (
    lambda p: p.sweep(),
    lambda p: p.explain("award-1"),
    lambda p: p.history("award-2"),
    lambda p: p.due(),
    lambda p: p.books(),
    lambda p: p.picture(),
    lambda p: p.verify_journal(),
    lambda p: p.erase("s3", actor=Actor("host", "h")),
    lambda p: p.nominate("s30", actor=EMPLOYEE, statement="", key="k"),
    lambda p: p._runtime.store.outbox().entries(),
)


@pytest.mark.parametrize("seed", range(16))
def test_whatever_is_damaged_only_our_errors_come_out(file: Path, seed: int) -> None:
    """Bytes, pages and lengths changed by seed: every call succeeds or raises a LazsaError."""
    chance = random.Random(seed)
    file.write_bytes(damaged(file.read_bytes(), chance))
    url = f"sqlite:///{file}"
    for ask in chance.sample(ASKED, 3):
        with suppress(LazsaError), open_at(file) as programme:
            ask(programme)
    with suppress(LazsaError):
        Programme.migrate(url)


def _pages_of(file: Path, *tables: str) -> list[int]:
    with closing(sqlite3.connect(file)) as connection:
        query = f"SELECT pageno FROM dbstat WHERE name IN ({','.join('?' * len(tables))})"
        return [page for (page,) in connection.execute(query, tables)]
