"""Driver access: statements run by the driver itself, without a detour for every row.

SQLAlchemy makes the text of a statement from the schema, once for each dialect. The driver runs it
within the transaction of a SQLAlchemy connection and gives plain tuples back, for a cycle night
reads and writes millions of rows, and a mapping for each of them costs more than the row. What the
driver raises comes out as SQLAlchemy's errors, as from any other statement.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

_FEW: Final = 4
"""So many ids are few: a subject and whoever acts on it, each with a former id."""
_IDLE: Final = 0
"""libpq's PQTRANS_IDLE: no transaction has begun. psycopg is not imported for it."""


class Compiled(NamedTuple):
    """A statement as the driver takes it.

    Attributes:
        names: The parameters' names, by their numbers; none where the driver takes names.
        fixed: The values of those that it has a value of.
    """

    text: str
    names: tuple[str, ...] | None
    fixed: dict[str, Any]

    def run(self, driver: Any, values: Mapping[str, Any]) -> Any:
        """Run it and return the cursor."""
        if self.names is None:
            return driver.execute(self.text, {**self.fixed, **values})
        return run_numbered(driver, self.text, self.numbered(values))

    def numbered(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the parameters' values by their numbers."""
        values = {**self.fixed, **values}
        return [values[name] for name in self.names or ()]


@lru_cache(maxsize=256)
def compiled(statement: sa.ClauseElement, dialect: str) -> Compiled:
    """Return a statement as the driver takes it.

    Every statement is made once, so that the few there are can be told apart by identity.
    """
    made: Any = statement.compile(dialect=_make_dialect(dialect))
    fixed = {name: value for name, value in made.params.items() if value is not None}
    names = tuple(made.positiontup or ()) if dialect == "postgresql" else None
    return Compiled(str(made), names, fixed)


@lru_cache
def _make_dialect(name: str) -> sa.Dialect:
    """Return a dialect that writes parameters as its driver takes them; no other is loaded."""
    make: type[Any]
    if name == "postgresql":
        from sqlalchemy.dialects.postgresql import psycopg

        make, style = psycopg.dialect, "numeric_dollar"
    else:
        from sqlalchemy.dialects.sqlite import pysqlite

        make, style = pysqlite.dialect, "named"
    dialect: sa.Dialect = make(paramstyle=style)
    return dialect


def ids_table(
    dialect: str,
    type_: type[sa.types.TypeEngine[Any]] = sa.BigInteger,
    *,
    at_most: int | None = None,
) -> Any:
    """Return the parameter ``ids`` as a table of one column, ``id``.

    Args:
        dialect: The database's.
        type_: Of an id.
        at_most: How many ids there are, where they are few. PostgreSQL then plans the statement
            once, for so many; otherwise it counts the ids and plans again each time.
    """
    if dialect == "postgresql":
        ids: Any = sa.bindparam("ids", type_=sa.ARRAY(type_))
        if at_most is None:
            return sa.func.unnest(ids).table_valued("id", name="chunk").render_derived()
        uncounted = sa.select(ids).scalar_subquery()
        each = sa.func.unnest(uncounted).table_valued("id", name="each_id").render_derived()
        return sa.select(each.c.id).limit(sa.literal_column(str(at_most))).subquery("chunk")
    listed = sa.func.json_each(sa.bindparam("ids", type_=sa.Text())).table_valued("value")
    return sa.select(listed.c.value.label("id")).subquery("chunk")


def count_few(ids: Collection[int] | Collection[str]) -> int | None:
    """Return how many ids there are, where they are few, as :func:`ids_table` takes it."""
    return len(ids) if len(ids) <= _FEW else None


def ids_value(dialect: str, ids: Collection[int] | Collection[str]) -> str:
    """Return numbers or keys as the value of the parameter ``ids``.

    Of a list psycopg writes the items one by one, a microsecond each.

    Source:
        PostgreSQL, "Array Input and Output Syntax".
    """
    if dialect != "postgresql":
        return json.dumps(list(ids))
    items = [*map(str, ids)]
    whole = "".join(items)
    if "\\" in whole or '"' in whole:
        items = [each.replace("\\", "\\\\").replace('"', '\\"') for each in items]
    quoted = '","'.join(items)
    return f'{{"{quoted}"}}' if items else "{}"


def fetch(
    connection: sa.Connection, statement: sa.ClauseElement, values: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """Run a query and return its rows as the driver gives them."""
    return fetch_all(connection, [statement], values)[0]


def execute(
    connection: sa.Connection, statement: sa.ClauseElement, values: Mapping[str, Any]
) -> int:
    """Run a statement that returns no rows; return how many it has written."""
    with driver_connection(connection) as driver:
        written: int = compiled(statement, connection.dialect.name).run(driver, values).rowcount
        return written


def fetch_all(
    connection: sa.Connection, statements: Sequence[sa.ClauseElement], values: Mapping[str, Any]
) -> list[list[tuple[Any, ...]]]:
    """Run queries with the same values one after the other, in one round trip to a server."""
    asked = [compiled(statement, connection.dialect.name) for statement in statements]
    one_trip = len(asked) > 1 and connection.dialect.name == "postgresql"
    with driver_connection(connection) as driver:
        with pipeline_begun(driver) if one_trip else nullcontext():
            cursors = [each.run(driver, values) for each in asked]
        return [cursor.fetchall() for cursor in cursors]


@contextmanager
def pipeline_begun(driver: Any) -> Iterator[None]:
    """Open a pipeline in whose first round trip its transaction begins, if none has begun.

    psycopg waits for the answer to a ``BEGIN`` of its own. Here it is a statement like the others;
    for that the session is in autocommit until its next transaction, or until it is in the pool.
    """
    begins = driver.info.transaction_status == _IDLE and not driver.autocommit
    if begins:
        driver.autocommit = True
    with driver.pipeline():
        if begins:
            run_numbered(driver, "BEGIN ISOLATION LEVEL READ COMMITTED", [])
        yield


def run_numbered(driver: Any, text: str, values: Sequence[Any]) -> Any:
    """Run a statement on PostgreSQL whose parameters have numbers; return its cursor.

    psycopg looks again each time for what stands for a parameter in a text that is long or has many
    of them, and that takes longer than many a statement; what has numbers goes as it is.
    """
    from psycopg import RawCursor

    return RawCursor(driver).execute(text, values)


def rows_of(connection: sa.Connection, statement: sa.Select[Any]) -> list[tuple[Any, ...]]:
    """Run a query with its values bound, and return its rows as the driver gives them."""
    cursor = connection.execute(statement).cursor
    with driver_connection(connection):  # what is wrong with a row shows when it is fetched
        return list(cursor.fetchall())


class KeptConnection:
    """What :func:`driver_connection` returns: a generator would take longer."""

    __slots__ = ("_connection", "_driver", "_pooled")

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> Any:
        self._pooled = self._connection.connection  # not to be had once it is invalidated
        self._driver = self._pooled.driver_connection
        return self._driver

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None:
            return
        dialect = self._connection.dialect
        if isinstance(error, dialect.loaded_dbapi.Error):
            wrapped = as_error(dialect, self._driver, error)
            if wrapped.connection_invalidated:
                # as SQLAlchemy does: what happened to one happened to all that were open before
                self._connection.engine.pool._invalidate(self._pooled, error)  # noqa: SLF001
                self._connection.invalidate(error)
            raise wrapped from error


def driver_connection(connection: sa.Connection) -> AbstractContextManager[Any]:
    """Lend the driver's connection; what it raises comes out as SQLAlchemy's errors."""
    return KeptConnection(connection)


def as_error(dialect: sa.Dialect, driver: Any, error: Exception) -> sa.exc.DBAPIError:
    """Return what SQLAlchemy says of an error of the driver's."""
    lost = dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]
    wrapped = sa.exc.DBAPIError.instance(
        None,
        None,
        error,
        dialect.loaded_dbapi.Error,
        connection_invalidated=lost,
        dialect=dialect,
    )
    assert isinstance(wrapped, sa.exc.DBAPIError)
    return wrapped
