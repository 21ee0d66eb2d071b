"""Closed books, seats and conduct bars in tables of their own, and append-only that holds.

They stood among the records about sellers, under names that a seller could have.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from lazsa_flow.store.append_only import protect, release

if TYPE_CHECKING:
    from collections.abc import Iterable

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")
_DAY = sa.String(10).with_variant(sa.String(10, collation="C"), "postgresql")
_APPEND_ONLY = (
    "lazsa_facts",
    "lazsa_nominations",
    "lazsa_scorecards",
    "lazsa_records",
    "lazsa_journal",
    "lazsa_deliveries",
    "lazsa_closed_books",
    "lazsa_seats",
    "lazsa_conduct_bars",
)
_RECORDS = sa.table(
    "lazsa_records",
    *map(
        sa.column,
        ("id", "subject", "kind", "name", "value", "reason", "actor", "as_of", "recorded_at"),
    ),
)
_BOOKS = re.compile(r"books:(?P<country>[^:]+):(?P<cycle_on>\d{4}-\d{2}-\d{2})", re.ASCII)
_FIGURES = re.compile(r"due (?P<due>\d+), moved (?P<moved>\d+), refused (?P<refused>\d+)", re.ASCII)
_PANEL = re.compile(r"panel:(?P<country>[^:]+):(?P<cycle_on>\d{4}-\d{2}-\d{2})", re.ASCII)
_HASHED = re.compile(r"hashed:(?P<fingerprint>[0-9a-f]{64})", re.ASCII)


def upgrade() -> None:
    """Create the tables, move what is theirs out of the records, and renew the triggers."""
    op.create_table(
        "lazsa_closed_books",
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("cycle_on", _DAY, nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("country", "cycle_on"),
    )
    op.create_table(
        "lazsa_seats",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("cycle_on", _DAY, nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("as_of", _DAY, nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lazsa_seats_panel", "lazsa_seats", ["country", "cycle_on"], unique=False)
    op.create_table(
        "lazsa_conduct_bars",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("as_of", _DAY, nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "lazsa_conduct_bars_fingerprint", "lazsa_conduct_bars", ["fingerprint"], unique=False
    )
    connection = op.get_bind()
    release(connection, "lazsa_records")
    _move_out(connection)
    for table in _APPEND_ONLY:
        protect(connection, table)


def _move_out(connection: sa.Connection) -> None:
    """Move what is recorded about the programme itself to where it belongs."""
    columns = _RECORDS.c
    ours = sa.or_(
        (columns.kind == "books") & columns.subject.like("books:%"),
        (columns.kind == "assignment") & columns.subject.like("panel:%"),
        (columns.reason == "code_of_conduct") & columns.subject.like("hashed:%"),
    )
    found = connection.execute(sa.select(_RECORDS).where(ours).order_by(columns.id)).mappings()
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    moved: list[int] = []
    for record in found:
        for table, row in _placed(dict(record)):
            rows[table].append(row)
            moved.append(record["id"])
    for table, its_rows in rows.items():
        target = sa.table(table, *map(sa.column, its_rows[0]))
        connection.execute(sa.insert(target), its_rows)
    if moved:
        gone = sa.delete(_RECORDS).where(columns.id == sa.bindparam("moved"))
        connection.execute(gone, [{"moved": number} for number in moved])


def _placed(record: dict[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the table and the row that a record becomes; nothing where it is about a seller."""
    subject, said = record["subject"], {k: record[k] for k in ("actor", "recorded_at")}
    if (book := _BOOKS.fullmatch(subject)) and (figures := _FIGURES.fullmatch(record["value"])):
        counts = {name: int(count) for name, count in figures.groupdict().items()}
        yield "lazsa_closed_books", {**book.groupdict(), **counts, **said}
    elif panel := _PANEL.fullmatch(subject):
        seat = {"reviewer": record["name"], "team": record["value"], "as_of": record["as_of"]}
        yield "lazsa_seats", {**panel.groupdict(), **seat, **said}
    elif hashed := _HASHED.fullmatch(subject):
        rest = {name: record[name] for name in ("kind", "name", "value", "reason", "as_of")}
        yield "lazsa_conduct_bars", {**hashed.groupdict(), **rest, **said}
