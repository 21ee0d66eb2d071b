"""What a test process makes once, though a deployment makes it each time that it is asked.

A process of the suite opens hundreds of databases. Each would go through every migration, compile
every statement and every template, and build the tree of commands again. What comes out is the
same each time, so :func:`prepare` has it made once:

- the tree of commands of an app of typer's;
- the statements by which an empty database is migrated. The first database of a process is migrated
  as anywhere, and the statements are noted; they are run on the next ones. The migrations
  themselves are then asked, and find nothing left to do;
- statements that SQLAlchemy compiles for engines of one dialect;
- templates of one text, file and kind of environment, and the names in them;
- what the table of a lifecycle says.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Hashable, Iterator, MutableMapping
from contextlib import suppress
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Final, cast

import jinja2
import jinja2.meta
import psycopg
import sqlalchemy as sa
import typer.main
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.util import LRUCache

from lazsa_flow.engine import tables
from lazsa_flow.lifecycle.values import EMPTY
from lazsa_flow.private_files import create_file
from lazsa_flow.store.connect import file_of
from lazsa_flow.store.store import SqlStore

if TYPE_CHECKING:
    from types import CodeType

    from lazsa_flow.lifecycle.table import Lifecycle

_READING: Final = ("SELECT", "PRAGMA")
_COUNT_TABLES: Final = (
    "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
)
_STATEMENTS: Final = 2_000
"""How many compiled statements are kept of a dialect."""


@cache
def prepare() -> None:
    """Have it made once in this process."""
    typer.main.get_command = cache(typer.main.get_command)
    SqlStore.migrate = _migrating(SqlStore.migrate)  # type: ignore[method-assign]
    sa.create_engine = _sharing(sa.create_engine)
    jinja2.Environment.compile = _compiling(jinja2.Environment.compile)  # type: ignore[method-assign]
    jinja2.Environment.parse = _parsing(jinja2.Environment.parse)  # type: ignore[method-assign]
    jinja2.meta.find_undeclared_variables = cache(jinja2.meta.find_undeclared_variables)
    tables.content_of = _describing(tables.content_of)


def _migrating(migrate: Any) -> Any:
    """Return :meth:`SqlStore.migrate` that runs noted statements on an empty database."""
    noted: dict[str, list[tuple[str, Any]]] = {}

    @wraps(migrate)
    def prepared(self: SqlStore, lifecycles: Any = EMPTY) -> None:
        engine = self._engine
        dialect = engine.dialect.name
        if _is_empty(engine):
            if dialect in noted:
                with suppress(OSError, SQLAlchemyError, sqlite3.Error, psycopg.Error):
                    _run_all(engine, noted[dialect])  # why it fails, the migrations tell
            else:
                noted[dialect] = _note(engine, lambda: migrate(self))
        migrate(self, lifecycles)

    return prepared


def _is_empty(engine: sa.Engine) -> bool:
    """Return whether a database can be reached and has no table."""
    file = file_of(engine.url)
    if file is not None:
        return file.parent.is_dir() and not (file.exists() and file.stat().st_size)
    if engine.dialect.name != "postgresql":
        return False
    try:
        with engine.connect() as connection:
            return connection.exec_driver_sql(_COUNT_TABLES).scalar() == 0
    except SQLAlchemyError:
        return False


def _note(engine: sa.Engine, migrate: Any) -> list[tuple[str, Any]]:
    """Migrate, and return the statements that changed something."""
    noted: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, text: str, values: Any, *_: Any) -> None:
        if not text.lstrip().upper().startswith(_READING):
            noted.append((text, values))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        migrate()
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return noted


def _run_all(engine: sa.Engine, statements: list[tuple[str, Any]]) -> None:
    if (file := file_of(engine.url)) is not None:
        create_file(file)
    with engine.begin() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        for text, values in statements:
            driver.execute(text, values or ())


class _Shared(MutableMapping[Any, Any]):
    """Compiled statements by their class of dialect, instead of by the dialect itself."""

    def __init__(self) -> None:
        self._kept: LRUCache[Any, Any] = LRUCache(_STATEMENTS)

    def _key(self, key: tuple[Any, ...]) -> tuple[Hashable, ...]:
        return type(key[0]), *key[1:]

    def get(self, key: Any, default: Any = None) -> Any:
        return self._kept.get(self._key(key), default)

    def __getitem__(self, key: Any) -> Any:
        return self._kept[self._key(key)]

    def __setitem__(self, key: Any, compiled: Any) -> None:
        self._kept[self._key(key)] = compiled

    def __delitem__(self, key: Any) -> None:
        del self._kept[self._key(key)]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


def _sharing(create: Any) -> Any:
    """Return :func:`sa.create_engine` whose engines share the statements that they compile."""
    shared = _Shared()

    @wraps(create)
    def prepared(*arguments: Any, **options: Any) -> sa.Engine:
        execution = {"compiled_cache": shared, **options.pop("execution_options", {})}
        return cast("sa.Engine", create(*arguments, execution_options=execution, **options))

    return prepared


def _compiling(compile_: Any) -> Any:
    """Return :meth:`jinja2.Environment.compile` that compiles a text of a file once."""
    kept: dict[Hashable, CodeType] = {}

    @wraps(compile_)
    def prepared(
        self: jinja2.Environment, source: Any, name: Any = None, filename: Any = None, **more: Any
    ) -> Any:
        if more or not isinstance(source, str) or callable(self.autoescape):
            return compile_(self, source, name, filename, **more)
        kind = type(self), self.autoescape, self.trim_blocks, self.lstrip_blocks
        key = (*kind, source, name, filename)
        if key not in kept:
            kept[key] = compile_(self, source, name, filename)
        return kept[key]

    return prepared


def _parsing(parse: Any) -> Any:
    """Return :meth:`jinja2.Environment.parse` that parses a text of a file once."""
    kept: dict[Hashable, jinja2.nodes.Template] = {}

    @wraps(parse)
    def prepared(
        self: jinja2.Environment, source: str, name: Any = None, filename: Any = None
    ) -> jinja2.nodes.Template:
        key = (type(self), self.trim_blocks, self.lstrip_blocks, source, name, filename)
        if key not in kept:
            kept[key] = parse(self, source, name, filename)
        return kept[key]

    return prepared


def _describing(describe: Any) -> Any:
    """Return :func:`tables.content_of` that describes the table of a lifecycle once."""
    kept: dict[int, tuple[Lifecycle, Any]] = {}

    @wraps(describe)
    def prepared(lifecycle: Lifecycle) -> Any:
        if id(lifecycle) not in kept:
            kept[id(lifecycle)] = (
                lifecycle,
                describe(lifecycle),
            )  # while it is held no other has its id
        return kept[id(lifecycle)][1]

    return prepared
