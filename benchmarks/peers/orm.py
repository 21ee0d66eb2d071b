"""Moving one path by SQLAlchemy's ORM.

The tables are mapped as they are found in the database; a unit of work loads the rows that change,
sets their columns, adds the new ones, and commits.

Source: SQLAlchemy 2, "Mapping Declaratively with Reflected Tables" and "Session Basics".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session

from benchmarks.peers.todo import make_todo

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.harness.answers import Answers
    from benchmarks.peers.todo import Write


class Mapped:
    """The tables of a database as classes.

    Args:
        engine: The database.
        tables: Which tables.
    """

    def __init__(self, engine: sa.Engine, tables: Iterable[str]) -> None:
        class Base(DeclarativeBase):
            pass

        with engine.connect() as connection:
            Base.metadata.reflect(connection, only=list(tables))
        self._classes: dict[str, Any] = {
            name: type(name, (Base,), {"__table__": table})
            for name, table in Base.metadata.tables.items()
        }

    def write(self, session: Session, writes: Sequence[Write]) -> None:
        """Write a path's rows within a session's transaction."""
        for each in writes:
            mapped = self._classes[each.table]
            if each.what == "new":
                session.add(mapped(**each.values))
                continue
            row = session.get_one(mapped, tuple(each.key.values()))
            if each.what == "gone":
                session.delete(row)
            for name, value in each.values.items():
                setattr(row, name, value)


def make_engine(url: str, **options: Any) -> sa.Engine:
    """Open an engine, as durable as our own."""
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), **options)
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
                connection.execute(f"PRAGMA {pragma}")

    return engine


class OrmWriter:
    """Moves paths one after the other, a transaction each.

    Args:
        url: The database.
        answers: What to write.
    """

    def __init__(self, url: str, answers: Sequence[Answers]) -> None:
        self._engine = make_engine(url)
        self._todo = make_todo(answers)
        self._mapped = Mapped(self._engine, (each.table for each in answers))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._engine.dispose()

    def write_all(self) -> None:
        """Move every path."""
        for writes in self._todo.values():
            with Session(self._engine) as session, session.begin():
                self._mapped.write(session, writes)
