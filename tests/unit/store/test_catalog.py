"""Schemas are compared by what their objects say, and the snapshots are of this release."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

import lazsa_flow
from lazsa_flow.store.inspection import catalog_sqlite
from lazsa_flow.store.inspection.catalog import Difference, compare_catalogs
from lazsa_flow.store.schema_revision import HEAD, is_known
from tests.golden.schemas import HINT, SNAPSHOTS, made_by_migrations


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_snapshot_is_of_the_newest_migration(dialect: str) -> None:
    """Whoever adds a migration writes both snapshots anew."""
    content = json.loads((SNAPSHOTS / f"{dialect}.json").read_text("utf-8"))
    assert content["revision"] == HEAD, HINT


def test_the_snapshot_of_sqlite() -> None:
    """The snapshot is what the migrations make."""
    assert made_by_migrations("sqlite://") == (SNAPSHOTS / "sqlite.json").read_text("utf-8"), HINT


def test_the_head_is_the_newest_migration() -> None:
    """The revision that opening compares with is the last of alembic's chain."""
    versions = Path(lazsa_flow.__file__).parent / "store" / "migrations"
    scripts = ScriptDirectory(str(versions))
    assert scripts.get_current_head() == HEAD
    known = [script.revision for script in scripts.walk_revisions()]
    assert all(map(is_known, known))
    assert not any(map(is_known, ("", "000", "0000", f"{HEAD}_", "9999")))


def read(*statements: str) -> dict[str, dict[str, str]]:
    """Return the catalogue that some statements make."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        found = catalog_sqlite.read_catalog(connection)
    engine.dispose()
    return found


def test_what_is_written_otherwise_is_the_same() -> None:
    """Case, quotes, spaces and comments do not count; what a text says does."""
    plain = read("CREATE TABLE lazsa_x (a TEXT NOT NULL, b INT, CHECK (a <> 'No'))")
    dressed = read(
        'create table "lazsa_x"  (\n "A" text not null, -- a, b\n [b] /* ) */ int,'
        " check(`a`<>'No'))"
    )
    other = read("CREATE TABLE lazsa_x (a TEXT NOT NULL, b INT, CHECK (a <> 'no'))")
    assert plain == dressed
    assert [each.kind for each in compare_catalogs(plain, other)] == ["missing", "unknown"]


def test_every_object_that_differs_is_named() -> None:
    """What is missing, altered or of nobody's is told apart; of a lost table the table alone."""
    wanted = read(
        "CREATE TABLE lazsa_x (a TEXT NOT NULL, b INT, CONSTRAINT pair UNIQUE (a, b))",
        "CREATE INDEX lazsa_i ON lazsa_x (a) WHERE b = 1",
        "CREATE TABLE lazsa_y (a TEXT)",
        "CREATE INDEX lazsa_j ON lazsa_y (a)",
    )
    found = read(
        "CREATE TABLE lazsa_x (a TEXT, c INT)",
        "CREATE INDEX lazsa_i ON lazsa_x (a)",
        "CREATE TABLE lazsa_z (a TEXT)",
    )
    assert [(each.kind, each.name) for each in compare_catalogs(wanted, found)] == [
        ("altered", "column lazsa_x.a"),
        ("missing", "column lazsa_x.b"),
        ("unknown", "column lazsa_x.c"),
        ("missing", "constraint pair of lazsa_x"),
        ("altered", "index lazsa_i"),
        ("missing", "table lazsa_y"),
        ("unknown", "table lazsa_z"),
    ]


def test_a_difference_tells_both_sides() -> None:
    """What is expected and what is there stand side by side."""
    wanted = read("CREATE TABLE lazsa_x (a TEXT NOT NULL)")
    found = read("CREATE TABLE lazsa_x (a INT)")
    assert list(compare_catalogs(wanted, found)) == [
        Difference("column lazsa_x.a", "altered", "text not null", "int")
    ]


def test_an_option_of_a_table_counts() -> None:
    """A table without numbers of rows is another one than one with them."""
    wanted = read("CREATE TABLE lazsa_x (a TEXT PRIMARY KEY) WITHOUT ROWID")
    found = read("CREATE TABLE lazsa_x (a TEXT PRIMARY KEY)")
    assert [each.name for each in compare_catalogs(wanted, found)] == ["table lazsa_x"]
