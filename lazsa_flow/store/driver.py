"""How do statements reach the driver without a detour for every row?

SQLAlchemy makes the text of a statement from the schema, once for each dialect. The driver runs it
within the transaction of a SQLAlchemy connection and gives plain tuples back, for a cycle night
reads and writes millions of rows, and a mapping for each of them costs more than the row. What the
driver raises comes out as SQLAlchemy's errors, as from any other statement.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg as psycopg_dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

_DIALECTS: dict[str, tuple[Callable[..., sa.Dialect], str]] = {
    "postgresql": (psycopg_dialect.dialect, "numeric_dollar"),
    "sqlite": (sqlite.dialect, "named"),
}


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
        values = {**self.fixed, **values}
        if self.names is None:
            return driver.execute(self.text, values)
        return run_numbered(driver, self.text, [values[name] for name in self.names])


@lru_cache(maxsize=256)
def compiled(statement: sa.ClauseElement, dialect: str) -> Compiled:
    """Return a statement as the driver takes it.

    Every statement is made once, so that the few there are can be told apart by identity.
    """
    make, style = _DIALECTS[dialect]
    made: Any = statement.compile(dialect=make(paramstyle=style))
    fixed = {name: value for name, value in made.params.items() if value is not None}
    names = tuple(made.positiontup or ()) if dialect == "postgresql" else None
    return Compiled(str(made), names, fixed)


def ids_table(dialect: str) -> Any:
    """Return the parameter ``ids`` as a table of one column, ``id``."""
    if dialect == "postgresql":
        ids = sa.bindparam("ids", type_=postgresql.ARRAY(sa.BigInteger))
        return sa.func.unnest(ids).table_valued("id", name="chunk").render_derived()
    listed = sa.func.json_each(sa.bindparam("ids", type_=sa.Text())).table_valued("value")
    return sa.select(listed.c.value.label("id")).subquery("chunk")


def ids_value(dialect: str, ids: Collection[int]) -> Any:
    """Return numbers as the value of the parameter ``ids``."""
    return list(ids) if dialect == "postgresql" else json.dumps(list(ids))


def fetch(
    connection: sa.Connection, statement: sa.ClauseElement, values: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """Run a query and return its rows as the driver gives them."""
    return fetch_all(connection, [statement], values)[0]


def fetch_all(
    connection: sa.Connection, statements: Sequence[sa.ClauseElement], values: Mapping[str, Any]
) -> list[list[tuple[Any, ...]]]:
    """Run queries with the same values one after the other, in one round trip to a server."""
    asked = [compiled(statement, connection.dialect.name) for statement in statements]
    one_trip = len(asked) > 1 and connection.dialect.name == "postgresql"
    with raw(connection) as driver:
        with driver.pipeline() if one_trip else nullcontext():
            cursors = [each.run(driver, values) for each in asked]
        return [cursor.fetchall() for cursor in cursors]


def run_numbered(driver: Any, text: str, values: Sequence[Any]) -> Any:
    """Run a statement on PostgreSQL whose parameters have numbers; return its cursor.

    psycopg looks anew each time for what stands for a parameter in a text that is long or has many
    of them, and that takes longer than many a statement; what has numbers goes as it is.
    """
    from psycopg import RawCursor

    return RawCursor(driver).execute(text, values)


def rows_of(connection: sa.Connection, statement: sa.Select[Any]) -> list[tuple[Any, ...]]:
    """Run a query with its values bound, and return its rows as the driver gives them."""
    return list(connection.execute(statement).cursor.fetchall())


@contextmanager
def raw(connection: sa.Connection) -> Iterator[Any]:
    """Lend the driver's connection; what it raises comes out as SQLAlchemy's errors."""
    driver = connection.connection.driver_connection
    with _translated(connection.dialect, driver, connection.invalidate):
        yield driver


@contextmanager
def driven(engine: sa.Engine) -> Iterator[Any]:
    """Lend a connection of the driver's from the pool for a transaction that writes.

    It commits at the end of the block, in one round trip to a server with what it did, or rolls
    back on an error. For transactions of a statement or two, of which there are thousands:
    ``engine.begin()`` does the same, and takes longer over it than the database over them.
    """
    with _translated(engine.dialect, None, None):
        pooled = engine.raw_connection()
    try:
        driver: Any = pooled.driver_connection
        with _translated(engine.dialect, driver, pooled.invalidate):
            if engine.dialect.name == "postgresql":
                with driver.pipeline():  # psycopg begins by itself
                    yield driver
                    driver.commit()
            else:
                driver.execute("BEGIN IMMEDIATE")
                yield driver
                driver.commit()
    finally:
        pooled.close()


@contextmanager
def _translated(
    dialect: sa.Dialect, driver: Any, invalidate: Callable[[BaseException], None] | None
) -> Iterator[None]:
    """Let the driver's errors come out as SQLAlchemy's, and forget a connection that is lost."""
    errors: type[Exception] = dialect.loaded_dbapi.Error
    try:
        yield
    except errors as error:
        lost = dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]
        if lost and invalidate is not None:
            invalidate(error)
        raise sa.exc.DBAPIError.instance(
            None, None, error, errors, connection_invalidated=lost, dialect=dialect
        ) from error
