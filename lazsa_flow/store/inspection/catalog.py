"""Schema catalogue: every object of our tables as text, the same for the same schema.

A catalogue is read from a database, or from the file that ships with this release: what the
migrations make, written by ``.venv/bin/python -m tests.golden.schemas``. The two are compared
object by object.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

from lazsa_flow.store.inspection import catalog_postgresql, catalog_sqlite

if TYPE_CHECKING:
    import sqlalchemy as sa

Catalog = Mapping[str, Mapping[str, str]]
"""Each table's objects by kind and name, such as ``column status``, with their definitions. The
table itself stands under ``table``; what belongs to no table, under an empty name."""

TABLE: Final = "table"


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that is not as this release's migrations make it.

    Attributes:
        name: Kind and name, such as ``index lazsa_timers_due``.
        kind: Whether it is missing, altered, or not of this release.
        expected: Its definition by the migrations.
        found: Its definition in the database.
    """

    name: str
    kind: Literal["missing", "altered", "unknown"]
    expected: str = ""
    found: str = ""


def read_catalog(connection: sa.Connection) -> dict[str, dict[str, str]]:
    """Read the catalogue of a database."""
    if connection.dialect.name == "postgresql":
        return catalog_postgresql.read_catalog(connection)
    return catalog_sqlite.read_catalog(connection)


def expected_catalog(dialect: str) -> Catalog:
    """Return the catalogue that this release's migrations make."""
    file = files("lazsa_flow") / "store" / "inspection" / "schema" / f"{dialect}.json"
    tables: Catalog = json.loads(file.read_text("utf-8"))["tables"]
    return tables


def catalog_text(revision: str, catalog: Catalog) -> str:
    """Write a catalogue as the text of the file that ships."""
    content = {"revision": revision, "tables": catalog}
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def compare_catalogs(expected: Catalog, found: Catalog) -> Iterator[Difference]:
    """Yield every object that differs; of a table that is missing, the table alone."""
    for table in sorted({*expected, *found}):
        wanted, there = expected.get(table, {}), found.get(table, {})
        if TABLE in wanted and TABLE not in there:
            yield Difference(f"table {table}", "missing", wanted[TABLE])
            continue
        if TABLE in there and TABLE not in wanted:
            yield Difference(f"table {table}", "unknown", found=there[TABLE])
            continue
        for name in sorted({*wanted, *there}):
            shown = _shown(table, name)
            if name not in there:
                yield Difference(shown, "missing", wanted[name])
            elif name not in wanted:
                yield Difference(shown, "unknown", found=there[name])
            elif wanted[name] != there[name]:
                yield Difference(shown, "altered", wanted[name], there[name])


def _shown(table: str, name: str) -> str:
    """Name an object: a column by its table, what has a name of its own by that."""
    if name == TABLE:
        return f"table {table}"
    kind, _, own = name.partition(" ")
    if kind == "column":
        return f"column {table}.{own}"
    return f"{kind} {own} of {table}" if kind == "constraint" else name
