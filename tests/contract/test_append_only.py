"""Rows of append-only tables stay as they are, whatever statement asks for a change."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow.award.store import schema as award_schema
from lazsa_flow.store import columns, schema
from lazsa_flow.store.column_types import Day, Instant
from tests.factories import utc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.award.store.store import AwardStore

NAMES = columns.append_only_tables()
assert award_schema.seats.name in NAMES  # an application's own tables too
AT = utc(2026, 9, 1)
SQLITE = (
    "UPDATE {t} SET recorded_at = recorded_at",
    "UPDATE OR REPLACE {t} SET recorded_at = 'x'",
    "UPDATE OR IGNORE {t} SET {k} = {k}",
    "DELETE FROM {t}",
    "REPLACE INTO {t} SELECT * FROM {t}",
    "INSERT OR REPLACE INTO {t} ({c}) SELECT {changed} FROM {t}",
    "INSERT INTO {t} SELECT * FROM {t} WHERE true ON CONFLICT DO UPDATE SET recorded_at = 'x'",
    (
        "INSERT INTO {t} SELECT * FROM {t} WHERE true"
        " ON CONFLICT ({keys}) DO UPDATE SET recorded_at = excluded.recorded_at"
    ),
)
ROWID = (
    "UPDATE {t} SET rowid = rowid + 1000",
    "UPDATE OR REPLACE {t} SET rowid = 2",
    "REPLACE INTO {t} (rowid, {rest}) SELECT rowid, {other} FROM {t}",
    "REPLACE INTO {t} (rowid, {rest}) SELECT -1, {other} FROM {t}",
    "REPLACE INTO {t} (rowid, {rest}) SELECT 0, {other} FROM {t}",
)
POSTGRESQL = (
    "UPDATE {t} SET recorded_at = recorded_at",
    "DELETE FROM {t}",
    "TRUNCATE {t}",
    "TRUNCATE {t} RESTART IDENTITY CASCADE",
    "TRUNCATE lazsa_paths CASCADE",
    (
        "INSERT INTO {t} SELECT * FROM {t}"
        " ON CONFLICT ({keys}) DO UPDATE SET recorded_at = excluded.recorded_at"
    ),
    "MERGE INTO {t} USING {t} AS o ON {t}.{k} = o.{k} WHEN MATCHED THEN DELETE",
    (
        "MERGE INTO {t} USING {t} AS o ON {t}.{k} = o.{k}"
        " WHEN MATCHED THEN UPDATE SET recorded_at = o.recorded_at"
    ),
)


def made_up(column: sa.Column[Any], number: int) -> Any:
    """Return a value that a column takes, another for each number."""
    if isinstance(column.type, Day):
        return date(2026, 10, number)
    if isinstance(column.type, Instant):
        return AT
    return {str: f"{column.name}-{number}", int: number, bool: True}[column.type.python_type]


@pytest.fixture
def filled(store: AwardStore) -> AwardStore:
    """Return a store in which every append-only table holds two rows of two paths."""
    with store._engine.begin() as connection:
        for table in schema.METADATA.sorted_tables:  # what others refer to comes first
            if table not in (schema.paths, schema.night_runs) and table.name not in NAMES:
                continue
            rows = [{c.key: made_up(c, n) for c in table.columns} for n in (1, 2)]
            connection.execute(sa.insert(table), rows)
    return store


def rows_of(url: str, table: str) -> list[Any]:
    """Return a table's rows as they are stored, read by a program that is not ours."""
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
    engine.dispose()
    return list(map(tuple, found))


def attacks(statements: tuple[str, ...], table: sa.Table) -> Iterator[str]:
    """Write statements out for a table."""
    keys = [column.name for column in table.primary_key]
    names = [f'"{column.name}"' for column in table.columns]
    changed = [name if name.strip('"') in keys else "'0'" for name in names]
    rest = [column for column in table.columns if column is not table.autoincrement_column]
    other = [
        f'"{column.name}" + 700' if column.type.python_type is int else f"\"{column.name}\" || 'x'"
        for column in rest
    ]
    for statement in statements:
        yield statement.format(
            t=table.name,
            k=keys[0],
            keys=", ".join(keys),
            c=", ".join(names),
            changed=", ".join(changed),
            rest=", ".join(f'"{column.name}"' for column in rest),
            other=", ".join(other),
        )


@pytest.mark.parametrize("name", NAMES)
def test_what_is_append_only_cannot_be_changed(filled: AwardStore, url: str, name: str) -> None:
    """programme.md, versions and data: no row of these tables is changed or deleted, ever."""
    table, before = schema.METADATA.tables[name], rows_of(url, name)
    assert len(before) == 2
    if url.startswith("postgresql"):
        for attack in attacks(POSTGRESQL, table):
            with (
                pytest.raises(sa.exc.DBAPIError, match=r"append-only|a table referenced"),
                filled._engine.begin() as connection,
            ):
                connection.exec_driver_sql(attack)
            assert rows_of(url, name) == before, attack
        return
    rowid = ROWID if columns.has_rowid(table) else ()
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as own:
        for attack in attacks(SQLITE + rowid, table):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                own.execute(attack)
            assert rows_of(url, name) == before, attack


def test_texts_can_be_erased(store: AwardStore) -> None:
    """programme.md, versions and data: personal data stands where it can be deleted."""
    with store.begin() as transaction:
        transaction.add_text(subject="s1", author="e1", kind="nomination", body="x", at=AT)
        assert transaction.erase_texts("s1") == 1
