"""Append-only tables: triggers that refuse every change of a row, by anyone.

The database itself holds them, so that neither a slip of ours nor another program on the same
database changes what was recorded. On both stores UPDATE and DELETE are refused, upserts with them.
PostgreSQL asks separately about TRUNCATE. SQLite asks nobody about the row that REPLACE overwrites;
so a row is refused that has the key, or the rowid, of one that is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_ROWID = -1
"""What SQLite's triggers see before a row that is given no rowid has one."""


def protect(connection: sa.Connection, table: str) -> None:
    """Make a table append-only, whether or not it was before.

    Args:
        connection: In the transaction of a migration.
        table: The table's name; its keys are read from the database.
    """
    release(connection, table)
    make = _postgresql_triggers if connection.dialect.name == "postgresql" else _sqlite_triggers
    for statement in make(connection, table):
        connection.exec_driver_sql(statement)


def release(connection: sa.Connection, table: str) -> None:
    """Let a migration change a table's rows, until it is protected again."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {table}_append_only() CASCADE")
        return
    for name in ("no_update", "no_delete", "no_replace", "no_rowid"):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_{name}")


def _postgresql_triggers(_connection: sa.Connection, table: str) -> Iterator[str]:
    yield (
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    for name, event, each in (
        ("append_only", "UPDATE OR DELETE", "ROW"),
        ("no_truncate", "TRUNCATE", "STATEMENT"),
    ):
        yield (
            f"CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {table}_append_only()"
        )


def _sqlite_triggers(connection: sa.Connection, table: str) -> Iterator[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for action in ("UPDATE", "DELETE"):
        yield f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} {refuse}"
    taken = [_exists_text(table, key) for key in _unique_keys(connection, table)]
    if _has_rowid(connection, table):
        taken.append(f"NEW.rowid <> {_NO_ROWID} AND {_exists_text(table, ['rowid'])}")
        # one that looks as if none were given could be replaced unseen
        yield (
            f"CREATE TRIGGER {table}_no_rowid AFTER INSERT ON {table} WHEN NEW.rowid < 1 {refuse}"
        )
    yield (
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN {' OR '.join(taken)} {refuse}"
    )


def _exists_text(table: str, key: list[str]) -> str:
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    return f"EXISTS (SELECT 1 FROM {table} WHERE {same})"


def _unique_keys(connection: sa.Connection, table: str) -> Iterator[list[str]]:
    """Yield the columns of each unique index; a key that is the rowid itself has none."""
    indexes = connection.exec_driver_sql(f"PRAGMA index_list({table})").mappings().all()
    for index in indexes:
        if index["unique"]:
            columns = connection.exec_driver_sql(f"PRAGMA index_info({index['name']})").mappings()
            yield [str(column["name"]) for column in columns]


def _has_rowid(connection: sa.Connection, table: str) -> bool:
    made = sa.text("SELECT sql FROM sqlite_master WHERE name = :table")
    return "WITHOUT ROWID" not in str(connection.scalar(made, {"table": table})).upper()
