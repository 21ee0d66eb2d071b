"""Answers: what a sweep writes, ready to be written by those who judge nobody.

They are taken from a database that we have swept: every row that the sweep made, changed or
deleted, bytes and all. They are put into tables next to the programme's own, in a database that is
still to be swept, so that a set-based statement, or a peer with a message a path, need only write
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from benchmarks.harness.databases import connect
from lazsa_flow.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row = tuple[Any, ...]
What = Literal["new", "changed", "gone"]

_UNTOUCHED: Final = frozenset(
    f"lazsa_{name}"
    for name in (
        *("policies", "suspensions", "facts", "texts", "nominations", "scorecards", "records"),
        *("claims", "failures", "countries", "closed_books", "seats", "conduct_bars"),
        *("pauses", "lifecycles", "erasures", "heartbeats"),
    )
)
"""What nothing that is measured writes to; :func:`differing` would tell."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a sweep did to one table.

    Attributes:
        table: Its name.
        key: The columns of its primary key.
        columns: All its columns.
        moved: The columns that differ in any row that changed.
        rows: Whole rows by what became of them, in the order of their paths.
    """

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    moved: tuple[str, ...]
    rows: Mapping[What, list[Row]]

    @property
    def path(self) -> str:
        """The column that holds the path's number; where there is none, the first of the key."""
        return next((name for name in ("path_id", "id") if name in self.columns), self.key[0])

    def name(self, what: What) -> str:
        """Return the name of the table that holds these answers."""
        return f"answer_{self.table}_{what}"


def take_answers(before_url: str, after_url: str) -> list[Answers]:
    """Compare a database before and after a sweep."""
    before, after = connect(before_url), connect(after_url)
    try:
        return [
            _compare(table.name, before, after)
            for table in schema.METADATA.sorted_tables
            if table.name not in _UNTOUCHED
        ]
    finally:
        before.close()
        after.close()


def _compare(table: str, before: Any, after: Any) -> Answers:
    made = schema.METADATA.tables[table]
    columns = tuple(column.name for column in made.columns)
    key = tuple(column.name for column in made.primary_key.columns)
    at = [columns.index(name) for name in key]
    query = f"SELECT {_names(columns)} FROM {table} ORDER BY {_names(key)}"
    old = {tuple(row[i] for i in at): row for row in before.execute(query)}
    rows: dict[What, list[Row]] = {"new": [], "changed": [], "gone": []}
    moved: set[int] = set()
    for row in after.execute(query):
        stood = old.pop(tuple(row[i] for i in at), None)
        if stood is None:
            rows["new"].append(row)
        elif stood != row:
            rows["changed"].append(row)
            moved.update(i for i, value in enumerate(row) if value != stood[i])
    rows["gone"] = list(old.values())
    answers = Answers(table, key, columns, tuple(columns[i] for i in sorted(moved)), rows)
    path = columns.index(answers.path)
    for each in rows.values():
        each.sort(key=lambda row: row[path])
    return answers


def put_answers(url: str, answers: Iterable[Answers]) -> None:
    """Put answers into tables of a database."""
    connection = connect(url)
    mark = "?" if url.startswith("sqlite") else "%s"
    connection.execute("BEGIN")
    for each in answers:
        for what, rows in each.rows.items():
            if rows:
                name, columns = each.name(what), _names(each.columns)
                connection.execute(
                    f"CREATE TABLE {name} AS SELECT {columns} FROM {each.table} WHERE 1 = 0"
                )
                marks = ", ".join([mark] * len(each.columns))
                connection.cursor().executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
    connection.execute("COMMIT")
    if not url.startswith("sqlite"):
        connection.execute("VACUUM (FREEZE, ANALYZE)")
    connection.close()


def differing(one_url: str, other_url: str) -> list[str]:
    """Return the tables of the programme whose rows differ between two databases."""
    one, other = connect(one_url), connect(other_url)
    try:
        return [
            table.name
            for table in schema.METADATA.sorted_tables
            if _sorted_rows(one, table.name) != _sorted_rows(other, table.name)
        ]
    finally:
        one.close()
        other.close()


def _sorted_rows(connection: Any, table: str) -> list[str]:
    columns = _names(column.name for column in schema.METADATA.tables[table].columns)
    return sorted(map(repr, connection.execute(f"SELECT {columns} FROM {table}")))


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)
