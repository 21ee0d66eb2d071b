"""Harm to a schema: each of its objects dropped or altered, within a transaction.

PostgreSQL drops it. SQLite has no statement for most of them: there the text of the table is what
it would be without the object, as after a table that somebody has made anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from lazsa_flow.store.inspection.catalog import expected_catalog

if TYPE_CHECKING:
    from collections.abc import Iterator


class Harm(NamedTuple):
    """An object that is dropped: its table, kind, name and definition."""

    table: str
    kind: str
    name: str
    definition: str

    @property
    def told(self) -> str:
        """What must be named: the object, a column with its table."""
        if self.kind == "table":
            return f"table {self.table} is missing"
        name = f"{self.table}.{self.name}" if self.kind == "column" else self.name
        return f"{self.kind} {name}"


def harms(dialect: str) -> Iterator[Harm]:
    """Yield every object that there is."""
    for table, objects in expected_catalog(dialect).items():
        for name, definition in objects.items():
            kind, _, own = name.partition(" ")
            yield Harm(table, kind, own, definition)


def drop(connection: sa.Connection, harm: Harm) -> None:
    """Drop an object."""
    if connection.dialect.name == "sqlite":
        _drop_on_sqlite(connection, harm)
        return
    table, kind, name, _ = harm
    statement = {
        "table": f"DROP TABLE {table} CASCADE",
        "column": f'ALTER TABLE {table} DROP COLUMN "{name}" CASCADE',
        "constraint": f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE",
        "trigger": f"DROP TRIGGER {name} ON {table}",
        "index": f"DROP INDEX {name}",
        "function": f"DROP FUNCTION {name} CASCADE",
        "sequence": f"DROP SEQUENCE {name} CASCADE",
    }[kind]
    connection.exec_driver_sql(statement)


def _drop_on_sqlite(connection: sa.Connection, harm: Harm) -> None:
    table, kind, name, _ = harm
    if kind in ("trigger", "index"):
        connection.exec_driver_sql(f"DROP {kind} {name}")
        return
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    if kind == "table":
        connection.exec_driver_sql(f"DELETE FROM sqlite_master WHERE tbl_name = '{table}'")
        return
    own = [harm for harm in harms("sqlite") if harm.table == table]
    parts = [
        f'"{each.name}" {each.definition}' if each.kind == "column" else each.definition
        for each in own
        if each.kind in ("column", "constraint") and (each.kind, each.name) != (kind, name)
    ]
    [options] = [each.definition.removeprefix("table") for each in own if each.kind == "table"]
    sql = f"CREATE TABLE {table} ({', '.join(parts)}){options}"
    connection.execute(
        sa.text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name"),
        {"sql": sql, "name": table},
    )


ALTERATIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "sqlite": {
        "index lazsa_timers_due": (
            "DROP INDEX lazsa_timers_due",
            "CREATE INDEX lazsa_timers_due ON lazsa_timers (due_at, country, path_id)",
        ),
        "trigger lazsa_facts_no_update": (
            "DROP TRIGGER lazsa_facts_no_update",
            (
                "CREATE TRIGGER lazsa_facts_no_update BEFORE UPDATE ON lazsa_facts"
                " WHEN 0 BEGIN SELECT 1; END"
            ),
        ),
    },
    "postgresql": {
        "index lazsa_timers_due": (
            "DROP INDEX lazsa_timers_due",
            "CREATE INDEX lazsa_timers_due ON lazsa_timers (due_at, country, path_id)",
        ),
        "column lazsa_paths.state": ("ALTER TABLE lazsa_paths ALTER state DROP NOT NULL",),
        "column lazsa_timers.due_at": (
            'ALTER TABLE lazsa_timers ALTER due_at TYPE varchar(27) COLLATE "default"',
        ),
        "column lazsa_facts.id": ("ALTER TABLE lazsa_facts ALTER id DROP DEFAULT",),
        "trigger lazsa_journal_append_only": (
            "ALTER TABLE lazsa_journal DISABLE TRIGGER lazsa_journal_append_only",
        ),
        "function lazsa_facts_append_only": (
            (
                "CREATE OR REPLACE FUNCTION lazsa_facts_append_only() RETURNS trigger"
                " LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
            ),
        ),
        "constraint lazsa_slots_path_id_fkey": ("ALTER TABLE lazsa_slots DISABLE TRIGGER ALL",),
        "table lazsa_keys": ("ALTER TABLE lazsa_keys SET UNLOGGED",),
        "sequence lazsa_path_id": ("ALTER SEQUENCE lazsa_path_id INCREMENT 2",),
    },
}
"""Objects that are altered and keep their name, each by what alters it."""
