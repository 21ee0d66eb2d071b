"""Copying into a scratch database, from one snapshot of the source, which is only read.

An SQLite file is opened read-only with the scratch database attached to it, so that rows go from
file to file. Of any other database the rows are fetched within one REPEATABLE READ transaction.
Neither takes a lock that a writer needs, so that nobody who writes meanwhile has to wait.

Source:
    SQLite, "ATTACH DATABASE", "Isolation In SQLite"; PostgreSQL, "Transaction Isolation".
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol
from urllib.parse import quote

from sqlalchemy.dialects import sqlite

from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.store import path_numbers, schema
from lazsa_flow.store.connect import file_of
from lazsa_flow.store.fast.driver import driver_connection, ids_value
from lazsa_flow.store.fast.writer_postgresql import PIN
from lazsa_flow.store.lock_wait import LOCK_TIMEOUT_S, OPTION
from lazsa_flow.store.read_only import reading_options
from lazsa_flow.store.retry import reading
from lazsa_flow.store.scratch.faults import reporting_copy
from lazsa_flow.store.scratch.parts import OPEN_STATUSES, TAKEN_KEYS, Part, list_parts
from lazsa_flow.store.sqlite_file import open_sqlite

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    import sqlalchemy as sa

    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.store.scratch.parts import Among

_FETCHED: Final = 5000
"""So many rows are fetched of a server at a time."""
_PLACEHOLDER: Final = "placeholder"


class Due(NamedTuple):
    """What is copied.

    Attributes:
        until: What falls due until this instant.
        countries: In these countries; in all where there are none.
        paths: The numbers of paths that are copied whenever they fall due.
    """

    until: datetime
    countries: Collection[str] = ()
    paths: Collection[int] = ()


class _Column(NamedTuple):
    """A column of a table in the scratch database.

    Attributes:
        type: Its type in SQLite; ``TEXT`` for texts.
    """

    name: str
    type: str


class _Snapshot(Protocol):
    """One snapshot of the source, with the scratch database to copy into."""

    def choose(self, due: Due) -> int:
        """Choose the paths that fall due with their siblings; return how many there are."""
        ...

    def columns(self, table: str) -> list[_Column]:
        """Return the columns of a table that the source and the scratch database both have."""
        ...

    def copy(self, part: Part, columns: Sequence[_Column]) -> None:
        """Copy a part."""
        ...

    def largest_path(self) -> int:
        """Return the number before that of the next path that opens."""
        ...

    def write(self, statement: str, values: Sequence[Any]) -> None:
        """Write into the scratch database."""
        ...

    def has_rows(self, query: str) -> bool:
        """Return whether a query of the scratch database has a row."""
        ...


def copy_due(
    engine: sa.Engine,
    scratch: Path,
    due: Due,
    sources: Iterable[Source],
    whole: Iterable[sa.Table],
) -> int:
    """Copy what falls due into a scratch database that has the schema and no rows.

    Args:
        engine: Of the source.
        scratch: The scratch database's file.
        due: What is copied.
        sources: The evidence sources that decisions read.
        whole: Tables of the application's that are copied whole.

    Returns:
        How many paths were copied.

    Raises:
        UnavailableError: The source cannot be read, or there is no room for the copy.
        ContendedError: Another process holds the source's lock for itself.
        DamagedError: The source is damaged.
        SchemaError: The source lacks a table or column.
    """
    with reporting_copy(scratch), _open_snapshot(engine, scratch) as snapshot:
        chosen = snapshot.choose(due)
        for part in list_parts(sources, whole):
            snapshot.copy(part, snapshot.columns(part.table))
        if snapshot.has_rows(_WOULD_TAKE_KEYS):
            snapshot.copy(TAKEN_KEYS, snapshot.columns(TAKEN_KEYS.table))
        _reserve_numbers(snapshot)
    return chosen


def _reserve_numbers(snapshot: _Snapshot) -> None:
    """Let paths that open be numbered as in the source, of which most paths are left out."""
    largest, instant = snapshot.largest_path(), "0001-01-01T00:00:00.000000Z"
    snapshot.write(
        f"INSERT OR IGNORE INTO scratch.{schema.paths.name} (id, lifecycle, subject, country,"
        " state, seq, head, opened_at, entered_at, parked, spans, data, recorded_at)"
        " VALUES (?, ?, ?, '', '', 0, '', ?, ?, 0, '[]', '{}', ?)",
        (largest, _PLACEHOLDER, _PLACEHOLDER, *[instant] * 3),
    )


@contextmanager
def _open_snapshot(engine: sa.Engine, scratch: Path) -> Iterator[_Snapshot]:
    file = file_of(engine.url)
    if file is not None:
        wait_s = engine.get_execution_options().get(OPTION, LOCK_TIMEOUT_S)
        with closing(open_sqlite(file, reading_options(file), timeout=wait_s)) as driver:
            _attach(driver, scratch)
            driver.execute("BEGIN")
            yield _SqliteFile(driver)
            driver.execute("COMMIT")
        return
    reads = engine
    if engine.dialect.name == "postgresql":
        reads = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    with (
        reading(),
        closing(sqlite3.connect(":memory:", isolation_level=None, uri=True)) as target,
        reads.connect() as connection,
        connection.begin(),
    ):
        _attach(target, scratch)
        target.execute("BEGIN")
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(PIN)  # from those who are due by index, as a sweep reads
        yield _Fetched(connection, target)
        target.execute("COMMIT")


def _attach(driver: sqlite3.Connection, scratch: Path) -> None:
    driver.execute("ATTACH DATABASE ? AS scratch", (f"file:{quote(str(scratch))}?mode=rw",))
    for pragma in ("synchronous", "journal_mode"):  # it need not outlive the process
        driver.execute(f"PRAGMA scratch.{pragma} = OFF")
    driver.execute("PRAGMA foreign_keys = OFF")  # rows that are left out may be named


def _choosing(due: Due, mark: str) -> tuple[str, list[Any]]:
    """Return the query for the numbers of the paths that are copied, and its parameters."""
    timers, paths, countries = schema.timers.name, schema.paths.name, sorted(due.countries)
    within = f" AND country IN ({', '.join([mark] * len(countries))})" if countries else ""
    open_timers = " UNION ".join(  # each by an index of its own
        f"SELECT path_id FROM {timers} WHERE status = '{status}' AND due_at <= {mark}{within}"
        for status in OPEN_STATUSES
    )
    listed = "unnest(%s::bigint[])" if mark == "%s" else "value FROM json_each(?)"
    numbers = ids_value("postgresql" if mark == "%s" else "sqlite", sorted(due.paths))
    query = (
        f"SELECT DISTINCT other.id FROM {paths} own JOIN {paths} other"
        f" ON other.subject = own.subject WHERE own.id IN ({open_timers} UNION SELECT {listed})"
    )
    values = [instant_text(due.until), *countries] * len(OPEN_STATUSES)
    return query, [*values, numbers]


def _selecting(part: Part, columns: Sequence[_Column], among: str, *, parts: bool) -> str:
    """Return the query for the rows of a part; a text that no decision reads is left empty."""
    conditions = [f"{part.owner} {among}"] if part.owner else []
    conditions += [part.where] if part.where else []
    if parts and any(each.name == "batch_id" for each in columns):
        # of an import that is under way, nothing is seen
        under_way = f"SELECT batch_id FROM {schema.open_imports.name}"
        conditions.append(f"(batch_id IS NULL OR batch_id NOT IN ({under_way}))")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    values = (_value_of(part, each) for each in columns)
    return f"SELECT {', '.join(values)} FROM {part.table}{where}"


def _value_of(part: Part, column: _Column) -> str:
    """Return what is selected for a column: nothing of a text that no decision reads."""
    is_read = part.read is None or column.name in part.read
    return column.name if is_read or column.type != "TEXT" else "''"


class _SqliteFile:
    """An SQLite file that is only read, with the scratch database attached."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def choose(self, due: Due) -> int:
        query, values = _choosing(due, "?")
        self._driver.execute(f"CREATE TEMP TABLE chosen AS {query}", values)
        self._driver.execute("CREATE UNIQUE INDEX temp.chosen_id ON chosen (id)")
        self._driver.execute(
            "CREATE TEMP TABLE names AS SELECT DISTINCT subject AS name"
            f" FROM main.{schema.paths.name} WHERE id IN (SELECT id FROM temp.chosen)"
        )
        self._driver.execute(
            f"INSERT INTO temp.names SELECT alias FROM main.{schema.subject_aliases.name}"
            f" WHERE {_HOLDER} IN (SELECT name FROM temp.names)"
        )
        [(count,)] = self._driver.execute("SELECT count(*) FROM temp.chosen")
        return int(count)

    def columns(self, table: str) -> list[_Column]:
        query = (
            "SELECT name, type FROM pragma_table_info(:table, 'scratch')"
            " WHERE name IN (SELECT name FROM pragma_table_info(:table, 'main'))"
        )
        return [_Column(*row) for row in self._driver.execute(query, {"table": table})]

    def copy(self, part: Part, columns: Sequence[_Column]) -> None:
        query = _selecting(part, columns, _CHOSEN[part.among], parts=True)
        into = f"scratch.{part.table} ({', '.join(each.name for each in columns)})"
        self._driver.execute(f"INSERT INTO {into} {query}")

    def largest_path(self) -> int:
        [(largest,)] = self._driver.execute(_LARGEST)
        return int(largest)

    def write(self, statement: str, values: Sequence[Any]) -> None:
        self._driver.execute(statement, values)

    def has_rows(self, query: str) -> bool:
        return self._driver.execute(query).fetchone() is not None


class _Fetched:
    """A source whose rows are fetched: on a server, or in memory."""

    def __init__(self, connection: sa.Connection, target: sqlite3.Connection) -> None:
        self._connection, self._target = connection, target
        self._dialect = connection.dialect.name
        self._server = self._dialect == "postgresql"
        self._among: dict[str, str] = {}

    def choose(self, due: Due) -> int:
        query, values = _choosing(due, self._mark())
        chosen = [number for (number,) in self._run(query, values)]
        self._among["paths"] = ids_value(self._dialect, chosen)
        table, aliases = schema.paths.name, schema.subject_aliases.name
        subjects = self._run(
            f"SELECT DISTINCT subject FROM {table} WHERE id {self._match('paths')}",
            [self._among["paths"]],
        )
        names = [subject for (subject,) in subjects]
        self._among["names"] = ids_value(self._dialect, names)
        named = self._run(
            f"SELECT alias FROM {aliases} WHERE {_HOLDER} {self._match('names')}",
            [self._among["names"]],
        )
        self._among["names"] = ids_value(self._dialect, [*names, *(alias for (alias,) in named)])
        return len(chosen)

    def columns(self, table: str) -> list[_Column]:
        with driver_connection(self._connection) as driver:
            found = driver.cursor().execute(f"SELECT * FROM {table} LIMIT 0")
            theirs = {name for name, *_ in found.description}
        query = "SELECT name, type FROM pragma_table_info(?, 'scratch')"
        own = (_Column(*row) for row in self._target.execute(query, (table,)))
        return [each for each in own if each.name in theirs]

    def copy(self, part: Part, columns: Sequence[_Column]) -> None:
        among = self._match(part.among) if part.owner else ""
        query = _selecting(part, columns, among, parts=not self._server)
        values = [self._among[part.among]] if part.owner else []
        into = f"scratch.{part.table} ({', '.join(each.name for each in columns)})"
        marks = ", ".join("?" * len(columns))
        self._target.executemany(f"INSERT INTO {into} VALUES ({marks})", self._run(query, values))

    def largest_path(self) -> int:
        if not self._server:
            return path_numbers.find_largest(self._connection)
        # what the sequence gave last; nothing is taken from it
        [(last, is_called)] = self._run(f"SELECT last_value, is_called FROM {_SEQUENCE}", [])
        return int(last) - (not is_called)

    def write(self, statement: str, values: Sequence[Any]) -> None:
        self._target.execute(statement, values)

    def has_rows(self, query: str) -> bool:
        return self._target.execute(query).fetchone() is not None

    def _mark(self) -> str:
        return "%s" if self._server else "?"

    def _match(self, among: Among) -> str:
        """Return the condition that an owner is one of those that are copied."""
        # PostgreSQL looks numbers of another type than the column's up one by one
        if self._server:
            return f"= ANY(%s::{_ARRAY[among]})"
        return "IN (SELECT value FROM json_each(?))"

    def _run(self, query: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        with driver_connection(self._connection) as driver:
            cursor = driver.cursor()
            cursor.execute(query, values)
            while rows := cursor.fetchmany(_FETCHED):
                yield from rows


_ARRAY: Final = {"paths": "bigint[]", "names": "text[]"}
_CHOSEN: Final = {
    "paths": "IN (SELECT id FROM temp.chosen)",
    "names": "IN (SELECT name FROM temp.names)",
    "all": "",
}
_WOULD_TAKE_KEYS: Final = (
    f"""SELECT 1 FROM scratch.{schema.paths.name} WHERE data LIKE '%"claims"%' LIMIT 1"""
)
_LARGEST: Final = str(path_numbers.LARGEST.compile(dialect=sqlite.dialect()))
_HOLDER: Final = schema.subject_aliases.c["subject"].name
"""The column of the id that holds, in the table of aliases."""
_SEQUENCE: Final = schema.PATH_ID.name
