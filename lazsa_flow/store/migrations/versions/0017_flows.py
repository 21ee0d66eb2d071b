"""Counted flows: how many moves of one kind there are, counted from the journal so far."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from lazsa_flow.store.append_only import protect

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")
_DAY = sa.String(10).with_variant(sa.String(10, collation="C"), "postgresql")

_COLUMNS: Final = (
    "(lifecycle, country, cycle_on, timer, effective_at, trigger, source, dest, reason, moves,"
    " recorded_at)"
)
_MOVE: Final = "j.effective_at, j.trigger, j.source, j.dest, j.reason"
_OUTCOMES: Final = (
    "lazsa_timers t ON t.path_id = j.path_id AND t.seq = j.seq AND t.due_at = j.effective_at"
    " AND t.decides AND t.status IN ('fired', 'refused')"
)
_COUNTED: Final = (
    f"INSERT INTO lazsa_flows {_COLUMNS}"
    f" SELECT p.lifecycle, coalesce(t.country, p.country), t.book_on, t.name, {_MOVE}, count(*),"
    " max(j.recorded_at) FROM lazsa_journal j JOIN lazsa_paths p ON p.id = j.path_id"
    f" LEFT JOIN {_OUTCOMES}"
    f" GROUP BY p.lifecycle, coalesce(t.country, p.country), t.book_on, t.name, {_MOVE}"
)
"""What became of a timer counts in the books of the timer's country, all else in the path's."""
_CARRIED: Final = (
    f"INSERT INTO lazsa_flows {_COLUMNS}"
    f" SELECT p.lifecycle, {{country}}, NULL, NULL, {_MOVE}, {{sign}}count(*),"
    " max(j.recorded_at)"
    " FROM lazsa_journal j JOIN lazsa_paths p ON p.id = j.path_id"
    f" JOIN {_OUTCOMES} AND t.country <> p.country"
    f" GROUP BY p.lifecycle, {{country}}, {_MOVE}"
)
"""What a path that has changed its country takes along."""


def upgrade() -> None:
    """Create the table, and count."""
    op.create_table(
        "lazsa_flows",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("lifecycle", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("cycle_on", _DAY, nullable=True),
        sa.Column("timer", sa.Text(), nullable=True),
        sa.Column("effective_at", _INSTANT, nullable=False),
        sa.Column("trigger", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("dest", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    in_books = sa.text("cycle_on IS NOT NULL")
    op.create_index(
        "lazsa_flows_book",
        "lazsa_flows",
        ["country", "cycle_on"],
        sqlite_where=in_books,
        postgresql_where=in_books,
    )
    parked = sa.text("status = 'parked'")
    op.create_index(
        "lazsa_timers_parked",
        "lazsa_timers",
        ["country", "book_on"],
        sqlite_where=parked,
        postgresql_where=parked,
    )
    connection = op.get_bind()
    count_journal(connection)
    protect(connection, "lazsa_flows")


def count_journal(connection: sa.Connection) -> None:
    """Write the flows of all that the journal holds, into a table that is empty."""
    connection.exec_driver_sql(_COUNTED)
    for country, sign in (("t.country", "-"), ("p.country", "")):
        connection.exec_driver_sql(_CARRIED.format(country=country, sign=sign))
